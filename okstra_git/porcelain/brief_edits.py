"""Edits a brief in its file: an entry, a question, an answer of the reporter, the gate; the rest stays as it is."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

from okstra_git.briefs.brief import LINE
from okstra_git.briefs.edits import add_addition, add_question, confirm, move_gate
from okstra_git.briefs.glossary import EMPTY, define_term
from okstra_git.briefs.insertion import read_text
from okstra_git.briefs.rules import is_date
from okstra_git.commands import command
from okstra_git.contract import AUGMENTATION_LABELS, QUESTION_PREFIXES
from okstra_git.documents.markdown import decode, too_long
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import replace_named
from okstra_git.fs.refusals import Malformed, Missing, NotAFile, TooLarge, Unreadable, Unwritable
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_folder
from okstra_git.names import is_text, quote, quote_path
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.porcelain.project_files import project_root, read_document_named, require_project_root

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


INFERENCE, INTENT = "intent-inference", "intent-check:"


@dataclass(frozen=True)
class BriefEdit:
    """A brief after an edit that was written, or with `dry_run` would be; `name` is the file as it was named.

    `diff` has the lines of a unified diff, none where the brief said so already; `question` is the number of the
    question that was answered, 0 for other edits.
    """

    name: str
    after: Brief
    diff: list[str]
    dry_run: bool
    question: int = 0


@dataclass(frozen=True)
class TermEdit:
    """The glossary after a term was put in; `name` is its path from the root of the project."""

    path: Path
    name: str
    term: str
    meaning: str
    diff: list[str]
    dry_run: bool


def add_entry(workspace: Workspace, file: str, label: str, words: str, ask: str | None, *, dry_run: bool) -> BriefEdit:
    """Put an entry under Augmentation, and for a guess the question that goes with it, both or none."""
    label = _one_of(label.rstrip(":"), AUGMENTATION_LABELS, "--label")
    if ask is not None and label != INFERENCE:
        hint = f"{command('git okstra brief ask', file)} --prefix PREFIX --text TEXT"
        raise refuse("usage", f"--ask goes with --label {INFERENCE}", hint=hint)
    with edit_brief(workspace, file) as brief_file:
        if label == INFERENCE and ask is None and not _has_spare_question(brief_file.brief):
            raise refuse(
                "brief.unpaired-inference",
                f"an {INFERENCE} needs an '{INTENT}' question of its own",
                hint="repeat with --ask TEXT, or --ask-file FILE: what the reporter has to say about it",
            )
        text = add_addition(brief_file.text, label, words)
        text = add_question(text, INTENT, ask) if ask is not None else text
        return _edited(brief_file, text, dry_run=dry_run)


def ask_question(workspace: Workspace, file: str, prefix: str, words: str, *, dry_run: bool) -> BriefEdit:
    """Put a row under Open Questions."""
    prefix = _one_of(f"{prefix.rstrip(':')}:", QUESTION_PREFIXES, "--prefix")
    with edit_brief(workspace, file) as brief_file:
        return _edited(brief_file, add_question(brief_file.text, prefix, words), dry_run=dry_run)


def record_answer(
    workspace: Workspace, file: str, number: str, answer: str, day: str | None, *, dry_run: bool
) -> BriefEdit:
    """Write the reporter's answer to one question; the same answer again changes nothing.

    `day` is written as 2026-01-31; None means today, in UTC.
    """
    day = day or workspace.now().date().isoformat()
    if not is_date(day):
        raise refuse("usage", f"{quote(day)} is not a date", hint="--date 2026-01-31")
    with edit_brief(workspace, file) as brief_file:
        question = _number_of(brief_file, number)
        text = confirm(brief_file.text, question, answer, day).text
        return _edited(brief_file, text, dry_run=dry_run, question=question)


def set_gate(workspace: Workspace, file: str, gate: str, *, dry_run: bool) -> BriefEdit:
    """Set the reporter gate by hand."""
    with edit_brief(workspace, file) as brief_file:
        return _edited(brief_file, move_gate(brief_file.text, gate, name=brief_file.name), dry_run=dry_run)


def put_term(workspace: Workspace, name: str, meaning: str, *, replace: bool, dry_run: bool) -> TermEdit:
    """Put a term into the project's glossary, which is made when it is missing."""
    term, meaning = " ".join(name.split()), " ".join(meaning.split())
    if not term or not is_text(term) or not term.isprintable():
        raise refuse("text.refused", f"{quote(name)} is not a term", hint="name a word or a few, on one line")
    project = ProjectPaths(require_project_root(workspace))
    path, quote_path = project.glossary, project.relative(project.glossary)
    with hold_folder(project.root):  # the glossary may not be there yet
        before = decode(_read_glossary(project) or b"", name=quote_path)
        after = define_term(before or EMPTY, term, meaning, replace=replace)
        if after != before and not dry_run:
            _save_glossary(project, after.encode("utf-8"))
    return TermEdit(path, quote_path, term, meaning, difference(before, after, quote_path), dry_run)


def _path_of(workspace: Workspace, file: str) -> Path:
    """The file from here; one that is not there from the project's root, as commands print it."""
    path = workspace.cwd / file
    if not path.exists():
        with suppress(OkstraError):  # outside of a repository there is only here
            elsewhere = project_root(workspace) / file
            return elsewhere if elsewhere.exists() else path
    return path


def _read_glossary(project: ProjectPaths) -> bytes | None:
    """The glossary, None when there is none. No link leads to it out of the repository."""
    try:
        return Root(project.root, links=True).find_bytes(project.glossary)
    except Unreadable as refusal:
        raise refuse(
            "file.refused", refusal.message, hint="mend it, then repeat", path=str(project.glossary)
        ) from refusal


def _save_glossary(project: ProjectPaths, data: bytes) -> None:
    """Write the glossary anew, where it is; a link that stays in the repository stays a link."""
    path, root = project.glossary, project.root
    if path.is_symlink():
        path, root = real_path(path), real_path(root)
    Root(root).make_folder(path.parent)
    Root(root).name(path)
    try:
        replace_named(path, data)
    except Unwritable as refusal:
        message = f"{project.relative(project.glossary)} cannot be written: {refusal.why}"
        raise refuse("brief.unwritable", message, hint=refusal.hint, path=str(path)) from refusal


def _edited(file: BriefFile, text: str, *, dry_run: bool, question: int = 0) -> BriefEdit:
    """The result of an edit, which is written here unless it is only to be shown."""
    if text != file.text and not dry_run:
        save_brief(file, text)
    return BriefEdit(file.name, read_text(text), difference(file.text, text, file.name), dry_run, question)


def _has_spare_question(brief: Brief) -> bool:
    inferences = [addition for addition in brief.additions if addition.label == INFERENCE]
    return len(inferences) < len([question for question in brief.questions if question.prefix == INTENT])


def _one_of(value: str, allowed: tuple[str, ...], option: str) -> str:
    if value.lower() not in allowed:
        raise refuse("usage", f"{option} does not take {quote(value)}", hint=f"one of {', '.join(allowed)}")
    return value.lower()


def _number_of(file: BriefFile, number: str) -> int:
    """The number of a question that is there."""
    if not (number.isascii() and number.isdigit()):
        raise refuse("usage", f"{quote(number)} is not the number of a question", hint=confirm_command(file.name))
    count = len(file.brief.questions)
    if not 1 <= int(number[:9]) <= count:
        message = f"{file.name} has no question {number[:9]}; it has {count}"
        raise refuse("brief.no-question", message, hint=confirm_command(file.name), questions=count)
    return int(number)
