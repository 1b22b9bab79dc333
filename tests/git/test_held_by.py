"""Many questions about ancestry in one walk: the answers are those of git, asked one by one."""

from pathlib import Path

import pygit2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.git.history import held_by
from tests.kit.graphs import Graph, Parents, graphs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graphs")
    pygit2.init_repository(str(path), bare=True)
    return path


@settings(max_examples=40, deadline=None)
@given(parents=graphs(), data=st.data())
def test_what_a_tip_holds_is_what_git_calls_an_ancestor(
    folder: Path, parents: list[Parents], data: st.DataObject
) -> None:
    graph = Graph(folder, parents)
    commits = st.sampled_from(graph.oids)
    pairs = data.draw(st.lists(st.tuples(commits, commits), min_size=1, max_size=6, unique=True))
    hidden = data.draw(st.lists(commits, max_size=2, unique=True))
    away = {oid for one in hidden for oid in graph.history(one)}
    wanted = {(tip, one) for tip, one in pairs if one not in away and graph.is_ancestor(one, tip)}
    assert held_by(graph.git, pairs, hidden) == wanted


def test_what_is_hidden_is_held_by_nobody(folder: Path) -> None:
    graph = Graph(folder, [(), (0,), (1,), (2,)])
    base, low, mid, tip = graph.oids
    pairs = {(tip, one) for one in graph.oids} | {(low, low), (low, base)}
    assert held_by(graph.git, pairs, [low]) == {(tip, tip), (tip, mid)}
    assert held_by(graph.git, pairs, [tip]) == set()


def test_a_commit_that_is_not_here_is_held_by_nobody_and_holds_nothing(folder: Path) -> None:
    graph = Graph(folder, [(), (0,)])
    absent = "1" * 40
    old, new = graph.oids
    assert held_by(graph.git, [(new, absent), (absent, old), (new, old), (absent, absent)], [absent]) == {(new, old)}
    assert held_by(graph.git, [(absent, old)], []) == set()
    assert held_by(graph.git, [], []) == set()
