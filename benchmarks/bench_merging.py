"""20 stages of 50 commits merged one after another by `TreeMerger`, beside `git merge-tree` and `git commit-tree`."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.bench_assemble import COMMITS, FILES, ROUNDS, STAGES, _fill
from benchmarks.measuring import git, judge, new_repository, say, store_of
from okstra_git.git.history import merge_base
from okstra_git.git.merging import TreeMerger
from okstra_git.git.objects import tree_of, write_commit

LIMIT = 1.5


def main() -> int:
    """Print medians and their ratio; 1 when the limit is passed or the trees differ."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(ROUNDS):
            place = new_repository(Path(scratch) / f"ours{number}")
            other = new_repository(Path(scratch) / f"theirs{number}")
            merged, plain = _merge(place, _fill(place)), _merge_with_git(other, _fill(other))
            assert merged[1] == plain[1], "git merges to another tree"
            ours.append(merged[0])
            theirs.append(plain[0])
    mine, peer = median(ours), median(theirs)
    say(f"{STAGES} stages of {COMMITS} commits, {FILES} files: {mine * 1000:.0f} ms, all objects written")
    say(f"{STAGES} calls each of git merge-tree and git commit-tree: {peer * 1000:.0f} ms")
    return 0 if judge("merging to git", mine / peer, LIMIT) else 1


def _merge(place: Path, heads: list[str]) -> tuple[float, str]:
    """Seconds of the chain of merges, each with its commit, in a fresh handle; and its tree."""
    repository = store_of(place).git
    began = time.perf_counter()
    at, tree = str(repository.handle.revparse_single("main").id), ""
    with TreeMerger(repository, write=True) as merger:
        for head in heads:
            base = merge_base(repository, at, head)
            assert base is not None
            trees = [tree_of(repository, each) for each in (base, at, head)]
            merged = merger.merge(base=trees[0], ours=trees[1], theirs=trees[2])
            assert merged.tree is not None
            tree = merged.tree
            at = write_commit(repository, tree=tree, parents=[at, head], message="x\n", when=datetime.now(UTC))
    return time.perf_counter() - began, tree


def _merge_with_git(place: Path, heads: list[str]) -> tuple[float, str]:
    """The same by git's own commands."""
    at, tree, spent = git(place, "rev-parse", "main").out.decode().strip(), "", 0.0
    for head in heads:
        merged = git(place, "merge-tree", "--write-tree", at, head)
        tree = merged.out.decode().split("\n")[0]
        made = git(place, "commit-tree", tree, "-p", at, "-p", head, "-m", "x")
        at = made.out.decode().strip()
        spent += merged.seconds + made.seconds
    return spent, tree


if __name__ == "__main__":
    sys.exit(main())
