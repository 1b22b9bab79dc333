"""`git okstra` without a command: the state where there is one, else lines that work in this very repository."""

import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.kit.scenario import World


def tried(world: World) -> list[int]:
    """Every line that is offered, run as it is printed."""
    lines = [shlex.split(line)[2:] for line in world.okstra().json["next"]]
    return [world.okstra(*line, exit=None).exit for line in lines]


def test_a_repository_that_okstra_does_not_know_gets_three_lines(world: World, on_terminal: Ask) -> None:
    world.branch("topic;rm")
    world.commit("A")
    before = sorted(path for path in (world.path / ".git").rglob("*"))
    page = on_terminal()
    assert (page.exit, page.err) == (0, "")
    assert [word for word in ("landed", "prove", "adopt") if f"git okstra {word}" in page.out] == [
        "landed",
        "prove",
        "adopt",
    ]
    assert sorted(path for path in (world.path / ".git").rglob("*")) == before
    assert tried(world) == [1, 1, 0]


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_the_lines_fit_where_one_stands(world: World, branch: str) -> None:
    if branch != "main":
        world.git("branch", "-m", "main", branch)
    assert 129 not in tried(world)


def test_where_there_is_a_state_it_is_shown(world: World, on_terminal: Ask) -> None:
    world.branch("topic")
    world.commit("A")
    world.okstra("adopt")
    assert "adopted:topic" in on_terminal().out
    assert world.okstra().json["set_up"] is True


def test_a_repository_without_a_commit_waits_for_one(tmp_path: Path) -> None:
    world = World.empty(tmp_path / "new")
    assert world.okstra().json["next"] == ["git commit"]
    assert "no commits here yet" in world.okstra(terminal=True).out
    world.commit("A")
    assert "git okstra prove HEAD HEAD" in world.okstra().json["next"]
    world.commit("B")
    assert "git okstra prove 'HEAD~1' HEAD" in world.okstra().json["next"]


def test_outside_of_a_repository_there_is_a_short_help(tmp_path: Path) -> None:
    nowhere = World(tmp_path)
    assert nowhere.okstra().json == {"ok": True, "schema": 1, "set_up": None, "next": ["git okstra --help"]}
    assert "git okstra landed --all" in nowhere.okstra(terminal=True).out
