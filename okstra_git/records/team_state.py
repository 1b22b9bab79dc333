"""Team state as the lead keeps it: who leads, whether a team was made, what became of each worker, what all used.

The file is written by hand by a lead, and by okstra (`prepare`, `token-usage`), so every key may be missing and keys
that nobody knows are kept. `validation/team.py` says what has to be in it when a run ends.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    """A part of the file: keys in camel case, unknown ones kept."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow", frozen=True)


class TeamLead(_Part):
    """The program that leads: its session, by which its tokens are found, and its model."""

    session_id: str | None = None
    model: str | None = None


class TeamCreation(_Part):
    """How making the team came out. `error` needs its message, `skipped` the reason that a prepare gives."""

    attempted: bool = False
    status: str | None = None
    error: str | None = None
    reason: str | None = None
    former: dict[str, Any] | None = None


class Reverification(_Part):
    """A worker that was asked again: round, the name it was dispatched by, and the model, that of the first time."""

    round: int = Field(ge=1, le=100)
    agent_name: str
    model: str | None = None
    status: str | None = None
    reason: str | None = None


class TeamWorker(_Part):
    """A worker of the roster: how it was dispatched, and how it ended. `team_name` null = without a team."""

    agent_name: str | None = None
    agent_type: str | None = None
    session_id: str | None = None
    cli: str | None = None
    model: str | None = None
    model_execution_value: str | None = None
    team_name: str | None = None
    status: str | None = None
    reason: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    reverify: tuple[Reverification, ...] = ()


class UsageSummary(_Part):
    """What `token-usage --write` puts there: the sum, how sure it is, and each member by name."""

    total: dict[str, int]
    confidence: Literal["exact", "lower_bound", "approximate"]
    members: dict[str, dict[str, Any]]
    unattributed_team_sessions: tuple[str, ...] = ()


class TeamTeardown(_Part):
    """Whether the team was taken down; it never holds up a run."""

    status: str | None = None
    error: str | None = None


class TeamState(_Part):
    """`state/team-state-….json` of a run; `run_id` and `nonce` say of which attempt."""

    run_id: str | None = None
    nonce: str | None = None
    lead: TeamLead | None = None
    team_name: str | None = None
    team_create: TeamCreation | None = None
    workers: dict[str, TeamWorker] = Field(default_factory=dict)
    usage_summary: UsageSummary | None = None
    teardown: TeamTeardown | None = None


def parse_team_state(values: Mapping[str, Any]) -> TeamState:
    """The state in a file's object; raises pydantic's `ValidationError` where a known key has another kind of value."""
    return TeamState.model_validate(values, by_alias=True, by_name=False)


def misfits(values: Mapping[str, Any]) -> list[str]:
    """The places whose values are of another kind than their keys are for, dotted; at most twenty."""
    try:
        parse_team_state(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [".".join(map(str, problem["loc"])) for problem in found[:20]]
    return []


def schema_of_team_state() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return TeamState.model_json_schema(by_alias=True)
