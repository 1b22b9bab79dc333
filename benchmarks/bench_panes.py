"""`panes where` in a pane of a real tmux, against start-up and the import of psutil together."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import ROOT, environ

ROUNDS = 15
LIMIT = 1.5
"""The most that it may cost as a multiple of `--version` and psutil's import together, in processor time."""

_TIMED = """
import json, os, resource, subprocess, sys
times = {}
for name, line in json.loads(sys.argv[1]).items():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(line, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    times[name] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps(times), file=open(sys.argv[2], "a"))
"""


def main() -> int:
    """Print medians and the ratio; 1 when the limit is passed."""
    tmux = shutil.which("tmux")
    if tmux is None:
        sys.stdout.write("bench_panes: tmux is not installed\n")
        return 0
    okstra = [sys.executable, "-m", "okstra_cli.entry"]
    lines = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import psutil": [sys.executable, "-c", "import psutil"],
        "okstra --version": [*okstra, "--version"],
        "panes where": [*okstra, "panes", "where", "--json"],
    }
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "okstra_git")], check=False)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "times"
        server = [tmux, "-S", str(Path(folder) / "s"), "-f", "/dev/null"]
        line = [sys.executable, "-c", _TIMED, json.dumps(lines), str(out)]
        script = f'for i in {" ".join(map(str, range(ROUNDS)))}; do "$@" || exit 1; done; touch {out}.done'
        begin = [*server, "new-session", "-d", "sh", "-c", script, "sh", *line]
        subprocess.run(begin, env=environ(), cwd=ROOT, check=True)
        _wait(Path(f"{out}.done"))
        subprocess.run([*server, "kill-server"], check=False, stderr=subprocess.DEVNULL)
        rows = [json.loads(each) for each in out.read_text().splitlines()]
    times = {name: median(row[name] for row in rows) * 1000 for name in lines}
    floor = times["okstra --version"] + times["import psutil"] - times["python -c pass"]
    ratio = times["panes where"] / floor
    for name, taken in times.items():
        sys.stdout.write(f"{taken:7.1f} ms  {name}\n")
    sys.stdout.write(f"{ratio:7.2f} x   panes where to --version and psutil's import (at most {LIMIT})\n")
    return 1 if ratio > LIMIT else 0


def _wait(file: Path) -> None:
    until = time.monotonic() + 120
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(main())
