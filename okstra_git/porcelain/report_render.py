"""Checks the data of a report and renders them: the file read, every problem named, the report written beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import read_named, replace_named
from okstra_git.fs.refusals import Linked, Missing, PathRefused, Unwritable
from okstra_git.fs.root import Root
from okstra_git.names import quote_path
from okstra_git.paths import OKSTRA, real_path
from okstra_git.reports.data import MAX_BYTES, read_report_data
from okstra_git.reports.pair import pair_of
from okstra_git.reports.render import render_report, status_line
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_git.documents.json_problems import DataProblem
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.report.data import AnyReportData


@dataclass(frozen=True)
class ReportCheck:
    """The data of a report in its file, as it was named; `data` is None where there are problems."""

    name: str
    data: AnyReportData | None
    problems: list[DataProblem]

    @property
    def refusal(self) -> OkstraError | None:
        """What data are refused with that have problems."""
        if not self.problems:
            return None
        message = f"{quote_path(self.name)} has {counted(len(self.problems), 'problem')}"
        return refuse("report.invalid", message, hint=f"mend it, then: {command('git okstra report check', self.name)}")


@dataclass(frozen=True)
class ReportWritten:
    """A report as it was rendered; both paths are absolute. `answers` are the ids of answers that were kept.

    `check` is what was found of the data; with problems nothing was written.
    """

    check: ReportCheck
    data_path: str
    report_path: str
    sections: int = 0
    changed: bool = False
    answers: tuple[str, ...] = ()
    is_approved: bool = False

    @property
    def line(self) -> str:
        """What a report writer answers."""
        return status_line(self.data_path, self.report_path, self.sections)


def check_report(workspace: Workspace, name: str) -> ReportCheck:
    """The data in the file that was named, or everything that is wrong with them."""
    return _check(name, _read(workspace, name))


def _check(name: str, content: bytes) -> ReportCheck:
    result = read_report_data(content)
    if isinstance(result, list):
        return ReportCheck(name, None, result)
    return ReportCheck(name, result, [])


def write_report(workspace: Workspace, name: str, output: str | None, *, force: bool = False) -> ReportWritten:
    """Render the data into a file beside them, or into `output`.

    Answers and approval that stand in that file are kept. Refuses a file that is not a report of this run, one whose
    answered questions the data do not have, and an approved one that would change; `force` writes all the same.
    """
    return _render(workspace.cwd, check_report(workspace, name), output, force=force)


def write_report_at_once(cwd: Path, name: str, output: str | None) -> ReportWritten | None:
    """As `write_report`, without a look at git and for the common case alone; None = ask `write_report`.

    The common case: data without problems, and no report there that a person may have written into.
    """
    try:
        check = _check(name, read_named(name, cwd, _tops(cwd), limit=MAX_BYTES))
        data = Path(os.path.normpath(cwd / name))
        if check.problems or _find(_place(data, cwd, output)) is not None:
            return None
        return _render(cwd, check, output)
    except OkstraError:
        return None


def _render(cwd: Path, check: ReportCheck, output: str | None, *, force: bool = False) -> ReportWritten:
    data_path = Path(os.path.normpath(cwd / check.name))
    path = _place(data_path, cwd, output)
    if check.data is None:
        return ReportWritten(check, str(data_path), str(path))
    shown = _from_project(path)
    before = _find(path)
    kept = (
        _keep(check.data, before, path, shown, force=force) if before is not None else _Rendering.of(check.data, shown)
    )
    if kept.data != before:
        _write(path, kept.data)
    return ReportWritten(
        check, str(data_path), str(path), kept.sections, kept.data != before, kept.answers, kept.is_approved
    )


@dataclass(frozen=True)
class _Rendering:
    """The bytes of a report, and what of the file before is in them."""

    data: bytes
    sections: int
    answers: tuple[str, ...] = ()
    is_approved: bool = False

    @classmethod
    def of(
        cls, data: AnyReportData, shown: str, *, answers: tuple[str, ...] = (), is_approved: bool = False
    ) -> _Rendering:
        rendered = render_report(data, path=shown, is_approved=is_approved)
        return cls(rendered.text.encode("utf-8"), rendered.sections, answers, is_approved)


def _keep(data: AnyReportData, before: bytes, path: Path, shown: str, *, force: bool) -> _Rendering:
    """The report with what a person wrote into the one that is there."""
    from okstra_git.documents.markdown import decode, parse_document  # these load the parser, and most reports are new
    from okstra_git.reports.kept import is_report, lost_answers, read_kept, with_answers

    document = parse_document(decode(before, name=shown))
    if not is_report(document) or document.front.text("run") != data.run_id:
        if force:
            return _Rendering.of(data, shown)
        raise _not_this_report(path, is_another=is_report(document))
    kept = read_kept(document)
    lost = lost_answers(data, kept)
    if lost and not force:
        raise _answers_lost(path, lost)
    answered = with_answers(data, kept)
    answers = tuple(name for name in kept.answers if name not in lost)
    rendering = _Rendering.of(answered, shown, answers=answers, is_approved=kept.is_approved)
    if not kept.is_approved or rendering.data == before:
        return rendering
    if not force:
        raise _approved(path)
    return _Rendering.of(answered, shown, answers=answers)


def _read(workspace: Workspace, name: str) -> bytes:
    """The file that was named; without a look at git where no link leads out of the project."""
    try:
        try:
            return read_named(name, workspace.cwd, _tops(workspace.cwd), limit=MAX_BYTES)
        except Linked:
            from okstra_git.porcelain.project_files import (
                read_document_named,  # loads git, which knows whose link it is
            )

            return read_document_named(workspace, name, limit=MAX_BYTES)
    except PathRefused as refusal:
        message = f"the data of the report cannot be read: {refusal.message}"
        hint = "write them first: git okstra report new --run R" if isinstance(refusal, Missing) else refusal.hint
        raise refuse("report.missing", message, hint=hint or "name a file", path=name[:200]) from refusal


def _tops(cwd: Path) -> tuple[Path, ...]:
    """The project that the directory is in, found by its `.git`, if it is in one."""
    return next(((each,) for each in (cwd, *cwd.parents) if os.path.lexists(each / ".git")), ())


def _place(data: Path, cwd: Path, output: str | None) -> Path:
    if output is not None:
        return Path(os.path.normpath(cwd / output))
    pair = pair_of(data)
    if pair is None or pair.data != data:
        message = f"{quote_path(data.name)} does not end in .data.json, so that its report has no place"
        raise refuse("usage", message, hint="say where it goes: --output FILE")
    return pair.report


def _from_project(path: Path) -> str:
    """The path from the project's root, as a person there would name it; the bare name elsewhere."""
    parts = path.parts
    return "/".join(parts[parts.index(OKSTRA) :]) if OKSTRA in parts else path.name


