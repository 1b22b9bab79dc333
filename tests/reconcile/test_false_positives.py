"""Thousands of ordered pairs of look-alike changes: none is called proven unless plain git agrees."""

import itertools
from functools import cache

import pytest

from okstra_git.git.diffs import diff_trees
from okstra_git.git.repo import open_repository
from okstra_git.reconcile.proofs import Ends, Prover, RecordedDeltas
from okstra_git.store.stage_ranges import fingerprint_ranges
from tests.kit.imports import Made, make_commits
from tests.kit.scenario import World
from tests.reconcile.lookalikes import FEW, Change, corpus


class Oracle:
    """Plain git's own answer: does picking the one change onto the other's base give the other's tree?"""

    def __init__(self, world: World, ids: list[str]) -> None:
        self.world = world
        self.ids = ids
        self._side = cache(self._make_side)
        self._tree = cache(lambda commit: world.ask("rev-parse", f"{commit}^{{tree}}"))

    def agrees(self, recorded: Change, candidate: Change) -> bool:
        trees = [self._tree(self.ids[at]) for at in (recorded.base_at, recorded.head_at)]
        goals = [self._tree(self.ids[at]) for at in (candidate.base_at, candidate.head_at)]
        if trees == goals:
            return True
        root = self._side(trees[0], None)
        picked = self.world.ask("-c", "merge.directoryRenames=true", "merge-tree", "--write-tree", "--no-messages",
                                self._side(goals[0], root), self._side(trees[1], root), ok=False)  # fmt: skip
        return picked == goals[1] != goals[0]

    def _make_side(self, tree: str, parent: str | None) -> str:
        above = ["-p", parent] if parent else []
        return self.world.git("commit-tree", tree, *above, "-m", "side")


def test_no_look_alike_is_proven_unless_git_agrees(world: World) -> None:
    pairs, proven, wrong = _try_all_pairs(world, *corpus(among=FEW))
    assert not wrong, f"{len(wrong)} of {proven} proofs are wrong:\n" + "\n".join(wrong[:20])
    assert pairs > 30_000
    assert proven > 100, "a prover that says no to everything proves nothing here"


@pytest.mark.deep
def test_no_look_alike_on_any_base_is_proven_unless_git_agrees(world: World) -> None:
    pairs, proven, wrong = _try_all_pairs(world, *corpus())
    assert not wrong, f"{len(wrong)} of {proven} proofs are wrong:\n" + "\n".join(wrong[:20])
    assert pairs > 300_000
    assert proven > 3_000


def _try_all_pairs(world: World, commits: list[Made], changes: list[Change]) -> tuple[int, int, list[str]]:
    """Ordered pairs tried, those called proven, and what git says no to among them."""
    ids = make_commits(world, commits)
    oracle = Oracle(world, ids)
    git = open_repository(world.path)
    prints = fingerprint_ranges(git, [(ids[change.base_at], ids[change.head_at]) for change in changes])
    known = RecordedDeltas(git, prints)
    deltas = diff_trees(git, [(one.base_tree, one.head_tree) for one in prints])
    ends = [Ends(one.base_tree, one.head_tree, delta) for one, delta in zip(prints, deltas, strict=True)]
    wrong: list[str] = []
    pairs = proven = 0
    for (recorded, found), (candidate, there, lines) in itertools.product(
        zip(changes, prints, strict=True), zip(changes, ends, [one.lines_sum for one in prints], strict=True)
    ):
        pairs += recorded is not candidate
        yes = Prover(git, found, known).prove(there, second_opinion=found.lines_sum == lines)
        if yes is None or recorded is candidate:
            continue
        proven += 1
        if not oracle.agrees(recorded, candidate):
            wrong.append(f"{yes}: {recorded} taken for {candidate}")
    return pairs, proven, wrong
