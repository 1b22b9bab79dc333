"""58 open questions among 130 stages on a main of 3,000 commits, beside the same repository without a question.

Both times all 130 branches were rebased onto main. For the peer all rebases are clean; with questions, 58 of them
have other content in their last commit, as after an amend. Nothing else differs: the branches are moved to and fro.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import judge, new_repository, say
from benchmarks.moved import History, Moved, move
from benchmarks.reconciling import check, least, record

STAGES, OPEN, COMMITS, FILES, UPSTREAM, ROUNDS = 130, 58, 3, 200, 3_000, 3
KEY = "bench:speed:questions"
LIMIT = 2.0


def main() -> int:
    """Print the ratio of processor times; 1 when it is over the limit."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "work")
        branches = _branches(place)
        clean = {branch.name: branch.new for branch in branches}
        asked = clean | {branch.name: branch.amended for branch in branches[:: STAGES // OPEN][:OPEN]}
        pairs = []
        for _ in range(ROUNDS):
            move(place, clean)
            peer = check(place, KEY, auto=STAGES)
            move(place, asked)
            pairs.append((check(place, KEY, auto=STAGES - OPEN, confirm=OPEN), peer))
    ours, peer = (least(taken) for taken in zip(*pairs, strict=True))
    say(f"{STAGES} stages: {ours.processor:.2f} s of processor with {OPEN} questions, {peer.processor:.2f} s with none")
    return 0 if judge("reconcile with questions to without", ours.processor / peer.processor, LIMIT) else 1


def _branches(place: Path) -> list[Moved]:
    """Branches that were begun all along the history of main."""
    began = time.perf_counter()
    history = History(files=FILES)
    for number in range(1, STAGES + 1):
        history.go_on(UPSTREAM // STAGES)
        history.begin(f"feature/part-{number}", commits=COMMITS)
    history.go_on(UPSTREAM - STAGES * (UPSTREAM // STAGES))
    branches = history.build(place)
    record(place, KEY, branches)
    say(f"built in {time.perf_counter() - began:.1f} s")
    return branches


if __name__ == "__main__":
    sys.exit(main())
