"""Runs every bench_*.py beside it, each in a process of its own: `python -m benchmarks [name …]`."""

import subprocess
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Run the named benchmarks, or all; 1 when any of them failed its own limit."""
    found = sorted(Path(__file__).parent.glob("bench_*.py"))
    chosen = [path for path in found if not wanted or path.stem.removeprefix("bench_") in wanted]
    unknown = set(wanted) - {path.stem.removeprefix("bench_") for path in found}
    if unknown:
        sys.stderr.write(f"there is no benchmark {', '.join(sorted(unknown))}\n")
        return 129
    failed = []
    for path in chosen:
        sys.stdout.write(f"== {path.stem.removeprefix('bench_')}\n")
        sys.stdout.flush()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"], check=False).returncode:
            failed.append(path.stem)
    sys.stdout.write(f"{len(chosen) - len(failed)} of {len(chosen)} benchmarks kept their limits\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
