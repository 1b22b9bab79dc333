"""`run finish` reads verdict and routing from the data beside the report, and what comes next is read from there."""

import json
from typing import Any

import pytest

from okstra_git.runs.holder import lead_holder
from tests.cli.runs import FOLDER, prepare
from tests.cli.shop import TASK, open_shop, refused
from tests.kit.answers import Answer
from tests.kit.scenario import World
from tests.kit.values import ulid

REPORT = f"{FOLDER}/reports/final-report-implementation-001.md"
DATA = f"{FOLDER}/reports/final-report-implementation-001.data.json"
VERDICT = {"token": "conditional-accept", "direction": "revise", "reasons": "E-001"}
ROUTING = ["error-analysis", "implementation"]


@pytest.fixture
def run(world: World) -> str:
    return prepare(open_shop(world), lead_holder())


def write(world: World, **data: Any) -> None:
    world.write(REPORT, "# Report\n")
    world.write(DATA, json.dumps({"verdict": VERDICT, "routing": ROUTING} | data))


def finish(world: World, run: str, *words: str, exit: int = 0) -> Answer:
    return world.okstra("run", "finish", run, "--report", REPORT, *words, exit=exit)


def test_verdict_and_routing_are_on_record_and_the_first_of_it_comes_next(world: World, run: str) -> None:
    write(world, runId=run)
    ended = finish(world, run).json["run"]
    conclusion = {"verdict": "conditional-accept", "direction": "revise", "routing": ROUTING}
    assert (ended["conclusion"], ended["next_phase"], ended["status"]) == (conclusion, "error-analysis", "finished")
    seen = world.okstra("inspect", "history", *TASK).json
    assert (seen["task"]["next_phase"], seen["task"]["next_phase_from"]) == ("error-analysis", "report")
    concluded = next(event for event in seen["events"] if event["event"] == "run.concluded")
    assert {key: concluded[key] for key in conclusion} == conclusion
    assert world.okstra("inspect", "run", run).json["run"]["conclusion"] == conclusion
    assert "verdict    conditional-accept, revise" in world.okstra("run", "show", run, "--text").out


def test_the_end_is_told_with_what_the_report_says(world: World, run: str) -> None:
    write(world)
    told = finish(world, run, "--text").out.splitlines()
    assert told[1] == "its report says: conditional-accept, revise; next: error-analysis"


def test_a_phase_that_is_named_has_to_be_one_of_the_routing(world: World, run: str) -> None:
    write(world)
    refusal = finish(world, run, "--next-phase", "final-verification", exit=1)
    message = refused(refusal, "run.other-routing")
    assert "final-verification" in message
    assert "error-analysis, implementation" in message
    assert finish(world, run, "--next-phase", "implementation").json["run"]["next_phase"] == "implementation"


def test_data_that_say_that_nothing_follows_allow_no_phase(world: World, run: str) -> None:
    write(world, routing=[])
    refused(finish(world, run, "--next-phase", "implementation", exit=1), "run.other-routing")
    assert finish(world, run).json["run"]["next_phase"] == ""


def test_without_data_or_without_routing_the_lead_says_what_follows(world: World, run: str) -> None:
    write(world, routing=["somewhere"], verdict={"token": "fine"})
    ended = finish(world, run, "--next-phase", "implementation").json["run"]
    assert ended["next_phase"] == "implementation"
    assert ended["conclusion"] == {"verdict": None, "direction": None, "routing": None}


def test_a_report_alone_is_finished_as_before(world: World, run: str) -> None:
    world.write(REPORT, "# Report\n")
    ended = finish(world, run, "--next-phase", "final-verification").json["run"]
    assert (ended["next_phase"], ended["conclusion"]) == ("final-verification", None)


def test_the_report_of_another_run_is_refused(world: World, run: str) -> None:
    write(world, runId=ulid("S"))
    refused(finish(world, run, exit=1), "run.other-report")
    assert world.okstra("run", "list").json["runs"][0]["status"] == "prepared"


def test_a_former_holder_hears_of_its_nonce_first(world: World, run: str) -> None:
    write(world, runId=ulid("S"))
    refused(finish(world, run, "--nonce", "other", exit=1), "run.stale-nonce")


def test_data_that_cannot_be_read_are_a_warning(world: World, run: str) -> None:
    world.write(REPORT, "# Report\n")
    world.write(DATA, "{")
    answer = finish(world, run)
    assert answer.json["run"]["conclusion"] is None
    assert "the verdict of the report is not recorded" in answer.err


def test_doing_it_again_changes_nothing(world: World, run: str) -> None:
    write(world)
    finish(world, run)
    write(world, routing=["release-handoff"])
    assert finish(world, run).json["run"]["next_phase"] == "error-analysis"
