"""What agents used: collected from the sessions of a run, shown from the ledger, and told to a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from okstra_git.agents.sessions import homes_of, read_session
from okstra_git.agents.tokens import Confidence, Tokens, sum_tokens, worst
from okstra_git.bundle.project import read_object
from okstra_git.bundle.stored_context import pretty_json
from okstra_git.contract import LEAD, TEAM_OK
from okstra_git.errors import refuse
from okstra_git.fs.root import Root
from okstra_git.paths import templates_directory
from okstra_git.porcelain.project_files import read_document_named, require_project_root
from okstra_git.porcelain.workers.files import workers_of_run
from okstra_git.records.work_events import UsageRecorded
from okstra_git.usage.budgets import Budget, parse_budget
from okstra_git.usage.landed import ChangeCost, cost_of_changes
from okstra_git.usage.prices import Prices, parse_prices
from okstra_git.usage.rows import UsageRow, View, group_usage, total_of, used_parts
from okstra_git.workers.counters import record_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from okstra_git.agents.sessions import Homes
    from okstra_git.agents.tokens import SessionUsage
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Run
    from okstra_git.records.states import State, Task
    from okstra_git.records.usage import SessionRecord
    from okstra_git.store.snapshot import Snapshot

_SHIPPED = "usage/prices.json"
WITH_LEAD = "counted with the lead, in whose session it works"
"""What is said of a worker that the lead dispatched without a team: its tokens are in the lead's sum."""


@dataclass(frozen=True)
class MemberUsage:
    """What one member of a team used: its sessions, or `why` there are none; `looked` is the id that has no files."""

    name: str
    program: str
    sessions: tuple[SessionRecord, ...] = ()
    why: str = ""
    looked: str = ""

    @property
    def tokens(self) -> Tokens:
        """The sum of its sessions."""
        return sum_tokens(each.tokens for each in self.sessions)

    @property
    def confidence(self) -> Confidence:
        """How sure that sum is."""
        return worst(each.confidence for each in self.sessions)


@dataclass(frozen=True)
class CollectedUsage:
    """The usage of a run's team: `members` with the lead first, and sessions of the run that belong to none of them."""

    task: Task
    run: Run
    path: str
    members: tuple[MemberUsage, ...]
    unattributed: tuple[SessionRecord, ...]
    is_written: bool = False

    @property
    def known(self) -> list[SessionRecord]:
        """Every session, one that two members share once."""
        every = (*(each for member in self.members for each in member.sessions), *self.unattributed)
        return list({(each.program, each.session): each for each in every}.values())

    @property
    def total(self) -> Tokens:
        """The sum of all sessions, those that belong to nobody included."""
        return sum_tokens(each.tokens for each in self.known)

    @property
    def confidence(self) -> Confidence:
        """How sure the sum is: at least that much, where somebody's usage is not to be found."""
        missing = any(not member.sessions and member.why != WITH_LEAD for member in self.members)
        return worst((*(each.confidence for each in self.known), *(("lower_bound",) if missing else ())))


def collect_usage(workspace: Workspace, given: str, *, write: bool) -> CollectedUsage:
    """Find what the team of a run used, by the session ids of its team state, its workers' files and the ledger.

    With `write`, the sums go into the team state as `usageSummary`, and what the ledger does not have into the ledger.
    """
    root = require_project_root(workspace)
    files = Root(root, links=True)
    path = files.name(workspace.cwd / given)
    state = read_object(files, path)
    if state is None:
        raise refuse(
            "usage.no-team-state", f"{given} is not a file", hint="state/team-state-….json of a run", path=path
        )
    task, run = _run_of(workspace.store.read().state, path, state)
    homes = homes_of(workspace.home, workspace.environ)
    members = tuple(_members(workspace, run, state, homes))
    seen = CollectedUsage(task, run, path, members, _unattributed(run, members), write)
    if write:
        Root(root).write(path, pretty_json({**state, "usageSummary": summary_of(seen)}))
        _record(workspace, seen)
    return seen


def summary_of(seen: CollectedUsage) -> dict[str, Any]:
    """The block `usageSummary` of team state."""
    return {
        "total": {**seen.total._asdict(), "total": seen.total.total},
        "confidence": seen.confidence,
        "members": {
            member.name: {**member.tokens._asdict(), "confidence": member.confidence}
            if member.sessions
            else {"status": "included" if member.why == WITH_LEAD else "unavailable", "reason": member.why}
            for member in seen.members
        },
        "unattributedTeamSessions": [each.session for each in seen.unattributed],
    }


@dataclass(frozen=True)
class ShownUsage:
    """Rows of one view and their sum; `changes` in place of rows where the view is what changes cost."""

    view: str
    prices: Prices
    rows: tuple[UsageRow, ...]
    total: UsageRow
    changes: tuple[ChangeCost, ...] = ()
    runs_without: int = 0


def show_usage(workspace: Workspace, view: View | str, task: TaskKey | None) -> ShownUsage:
    """What the ledger knows of one task or of all, in one view."""
    state = workspace.store.read().state
    tasks = [each for each in state.tasks.values() if task in (None, each.key)]
    prices = read_prices(workspace)
    without = sum(not run.usage for each in tasks for run in each.runs.values() if run.prepared is not None)
    if view == "landed":
        changes = tuple(cost_of_changes(tasks, prices))
        rows = tuple(change.row for change in changes)
        return ShownUsage(view, prices, rows, total_of(rows), changes, without)
    rows = tuple(group_usage(used_parts(tasks), view, prices))  # type: ignore[arg-type]
    return ShownUsage(view, prices, rows, total_of(rows), (), without)


