"""`run finish` on a real repository: what a run left is validated, and what was left out of that is on record."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import refused
from tests.kit.answers import Answer
from tests.kit.prepared import prepare, set_up
from tests.kit.scenario import World
from tests.validation.bundles import RESULT, data_of

FOLDER = ".okstra/tasks/shop/web/login/runs/error-analysis"


@pytest.fixture
def run(world: World) -> str:
    """A run that left everything that it owes."""
    set_up(world, {1: ()})
    run: str = prepare(world, task_type="error-analysis").json["run"]
    paths = json.loads((world.path / f"{FOLDER}/manifests/run-manifest-error-analysis-001.json").read_text())
    named = {"runId": run, "nonce": paths["nonce"], "seq": "001"}
    world.write(paths["reportData"], json.dumps({**data_of("error-analysis"), **named}))
    world.okstra("report", "render", paths["reportData"])
    state = json.loads((world.path / paths["teamState"]).read_text())
    state["teamCreate"] = {"attempted": True, "status": "ok"}
    for worker, row in state["workers"].items():
        row["status"] = "completed"
        agent = f"{FOLDER}/worker-results/{row['agentName']}"
        world.write(f"{agent}-audit-error-analysis-001.md", "- brief.md, to its end\n")
        if worker != "report-writer":
            world.write(f"{agent}-error-analysis-001.md", RESULT.format(worker=worker))
    world.write(paths["teamState"], json.dumps(state))
    return run


def finish(world: World, run: str, *words: str, exit: int = 0) -> Answer:
    return world.okstra("run", "finish", run, "--nonce", nonce(world), *words, "--json", exit=exit)


def nonce(world: World) -> str:
    return str(team_state(world)["nonce"])


def team_state(world: World) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(state_path(world).read_text())
    return state


def state_path(world: World) -> Path:
    return world.path / f"{FOLDER}/state/team-state-error-analysis-001.json"


def break_team(world: World) -> None:
    state = team_state(world)
    state["workers"]["codex"]["status"] = None
    state["workers"]["claude"] |= {"status": "timeout", "reason": ""}
    state_path(world).write_text(json.dumps(state))


def test_a_sound_run_is_finished_and_that_it_was_validated_is_on_record(world: World, run: str) -> None:
    ended = finish(world, run).json["run"]
    assert (ended["status"], ended["validation"]) == ("finished", "passed")
    assert "validation passed" in " ".join(world.okstra("run", "show", run, "--text").out.split())


def test_everything_that_fails_is_said_at_once_and_the_run_goes_on(world: World, run: str) -> None:
    break_team(world)
    before = world.okstra("log", "--json").json["events"]
    answer = finish(world, run, exit=1)
    refused(answer, "run.not-valid")
    assert [each["rule"] for each in answer.json["failures"]] == ["team.worker-reason", "team.worker-status"]
    assert world.okstra("log", "--json").json["events"] == before
    assert world.okstra("run", "show", run, "--json").json["run"]["status"] == "prepared"
    validated = world.okstra("validate", "run", run, "--json", exit=1)
    assert validated.json["failures"] == answer.json["failures"]


def test_what_was_finished_unchecked_says_so_wherever_it_is_looked_at(world: World, run: str) -> None:
    break_team(world)
    ended = finish(world, run, "--unchecked").json["run"]
    assert (ended["status"], ended["validation"]) == ("finished", "unchecked")
    assert "finished with --unchecked" in world.okstra("run", "show", run, "--text").out
    problems = world.okstra("status", "--problems", "--json").json["problems"]
    assert [each["run"] for each in problems if each["code"] == "run.unchecked"] == [run]
    events = world.okstra("inspect", "history", "--task-key", "shop:web:login", "--json").json["events"]
    assert [each["validation"] for each in events if each["event"] == "run.validated"] == ["unchecked"]


def test_a_run_that_failed_owes_nothing(world: World, run: str) -> None:
    break_team(world)
    ended = finish(world, run, "--outcome", "failed", "--reason", "no quota").json["run"]
    assert (ended["status"], ended["validation"]) == ("failed", None)


def test_without_data_nothing_can_be_validated_and_that_is_on_record(world: World, run: str) -> None:
    (world.path / f"{FOLDER}/reports/final-report-error-analysis-001.data.json").unlink()
    answer = finish(world, run)
    assert answer.json["run"]["validation"] == "no-data"
    assert "nothing was validated" in answer.err


def test_data_of_another_shape_are_no_missing_data(world: World, run: str) -> None:
    world.write(f"{FOLDER}/reports/final-report-error-analysis-001.data.json", "{}")
    refused(finish(world, run, exit=1), "run.not-valid")


def test_finishing_again_asks_nothing_again(world: World, run: str) -> None:
    finish(world, run)
    break_team(world)
    assert finish(world, run).json["changed"] is False