def _find(path: Path) -> bytes | None:
    try:
        return Root(path.parent).find_bytes(path.name)
    except PathRefused as refusal:
        raise _unwritable(path, refusal.message) from refusal


def _write(path: Path, data: bytes) -> None:
    try:
        replace_named(real_path(path.parent) / path.name, data)
    except Unwritable as refusal:
        raise _unwritable(path, refusal.why) from refusal
    except PathRefused as refusal:
        raise _unwritable(path, refusal.message) from refusal


def _unwritable(path: Path, why: str) -> OkstraError:
    message = f"the report {quote_path(str(path))} cannot be written: {why}"
    return refuse("report.unwritable", message, hint="name another place: --output FILE", path=str(path))


def _not_this_report(path: Path, *, is_another: bool) -> OkstraError:
    what = "is the report of another run" if is_another else "is there, and is not a report of okstra's"
    hint = "render into another file (--output FILE), or write over it with --force"
    return refuse("report.taken", f"{quote_path(str(path))} {what}", hint=hint, path=str(path))


def _answers_lost(path: Path, lost: list[str]) -> OkstraError:
    message = (
        f"{', '.join(lost)} of {quote_path(str(path))} was answered by a person, and the data do not ask it any more"
    )
    hint = "put the question back into clarifications (resolved or obsolete will do), or drop the answer with --force"
    return refuse("report.answered", message, hint=hint, path=str(path), ids=lost)


def _approved(path: Path) -> OkstraError:
    message = f"{quote_path(str(path))} was approved, and is not what these data say any more"
    hint = "look at the new one first (--output FILE); --force writes it without the approval"
    return refuse("report.approved", message, hint=hint, path=str(path))
