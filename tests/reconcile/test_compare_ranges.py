"""Two ranges compared both ways: every pair of look-alikes, and shapes of changes that a person may ask about."""

import itertools

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.reconcile.compare_ranges import compare_ranges
from okstra_git.reconcile.proofs import Ends, Prover, RecordedDeltas
from okstra_git.store.stage_ranges import fingerprint_ranges
from tests.kit.imports import Made, make_commits
from tests.kit.scenario import World
from tests.reconcile.lookalikes import FEW, Change, corpus
from tests.reconcile.test_false_positives import Oracle


def test_no_look_alike_is_the_same_unless_git_agrees(world: World) -> None:
    pairs, same, wrong = _compare_pairs(world, *corpus(among=FEW), every=12)
    assert not wrong, f"{len(wrong)} of {same} are wrong:\n" + "\n".join(wrong[:20])
    assert pairs > 1_500
    assert same > 50, "who says no to everything proves nothing here"


@pytest.mark.deep
def test_no_look_alike_on_any_base_is_the_same_unless_git_agrees(world: World) -> None:
    pairs, same, wrong = _compare_pairs(world, *corpus(), every=20)
    assert not wrong, f"{len(wrong)} of {same} are wrong:\n" + "\n".join(wrong[:20])
    assert pairs > 10_000
    assert same > 1_500


def _compare_pairs(
    world: World, commits: list[Made], changes: list[Change], *, every: int
) -> tuple[int, int, list[str]]:
    """Pairs compared, those called the same, and where git, or the prover that follows stages, says something else.

    Those are all pairs with the same lines, and every so many of the others.
    """
    ids = make_commits(world, commits)
    oracle = Oracle(world, ids)
    git = open_repository(world.path)
    prints = fingerprint_ranges(git, [(ids[change.base_at], ids[change.head_at]) for change in changes])
    known = RecordedDeltas(git, prints)
    deltas = [known.find(each) or () for each in prints]
    ends = [Ends(each.base_tree, each.head_tree, delta) for each, delta in zip(prints, deltas, strict=True)]
    provers = [Prover(git, each, known) for each in prints]
    wrong: list[str] = []
    pairs = same = 0
    for one, other in itertools.combinations(range(len(changes)), 2):
        alike = prints[one].lines_sum == prints[other].lines_sum
        if not alike and (one + other) % every:
            continue
        pairs += 1
        says = compare_ranges(git, prints[one], prints[other], known=known).same
        ways = ((one, other), (other, one))
        proven = [yes for a, b in ways if (yes := provers[a].prove(ends[b], second_opinion=alike))]
        whole = bool(proven) and not any(yes.partly_absorbed for yes in proven)
        if bool(says) != whole:
            wrong.append(f"{says}, the prover {proven}: {changes[one]} and {changes[other]}")
        same += bool(says)
        if says and not any(oracle.agrees(changes[a], changes[b]) for a, b in ways):
            wrong.append(f"git says no: {changes[one]} and {changes[other]}")
    return pairs, same, wrong
