"""A report verifies what it was written for: recorded for other content it is refused, or marked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kit.answers import Answer
from tests.kit.handing import begin, data_json, handoff, stage
from tests.kit.scenario import World
from tests.kit.stores import NAME

TOKEN = "## 7. Final Verdict\n\n| Verdict Token | `accepted` |\n|---|---|\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = begin(tmp_path / "shop")
    stage(world, 1)
    return world


def write(world: World, *, report: str = "# V\n", number: int = 1, **data: Any) -> None:
    world.path.parent.joinpath("v.md").write_text(f"{report}\n{TOKEN}")
    world.path.parent.joinpath("v.json").write_text(json.dumps(data_json(number, **data)))


def verify(world: World, *flags: str, number: int = 1, exit: int = 0) -> Answer:
    documents = ("--report-path", str(world.path.parent / "v.md"), "--data-json", str(world.path.parent / "v.json"))
    line = ("handoff", "record-verified", "--task-key", NAME, "--stage", str(number), *documents, *flags)
    return world.okstra(*line, "--json", exit=exit)


def break_it(world: World) -> None:
    world.commit("broken", {"f1.txt": "broken\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)


def test_the_very_report_of_another_tree_is_refused_and_nothing_is_recorded(world: World) -> None:
    write(world)
    verify(world)
    was = world.ask("rev-parse", "HEAD^{tree}")
    break_it(world)
    before = world.okstra("log", "--json").out
    error = verify(world, exit=1).json["error"]
    assert (error["code"], error["recorded_for"]["tree"]) == ("evidence.same-report", was)
    assert "--again" in error["hint"]
    assert world.okstra("log", "--json").out == before
    assert handoff(world, "eligible")["stages"][0]["reasons"] == ["verification-stale"]


def test_again_is_recorded_and_shown_wherever_the_verification_is(world: World) -> None:
    write(world)
    verify(world)
    was = world.ask("rev-parse", "HEAD^{tree}")
    break_it(world)
    answer = verify(world, "--again")
    assert answer.json["verified"]["again"] == was
    assert "before" in answer.err
    assert world.okstra("status", "--json").json["tasks"][0]["stages"][0]["verified"]["again"] == was
    assert was[:10] in world.okstra("stage", "show", "1", "--task-key", NAME, "--text").out
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main")
    assert handoff(world, "status")["tasks"][0]["groups"][0]["members"][0]["verified"]["again"] == was


def test_the_mark_stays_when_the_line_is_repeated_without_it(world: World) -> None:
    write(world)
    verify(world)
    was = world.ask("rev-parse", "HEAD^{tree}")
    break_it(world)
    verify(world, "--again")
    told = verify(world).json
    assert (told["changed"], told["verified"]["again"]) == (False, was)


def test_the_same_tree_again_is_the_same_content(world: World) -> None:
    write(world)
    verify(world)
    world.amend(None, "-m", "reworded")
    world.okstra("stage", "done", "1", "--task-key", NAME)
    assert verify(world).json["verified"]["again"] is None


def test_what_was_verified_before_a_change_that_was_taken_back_holds_again(world: World) -> None:
    write(world)
    verify(world)
    break_it(world)
    write(world, report="# another")
    verify(world)
    world.git("reset", "-q", "--hard", "HEAD~1")
    world.okstra("stage", "done", "1", "--task-key", NAME, "--commit", "HEAD")
    write(world)
    assert verify(world).json["verified"]["again"] is None


def test_a_report_of_an_earlier_version_is_known_after_others(world: World) -> None:
    write(world)
    verify(world)
    for number in range(2):
        world.commit(f"more {number}", {"f1.txt": f"{number}\n"})
        world.okstra("stage", "done", "1", "--task-key", NAME)
        write(world, report=f"# {number}")
        verify(world)
    world.commit("last", {"f1.txt": "last\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    write(world)
    assert verify(world, exit=1).json["error"]["code"] == "evidence.same-report"


def test_one_document_of_the_two_is_worth_a_warning(world: World) -> None:
    write(world)
    verify(world)
    break_it(world)
    write(world, report="# written anew")
    assert "the data is the very one" in verify(world).err
    world.commit("more", {"f1.txt": "more\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    write(world, report="# written anew", validationEvidence=[{"command": "make", "exitCode": 0}])
    assert "the report is the very one" in verify(world).err


def test_another_stage_with_the_same_report_text_and_its_own_data_is_no_reuse(world: World) -> None:
    write(world)
    verify(world)
    world.checkout("main")
    stage(world, 2)
    write(world, number=2)
    assert verify(world, number=2).json["warnings"] == []
