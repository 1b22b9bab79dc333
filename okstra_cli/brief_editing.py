"""What `brief add`, `ask` and `term` do: one entry, one question, one word of the glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.brief_files import BriefUnwritable, FileRefused, difference, edit_brief, save_brief
from okstra_cli.output import Answer
from okstra_cli.views import brief as view
from okstra_git.briefs.edits import add_addition, add_question
from okstra_git.briefs.glossary import EMPTY, define_term
from okstra_git.briefs.insertion import read_text
from okstra_git.commands import word
from okstra_git.documents.markdown import decode
from okstra_git.errors import OkstraError, UsageError
from okstra_git.fs.outside import replace_named
from okstra_git.fs.refusals import Unreadable, Unwritable
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_folder
from okstra_git.names import is_text, shown
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.prepare.order import project_root
from okstra_git.real_paths import real_path
from okstra_git.tokens import AUGMENTATION_LABELS, QUESTION_PREFIXES

if TYPE_CHECKING:
    from okstra_cli.brief_files import BriefFile
    from okstra_cli.session import Session
    from okstra_git.briefs.brief import Brief

INFERENCE, INTENT = "intent-inference", "intent-check:"


class Unpaired(OkstraError):
    """A guess at what the reporter means that nobody asks them about."""

    code = "brief.unpaired-inference"


class BadTerm(OkstraError):
    """Words that are no term."""

    code = "text.refused"


def add_here(session: Session, file: str, label: str, words: str, ask: str | None, *, dry_run: bool) -> Answer:
    """Put an entry under Augmentation, and for a guess the question that goes with it, both or none."""
    label = _one_of(label.rstrip(":"), AUGMENTATION_LABELS, "--label")
    if ask is not None and label != INFERENCE:
        hint = f"git okstra brief ask {word(file)} --prefix PREFIX --text TEXT"
        raise UsageError(f"--ask goes with --label {INFERENCE}", hint=hint)
    with edit_brief(session, file) as found:
        if label == INFERENCE and ask is None and not _has_spare_question(found.brief):
            raise Unpaired(
                f"an {INFERENCE} needs an '{INTENT}' question of its own",
                hint="repeat with --ask TEXT, or --ask-file FILE: what the reporter has to say about it",
            )
        text = add_addition(found.text, label, words)
        text = add_question(text, INTENT, ask) if ask is not None else text
        return _edited(found, text, dry_run=dry_run)


def ask_here(session: Session, file: str, prefix: str, words: str, *, dry_run: bool) -> Answer:
    """Put a row under Open Questions."""
    prefix = _one_of(f"{prefix.rstrip(':')}:", QUESTION_PREFIXES, "--prefix")
    with edit_brief(session, file) as found:
        return _edited(found, add_question(found.text, prefix, words), dry_run=dry_run)


def term_here(session: Session, name: str, meaning: str, *, replace: bool, dry_run: bool) -> Answer:
    """Put a term into the project's glossary, which is made when it is missing."""
    term, meaning = " ".join(name.split()), " ".join(meaning.split())
    if not term or not is_text(term) or not term.isprintable():
        raise BadTerm(f"{shown(name)} is no term", hint="name a word or a few, on one line")
    project = ProjectPaths(project_root(session.workspace))
    path, shown_path = project.glossary, project.relative(project.glossary)
    with hold_folder(project.root):  # the glossary may not be there yet
        data = _read_glossary(project)
        before = decode(data or b"", name=shown_path)
        after = define_term(before or EMPTY, term, meaning, replace=replace)
        if after != before and not dry_run:
            _save_glossary(project, after.encode("utf-8"))
    diff = difference(before, after, shown_path)
    return Answer(
        view.term_json(path, term, meaning, diff, dry_run=dry_run),
        lambda: view.term_page(shown_path, diff, dry_run=dry_run),
    )


def _read_glossary(project: ProjectPaths) -> bytes | None:
    """The glossary, None when there is none. No link leads to it out of the repository."""
    try:
        return Root(project.root, links=True).find_bytes(project.glossary)
    except Unreadable as refusal:
        raise FileRefused(refusal.message, hint="mend it, then repeat", path=str(project.glossary)) from refusal


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
        told = f"{project.relative(project.glossary)} cannot be written: {refusal.why}"
        raise BriefUnwritable(told, hint=refusal.hint, path=str(path)) from refusal


def _edited(found: BriefFile, text: str, *, dry_run: bool) -> Answer:
    """The answer to an edit, written unless it is only to be shown."""
    if not dry_run:
        save_brief(found, text)
    after, diff = read_text(text), difference(found.text, text, found.name)
    return Answer(
        view.edited_json(found.name, after, diff, dry_run=dry_run),
        lambda: view.edited_page(found.name, after, diff, dry_run=dry_run),
    )


def _has_spare_question(brief: Brief) -> bool:
    inferences = [each for each in brief.additions if each.label == INFERENCE]
    return len(inferences) < len([each for each in brief.questions if each.prefix == INTENT])


def _one_of(word: str, words: tuple[str, ...], option: str) -> str:
    if word.lower() not in words:
        raise UsageError(f"{option} does not take {shown(word)}", hint=f"one of {', '.join(words)}")
    return word.lower()
