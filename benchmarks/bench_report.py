"""Rendering a report: of 500 rows against start-up and the import of Jinja2, and of ten times as many rows."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import ROOT, environ, run

ROUNDS = 15
ROWS = 500
LIMIT = 2.5
"""The most that rendering may cost as a multiple of `--version` and the import of Jinja2 together."""

MOST_FOR_TEN_TIMES = 12.0
"""The most that ten times the rows may cost beyond start-up, as a multiple of what the rows cost."""

BARE, JINJA = [sys.executable, "-c", "pass"], [sys.executable, "-c", "import jinja2"]


def data_with(rows: int) -> dict[str, Any]:
    """Data of an implementation that changed so many files."""
    golden = ROOT / "tests" / "reports" / "golden" / "implementation.en.json"
    data: dict[str, Any] = json.loads(golden.read_text(encoding="utf-8"))
    change = "keeps `a|b` and <b>c</b> as they are, and says in a sentence of the usual length why"
    data["deliverable"]["diff"] = [
        {"path": f"src/part_{number}.py", "ticketId": "SHOP-12", "change": change} for number in range(rows)
    ]
    return data


def render(folder: Path, rows: int) -> float:
    """Seconds of processor time of one rendering into a new file."""
    report = folder / f"{rows}.md"
    report.unlink(missing_ok=True)
    line = [sys.executable, "-m", "okstra_cli.entry", "report", "render", f"{rows}.data.json", "--text"]
    took = run(line, cwd=folder, env=environ())
    assert report.stat().st_size > rows * 50
    return took.processor


def measure(folder: Path) -> dict[str, float]:
    """Median milliseconds of every case; they take turns so that a busy moment hits them all."""
    version = [sys.executable, "-m", "okstra_cli.entry", "--version"]
    times: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, command in (("python -c pass", BARE), ("import jinja2", JINJA), ("okstra --version", version)):
            times.setdefault(name, []).append(run(command, cwd=folder, env=environ()).processor)
        for rows in (0, ROWS, 10 * ROWS):
            times.setdefault(f"report render, {rows} rows", []).append(render(folder, rows))
    return {name: median(taken) * 1000 for name, taken in times.items()}


def main() -> int:
    """Print medians and ratios; 1 when a limit is passed."""
    sources = [str(ROOT / name) for name in ("okstra_cli", "okstra_git")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *sources], check=False)
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        for rows in (0, ROWS, 10 * ROWS):
            (folder / f"{rows}.data.json").write_text(json.dumps(data_with(rows)), encoding="utf-8")
        medians = measure(folder)
    for name, taken in medians.items():
        sys.stdout.write(f"{taken:7.1f} ms  {name}\n")
    peer = medians["okstra --version"] + medians["import jinja2"] - medians["python -c pass"]
    nothing, some, many = (medians[f"report render, {rows} rows"] for rows in (0, ROWS, 10 * ROWS))
    ratio, growth = some / peer, (many - nothing) / max(some - nothing, 0.1)
    sys.stdout.write(f"{ratio:7.2f} x   {ROWS} rows to --version and jinja2's import (at most {LIMIT})\n")
    sys.stdout.write(f"{growth:7.2f} x   ten times the rows, beyond start-up (at most {MOST_FOR_TEN_TIMES})\n")
    return int(ratio > LIMIT or growth > MOST_FOR_TEN_TIMES)


if __name__ == "__main__":
    sys.exit(main())
