"""The page of a report: what it concludes, what its reader has to do first, its questions as forms, and all of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from okstra_git.commands import command, word
from okstra_git.contract import (
    APPROVED_MARKER,
    BLOCKED,
    DIRECTIONS,
    HEADING_CLARIFICATIONS,
    HEADING_VERDICT_CARD,
    VERDICTS,
)
from okstra_git.documents.pieces import DocumentPart, list_parts
from okstra_git.pages.choices import ChoiceOffer, read_offer
from okstra_git.pages.digests import ViewedReport, view_data
from okstra_git.paths import LANGUAGES
from okstra_git.rendering import read_labels, render_page
from okstra_git.reports.clarifications import list_clarifications, list_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.documents.markdown import Document
    from okstra_git.reports.clarifications import Clarification

_ID = re.compile(r"C-\d{3}\Z")
_FILE = re.compile(r"[^A-Za-z0-9]+")
_CODE = re.compile(r"`([^`]+)`")
CARD = ("Verdict Token", "Direction", "Next Step")
TONES = dict(zip((*VERDICTS, BLOCKED), ("good", "warn", "bad", "bad"), strict=True))
"""The tone in which a verdict is shown; directions have theirs below."""

DIRECTION_TONES = dict(zip(DIRECTIONS, ("good", "warn", "warn", "bad"), strict=True))


class QuestionForm(NamedTuple):
    """A row of section 1 as a form; `number` names its elements, `can_answer` says that its row still takes one.

    `statement` and `checked` are what is asked and what was looked at before, in turns of words and code.
    """

    number: int
    row: Clarification
    offer: ChoiceOffer
    can_answer: bool
    statement: list[str]
    checked: list[str]


class ShownPart(NamedTuple):
    """A part of the report with the number by which it is linked."""

    number: int
    part: DocumentPart


def render_view(document: Document, place: ViewedReport, *, language: str | None = None) -> str | None:
    """The page as HTML; None for a report that asks nothing, which has none.

    The language is that of the report, else the one given, else English.
    """
    rows = list_clarifications(document)
    if not rows:
        return None
    questions = _questions(rows)
    chosen = _language(document, language)
    parts = list_parts(document)
    values = {
        "title": next((part.heading for part in parts if part.level == 1), place.task or place.name),
        "place": place,
        "card": read_card(document),
        "tones": {**TONES, **DIRECTION_TONES},
        "questions": questions,
        "marker": _marker(document),
        "approve": command("git okstra plan approve", place.name, ("--task-key", place.task)),
        "answer": command("git okstra report answer", "ID", ("--value", "TEXT"), ("--report", place.name)),
        "take": command("git okstra report answers", _file_of(place), ("--report", place.name)),
        "sections": _sections(parts, document),
        "data": {**view_data(rows, place), **_for_script(questions, place, chosen)},
    }
    return render_page("report.html.j2", values, language=chosen, styles=("report.css",), scripts=("report.js",))


def read_card(document: Document) -> dict[str, str]:
    """What the card says, by the names of its columns; empty where the report has no card."""
    section = document.find(HEADING_VERDICT_CARD)
    for table in section.tables if section is not None else ():
        names = [name.casefold() for name in table.header]
        if table.rows and all(name.casefold() in names for name in CARD):
            cells = dict(zip(names, table.rows[0].cells, strict=False))
            return {name.casefold().replace(" ", "_"): cells.get(name.casefold(), "") for name in CARD}
    return {}


def _questions(rows: Sequence[Clarification]) -> list[QuestionForm]:
    """The rows as forms. A row without an id of its own takes no answer: nobody could say which one is meant."""
    times = Counter(row.id for row in rows)
    questions = []
    for number, row in enumerate(rows, 1):
        asked, _, checked = row.statement.partition("Evidence checked:")
        can_answer = row.is_open and times[row.id] == 1 and bool(_ID.match(row.id))
        words, evidence = _turns(asked.strip()), _turns(checked.strip())
        questions.append(QuestionForm(number, row, read_offer(row.expected), can_answer, words, evidence))
    return questions


def _turns(text: str) -> list[str]:
    """Words and code in turns, words first."""
    return _CODE.split(text)


def _language(document: Document, given: str | None) -> str:
    named = document.front.values.get("language")
    return next((each for each in (named, given) if each in LANGUAGES), LANGUAGES[0])


def _marker(document: Document) -> bool | None:
    """Whether the line that approves the plan is ticked; None where there is none."""
    boxes = (item for item in document.items() if item.text.strip() == APPROVED_MARKER and item.checked is not None)
    first = next(boxes, None)
    return None if first is None else first.checked


def _sections(parts: Sequence[DocumentPart], document: Document) -> list[ShownPart]:
    """What is shown as it stands: all but what the page shows in its own way, card, title and the questions' tables."""
    own = {table.table.line for table in list_tables(document)}
    shown: list[ShownPart] = []
    for part, section in zip(parts, document.sections, strict=True):
        is_card = section.title.casefold() == HEADING_VERDICT_CARD.casefold()
        is_asked = section.title.casefold() == HEADING_CLARIFICATIONS.casefold() or any(
            table.line in own for table in section.tables
        )
        words = "".join(piece.text for piece in part.pieces if piece.kind != "box").strip()
        if is_card or is_asked or (part.level <= 1 and words in ("", APPROVED_MARKER)):
            continue
        shown.append(ShownPart(len(shown) + 1, part))
    return shown


def _for_script(questions: Sequence[QuestionForm], place: ViewedReport, language: str) -> dict[str, Any]:
    labels = read_labels(language, "pages")
    return {
        "labels": {name: label for name, label in labels.items() if name.startswith("script_")},
        "command": f"--report {word(place.name)}",
        "file": _file_of(place),
        "choices": [list(question.offer.choices) if question.can_answer else None for question in questions],
    }


def _file_of(place: ViewedReport) -> str:
    """What the file of answers is called where a browser saves it."""
    return f"answers-{_FILE.sub('-', place.task or 'report')}-{_FILE.sub('-', place.run or '1')}.json"
