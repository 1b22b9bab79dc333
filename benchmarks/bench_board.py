"""`board` over a thousand tasks of five stages: its time beside `status --json` there, and the size of the page."""

import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.bench_status import STAGES, TASKS, fill_with_tasks
from benchmarks.measuring import judge, new_repository, okstra, say

ROUNDS = 9
LIMIT = 2.0
MEGABYTES = 2.0


def main() -> int:
    """Print medians, their ratio and the page's size; 1 when a limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "full")
        fill_with_tasks(place)
        lines = {"status": ("status", "--json"), "board": ("board", "--json")}
        for words in lines.values():
            okstra(place, *words)
        times: dict[str, list[float]] = {name: [] for name in lines}
        for _ in range(ROUNDS):
            for name, words in lines.items():
                times[name].append(okstra(place, *words).processor)
        size = (place / ".okstra" / "board.html").stat().st_size / 1_000_000
    board, status = median(times["board"]), median(times["status"])
    say(f"{TASKS} tasks x {STAGES} stages: board {board * 1000:.0f} ms, status --json {status * 1000:.0f} ms")
    kept = [judge("board to status", board / status, LIMIT), judge("page", size, MEGABYTES, unit=" MB")]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
