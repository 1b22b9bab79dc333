"""What a prompt says of the team is what team state holds, whoever leads the run by now and whoever works beside it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.prepared import folder, manifest, prepare, set_up
from tests.kit.scenario import World

OK = {"attempted": True, "status": "ok"}
ERROR = {"attempted": True, "status": "error", "error": "no room"}
SKIPPED = {"attempted": False, "status": "skipped", "reason": "concurrent-run"}
PLAIN = f'already says `"teamCreate": {json.dumps(SKIPPED)}`'

Sleeper = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    """Makes processes that lead runs until they are killed."""
    made: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        made.append(subprocess.Popen(["sleep", "600"]))
        return made[-1]

    yield start
    for process in made:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: ()})


def state_path(world: World) -> Path:
    return folder(world) / "runs/implementation/stage-1/state/team-state-implementation-001.json"


def record(world: World, **said: object) -> None:
    """What a lead writes into its team state."""
    path = state_path(world)
    path.write_text(json.dumps({**json.loads(path.read_text()), **said}))


def team(world: World) -> Any:
    return manifest(world, "state/team-state")["teamCreate"]


def resume(world: World, run: str, *more: str) -> Any:
    return world.okstra("run", "resume", run, *more, "--json").json


def died_with(world: World, sleeper: Sleeper, made: object) -> str:
    """A run on stage 1 whose lead recorded this of its team and died; its id."""
    lead = sleeper()
    run = str(prepare(world, "--stage", "1", "--holder", str(lead.pid)).json["run"])
    record(world, teamCreate=made)
    end(lead)
    return run


def test_a_dead_attempts_team_is_not_called_skipped_by_it_and_is_deleted_at_the_end(
    shop: World, sleeper: Sleeper
) -> None:
    run = died_with(shop, sleeper, OK)
    prepare(shop, "--stage", "2", "--holder", str(sleeper().pid))
    said = resume(shop, run)["prompt"]
    assert "Concurrent-run: no-team background" in said
    assert "An earlier attempt of this run made the team `okstra-shop-web-login-s1` and died." in said
    assert PLAIN not in said
    assert "PROGRESS: phase-7-teardown" in said
    assert "call `TeamDelete` for `okstra-shop-web-login-s1` once" in said
    assert team(shop) == {**SKIPPED, "former": OK}  # legal without team_name, and nothing is forgotten


def test_a_team_that_failed_in_a_dead_attempt_leaves_nothing_to_delete(shop: World, sleeper: Sleeper) -> None:
    run = died_with(shop, sleeper, ERROR)
    prepare(shop, "--stage", "2", "--holder", str(sleeper().pid))
    said = resume(shop, run)["prompt"]
    assert "PROGRESS: phase-7-teardown" not in said
    assert "An earlier attempt" not in said
    assert PLAIN not in said
    assert team(shop) == {**SKIPPED, "former": ERROR}


def test_once_the_others_are_gone_the_team_stands_as_it_was_recorded(shop: World, sleeper: Sleeper) -> None:
    run, other = died_with(shop, sleeper, OK), sleeper()
    prepare(shop, "--stage", "2", "--holder", str(other.pid))
    lead = sleeper()
    resume(shop, run, "--holder", str(lead.pid))
    assert team(shop)["former"] == OK
    end(other)
    end(lead)
    said = resume(shop, run)["prompt"]
    assert "Concurrent-run" not in said
    assert "Team name, exactly: `okstra-shop-web-login-s1`." in said
    assert team(shop) == OK


def test_a_lead_that_made_its_team_before_others_came_goes_on_with_it(shop: World, sleeper: Sleeper) -> None:
    run = str(prepare(shop, "--stage", "1").json["run"])
    record(shop, teamCreate=OK)
    prepare(shop, "--stage", "2", "--holder", str(sleeper().pid))
    told = resume(shop, run)
    assert "Concurrent-run" not in told["prompt"]
    assert told["concurrent_run_stages"] == []
    assert team(shop) == OK


def test_a_lead_that_made_none_yet_meets_the_others_when_it_asks_again(shop: World, sleeper: Sleeper) -> None:
    run = str(prepare(shop, "--stage", "1").json["run"])
    prepare(shop, "--stage", "2", "--holder", str(sleeper().pid))
    told = resume(shop, run)
    assert told["concurrent_run_stages"] == [2]
    assert PLAIN in told["prompt"]
    assert team(shop) == SKIPPED


@pytest.mark.parametrize("nonsense", ["a word", 3, [], {"attempted": "yes"}, {"former": "x"}])
def test_a_record_that_nobody_understands_is_no_team(shop: World, sleeper: Sleeper, nonsense: object) -> None:
    run = died_with(shop, sleeper, nonsense)
    prepare(shop, "--stage", "2", "--holder", str(sleeper().pid))
    assert PLAIN in resume(shop, run)["prompt"]
    assert team(shop) == SKIPPED


def test_team_state_that_cannot_be_read_is_kept_under_another_name(shop: World, sleeper: Sleeper) -> None:
    lead = sleeper()
    run = str(prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json["run"])
    state_path(shop).write_text('{"workers": {"claude": {"status": "comp')
    end(lead)
    resume(shop, run)
    assert manifest(shop, "state/team-state")["runId"] == run
    (kept,) = state_path(shop).parent.glob("*.broken-*")
    assert kept.read_text() == '{"workers": {"claude": {"status": "comp'


def test_the_session_of_the_lead_stands_in_team_state_from_the_beginning(shop: World, sleeper: Sleeper) -> None:
    lead = sleeper()
    run = str(prepare(shop, "--stage", "1", "--holder", str(lead.pid), "--lead-session", "s-1").json["run"])
    assert manifest(shop, "state/team-state")["lead"]["sessionId"] == "s-1"
    end(lead)
    told = shop.okstra("run", "resume", run, "--json", env={"CLAUDE_CODE_SESSION_ID": "s-2"}).json
    assert manifest(shop, "state/team-state")["lead"] == {"sessionId": "s-2", "model": "opus"}
    assert told["run"]["session"] == "s-2"


def test_a_session_that_nobody_knows_is_not_the_dead_ones(shop: World, sleeper: Sleeper) -> None:
    lead = sleeper()
    run = str(prepare(shop, "--stage", "1", "--holder", str(lead.pid), "--lead-session", "s-1").json["run"])
    end(lead)
    resume(shop, run)
    assert manifest(shop, "state/team-state")["lead"]["sessionId"] is None


def test_a_session_that_the_lead_entered_itself_stays(shop: World) -> None:
    run = str(prepare(shop, "--stage", "1").json["run"])
    record(shop, lead={"sessionId": "mine", "model": "opus"})
    resume(shop, run)
    assert manifest(shop, "state/team-state")["lead"]["sessionId"] == "mine"
