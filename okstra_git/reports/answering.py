"""How questions are answered: which status follows on which, what an answer has to be, and the edit of the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.documents.markdown import parse_document
from okstra_git.errors import refuse
from okstra_git.names import is_text, quote
from okstra_git.reports.cells import joined, read_line, replaced, write_cell
from okstra_git.reports.clarifications import FIELDS, list_rows

if TYPE_CHECKING:
    from okstra_git.documents.markdown import Document
    from okstra_git.reports.clarifications import Clarification

PERSON, RUN = "person", "run"
LONGEST_ANSWER = 20_000
"""Characters of one answer."""


class Transition(NamedTuple):
    """From one status of a question to another, and who makes it."""

    before: str
    after: str
    by: str


TRANSITIONS = (
    Transition("open", "answered", PERSON),
    Transition("answered", "answered", PERSON),
    Transition("answered", "open", PERSON),
    Transition("open", "open", PERSON),
    Transition("open", "resolved", RUN),
    Transition("open", "obsolete", RUN),
    Transition("answered", "resolved", RUN),
    Transition("answered", "obsolete", RUN),
)
"""Everything that may happen to a row. An answer may be given anew or taken back until a run has taken it up."""


def require_transition(row: Clarification, after: str, *, by: str) -> None:
    """Refuses a step that `TRANSITIONS` does not have, with what can be done instead."""
    before = row.state
    if Transition(before, after, by) in TRANSITIONS:
        return
    if before in ("resolved", "obsolete"):
        message = f"{quote(row.id)[1:-1]} is {before}: a run has settled it"
        hint = "to come back to it, prepare a run with --directive TEXT; a run asks anew in a row of its own"
        raise refuse("clarification.settled", message, hint=hint, id=row.id, status=before, line=row.line)
    if any(step.before == before and step.after == after for step in TRANSITIONS):
        message = f"{quote(row.id)[1:-1]} becomes {after} by a {_other(by)}, not by a {by}"
        hint = "answer it: git okstra report answer ID --value TEXT"
        raise refuse("clarification.not-yours", message, hint=hint, id=row.id, status=before, line=row.line)
    message = f"{quote(row.id)[1:-1]} has the Status {quote(row.status)}, which is not one"
    hint = f"write open, answered, resolved or obsolete into line {row.line}, then repeat"
    raise refuse("clarification.bad-status", message, hint=hint, id=row.id, status=row.status, line=row.line)


def _other(by: str) -> str:
    return RUN if by == PERSON else PERSON


class QuestionIndex(NamedTuple):
    """The rows of a report by their ids in small letters; `report` is what it is called."""

    rows: dict[str, list[Clarification]]
    report: str

    @classmethod
    def of(cls, document: Document, report: str) -> QuestionIndex:
        """Those of the report, top to bottom."""
        rows: dict[str, list[Clarification]] = {}
        for _, row in list_rows(document):
            rows.setdefault(row.id.casefold(), []).append(row)
        return cls(rows, report)

    def require(self, id: str) -> Clarification:
        """The row with this id, in any case; refuses one that is not there, or stands twice."""
        named = self.rows.get(id.strip().casefold(), [])
        if len(named) == 1:
            return named[0]
        if named:
            lines = ", ".join(str(row.line) for row in named)
            message = f"{self.report} has {quote(id)} more than once: lines {lines}"
            raise refuse("clarification.ambiguous", message, hint="give each row an id of its own", id=id)
        known = [rows[0].id for rows in islice(self.rows.values(), 13)]
        asks = f"it asks {', '.join(known[:12])}{' …' if len(known) > 12 else ''}" if known else "it asks nothing"
        raise refuse("clarification.unknown", f"{self.report} has no question {quote(id)}", hint=asks, id=id)


def require_words(row: Clarification, value: str) -> str:
    """The answer on one line. Refuses what is blank, is not text, or has more lines than the kind of its row takes."""
    what = f"the answer to {quote(row.id)[1:-1]}"
    line = joined(value)
    if not line or not is_text(value) or "\0" in value:
        why = "is empty" if is_text(value) and not line else "is not text"
        raise refuse("answer.refused", f"{what} {why}", hint="give some words, or take it back with --clear", id=row.id)
    if len(line) > LONGEST_ANSWER:
        hint = "put the text into a file and name that"
        raise refuse("answer.refused", f"{what} is longer than {LONGEST_ANSWER} characters", hint=hint, id=row.id)
    if row.kind.casefold() == "data-point" and len(value.strip().splitlines()) > 1:
        hint = "a data-point is one number, id, date or short text on one line"
        raise refuse("answer.refused", f"{what} has more than one line", hint=hint, id=row.id)
    return line


def answered_text(text: str, answers: Mapping[str, str]) -> str:
    """The report with these answers by id; an empty one takes back. Nothing but cells of those rows changes.

    A person's answer makes a row `answered`, taking it back makes it `open`; a row that says so already stays, settled
    or not. Refuses what `require_transition` refuses, and tables that have no place for an answer.
    """
    changes: dict[int, Cells] = {}
    wanted = {id.casefold(): joined(answer) for id, answer in answers.items()}
    for table, row in list_rows(parse_document(text)):
        answer = wanted.get(row.id.casefold())
        if answer is None or is_same(row, answer):
            continue
        status = "answered" if answer else "open"
        require_transition(row, status, by=PERSON)
        if "answer" not in table.columns:
            hint = f"add a column 'User input' to the table in line {table.table.line}"
            raise refuse("clarification.no-column", "the table has no column for answers", hint=hint, line=row.line)
        texts = {table.columns["answer"]: answer} if answer != row.answer else {}
        if "status" in table.columns and row.status.casefold() != status:
            texts[table.columns["status"]] = status
        changes[row.line] = Cells(texts, len(table.table.header))
    return with_cells(text, changes)


def is_same(row: Clarification, answer: str) -> bool:
    """Whether the row says that already; a settled row may stand in a file of answers as it is."""
    return row.answer == joined(answer) and row.state != ("open" if row.answer else "answered")


class Cells(NamedTuple):
    """New texts for cells of a row, by index, and how many columns its table has."""

    texts: dict[int, str]
    columns: int


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Lines as `parse_document` counts them: a form feed or a line separator ends none."""


