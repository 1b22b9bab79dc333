"""Following 180 independent branches of three commits, each a stage, beside a `git range-diff` of each of them."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import git, judge, new_repository, say
from benchmarks.moved import History, Moved, move
from benchmarks.reconciling import check, record

STAGES, COMMITS, FILES, UPSTREAM, ROUNDS = 180, 3, 200, 240, 3
KEY = "bench:speed:many"
LIMIT = 1.0


def main() -> int:
    """Print the ratio of processor times; 1 when it is over the limit."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "work")
        branches = _branches(place)
        pairs = [(check(place, KEY, auto=STAGES).processor, _range_diffs(place, branches)) for _ in range(ROUNDS)]
    ours, peer = (min(taken) for taken in zip(*pairs, strict=True))
    say(f"{STAGES} branches: reconcile {ours:.2f} s of processor, {STAGES} calls of git range-diff {peer:.2f} s")
    return 0 if judge("reconcile of many branches to range-diff", ours / peer, LIMIT) else 1


def _range_diffs(place: Path, branches: Sequence[Moved]) -> float:
    """Seconds of processor in all calls together."""
    return sum(
        git(place, "range-diff", "--no-notes", f"{one.base}..{one.old}", f"{one.ground}..{one.new}").processor
        for one in branches
    )


def _branches(place: Path) -> list[Moved]:
    began = time.perf_counter()
    history = History(files=FILES)
    for number in range(1, STAGES + 1):
        history.begin(f"feature/part-{number}", commits=COMMITS)
    history.go_on(UPSTREAM)
    branches = history.build(place)
    record(place, KEY, branches)
    move(place, {branch.name: branch.new for branch in branches})
    say(f"built in {time.perf_counter() - began:.1f} s")
    return branches


if __name__ == "__main__":
    sys.exit(main())
