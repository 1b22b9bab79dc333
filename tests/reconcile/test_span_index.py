"""Ranges with a given sum: exactly the innermost ones on every line of descent, in time that grows with length."""

import time

from hypothesis import given
from hypothesis import strategies as st

from okstra_git.digest import SUM_MASK, add_sums
from okstra_git.reconcile.span_index import Forest, SpanIndex, compress

MASK = SUM_MASK


def index_of(parents: list[int | None], summands: list[int]) -> SpanIndex:
    before: list[int] = []
    after: list[int] = []
    for parent, summand in zip(parents, summands, strict=True):
        before.append(0 if parent is None else after[parent])
        after.append(add_sums(before[-1], summand & MASK))
    return SpanIndex(Forest(parents), before, after)


def one_by_one(parents: list[int | None], summands: list[int], wanted: int) -> list[tuple[int, int]]:
    """The same by walking up from every node, then dropping ends below an end of the same start."""
    found = []
    for last in range(len(parents)):
        at, total = last, summands[last]
        while total != wanted and parents[at] is not None:
            at = parents[at] or 0
            total += summands[at]
        if total == wanted:
            found.append((at, last))
    return sorted(
        (start, end)
        for start, end in found
        if not any(start == s and end != e and above(parents, e, end) for s, e in found)
    )


def above(parents: list[int | None], node: int, other: int) -> bool:
    at: int | None = other
    while at is not None and at != node:
        at = parents[at]
    return at == node


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[int | None], list[int]]:
    parents: list[int | None] = [None]
    for node in range(1, draw(st.integers(1, 10))):
        parents.append(draw(st.one_of(st.none(), st.integers(max(0, node - 3), node - 1), st.just(node - 1))))
    return parents, [draw(st.sampled_from([0, 0, 1, 1, 2, -1])) for _ in parents]


@given(forest=forests(), wanted=st.integers(1, 3))
def test_the_innermost_stretches_are_found_on_every_line(
    forest: tuple[list[int | None], list[int]], wanted: int
) -> None:
    assert index_of(*forest).find(wanted) == one_by_one(*forest, wanted)


def test_a_change_that_ends_on_two_lines_is_found_twice() -> None:
    parents, summands = [None, 0, 0], [1, 2, 2]
    assert index_of(parents, summands).find(3) == [(0, 1), (0, 2)]


def test_five_thousand_changes_in_five_thousand_commits_are_a_matter_of_seconds() -> None:
    count = 5_000
    line: list[int | None] = [None, *range(count - 1)]
    distinct = [pow(3, n + 1, MASK) for n in range(count)]
    toggled = [1, -1] * (count // 2)
    began = time.process_time()
    index = index_of(line, distinct)
    assert all(index.find(distinct[n]) == [(n, n)] for n in range(0, count, 10))
    assert len(index_of(line, toggled).find(1)) == count // 2
    assert time.process_time() - began < 5


# --- some nodes of a forest


def nearest(parents: list[int | None], node: int, among: list[int]) -> int | None:
    """The nearest ancestor of a node among others, by walking up; its place in the list."""
    at = parents[node]
    while at is not None and at not in among:
        at = parents[at]
    return None if at is None else among.index(at)


@given(forest=forests(), data=st.data())
def test_each_of_some_nodes_knows_its_nearest_ancestor_among_them(
    forest: tuple[list[int | None], list[int]], data: st.DataObject
) -> None:
    parents, _ = forest
    whole = Forest(parents)
    chosen = data.draw(st.lists(st.integers(0, len(parents) - 1), unique=True))
    nodes = sorted(chosen, key=whole.entered.__getitem__)
    assert compress(whole, nodes) == [nearest(parents, node, nodes) for node in nodes]


def test_siblings_among_some_nodes_have_the_same_ancestor() -> None:
    parents: list[int | None] = [None, 0, 1, 1, 3, None]
    whole = Forest(parents)
    nodes = sorted([0, 2, 4, 5], key=whole.entered.__getitem__)
    assert nodes == [0, 2, 4, 5]
    assert compress(whole, nodes) == [None, 0, 0, None]
    assert compress(whole, []) == []
