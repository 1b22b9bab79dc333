"""Following 300 stacked stages of one commit, each on a branch of its own, beside one `git range-diff` of the stack."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import git, judge, new_repository, say
from benchmarks.moved import History, Moved, move, say_likeness
from benchmarks.reconciling import check, least, record

STAGES, FILES, UPSTREAM, ROUNDS = 300, 200, 240, 3
KEY = "bench:speed:stack"
LIMIT = 4.0


def main() -> int:
    """Print the ratio of processor times; 1 when it is over the limit."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "work")
        stack = _stack(place)
        old, new = f"{stack[0].base}..{stack[-1].old}", f"{stack[0].ground}..{stack[-1].new}"
        say_likeness(place, old, new)
        pairs = [
            (check(place, KEY, auto=STAGES), git(place, "range-diff", "--no-notes", old, new)) for _ in range(ROUNDS)
        ]
    ours, peer = (least(taken) for taken in zip(*pairs, strict=True))
    say(f"{STAGES} stages: reconcile {ours.processor:.2f} s of processor, git range-diff {peer.processor:.2f} s")
    return 0 if judge("reconcile of a stack to range-diff", ours.processor / peer.processor, LIMIT) else 1


def _stack(place: Path) -> list[Moved]:
    began = time.perf_counter()
    history = History(files=FILES)
    for number in range(1, STAGES + 1):
        history.begin(f"stage-{number}", commits=1, below=f"stage-{number - 1}")
    history.go_on(UPSTREAM)
    stack = history.build(place)
    record(place, KEY, stack, stacked=True)
    move(place, {branch.name: branch.new for branch in stack})
    say(f"built in {time.perf_counter() - began:.1f} s")
    return stack


if __name__ == "__main__":
    sys.exit(main())
