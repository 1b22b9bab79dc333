"""Following every commit of a rebased branch, each one a stage, beside `git range-diff` over the same two ranges."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.branches import build
from benchmarks.measuring import Took, git, judge, new_repository, okstra, say
from benchmarks.moved import say_likeness
from benchmarks.reconciling import check, least

SIZES = {1_000: 1.2, 5_000: 0.5}
"""Recorded commits -> the most processor time that reconcile may take, as a multiple of range-diff's."""

MEMORY_LIMIT = 200
KEY = "bench:speed:rebase"
ROUNDS = 3


def main() -> int:
    """Measure every size; 1 when a limit is passed."""
    kept = True
    for commits, limit in SIZES.items():
        with TemporaryDirectory(prefix="okstra-bench-") as scratch:
            kept &= _measure(new_repository(Path(scratch) / "work"), commits, limit)
    return 0 if kept else 1


def _measure(place: Path, commits: int, limit: float) -> bool:
    build(place, commits=commits, upstream=commits // 5, files=max(200, commits // 10))
    base = git(place, "merge-base", "main", "work").out.decode().strip()
    oids = git(place, "rev-list", "--reverse", f"{base}..work").out.decode().split()
    okstra(place, "task", "open", KEY)
    lines = "".join(f"{number} {oid}\n" for number, oid in enumerate(oids, start=1))
    recorded = okstra(
        place, "stage", "done", "--task-key", KEY, "--branch", "work", "--from-file", "-", stdin=lines.encode()
    )
    say(f"{commits} commits recorded in one call: {recorded.seconds:.2f} s, {recorded.mebibytes:.0f} MiB")
    git(place, "checkout", "-q", "work")
    rebased = git(place, "-c", "core.hooksPath=/dev/null", "rebase", "-q", "main")
    say(f"git rebase took {rebased.seconds:.1f} s")
    old, new = f"{base}..{oids[-1]}", "main..work"
    say_likeness(place, old, new)
    ours: list[Took] = []
    peers: list[Took] = []
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine hits both
        ours.append(check(place, KEY, auto=commits))
        peers.append(git(place, "range-diff", "--no-notes", old, new))
    mine, peer = (least(taken) for taken in (ours, peers))
    for name, took in (("reconcile", mine), ("git range-diff", peer)):
        say(f"{name}: {took.processor:.2f} s of processor, {took.seconds:.2f} s in all, {took.mebibytes:.0f} MiB")
    fast = judge(f"reconcile to range-diff, {commits} commits", mine.processor / peer.processor, limit)
    small = judge(f"peak memory, {commits} commits", mine.mebibytes, MEMORY_LIMIT, " MiB")
    return fast and small


if __name__ == "__main__":
    sys.exit(main())
