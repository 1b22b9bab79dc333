"""Finds the report that a line means, the newest of its task where it names none, and writes an edited one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.bundle.inputs import find_last_report
from okstra_git.bundle.report_questions import open_questions
from okstra_git.bundle.run_files import Disk
from okstra_git.commands import command, word
from okstra_git.documents.markdown import decode, parse_document, too_long
from okstra_git.errors import refuse
from okstra_git.fs.outside import replace_named
from okstra_git.fs.refusals import Malformed, Missing, NotAFile, NotAFolder, TooLarge, Unreadable, Unwritable
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_folder
from okstra_git.names import TaskKey, find_task_key, quote_path
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.phases import PHASES
from okstra_git.porcelain.project_files import project_root, read_document_named, require_project_root
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.reports.clarifications import holds_up
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okstra_git.bundle.inputs import Reported
    from okstra_git.documents.markdown import Document
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class ReportFile:
    """A report in its file. `name` is its path from the project's root, `given` the file as the line named it.

    `key`, `run` and `task_type` are what the records say of the newest report, or a named one of itself; None where
    nothing does.
    """

    name: str
    path: Path
    text: str
    key: TaskKey | None
    run: str | None
    task_type: str | None
    given: str | None = None

    @property
    def document(self) -> Document:
        """The report, parsed."""
        return parse_document(self.text)


class ReportPlace(NamedTuple):
    """The report that was meant, and what names it on the next line: its task, or the file as it was given."""

    report: str
    key: TaskKey | None
    given: str | None
    task_type: str | None

    @classmethod
    def of(cls, report: ReportFile) -> ReportPlace:
        """That of a report as it was found."""
        return cls(report.name, report.key, report.given, report.task_type)

    def answer_command(self, id: str) -> str:
        """The line that answers one of its questions."""
        named = ("--report", self.given) if self.given is not None else ("--task-key", self.key)
        return command("git okstra report answer", id, ("--value", "TEXT"), named)

    @property
    def next_run(self) -> str | None:
        """The line that carries the answers on; None where the report is of no task that is known."""
        if self.key is None:
            return None
        prepare = command("git okstra run prepare", ("--task-key", self.key))
        if self.given is None:
            return f"{prepare} --resume-clarification"
        task_type = self.task_type if self.task_type in PHASES else "TYPE"
        return command(prepare, ("--task-type", task_type), ("--clarification-response", self.given))


class Waiting(NamedTuple):
    """What the newest report of a task asks and nobody answered: the ids, and those that hold up the next phase."""

    report: str
    ids: tuple[str, ...]
    blocking: tuple[str, ...]
    next: str


def find_waiting(workspace: Workspace, task: Task) -> Waiting | None:
    """The questions that wait; None where there is no report here, or none of its questions is unanswered."""
    disk = Disk(project_root(workspace))
    last = find_last_report(disk, task)
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    rows = [row for row in asked.rows if row.is_unanswered] if asked is not None else []
    if asked is None or not rows:
        return None
    blocking = tuple(row.id for row in rows if holds_up(row, "next-phase"))
    first = blocking[0] if blocking else rows[0].id
    place = ReportPlace(asked.report, task.key, None, None)
    return Waiting(asked.report, tuple(row.id for row in rows), blocking, place.answer_command(first))


def find_report(workspace: Workspace, identity: Identity, given: str | None) -> ReportFile:
    """The report that is named, else the newest one of the task; refuses one that is not here or cannot be read."""
    if given is not None:
        return _named(workspace, given)
    key = require_key(workspace, identity)
    task = require_task(workspace.store.read().state, key)
    disk = Disk(require_project_root(workspace))
    last, path = require_newest(disk, task)
    with _reading(last.report):
        text = decode(disk.files.read_bytes(last.report), name=last.report)
    return ReportFile(last.report, real_path(path), text, key, last.run.id, last.run.task_type)


def require_newest(disk: Disk, task: Task, *, task_type: str | None = None) -> tuple[Reported, Path]:
    """The report of the task's run that ended last, and its place; refuses when it is not here, since an older one is
    not what is asked for."""
    last, key = find_last_report(disk, task, task_type=task_type), task.key
    if last is None:
        of = f" of type {task_type}" if task_type else ""
        hint = f"git okstra run list --task-key {key} --all"
        raise refuse("report.missing", f"no run{of} of {key} has left a report to answer", hint=hint, task=str(key))
    path = disk.place(last.report)
    if path is None or not last.is_here:
        message = f"the last report of {key}, {last.report}, cannot be answered: the report is not here any more"
        hint = f"git okstra run show {word(last.run.id)}"
        raise refuse("report.missing", message, hint=hint, run=last.run.id, report=last.report)
    return last, path


@contextmanager
def edit_report(workspace: Workspace, identity: Identity, given: str | None) -> Iterator[ReportFile]:
    """The report, with its folder held until the edit is written: edits that come at once wait for each other."""
    found = find_report(workspace, identity, given)
    with hold_folder(found.path.parent):
        yield find_report(workspace, identity, given)


def save_report(report: ReportFile, text: str) -> None:
    """Write the report anew in one step, with the mode it has; refuses when it was written since it was read."""
    data = text.encode("utf-8")
    decode(data, name=report.name)
    with _reading(report.name):
        before = Root(report.path.parent).read_bytes(report.path.name)
    if before != report.text.encode("utf-8"):
        message = f"{report.name} was changed by somebody else just now"
        raise refuse("report.changed", message, hint="look at it, then repeat", report=report.name)
    try:
        replace_named(report.path, data)
    except Unwritable as refusal:
        message = f"{report.name} cannot be written: {refusal.why}"
        raise refuse("report.unwritable", message, hint=refusal.hint, report=report.name) from refusal


def _named(workspace: Workspace, given: str) -> ReportFile:
    with _reading(given):
        text = decode(read_document_named(workspace, given), name=given)
    path = real_path(workspace.cwd / given)
    values = parse_document(text).front.values
    named = (values.get(key) for key in ("task", "run", "task-type"))
    task, run, task_type = (value if isinstance(value, str) else None for value in named)
    name = ProjectPaths(project_root(workspace)).relative(path)
    return ReportFile(name, path, text, find_task_key(task) if task else None, run, task_type, given)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """What cannot be read, by one code."""
    try:
        yield
    except TooLarge as refusal:
        raise too_long(name) from refusal
    except (Malformed, Missing, NotAFile, NotAFolder, Unreadable) as refusal:
        message = f"the report cannot be read: {refusal.message}"
        hint = "name a report; git okstra run list --all shows those of every run"
        raise refuse("report.missing", message, hint=hint, report=quote_path(name)[1:-1]) from refusal
