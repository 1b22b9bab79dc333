"""What agents used: collected from the sessions of a run, shown from the ledger, and told to a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from okstra_git.agents.sessions import homes_of, read_session
from okstra_git.agents.tokens import NO_TOKENS, Tokens, worst
from okstra_git.bundle.project import read_object
from okstra_git.bundle.stored_context import pretty_json
from okstra_git.contract import TEAM_OK
from okstra_git.errors import refuse
from okstra_git.fs.root import Root
from okstra_git.paths import templates_directory
from okstra_git.porcelain.project_files import read_document_named, require_project_root
from okstra_git.porcelain.workers.files import workers_of_run
from okstra_git.records.work_events import UsageRecorded
from okstra_git.usage.budgets import Budget, parse_budget
from okstra_git.usage.landed import ChangeCost, cost_of_changes
from okstra_git.usage.prices import Prices, parse_prices
from okstra_git.usage.rows import LEAD, UsageRow, View, group_usage, total_of, used_parts
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
    """What one member of a team used; `usage` is None where nothing can be found, and `why` says so."""

    name: str
    program: str
    session: str
    usage: SessionRecord | None
    why: str = ""


@dataclass(frozen=True)
class CollectedUsage:
    """The usage of a run's team: `members` with the lead first, and sessions that belong to nobody of the team."""

    task: Task
    run: Run
    path: str
    members: tuple[MemberUsage, ...]
    unattributed: tuple[str, ...]
    is_written: bool = False

    @property
    def known(self) -> list[SessionRecord]:
        """The records there are."""
        return [member.usage for member in self.members if member.usage is not None]

    @property
    def total(self) -> Tokens:
        """The sum of all members, a session that two of them share counted once."""
        sessions = {(each.program, each.session): each for each in self.known}
        return sum((_tokens(each) for each in sessions.values()), NO_TOKENS)

    @property
    def confidence(self) -> str:
        """How sure the sum is: at least that much, where somebody's usage is not to be found."""
        sure = worst(each.confidence for each in self.known)
        missing = any(member.usage is None and member.why != WITH_LEAD for member in self.members)
        return worst((sure, "lower_bound")) if missing else sure


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
    seen = CollectedUsage(task, run, path, members, tuple(_unattributed(run, members)), write)
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
            member.name: {**_tokens(member.usage)._asdict(), "confidence": member.usage.confidence}
            if member.usage is not None
            else {"status": "included" if member.why == WITH_LEAD else "unavailable", "reason": member.why}
            for member in seen.members
        },
        "unattributedTeamSessions": list(seen.unattributed),
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
            rows.setdefault(key, UsageRow(" ".join(key))).add(part, prices)
    return [
        (who, model, row.fresh + row.cached + row.written, row.output, None if row.unpriced else float(row.dollars))
        for (who, model), row in sorted(rows.items(), key=lambda each: -each[1].total)
    ]


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
    return total.total, total.dollars


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
    is_with_lead = created.get("status") != TEAM_OK and members[0].usage is not None
    started = {(status := each.read()) and status.worker: status for each in workers_of_run(workspace, run)}
    for id, row in workers.items():
        values = row if isinstance(row, dict) else {}
        name = str(values.get("agentName") or f"{id}-worker")
        status = started.pop(name, None)
        found = str(values.get("sessionId") or (status.session if status else ""))
        cli = str(values.get("cli") or "claude")
        if not found and cli == "claude" and is_with_lead:
            members.append(MemberUsage(name, cli, "", None, WITH_LEAD))
        else:
            members.append(_member(run, name, cli, found, homes))
    members += [_member(run, name, each.cli, each.session, homes) for name, each in started.items() if name and each]
    return members


def _member(run: Run, name: str, program: str, session: str, homes: Homes) -> MemberUsage:
    """By what the supervisor recorded, else by the files of the session; never by a folder or a time."""
    worker = "" if name == LEAD else name
    recorded = [each for each in run.usage if each.worker == worker]
    if recorded:
        best = max(recorded, key=lambda each: (each.source == "result", each.total))
        return MemberUsage(name, best.program, best.session, best)
    if not session:
        return MemberUsage(name, program, "", None, "no session id is known")
    usage: SessionUsage | None = read_session(program, session, homes)
    if usage is None:
        return MemberUsage(name, program, session, None, "the session has no files here any more")
    return MemberUsage(name, program, session, record_of(usage, worker=worker, session=session))


def _unattributed(run: Run, members: tuple[MemberUsage, ...]) -> list[str]:
    """Sessions on record for the run that belong to no member of the team."""
    known = {(each.program, each.session) for each in members}
    return sorted({each.session for each in run.usage if (each.program, each.session) not in known})


def _record(workspace: Workspace, seen: CollectedUsage) -> None:
    new = [each for each in seen.known if each not in seen.run.usage]

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        known = snapshot.state.tasks[seen.task.key].runs[seen.run.id].usage
        return [UsageRecorded(task=seen.task.key, run=seen.run.id, usage=each) for each in new if each not in known]

    if new:
        workspace.warn(workspace.store.append(decide).warning)


def _tokens(record: SessionRecord) -> Tokens:
    return sum(
        (Tokens(each.fresh, each.cached, each.written, each.output, each.thought) for each in record.counters),
        NO_TOKENS,
    )
