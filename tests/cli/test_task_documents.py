"""A task's documents tell what the record says of it, whichever command recorded it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kit.prepared import KEY, approve, folder, prepare, set_up
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: (1,)})


def manifest(world: World) -> Any:
    return json.loads((folder(world) / "task-manifest.json").read_text())


def entry(world: World) -> Any:
    """The task's line in the catalogue."""
    (found,) = json.loads((world.path / ".okstra/discovery/tasks.json").read_text())["tasks"]
    return found


def seen(world: World) -> tuple[object, object]:
    """What manifest and catalogue say of work and next phase, which has to be the same."""
    one, two = manifest(world), entry(world)
    said = (one["workStatus"], one["nextRecommendedPhase"])
    assert said == (two["workStatus"], two["nextRecommendedPhase"])
    assert one["updatedAt"] == two["updatedAt"]
    return said


def finish_stage(world: World, found: Any) -> None:
    World(Path(found["worktree"]), clock=world.clock).commit("S1")
    carry = world.write(".okstra/c.json", json.dumps({"stage": 1}))
    world.okstra("stage", "done", "1", "--task-key", KEY, "--carry", str(carry))


def test_a_closed_task_is_done_in_every_document_and_open_again_once_it_is_opened(shop: World) -> None:
    found = prepare(shop, task_type="error-analysis").json
    shop.okstra("run", "finish", found["run"], "--next-phase", "implementation-planning")
    assert seen(shop) == ("in-progress", "implementation-planning")
    shop.okstra("task", "close", KEY)
    assert seen(shop) == ("done", None)
    assert "done" in (folder(shop) / "task-index.md").read_text()
    shop.okstra("task", "open", KEY)
    assert seen(shop) == ("in-progress", "implementation-planning")


@pytest.mark.parametrize("id", [["x"], {"x": 1}, None, 7, 1.5])
def test_a_run_in_the_manifest_with_an_absurd_id_stops_no_prepare(shop: World, id: object) -> None:
    first = prepare(shop, "--stage", "1").json["run"]
    odd = {**manifest(shop)["runs"][0], "id": id}
    path = folder(shop) / "task-manifest.json"
    path.write_text(json.dumps({**manifest(shop), "runs": [*manifest(shop)["runs"], odd]}))
    second = prepare(shop, task_type="error-analysis").json["run"]
    assert [row["id"] for row in manifest(shop)["runs"]] == [first, id, second]
    shop.okstra("run", "finish", second)
    assert [row["id"] for row in manifest(shop)["runs"]] == [first, id, second]


def test_title_tickets_and_category_are_as_they_were_given_last(shop: World) -> None:
    prepare(shop, "--stage", "1")
    shop.okstra("task", "open", KEY, "--title", "Passkeys, all of them", "--ticket", "SHOP-7", "--category", "bugfix")
    told = manifest(shop)
    assert (told["title"], told["tickets"], told["category"]) == ("Passkeys, all of them", ["SHOP-7"], "bugfix")
    assert entry(shop)["title"] == "Passkeys, all of them"
    assert "Passkeys, all of them" in (folder(shop) / "task-index.md").read_text()


def test_the_schedule_knows_of_a_stage_as_soon_as_it_is_recorded(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    before = (folder(shop) / "schedule.md").read_text()
    finish_stage(shop, found)
    after = (folder(shop) / "schedule.md").read_text()
    assert before != after
    assert "done" in after


def test_the_schedule_has_the_stages_of_a_plan_that_was_approved_since(shop: World) -> None:
    prepare(shop, "--stage", "1")
    plan = shop.path / ".okstra/plan.md"
    plan.write_text(plan.read_text().replace("part 2", "another part"))
    approve(shop, ".okstra/plan.md")
    assert "another part" in (folder(shop) / "schedule.md").read_text()


def test_a_run_that_was_resumed_or_abandoned_is_told(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    shop.okstra("run", "abandon", found["run"])
    assert [run["status"] for run in manifest(shop)["runs"]] == ["abandoned"]


def test_what_says_so_already_is_not_written(shop: World) -> None:
    prepare(shop, "--stage", "1")
    shop.okstra("task", "close", KEY)
    paths = [*folder(shop).glob("*.*"), shop.path / ".okstra/discovery/tasks.json"]
    before = {path: path.stat().st_ino for path in paths}
    shop.okstra("task", "close", KEY)
    shop.okstra("status")
    assert {path: path.stat().st_ino for path in paths} == before


def test_documents_that_are_not_there_are_not_made_by_other_commands(shop: World) -> None:
    prepare(shop, "--stage", "1")
    for path in folder(shop).glob("*.*"):
        path.unlink()
    shop.okstra("task", "close", KEY)
    assert list(folder(shop).glob("*.*")) == []


def test_documents_that_cannot_be_written_hold_nothing_up(shop: World) -> None:
    prepare(shop, "--stage", "1")
    catalogue = shop.path / ".okstra/discovery/tasks.json"
    catalogue.unlink()
    catalogue.mkdir()
    closed = shop.okstra("task", "close", KEY)
    assert closed.json["task"]["status"] != "in-progress"
    assert "the documents of shop/web/login could not be renewed" in closed.err


def test_it_is_told_from_a_stages_worktree_too(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    World(Path(found["worktree"]), clock=shop.clock).okstra("task", "close", KEY)
    assert seen(shop) == ("done", None)