def with_cells(text: str, changes: Mapping[int, Cells]) -> str:
    """The text with these cells, by number of line; every other byte stays."""
    lines = _LINE.findall(text)
    for number, cells in changes.items():
        line = lines[number - 1]
        bare = line.rstrip("\r\n")
        lines[number - 1] = replaced(read_line(bare, cells.columns), cells.texts) + line[len(bare) :]
    return "".join(lines)


def answered_rows(before: str, after: str) -> tuple[Clarification, ...]:
    """The rows as `with_cells` left them; where they stand is known from before, so that nothing is parsed again."""
    lines = [line.rstrip("\r\n") for line in _LINE.findall(after)]
    return tuple(row for _, row in list_rows(parse_document(before), lines))


def line_changes(before: str, after: str) -> list[str]:
    """What `with_cells` changed, as a unified diff without its head and without lines around.

    Both have the same lines but for those, so that nothing has to be looked for.
    """
    old, new = ([line.rstrip("\r\n") for line in _LINE.findall(text)] for text in (before, after))
    numbers = [number for number, (one, other) in enumerate(zip(old, new, strict=True), 1) if one != other]
    lines: list[str] = []
    for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        hunk = [number for _, number in group]
        place = str(hunk[0]) if len(hunk) == 1 else f"{hunk[0]},{len(hunk)}"
        lines.append(f"@@ -{place} +{place} @@")
        lines += [f"-{old[number - 1]}" for number in hunk] + [f"+{new[number - 1]}" for number in hunk]
    return lines


_RECOMMENDED = re.compile(r"\b(?:Recommended|Alternatives|권장|대안)\s*:", re.IGNORECASE)
_YES_NO = re.compile(r"\byes\s?(?:/|or|,)\s?no\b|예\s?/\s?아니", re.IGNORECASE)
_ONE_OF = re.compile(r"\b(?:one of|either|choices?)\b:?\s*(.+)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:,|;|/|\||\bor\b)\s*", re.IGNORECASE)


def list_choices(expected: str) -> tuple[str, ...]:
    """The answers that an `Expected form` names: `yes/no`, `one of: a, b or c`; none where it names none."""
    head = _RECOMMENDED.split(expected, maxsplit=1)[0]
    named = _ONE_OF.search(head)
    if named is not None:
        parts = (part.strip(" .`'\"*()") for part in _BETWEEN.split(named[1]))
        choices = tuple(dict.fromkeys(part for part in parts if part))
        return choices if len(choices) > 1 else ()
    return ("yes", "no") if _YES_NO.search(head) else ()


def is_choice(answer: str, choices: Iterable[str]) -> bool:
    """Whether the answer is, or begins with, one of the choices."""
    said = answer.casefold().strip(" .`'\"")
    return any(re.match(rf"{re.escape(choice.casefold())}(?!\w)", said) for choice in choices)


def written_cells(row: Clarification) -> list[str]:
    """The cells of a row in the order of the contract, as Markdown that says what they say."""
    return [write_cell(getattr(row, name)).strip() for name in FIELDS]


class CarriedAnswer(NamedTuple):
    """A question of the report before, for section 0 of the next: `is_blank` = open, and nobody answered."""

    id: str
    answer: str
    status: str
    is_blank: bool


def carried_rows(document: Document) -> tuple[CarriedAnswer, ...]:
    """Every row of the report that is carried in, blank ones too: what `carriedIn` of the next report begins with."""
    rows = (row for _, row in list_rows(document))
    return tuple(CarriedAnswer(row.id, row.answer, row.state, row.is_unanswered) for row in rows)