def usage_of_change(
    workspace: Workspace, task: Task, stages: Collection[int]
) -> list[tuple[str, str, int, int, float | None]]:
    """What the runs about these stages, and those about all of them, used: who, model, tokens in and out, dollars."""
    prices = read_prices(workspace)
    rows: dict[tuple[str, str], UsageRow] = {}
    for part in used_parts([task]):
        if part.run.stage is None or part.run.stage in stages:
            key = part.session.worker or LEAD, part.counters.model
            rows[key] = rows.get(key, UsageRow(" ".join(key))).with_part(part, prices)
    ordered = sorted(rows.items(), key=lambda each: -each[1].tokens.total)
    return [(who, model, *_in_and_out(row)) for (who, model), row in ordered]


def _in_and_out(row: UsageRow) -> tuple[int, int, float | None]:
    """Tokens in and out, and dollars where all of them have a price."""
    tokens = row.tokens
    return tokens.total - tokens.output, tokens.output, None if row.unpriced else float(row.dollars)


def read_prices(workspace: Workspace) -> Prices:
    """The prices that the user names in `okstra.prices`, else those that are shipped."""
    named = workspace.settings.prices
    if named:
        return parse_prices(read_document_named(workspace, named), named)
    return parse_prices(Root(templates_directory()).read_bytes(_SHIPPED), _SHIPPED)


def budget_of(workspace: Workspace) -> Budget:
    """The budget of a task, as the setting says; no limits without one."""
    text = workspace.settings.budget
    return parse_budget(text) if text else Budget()


def used_by_task(task: Task, prices: Prices) -> tuple[int, Decimal]:
    """Tokens and dollars that a task has used so far."""
    total = total_of(group_usage(used_parts([task]), "phase", prices))
    return total.tokens.total, total.dollars


def _run_of(state: State, path: str, values: Mapping[str, Any]) -> tuple[Task, Run]:
    """The run that a team state says it is of, where it lies in that run's folder."""
    folder = str(PurePosixPath(path).parent.parent)
    for task in state.tasks.values():
        run = task.runs.get(str(values.get("runId") or ""))
        if run is not None and run.folder == folder:
            return task, run
    raise refuse(
        "usage.no-team-state", f"{path} is not the team state of a run", hint="git okstra run list --all",
        path=path,
    )  # fmt: skip


def _members(workspace: Workspace, run: Run, state: Mapping[str, Any], homes: Homes) -> list[MemberUsage]:
    lead = state["lead"] if isinstance(state.get("lead"), dict) else {}
    led = run.leads[-1] if run.leads else None
    session = str(lead.get("sessionId") or (led.session if led else "") or run.session)
    members = [_member(run, LEAD, led.program if led else "claude", session, homes)]
    workers = state["workers"] if isinstance(state.get("workers"), dict) else {}
    created = state["teamCreate"] if isinstance(state.get("teamCreate"), dict) else {}
    is_with_lead = created.get("status") != TEAM_OK and bool(members[0].sessions)
    seen = [status for each in workers_of_run(workspace, run) if (status := each.read()) is not None]
    started = {status.worker: status for status in seen}
    for id, row in workers.items():
        values = row if isinstance(row, dict) else {}
        name, cli = str(values.get("agentName") or f"{id}-worker"), str(values.get("cli") or "claude")
        status = started.pop(name, None)
        found = str(values.get("sessionId") or (status.session if status else ""))
        member = _member(run, name, cli, found, homes)
        is_included = not member.sessions and not found and cli == "claude" and is_with_lead
        members.append(replace(member, why=WITH_LEAD) if is_included else member)
    return [*members, *(_member(run, name, each.cli, each.session, homes) for name, each in started.items())]


def _member(run: Run, name: str, program: str, session: str, homes: Homes) -> MemberUsage:
    """By what supervisors recorded, else by the files of the session; never by a folder or a time."""
    worker = "" if name == LEAD else name
    recorded = tuple(each for each in run.usage if each.worker == worker)
    if recorded:
        return MemberUsage(name, program, recorded)
    if not session:
        return MemberUsage(name, program, why="no session id is known")
    usage: SessionUsage | None = read_session(program, session, homes)
    if usage is None:
        return MemberUsage(name, program, why="the session has no files here any more", looked=session)
    return MemberUsage(name, program, (record_of(usage, worker=worker, session=session),))


def _unattributed(run: Run, members: tuple[MemberUsage, ...]) -> tuple[SessionRecord, ...]:
    """Sessions on record for the run that belong to no member of the team."""
    known = {(each.program, each.session) for member in members for each in member.sessions}
    return tuple(each for each in run.usage if (each.program, each.session) not in known)


def _record(workspace: Workspace, seen: CollectedUsage) -> None:
    new = [each for each in seen.known if each not in seen.run.usage]

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        known = snapshot.state.tasks[seen.task.key].runs[seen.run.id].usage
        return [UsageRecorded(task=seen.task.key, run=seen.run.id, usage=each) for each in new if each not in known]

    if new:
        workspace.warn(workspace.store.append(decide).warning)
