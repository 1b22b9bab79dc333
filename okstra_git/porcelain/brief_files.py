"""Reads briefs and the words meant for them, and writes a brief back whole."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

from okstra_git.briefs.insertion import read_text
from okstra_git.briefs.verbatim import LINE
from okstra_git.commands import command
from okstra_git.documents.markdown import decode, too_long
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import replace_named
from okstra_git.fs.refusals import Malformed, Missing, NotAFile, TooLarge, Unreadable, Unwritable
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_folder
from okstra_git.names import is_text, quote_path
from okstra_git.porcelain.project_files import project_root, read_document_named
from okstra_git.real_paths import real_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okstra_git.briefs.brief import Brief
    from okstra_git.porcelain.workspace import Workspace


@dataclass(frozen=True)
class BriefFile:
    """A brief in its file; `name` is the file as it was named, `text` its content."""

    name: str
    path: Path
    text: str
    brief: Brief


def read_brief(workspace: Workspace, file: str) -> BriefFile:
    """The brief in a file named on the line, whatever is wrong with it."""
    path = _path_of(workspace, file)
    try:
        data = read_document_named(workspace, str(path))
    except (Missing, NotAFile, Unreadable) as refusal:
        hint = "git okstra brief new GROUP NAME"
        raise refuse("brief.missing", f"the brief cannot be read: {refusal.message}", hint=hint, path=file) from refusal
    except TooLarge as refusal:
        raise too_long(file) from refusal
    text = decode(data, name=file)
    return BriefFile(file, real_path(path), text, read_text(text))


@contextmanager
def edit_brief(workspace: Workspace, file: str) -> Iterator[BriefFile]:
    """The brief, with its folder held until the edit is written: edits that come at once wait for each other."""
    with hold_folder(real_path(_path_of(workspace, file)).parent):
        yield read_brief(workspace, file)


def _path_of(workspace: Workspace, file: str) -> Path:
    """The file from here; one that is not there from the project's root, as commands print it."""
    path = workspace.cwd / file
    if not path.exists():
        with suppress(OkstraError):  # outside of a repository there is only here
            elsewhere = project_root(workspace) / file
            return elsewhere if elsewhere.exists() else path
    return path


def save_brief(file: BriefFile, text: str) -> None:
    """Write the brief anew in one step, with the mode it has; refuses when an editor wrote it since it was read."""
    data = text.encode("utf-8")
    decode(data, name=file.name)
    save_over(file.path, file.text.encode("utf-8"), data, name=file.name)


def read_if_there(path: Path, *, name: str) -> bytes | None:
    """The content of a file, None when there is none."""
    try:
        return Root(path.parent).find_bytes(path.name)
    except Unreadable as refusal:
        why = f"{quote_path(name)} cannot be read: {refusal.message}"
        raise refuse("file.refused", why, hint="mend it, then repeat", path=name) from refusal


def save_over(path: Path, before: bytes | None, data: bytes, *, name: str) -> None:
    """Write the file in one step; refuses when it is not what was read, None for none. Only a lock makes it sure."""
    if read_if_there(path, name=name) != before:
        raise refuse("brief.changed", f"{name} was changed by somebody else just now", hint="look at it, then repeat")
    save(path, data, name=name)


def save(path: Path, data: bytes, *, name: str) -> None:
    """Write the file in one step, with the mode it has when it is there."""
    try:
        replace_named(path, data)
    except Unwritable as refusal:
        message = f"{name} cannot be written: {refusal.why}"
        raise refuse("brief.unwritable", message, hint=refusal.hint, path=name) from refusal


def given_words(workspace: Workspace, option: str, words: str | None, file: str | None) -> str:
    """The words of `--text WORDS` or `--text-file FILE`, without blanks around them; refuses both, none, and no words.

    Line ends become line feeds: a brief has its own.
    """
    if (words is None) == (file is None):
        what = "not both" if words is not None else "one of them"
        raise refuse(
            "usage", f"give {option} or {option}-file, {what}", hint=f"{option}-file FILE takes any characters"
        )
    raw = words if words is not None else decode(read_bytes(workspace, str(file)), name=str(file))
    text = raw if words is not None else raw.removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text or not is_text(text):
        why = "are not text" if text else "are empty"
        raise refuse("text.refused", f"the words of {option} {why}", hint="give some words, in UTF-8", option=option)
    return text


def read_bytes(workspace: Workspace, file: str) -> bytes:
    """The content of a file named on the line."""
    try:
        return read_document_named(workspace, file)
    except (Malformed, Missing, NotAFile, Unreadable) as refusal:
        raise refuse("file.refused", refusal.message, hint="name an existing file", path=file) from refusal
    except TooLarge as refusal:
        raise too_long(file) from refusal


def difference(before: str, after: str, name: str) -> list[str]:
    """What an edit changes, as the lines of a unified diff without its head; line ends are left out."""
    old, new = ([line.rstrip("\r\n") for line in LINE.findall(text)] for text in (before, after))
    return [line.rstrip("\n") for line in unified_diff(old, new, name, name, n=1)][2:]


def check_command(file: str) -> str:
    """The line that looks the brief over."""
    return command("git okstra brief check", file)


def confirm_command(file: str) -> str:
    """The line that lists what the reporter still has to say."""
    return command("git okstra brief confirm", file)
