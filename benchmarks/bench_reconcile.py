"""Following every commit of a rebased branch, each one a stage, beside `git range-diff` over the same two ranges."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.branches import build
from benchmarks.measuring import Took, git, judge, new_repository, okstra, say

SIZES = {1_000: 1.5}
"""Recorded commits -> the most that reconcile may take, as a multiple of range-diff's time."""

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
    build(place, commits=commits, upstream=commits // 20, files=max(200, commits // 10))
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
    ours = min((_reconcile(place, commits) for _ in range(ROUNDS)), key=lambda took: took.seconds)
    peers = [git(place, "range-diff", "-s", f"{base}..{oids[-1]}", "main..work") for _ in range(ROUNDS)]
    peer = min(peers, key=lambda took: took.seconds)
    say(f"reconcile {ours.seconds:.2f} s, {ours.mebibytes:.0f} MiB; git range-diff {peer.seconds:.2f} s, "
        f"{peer.mebibytes:.0f} MiB")  # fmt: skip
    fast = judge(f"reconcile to range-diff, {commits} commits", ours.seconds / peer.seconds, limit)
    small = judge(f"peak memory, {commits} commits", ours.mebibytes, MEMORY_LIMIT, " MiB")
    return fast and small


def _reconcile(place: Path, commits: int) -> Took:
    took = okstra(place, "reconcile", "--task-key", KEY, "--check", "--json")
    items = json.loads(took.out)["items"]
    proven = sum(item["class"] == "auto" for item in items)
    if (len(items), proven) != (commits, commits):
        raise RuntimeError(f"{len(items)} items, {proven} of them proven; expected {commits}")
    return took


if __name__ == "__main__":
    sys.exit(main())
