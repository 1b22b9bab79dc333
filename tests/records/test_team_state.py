"""Team state as a model: what a prepare writes fits it, unknown keys are kept, and its schema says both."""

import pytest
from pydantic import ValidationError

from okstra_git.records.team_state import parse_team_state, schema_of_team_state
from tests.kit.prepared import manifest, prepare, set_up
from tests.kit.scenario import World


def test_what_a_prepare_writes_fits(world: World) -> None:
    set_up(world, {1: ()})
    prepare(world, "--stage", "1")
    state = parse_team_state(manifest(world, "state/team-state"))
    assert state.run_id
    assert {worker.agent_name for worker in state.workers.values()} >= {"claude-worker", "codex-worker"}
    assert state.usage_summary is None


def test_unknown_keys_are_kept() -> None:
    state = parse_team_state({"mood": "good", "workers": {"codex": {"shirt": 7, "status": "completed"}}})
    assert state.model_dump(by_alias=True)["mood"] == "good"
    assert state.workers["codex"].model_dump(by_alias=True)["shirt"] == 7


@pytest.mark.parametrize("values", [{"workers": []}, {"lead": 1}, {"workers": {"codex": {"reverify": [{"round": 0}]}}}])
def test_another_kind_of_value_does_not_fit(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parse_team_state(values)


def test_its_schema_is_printed(world: World) -> None:
    printed = world.okstra("schema", "team-state", "--json").json["json_schema"]
    assert printed == schema_of_team_state()
    assert {"teamCreate", "usageSummary", "workers"} <= set(printed["properties"])
