"""Start-up, which an agent pays on every call, against the interpreter and against the two libraries it stands on."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 21
BARE, LIBRARIES = "python -c pass", "python -c 'import typer, pygit2'"
LIMITS = {("okstra --version", BARE): 2.0, ("okstra config list --json", LIBRARIES): 1.4}
"""(ours, peer) -> the most that ours may cost as a multiple of the peer's median."""


def _okstra(*arguments: str) -> list[str]:
    start = f"import sys; sys.argv = {['okstra', *arguments]!r}; from okstra_cli.entry import main; main()"
    return [sys.executable, "-c", start]


CASES = {
    BARE: [sys.executable, "-c", "pass"],
    LIBRARIES: [sys.executable, "-c", "import typer, pygit2"],
    "okstra --version": _okstra("--version"),
    "okstra --help": _okstra("--help"),
    "okstra config list --json": _okstra("config", "list", "--json"),
}


def measure(directory: str) -> dict[str, float]:
    """Median milliseconds of every case, the cases taking turns so that a busy moment hits them all."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, command in CASES.items():
            started = time.perf_counter()
            subprocess.run(command, cwd=directory, env=environ, stdout=subprocess.DEVNULL, check=True)
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: median(taken) for name, taken in times.items()}


def main() -> int:
    """Print medians and ratios; 1 when a limit is passed."""
    with TemporaryDirectory() as directory:
        subprocess.run(["git", "init", "-q", directory], check=True)
        medians = measure(directory)
    for name, taken in medians.items():
        sys.stdout.write(f"{taken:7.1f} ms  {name}\n")
    passed = False
    for (ours, peer), limit in LIMITS.items():
        ratio = medians[ours] / medians[peer]
        passed |= ratio > limit
        sys.stdout.write(f"{ratio:7.2f} x   {ours}  to  {peer}  (at most {limit})\n")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
