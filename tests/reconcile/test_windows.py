"""Views of one reading: what several tips have of it, and lines of first parents, as plain git counts them."""

from collections.abc import Sequence
from pathlib import Path

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.git.diffs import delta_sum, diff_trees
from okstra_git.git.history import find_commit
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.reconcile.segments import CommitStep, Segment, read_segment
from okstra_git.reconcile.windows import CandidateRange, Window
from tests.kit.graphs import Graph, Parents, graphs

DRAWN = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graphs")
    pygit2.init_repository(str(path), bare=True)
    return path


def read(graph: Graph, tips: Sequence[str], outside: Sequence[str]) -> Segment:
    """One reading for all of the tips."""
    return read_segment(graph.git, tips, outside, limit=100)


def drawn(graph: Graph, data: st.DataObject) -> Window:
    """A window of one tip in a reading of up to four; it hides what the reading does, and perhaps another tip."""
    old, young = graph.oids[: len(graph.oids) // 3], graph.oids[-6:]
    tips = data.draw(st.lists(st.sampled_from(young), min_size=1, max_size=4, unique=True), label="tips")
    outside = data.draw(st.lists(st.sampled_from(old), max_size=2, unique=True), label="outside") if old else []
    inner = data.draw(st.sampled_from([[], [], tips[1:2], tips[2:]]), label="inner")
    return Window(read(graph, tips, outside), tips[0], (*inner, *outside))


def ids(steps: Sequence[CommitStep]) -> list[str]:
    return [step.facts.oid for step in steps]


def line_of(graph: Graph, window: Window, end: str) -> list[str]:
    """The line of first parents below a commit, newest first, as far as the window goes."""
    here = inside(graph, window)
    line: list[str] = []
    for oid in graph.lines("--first-parent", end):
        if oid not in here:
            break
        line.append(oid)
    return line


def inside(graph: Graph, window: Window) -> frozenset[str]:
    return graph.rev_list(window.tip, *(f"^{oid}" for oid in window.hidden))


def lowest_with(graph: Graph, line: Sequence[str], oid: str) -> str | None:
    """The lowest commit of a line (newest first) that has the commit in its history."""
    return next((one for one in reversed(line) if oid in graph.history(one)), None)


@DRAWN
@given(parents=graphs(), data=st.data())
def test_a_window_has_what_its_tip_has_and_the_hidden_have_not(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    wanted = inside(graph, window)
    assert set(ids(window.steps)) == wanted
    assert {step.facts.oid for step in window.segment.steps if window.has(step)} == wanted
    assert {oid for oid in graph.oids if window.find(oid)} == wanted
    assert window.is_empty is (window.tip not in wanted)
    assert [step.position for step in window.steps] == sorted(step.position for step in window.steps)


@DRAWN
@given(parents=graphs(), data=st.data())
def test_a_window_finds_by_author_subject_delta_and_path_only_what_is_its_own(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    for step in window.segment.steps:
        at_once = [one for one in window.steps if one.author == step.author]
        assert window.by_author(step.author) == at_once
        assert window.by_subject(step.facts.subject) == [
            one for one in window.steps if one.facts.subject == step.facts.subject
        ]
        assert window.by_delta(step.delta_here) == [one for one in window.steps if one.delta_here == step.delta_here]
    for path in (b"a", b"b", b"c"):
        assert window.visitors(path) == [one for one in window.steps if path in {c.path for c in one.delta}]


@DRAWN
@given(parents=graphs(), data=st.data())
def test_roots_are_the_commits_under_the_lines_of_a_window(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    here = inside(graph, window)
    under = {oid: (graph.lines("--first-parent", "-2", oid)[1:] or [""])[0] for oid in here}
    assert set(window.roots) == {below for below in under.values() if below not in here}
    assert len(window.roots) == len(set(window.roots))
    for step in window.steps:
        line = line_of(graph, window, step.facts.oid)
        assert window.root_under(step) == under[line[-1]]


@DRAWN
@given(parents=graphs(), data=st.data())
def test_a_commit_enters_a_line_by_itself_or_by_the_lowest_merge_that_brings_it(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    for end in [None, *window.steps]:
        if window.is_empty:
            assert end is None
            return
        line = line_of(graph, window, end.facts.oid if end else window.tip)
        for step in window.steps:
            entry = window.entry(step, end)
            assert (entry.facts.oid if entry else None) == lowest_with(graph, line, step.facts.oid)
            assert window.is_on_line(step, end) is (step.facts.oid in line)


@DRAWN
@given(parents=graphs(), data=st.data())
def test_a_range_covers_what_git_lists_between_its_ends(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    if window.is_empty:
        return
    end = data.draw(st.sampled_from(window.steps), label="end")
    line = line_of(graph, window, end.facts.oid)
    lowest = data.draw(st.sampled_from(line), label="first")
    first = window.find(lowest)
    assert first is not None
    span = CandidateRange(first, end)
    below = [f"^{oid}" for oid in graph.lines("--first-parent", "-2", lowest)[1:]]
    brought = graph.rev_list(end.facts.oid, *below) & inside(graph, window)
    assert {step.facts.oid for step in window.steps if window.covers(span, step)} == brought
    assert ids(list(window.back(span))) == line[: line.index(lowest) + 1]
    assert delta_sum(window.net_delta(span)) == delta_sum(diff_trees(graph.git, [ends(graph, span)])[0])


def ends(graph: Graph, span: CandidateRange) -> tuple[str, str]:
    """The trees below and at the end of a range."""
    below = find_commit(graph.git, span.first.parent) if span.first.parent else None
    return (below.tree if below else EMPTY_TREE), span.last.facts.tree


@DRAWN
@given(parents=graphs(), data=st.data())
def test_the_hull_of_some_commits_is_the_shortest_range_that_brings_them_all(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    if window.is_empty:
        return
    steps = data.draw(st.lists(st.sampled_from(window.steps), min_size=1, max_size=3, unique_by=lambda s: s.position))
    highest = max(steps, key=lambda step: step.position)
    wanted = []
    for line in (line_of(graph, window, highest.facts.oid), line_of(graph, window, window.tip)):
        entries = [lowest_with(graph, line, step.facts.oid) for step in steps]
        places = [line.index(entry) for entry in entries if entry is not None]
        if len(places) == len(steps):
            wanted.append((line[max(places)], line[min(places)]))
    found = [(span.first.facts.oid, span.last.facts.oid) for span in window.hulls(steps)]
    assert found == list(dict.fromkeys(wanted))


@DRAWN
@given(parents=graphs(), data=st.data())
def test_each_commit_is_found_by_the_sum_of_its_own_change(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    every = window.steps
    for step in every:
        found = window.spans_with_delta(step.delta_here, step.delta) if step.delta else []
        assert not step.delta or any(span.first.position <= step.position for span in found)
        for span in found:
            assert window.has(span.first)
            assert window.has(span.last)
            assert delta_sum(window.net_delta(span)) == step.delta_here


@DRAWN
@given(parents=graphs(), data=st.data())
def test_a_range_of_several_commits_is_found_by_the_sum_of_what_it_changes(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    window = drawn(graph, data)
    for end in window.steps:
        first = window.find(line_of(graph, window, end.facts.oid)[-1])
        assert first is not None
        net = window.net_delta(CandidateRange(first, end))
        found = window.spans_with_delta(delta_sum(net), net) if net else []
        assert not net or any(first.position <= one.first.position and one.last is end for one in found)
        assert all(window.has(one.first) and window.has(one.last) for one in found)


# --- by hand


def test_what_one_tip_has_is_not_in_the_window_of_another(folder: Path) -> None:
    graph = Graph(folder, [(), (0,), (0,), (1, 2), (3,)])
    base, left, right, merge, top = graph.oids
    segment = read(graph, [left, right, top], [base])
    assert set(ids(Window(segment, left, (base,)).steps)) == {left}
    assert set(ids(Window(segment, top, (base, right)).steps)) == {left, merge, top}
    assert set(ids(Window(segment, top, (base,)).steps)) == {left, right, merge, top}
    whole = Window(segment, top, (base,))
    assert whole.hulls([segment.by_id[right]]) == [
        CandidateRange(segment.by_id[right], segment.by_id[right]),
        CandidateRange(segment.by_id[merge], segment.by_id[merge]),
    ]


def test_what_two_merges_brought_entered_by_the_lower_one(folder: Path) -> None:
    graph = Graph(folder, [(), (0,), (0,), (1, 2), (2,), (3, 4)])
    base, line, side, low, more, top = graph.oids
    segment = read(graph, [top, more], [base])
    window = Window(segment, top, (base,))
    entries = {oid: window.entry(segment.by_id[oid]) for oid in (line, side, more)}
    assert {oid: entry.facts.oid for oid, entry in entries.items() if entry} == {line: line, side: low, more: top}
    assert window.hulls([segment.by_id[top], segment.by_id[side]]) == [
        CandidateRange(segment.by_id[low], segment.by_id[top])
    ]
    assert window.roots == [base]
    assert [window.root_under(segment.by_id[oid]) for oid in (line, side, more, top)] == [base] * 4


def test_a_window_whose_tip_is_hidden_is_empty(folder: Path) -> None:
    graph = Graph(folder, [(), (0,), (1,)])
    base, low, top = graph.oids
    segment = read(graph, [low, top], [base])
    window = Window(segment, low, (top, base))
    assert window.is_empty
    assert window.steps == []
    assert window.roots == []
    assert window.entry(segment.by_id[low]) is None
