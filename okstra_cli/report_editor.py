"""Opens a report in a person's editor, so that its questions are answered there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.host.subprocesses import edit_file, find_editor

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_cli.session import Session


def edit_report(session: Session, report: Path) -> None:
    """Wait until the person has closed the editor; refuses where there is neither an editor nor a terminal."""
    edit_file(_editor(session, report), report, environ=session.environ)


def _editor(session: Session, report: Path) -> str:
    editor = find_editor(session.environ)
    if editor is not None:
        return editor
    if session.around.stdin.isatty() and session.around.stderr_is_terminal:
        return "vi"
    raise refuse(
        "editor.missing",
        "there is neither an editor (EDITOR) nor a terminal to answer in",
        hint=f"answer in {word(report)}, then prepare again with --clarification-response {word(report)}",
        report=str(report),
    )
