"""What was recorded, event by event."""

import pytest

from tests.cli.shop import KEY, TASK, open_shop, record_stage, refused
from tests.kit.scenario import World

EVENT_KEYS = {"v", "id", "at", "clock", "seq", "writer", "by", "fact"}


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    return world


def kinds(world: World, *words: str) -> list[str]:
    return [event["fact"]["type"] for event in world.okstra("log", *words).json["events"]]


def test_the_newest_comes_first_with_every_key(shop: World) -> None:
    events = shop.okstra("log").json["events"]
    assert all(set(event) == EVENT_KEYS for event in events)
    assert [event["fact"]["type"] for event in events] == [
        "stage.done",
        "stage.started",
        "anchor.set",
        "place.reserved",
        "task.opened",
    ]
    assert events[0]["by"] == "Ada Tester <ada@example.org>"
    assert events[0]["at"].endswith("Z")


def test_it_is_cut_to_the_number_asked_for(shop: World) -> None:
    assert kinds(shop, "-n", "2") == ["stage.done", "stage.started"]
    assert kinds(shop, "--number=1") == ["stage.done"]
    for bad in ("0", "-1", "x", "1.5"):
        refused(shop.okstra("log", f"--number={bad}", exit=129), "usage", status=129)


def test_one_task_only(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:other")
    assert kinds(shop, "shop:web:other") == kinds(shop, "--task-key", "shop:web:other") == ["task.opened"]
    refused(shop.okstra("log", "shop:web:nope", exit=1), "task.unknown")
    refused(shop.okstra("log", "\0", exit=1), "name.bad")


def test_git_alone_can_read_it(shop: World) -> None:
    (ref,) = shop.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log").splitlines()
    assert shop.ask("log", "--format=%s", "-1", ref) != ""
    assert '"type":"stage.done"' in shop.ask("cat-file", "-p", f"{ref}:tasks/shop/web/login/events.jsonl")
    shop.git("fsck", "--strict", "--no-dangling")


def test_text_tells_a_move(shop: World) -> None:
    new = shop.amend(None, "-m", "reworded")
    shop.okstra("reconcile", *TASK, "--apply")
    line = shop.okstra("log", "-n", "1", "--text").out.splitlines()[1]
    assert f"{KEY}  stage.moved  stage 1  {shop['S1'][:10]} → {new[:10]} (same-tree)" in line


def test_nothing_recorded_is_said(world: World) -> None:
    assert world.okstra("log").json["events"] == []
    assert world.okstra("log", "--text").out == "nothing was recorded yet\n"
