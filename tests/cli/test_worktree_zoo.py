"""Of many kinds of worktrees prune, a second start, snapshots and restoring lose not one byte, in or out of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.repo import open_repository
from okstra_git.snapshots.take import SnapshotSubject, take_snapshot
from tests.cli.shop import TASK, open_shop, stage_place
from tests.kit.scenario import World
from tests.kit.zoo import GOES, KEPT, picture

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def shop(world: World) -> World:
    world.commit("A", {"b.txt": "x\n", "src/s.txt": "s\n", "docs/d.txt": "d\n"})
    return open_shop(world)


@pytest.fixture
def place(shop: World, home: Path) -> World:
    """The worktree of stage 1, with one commit, released."""
    shop.okstra("stage", "start", "1", *TASK)
    there = World(stage_place(home, 1), labels=shop.labels, clock=shop.clock)
    there.commit("work")
    shop.okstra("worktree", "release", *TASK, "--stage", "1")
    return there


def prune(shop: World, *words: str) -> tuple[bool, list[str], str]:
    (row,) = shop.okstra("worktree", "prune", *words).json["worktrees"]
    return row["removed"], [held["kind"] for held in row["holdings"]], row["reason"]


def unchanged(shop: World, act: Callable[[], object]) -> None:
    """Nothing below the folder of everything is other than before."""
    everything = (shop.path.parent, Path(shop.environ()["HOME"]))
    before = picture(*everything)
    assert any(path.endswith("/stage-1/work.txt") for path in before)
    act()
    assert picture(*everything) == before


@pytest.mark.parametrize("name", KEPT)
def test_what_is_nowhere_else_stays(shop: World, place: World, name: str) -> None:
    disturb, kind = KEPT[name]
    disturb(place, shop)
    said: list[tuple[bool, list[str], str]] = []
    unchanged(shop, lambda: said.append(prune(shop, "--dry-run")))
    unchanged(shop, lambda: said.append(prune(shop)))
    assert said[0] == said[1]
    assert said[0][0] is False
    assert kind in said[0][1], said[0]
    unchanged(shop, lambda: shop.okstra("stage", "start", "1", *TASK, exit=None))
    unchanged(shop, lambda: snapshot(shop, place))


@pytest.mark.parametrize("name", GOES)
def test_what_is_elsewhere_may_go(shop: World, place: World, name: str) -> None:
    GOES[name](place, shop)
    outside = picture(shop.path)
    assert prune(shop, "--dry-run")[0], prune(shop, "--dry-run")
    assert place.path.is_dir()
    tip = shop.tip("feature/web/login-stage-1")
    assert prune(shop)[0], prune(shop)
    assert not place.path.exists()
    assert shop.tip("feature/web/login-stage-1") == tip
    left = {path: node for path, node in outside.items() if f"{shop.path}/.git/worktrees" not in path}
    assert {path: picture(shop.path).get(path) for path in left} == left


def snapshot(shop: World, place: World) -> None:
    about = SnapshotSubject("shop/web/login", 1, "", "a test")
    try:
        take_snapshot(open_repository(shop.path), place.path, about, now=NOW)
    except OkstraError:
        return  # what cannot be read is refused, in a sentence
