"""Start-up, which an agent pays on every call, against the interpreter and against the two libraries it stands on."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import ROOT, environ, git, run

ROUNDS = 21
BARE, LIBRARIES = "python -c pass", "python -c 'import typer, pygit2'"
STATUS = "okstra status --json"
LIMITS = {("okstra config list --json", LIBRARIES): 1.25, (STATUS, LIBRARIES): 1.25}
"""(ours, peer) -> the most that ours may cost as a multiple of the peer's median."""

MOST_OF_VERSION = 2.0
"""Milliseconds that `--version` may cost beyond the bare interpreter."""


def _okstra(*arguments: str) -> list[str]:
    start = f"import sys; sys.argv = {['okstra', *arguments]!r}; from okstra_cli.entry import main; main()"
    return [sys.executable, "-c", start]


CASES = {
    BARE: [sys.executable, "-c", "pass"],
    LIBRARIES: [sys.executable, "-c", "import typer, pygit2"],
    "okstra --version": _okstra("--version"),
    "okstra --help": _okstra("--help"),
    "okstra config list --json": _okstra("config", "list", "--json"),
    STATUS: _okstra("status", "--json"),
}


def measure(directory: Path) -> dict[str, float]:
    """Median milliseconds of processor time of every case; they take turns so that a busy moment hits them all."""
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, command in CASES.items():
            times[name].append(run(command, cwd=directory, env=environ()).processor * 1000)
    return {name: median(taken) for name, taken in times.items()}


def main() -> int:
    """Print medians and ratios; 1 when a limit is passed."""
    sources = [str(ROOT / name) for name in ("okstra_cli", "okstra_git")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *sources], check=False)
    with TemporaryDirectory() as directory:
        git(Path(directory), "init", "-q")
        medians = measure(Path(directory))
    for name, taken in medians.items():
        sys.stdout.write(f"{taken:7.1f} ms  {name}\n")
    beyond = medians["okstra --version"] - medians[BARE]
    passed = beyond > MOST_OF_VERSION
    sys.stdout.write(f"{beyond:7.2f} ms  okstra --version  beyond  {BARE}  (at most {MOST_OF_VERSION})\n")
    for (ours, peer), limit in LIMITS.items():
        ratio = medians[ours] / medians[peer]
        passed |= ratio > limit
        sys.stdout.write(f"{ratio:7.2f} x   {ours}  to  {peer}  (at most {limit})\n")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
