"""Opens tasks for the follow-up rows of a report, each with a brief to go on with, and says how the rows stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from okstra_git.briefs.edits import make_brief
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.names import find_task_key, is_slashed_key, is_ulid, key_of_slashed, quote_path
from okstra_git.paths import LANGUAGES, ProjectPaths
from okstra_git.porcelain.briefs import BRIEF, input_template, place_brief
from okstra_git.porcelain.project_files import project_root, read_document_named, recorded_path, require_project_root
from okstra_git.redaction.late import redact
from okstra_git.reports.conclusion import run_of_data
from okstra_git.reports.follow_ups import read_rows_of_data, read_rows_of_report
from okstra_git.reports.pair import pair_of
from okstra_git.stages.follow_ups import (
    MOST_TASKS,
    FollowUp,
    FollowUpProblem,
    ReportIdentity,
    facts_of,
    judge_follow_ups,
    ticket_of,
)
from okstra_git.store.registry import require_task
from okstra_git.store.store import Decision
from okstra_git.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import State
    from okstra_git.reports.follow_ups import ReportedFollowUp
    from okstra_git.reports.pair import ReportPair
    from okstra_git.store.snapshot import Snapshot


@dataclass(frozen=True)
class FollowUps:
    """The rows of a report as they stand. `source` is the file that was read: the data, or the report itself.

    `opened` are the tasks that this call opened, `briefs` the drafts by task, as paths from the project's root.
    """

    report: ReportIdentity
    source: str
    rows: tuple[FollowUp, ...]
    opened: tuple[TaskKey, ...] = ()
    briefs: dict[TaskKey, str] = field(default_factory=dict)

    @property
    def problems(self) -> list[FollowUpProblem]:
        """Everything that keeps a row from becoming a task, top to bottom."""
        return [problem for row in self.rows for problem in row.problems]

    @property
    def refusal(self) -> OkstraError | None:
        """What opening tasks is refused with while there are problems."""
        if not self.problems:
            return None
        message = f"{counted(len(self.problems), 'problem')} in the follow-up rows of {self.source}; no task was opened"
        return refuse("followups.invalid", message, hint=f"mend them in {self.source}, then repeat", path=self.source)


def list_follow_ups(workspace: Workspace, name: str, task: TaskKey | None) -> FollowUps:
    """The rows of the report or data of that name; `task` is whose report it is, where the file does not say."""
    reading = _read(workspace, name, task)
    return _with_briefs(workspace, _judged(reading, workspace.store.read().state))


def spawn_follow_ups(workspace: Workspace, name: str, task: TaskKey | None, *, dry_run: bool) -> FollowUps:
    """Open a task for every row that asks for it and has none yet; nothing at all while a row has a problem.

    A brief that cannot be written is a warning: the tasks are on record by then, and the next call writes it.
    """
    reading = _read(workspace, name, task)
    if dry_run:
        return _judged(reading, workspace.store.read().state)

    def decide(snapshot: Snapshot) -> Decision[FollowUps]:
        judged = _judged(reading, snapshot.state)
        return Decision([] if judged.problems else facts_of(snapshot.state, reading.report, judged.rows), judged)

    appended, judged = workspace.store.append_decision(decide)
    workspace.warn(appended.warning)
    if judged.problems:
        return judged
    opened = tuple(row.key for row in judged.rows if row.standing == "to-open" and row.key is not None)
    after = judge_follow_ups(appended.snapshot.state, reading.report, reading.rows)
    _write_briefs(workspace, reading, after, appended.snapshot.state)
    return _with_briefs(workspace, FollowUps(reading.report, reading.source, tuple(after), opened))


@dataclass(frozen=True)
class _Reading:
    report: ReportIdentity
    source: str
    rows: list[ReportedFollowUp]
    language: str


def _judged(reading: _Reading, state: State) -> FollowUps:
    require_task(state, reading.report.parent)
    return FollowUps(reading.report, reading.source, tuple(judge_follow_ups(state, reading.report, reading.rows)))


def _read(workspace: Workspace, name: str, task: TaskKey | None) -> _Reading:
    """What the file says, or the data beside it: of a report with data these are the source of every cell."""
    given = _path(workspace, name)
    pair = pair_of(given)
    if pair is not None and (given == pair.data or pair.data.is_file()):
        return _of_data(workspace, pair, task)
    return _of_report(workspace, given, task)


def _of_data(workspace: Workspace, pair: ReportPair, task: TaskKey | None) -> _Reading:
    path, shown = pair.data, recorded_path(workspace, pair.data)
    try:
        values = read_plain_object(_bytes(workspace, path))
    except NotPlain as error:
        hint = "let the report writer write it anew"
        raise refuse("document.broken", f"{quote_path(shown)} {error}", hint=hint, path=shown) from error
    identity = _identity(workspace, pair.report, _text(values, "taskKey"), run_of_data(values), task)
    return _limited(_Reading(identity, shown, read_rows_of_data(values), _text(values, "language")))


def _of_report(workspace: Workspace, path: Path, task: TaskKey | None) -> _Reading:
    shown = recorded_path(workspace, path)
    document = parse_document(decode(_bytes(workspace, path), name=shown))
    front = document.front
    identity = _identity(workspace, path, front.text("task"), front.text("run"), task)
    return _limited(_Reading(identity, shown, read_rows_of_report(document), front.text("language")))


def _identity(workspace: Workspace, report: Path, key: str, run: str, task: TaskKey | None) -> ReportIdentity:
    path = redact(recorded_path(workspace, report), home=str(workspace.home)).text
    own = key_of_slashed(key) if is_slashed_key(key) else find_task_key(key)
    if task is None and own is None:
        hint = "name it: --task-key P:G:T"
        raise refuse("report.no-task", f"{quote_path(path)} does not say of which task it is", hint=hint, path=path)
    if task is not None and own is not None and task != own:
        hint = f"leave --task-key out, or name {own}"
        raise refuse("followups.other-task", f"{quote_path(path)} is a report of {own}, not of {task}", hint=hint)
    parent = own or task
    assert parent is not None
    return ReportIdentity(path, run if is_ulid(run) else "", parent)


def _limited(reading: _Reading) -> _Reading:
    wanted = sum(row.spawn is True for row in reading.rows)
    if wanted > MOST_TASKS:
        message = f"{wanted} rows of {reading.source} ask for a task, and at most {MOST_TASKS} are opened of one report"
        raise refuse("followups.too-many", message, hint="say no in those that can wait", rows=wanted)
    return reading


def _path(workspace: Workspace, name: str) -> Path:
    """The file from the working directory, or from the project's root."""
    here = workspace.cwd / name
    return here if "\0" in name or here.exists() else project_root(workspace) / name


