"""Opens a report in a person's editor, so that its questions are answered there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.host.subprocesses import edit_file, find_editor
from okstra_git.porcelain.prepare.context import Editor

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_cli.session import Session


def find_report_editor(session: Session, *, never: bool) -> Editor:
    """The person's editor; off a terminal it is opened only for a report in which no question is answered."""
    when: Literal["never", "blank", "unanswered"] = "never" if never else "blank"
    if when == "blank" and not _is_at_terminal(session):
        when = "unanswered"
    return Editor(lambda report: _edit_report(session, report), when)


def _edit_report(session: Session, report: Path) -> None:
    """Wait until the person has closed the editor; refuses where there is neither an editor nor a terminal."""
    edit_file(_editor(session, report), report, environ=session.environ)


def _is_at_terminal(session: Session) -> bool:
    return session.around.stdin.isatty() and session.around.stderr_is_terminal


def _editor(session: Session, report: Path) -> str:
    editor = find_editor(session.environ)
    if editor is not None:
        return editor
    if _is_at_terminal(session):
        return "vi"
    raise refuse(
        "editor.missing",
        "there is neither an editor (EDITOR) nor a terminal to answer in",
        hint="git okstra report clarifications --open lists the questions, git okstra report answer takes an answer;\n"
        f"or answer in {word(report)}, then prepare again with --clarification-response {word(report)}",
        report=str(report),
    )
