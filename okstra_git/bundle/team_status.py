"""The team of a run as its documents state it: who was to work, on which models, and how each ended."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.run_files import Disk
from okstra_git.records.runs import Run


class TeamMember(NamedTuple):
    """A worker of the roster; `status` and `reason` are what the team's state says of how its work ended."""

    id: str
    agent: str
    cli: str
    model: str
    status: str | None
    reason: str | None


class TeamStatus(NamedTuple):
    """`members` is None when neither context nor team state is there. `session` is the lead's, `created` what is
    recorded of making the team."""

    name: str | None
    members: tuple[TeamMember, ...] | None
    lead_model: str | None
    executor: str | None
    executor_model: str | None
    session: str | None
    created: Mapping[str, Any] | None


def read_team_status(disk: Disk, run: Run, context: RunContext | None) -> TeamStatus:
    """What is known of the run's team; team state of another run, or a broken one, is noted and not believed."""
    path = context.paths.team_state if context is not None else _state_path(run)
    state = disk.read(path) if path and disk.see(path).bytes is not None else None
    if state is not None and state.get("runId") not in (None, run.id):
        disk.note(f"{path} is of run {_text(state.get('runId'))}")
        state = None
    stated = state or {}
    lead, created = stated.get("lead"), stated.get("teamCreate")
    options = context.options if context is not None else None
    model = lead.get("model") if isinstance(lead, dict) else None
    return TeamStatus(
        name=_text(stated.get("teamName")) or run.team or None,
        members=_members(context, stated.get("workers")),
        lead_model=options.lead_model if options else _text(model),
        executor=(options.executor if options else "") or None,
        executor_model=(options.executor_model if options else "") or None,
        session=(_text(lead.get("sessionId")) if isinstance(lead, dict) else None) or run.session or None,
        created=created if isinstance(created, dict) else None,
    )


def _state_path(run: Run) -> str:
    """Where the team state stands without a context to say so: the record has folder and number."""
    number = run.numbers.get("state", run.seq)
    return f"{run.folder}/state/team-state-{run.task_type}-{number:03}.json" if run.folder else ""


def _members(context: RunContext | None, stated: object) -> tuple[TeamMember, ...] | None:
    """The roster of the context with what the state says of each; the state's own roster where there is no context."""
    by_name = stated if isinstance(stated, dict) else {}
    rows = {str(name): row for name, row in by_name.items() if isinstance(row, dict)}
    if context is not None:
        return tuple(
            TeamMember(worker.id, worker.agent, worker.cli, worker.model, *_end(rows.get(worker.id, {})))
            for worker in context.workers
        )
    if not isinstance(stated, dict):
        return None
    return tuple(
        TeamMember(
            name,
            _text(row.get("agentName")) or name,
            _text(row.get("cli")) or "",
            _text(row.get("model")) or "",
            *_end(row),
        )
        for name, row in rows.items()
    )


def _end(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return _text(row.get("status")), _text(row.get("reason"))


def _text(value: object) -> str | None:
    """A text that is one, else None."""
    return value if isinstance(value, str) and value else None
