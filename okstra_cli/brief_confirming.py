"""What `brief confirm` does: lists what the reporter still has to say, writes an answer, moves the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_cli.brief_files import difference, edit_brief, given_words, read_brief, save_brief
from okstra_cli.output import Answer
from okstra_cli.views import brief_confirm as view
from okstra_git.briefs.edits import confirm, move_gate
from okstra_git.briefs.insertion import read_text
from okstra_git.briefs.rules import is_date
from okstra_git.errors import OkstraError, UsageError
from okstra_git.names import shown
from okstra_git.tokens import GATE_COMPLETE, GATE_PENDING, GATE_SKIPPED

if TYPE_CHECKING:
    from okstra_cli.brief_files import BriefFile
    from okstra_cli.session import Session


class NoQuestion(OkstraError):
    """The brief has no question of this number."""

    code = "brief.no-question"


@dataclass(frozen=True)
class Confirming:
    """The options of one `brief confirm`; None and False for those that were not given."""

    question: str | None
    answer: str | None
    answer_file: str | None
    date: str | None
    complete: bool
    skip: bool
    pending: bool

    @property
    def gates(self) -> list[str]:
        """The gates that were asked for."""
        said = {GATE_COMPLETE: self.complete, GATE_SKIPPED: self.skip, GATE_PENDING: self.pending}
        return [gate for gate, wanted in said.items() if wanted]


def confirm_here(session: Session, file: str, asked: Confirming, *, dry_run: bool) -> Answer:
    """One answer, another gate, or the list of what is open; refuses several at once."""
    wants_answer = [asked.answer, asked.answer_file, asked.date] != [None, None, None]
    if len(asked.gates) + (asked.question is not None) > 1:
        raise UsageError("--question, --complete, --skip and --pending exclude each other", hint="give one of them")
    if asked.question is not None:
        words = given_words(session, "--answer", asked.answer, asked.answer_file)
        return answer_here(session, file, asked.question, words, asked.date, dry_run=dry_run)
    if wants_answer:
        raise UsageError("an answer needs its question", hint=f"--question N; {view.list_command(file)} lists them")
    return move_here(session, file, asked.gates[0], dry_run=dry_run) if asked.gates else list_here(session, file)


def list_here(session: Session, file: str) -> Answer:
    """Every question with its number: those for the reporter, the other open ones, and those that are answered."""
    found = read_brief(session, file)
    return Answer(view.list_json(file, found.brief), lambda: view.list_page(file, found.brief))


def answer_here(session: Session, file: str, number: str, answer: str, day: str | None, *, dry_run: bool) -> Answer:
    """Write the reporter's answer to one question; the same answer again changes nothing."""
    day = day or session.now().date().isoformat()
    if not is_date(day):
        raise UsageError(f"{shown(day)} is not a date", hint="--date 2026-01-31")
    with edit_brief(session, file) as found:
        question = _number(found, number)
        done = confirm(found.text, question, answer, day)
        _write(found, done.text, dry_run=dry_run)
    after, diff = read_text(done.text), difference(found.text, done.text, file)
    return Answer(
        view.answered_json(file, after, question, diff, dry_run=dry_run),
        lambda: view.changed_page(file, after, diff, dry_run=dry_run),
    )


def move_here(session: Session, file: str, gate: str, *, dry_run: bool) -> Answer:
    """Set the gate by hand."""
    with edit_brief(session, file) as found:
        text = move_gate(found.text, gate, name=found.name)
        _write(found, text, dry_run=dry_run)
    after, diff = read_text(text), difference(found.text, text, file)
    return Answer(
        view.moved_json(file, after, diff, dry_run=dry_run),
        lambda: view.changed_page(file, after, diff, dry_run=dry_run),
    )


def _write(found: BriefFile, text: str, *, dry_run: bool) -> None:
    if text != found.text and not dry_run:
        save_brief(found, text)


def _number(found: BriefFile, number: str) -> int:
    """The number of a question that is there."""
    if not (number.isascii() and number.isdigit()):
        raise UsageError(f"{shown(number)} is not the number of a question", hint=view.list_command(found.name))
    count = len(found.brief.questions)
    if not 1 <= int(number[:9]) <= count:
        message = f"{found.name} has no question {number[:9]}; it has {count}"
        raise NoQuestion(message, hint=view.list_command(found.name), questions=count)
    return int(number)
