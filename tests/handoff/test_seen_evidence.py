"""A report beside what okstra saw itself: what agrees is marked, and what contradicts it is refused."""

from pathlib import Path

import pytest

from tests.kit import handing
from tests.kit.scenario import World

CHECKS = [{"command": "test -f s1.txt", "exitCode": 0}, {"command": "make lint", "exitCode": 0}]


@pytest.fixture
def done(tmp_path: Path) -> World:
    """A stage that is done, in whose tree is `s1.txt`."""
    world = handing.begin(tmp_path / "shop")
    handing.stage(world, 1, {"s1.txt": "1\n"})
    return world


def seen(world: World, checks: list[dict[str, object]] | None = None) -> list[str]:
    verified = handing.verify(world, 1, validationEvidence=checks or CHECKS).json["verified"]
    assert verified["evidence"] == (checks or CHECKS)
    return [each["command"] for each in verified["seen"]]


def test_without_records_everything_is_as_ever(done: World) -> None:
    assert seen(done) == []


@pytest.mark.parametrize("command", [["test", "-f", "s1.txt"], ["sh", "-c", "test -f s1.txt"]])
def test_a_command_that_okstra_saw_on_the_tree_is_marked_as_seen(done: World, command: list[str]) -> None:
    done.okstra("verify", "unit", "--clean", "--", *command)
    assert seen(done) == ["test -f s1.txt"]
    page = handing.verify(done, 1, validationEvidence=CHECKS, flags=["--text"]).out
    assert "(2 checks, 1 seen by okstra)" in page


def test_a_report_that_contradicts_a_record_is_refused_until_it_is_run_again(done: World) -> None:
    done.okstra("verify", "unit", "--", "test", "-f", "none", exit=1)
    checks = [{"command": "test -f none", "exitCode": 0}]
    error = handing.verify(done, 1, exit=1, validationEvidence=checks).json["error"]
    assert (error["code"], error["reported"], error["recorded"]) == ("evidence.contradicted", 0, 1)
    line = error["hint"].partition("decides: git okstra ")[2]
    done.okstra(*line.split(), exit=1)  # it still fails, so the report stays refused
    handing.verify(done, 1, exit=1, validationEvidence=checks)
    assert seen(done, [{"command": "test -f s1.txt", "exitCode": 0}]) == []


def test_the_newest_record_decides(done: World) -> None:
    for value, status in (("1", 1), ("0", 0)):
        done.okstra("verify", "--", "sh", "-c", "exit $CODE", exit=status, env={"CODE": value})
    assert seen(done, [{"command": "exit $CODE", "exitCode": 0}]) == ["exit $CODE"]


def test_claims_other_trees_and_other_inputs_are_no_evidence(done: World) -> None:
    done.okstra("verify", "--claimed", "--exit-code", "1", "--", "make", "lint", exit=1)
    done.okstra("verify", "--ref", "HEAD~1", "--", "test", "-f", "s1.txt", exit=1)
    done.okstra("verify", "--input-env", "MODE", "--", "test", "-f", "s1.txt", env={"MODE": "x"})
    assert seen(done) == []