def _bytes(workspace: Workspace, path: Path) -> bytes:
    try:
        return read_document_named(workspace, str(path))
    except PathRefused as refusal:
        message = f"the report cannot be read: {refusal.message}"
        raise refuse("report.missing", message, hint="name a report, or its data", path=str(path)) from refusal


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


# --- briefs


def _write_briefs(workspace: Workspace, reading: _Reading, rows: list[FollowUp], state: State) -> None:
    """Write the brief of every open task of the report that has neither brief nor run."""
    for row in rows:
        key = row.key
        if row.standing != "open" or key is None or state.tasks[key].runs:
            continue
        try:
            place_brief(workspace, key.group, key.task, _brief(workspace, reading, row, key), keep=True)
        except OkstraError as refusal:
            workspace.warn(f"the brief of {key} was not written: {refusal.message}")


def _brief(workspace: Workspace, reading: _Reading, row: FollowUp, key: TaskKey) -> str:
    """The row's own words, fenced, so that nothing in them is markup; the gate is shut until a person looked at it."""
    cells, report = row.row, reading.report
    ticket = ticket_of(row, report)
    words = [
        f"Scope: {cells.scope}",
        f"Reason: {cells.reason}",
        f"Suggested task type: {cells.task_type}",
        f"Origin: {cells.origin or 'not said'}, in {report.path}, a report of {report.parent}",
    ]
    language = reading.language if reading.language in LANGUAGES else workspace.settings.language
    return make_brief(
        input_template(workspace, BRIEF, language),
        key.task,
        title=row.title,
        tickets=[ticket] if ticket else [],
        source="\n\n".join(words),
    )


def _with_briefs(workspace: Workspace, judged: FollowUps) -> FollowUps:
    """The same, with the briefs that are there."""
    project = ProjectPaths(require_project_root(workspace))
    keys = [row.key for row in judged.rows if row.standing == "open" and row.key is not None]
    paths = {key: project.briefs(key.group) / f"{key.task}.md" for key in keys}
    files = Root(project.root)
    briefs = {key: project.relative(path) for key, path in paths.items() if files.is_file(path)}
    return FollowUps(judged.report, judged.source, judged.rows, judged.opened, briefs)
