"""A brief as typed parts: what the reporter said, what was added to it, what is still open and what was answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.documents.markdown import Document, Item, Section
from okstra_git.plans.brief_answers import Confirmation, read_confirmations
from okstra_git.plans.brief_verbatim import block_of, words_of
from okstra_git.tokens import AUGMENTATION_LABELS, HEADING_SOURCE_VERIFICATION, QUESTION_PREFIXES, REPORTER_FIELD

SOURCE_MATERIAL, AUGMENTATION = "Source Material", "Augmentation"
OPEN_QUESTIONS, CONFIRMATIONS = "Open Questions", "Reporter Confirmations"
FIELDS = {"ticket": ("issue / ticket", "issue/ticket", "ticket", "issue"), "task": ("task id", "task-id"),
          "group": ("task group", "task-group")}  # fmt: skip

CONFIRMED = re.compile(r"\s*\[CONFIRMED\s+(\S+)\s*(?:→|->)\s*([^\]\s]+)\s*\]")
_LABELLED = re.compile(r"\s*(?:\[([a-z]+-[a-z]+)\]\s*[:–—-]?|([a-z]+-[a-z]+)\s*[:–—-])\s*", re.IGNORECASE)
_WORDS = "|".join(prefix.rstrip(":") for prefix in QUESTION_PREFIXES)
_PREFIXED = re.compile(rf"\s*\[?({_WORDS})(?:\]\s*:?|\s*:)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class OpenQuestion:
    """A row under Open Questions: its prefix (empty for none of the four), text, and the answer it was marked with."""

    prefix: str
    text: str
    line: int
    confirmed_on: str = ""
    answer: str = ""

    @property
    def is_marked(self) -> bool:
        """Whether the reporter answered it."""
        return bool(self.answer)


@dataclass(frozen=True)
class Addition:
    """Something that was added to what the reporter said, under one of four labels of different trust."""

    label: str
    text: str
    line: int


@dataclass(frozen=True)
class Brief:
    """A brief; `gate` is its reporter confirmation as written (empty when the field is missing)."""

    document: Document
    gate: str
    gate_line: int
    title: str
    ticket: str
    task_group: str
    task_id: str
    source: str
    additions: tuple[Addition, ...]
    questions: tuple[OpenQuestion, ...]
    confirmations: tuple[Confirmation, ...]
    verification_report: str

    @property
    def answers(self) -> dict[str, str]:
        """Answers by their `RC-N`; of several with one id the first counts."""
        found: dict[str, str] = {}
        for each in self.confirmations:
            found.setdefault(each.id, each.text)
        return found

    @property
    def unmarked(self) -> tuple[OpenQuestion, ...]:
        """Questions that nobody answered; a mark whose answer is not there, or empty, counts for nothing."""
        return tuple(question for question in self.questions if not self.answers.get(question.answer))


def parse_brief(document: Document) -> Brief:
    """The parts of a brief; whatever is missing is empty, what is wrong is for `brief_rules` to say."""
    front = document.front
    place = front.places.get(REPORTER_FIELD)
    source = document.find(SOURCE_MATERIAL)
    said = own_sections(document)
    report = document.find(HEADING_SOURCE_VERIFICATION)
    top = next((section.raw for section in document.sections if section.level == 1), "")
    return Brief(
        document=document,
        gate=front.text(REPORTER_FIELD).lower(),
        gate_line=place.line + 2 if place else 1,
        title=front.text("title") or top,
        ticket=front.text("ticket") or front.text("issue") or _field(said, "ticket"),
        task_group=front.text("task-group") or _field(said, "group"),
        task_id=front.text("task-id") or _field(said, "task"),
        source=words_of(document, source) if source else "",
        additions=_additions(part_of(said, AUGMENTATION)),
        questions=tuple(_question(each) for each in _sayings(part_of(said, OPEN_QUESTIONS), _PREFIXED)),
        confirmations=read_confirmations(document, part_of(said, CONFIRMATIONS)),
        verification_report=words_of(document, report).strip() if report else "",
    )


def own_sections(document: Document) -> tuple[Section, ...]:
    """The sections of the brief; headings inside the reporter's words are the reporter's."""
    source = document.find(SOURCE_MATERIAL)
    quoted = document.below(source) if source else ()
    return tuple(section for section in document.sections if section not in quoted)


def part_of(sections: Sequence[Section], title: str) -> tuple[Section, ...]:
    """Every section of this title, each with everything below it; a second one counts as the first does."""
    tops = [one for one in sections if one.is_titled(title)]
    return tuple(one for one in sections if any(top.line <= one.line <= top.end for top in tops))


def _field(sections: Sequence[Section], name: str) -> str:
    """A field that the brief says in a table of two columns, or as `Label: value`; never in the reporter's words."""
    for section in sections:
        if section.title.casefold() == SOURCE_MATERIAL.casefold():
            continue
        for table in section.tables:
            rows = [table.header, *(row.cells for row in table.rows)]
            found = next((row[1] for row in rows if len(row) > 1 and row[0].strip().casefold() in FIELDS[name]), "")
            if found:
                return found.strip()
        for text in (*(item.text for item in section.items), *(each.text for each in section.paragraphs)):
            for line in text.split("\n"):
                label, colon, value = line.partition(":")
                if colon and label.strip().casefold() in FIELDS[name]:
                    return value.strip()
    return ""


class _Saying(NamedTuple):
    """What somebody listed: its plain words, where they stand, and what follows them verbatim."""

    text: str
    line: int
    block: str = ""

    def behind(self, end: int) -> str:
        """The words from there on, with those that follow verbatim."""
        return f"{self.text[end:]}\n{self.block}".strip() if self.block else self.text[end:]


def _sayings(sections: Sequence[Section], begins: re.Pattern[str]) -> Iterator[_Saying]:
    """What is listed there, from top to bottom, however it is written.

    Outer list items and table rows always count; deeper items and lines of running text when they begin as they should.
    """
    for section in sections:
        items = [item for item in section.items if item.text and _counts(item, section, begins)]
        found = [_Saying(item.text, item.line, block_of(section, item) or "") for item in items]
        found += [_Saying(_of_row(row.cells, begins), row.line) for table in section.tables for row in table.rows]
        for paragraph in section.paragraphs:
            lines = enumerate(paragraph.text.split("\n"), paragraph.line)
            found += [_Saying(said, line) for line, said in lines if begins.match(said)]
        yield from sorted(found, key=lambda one: one.line)


def _counts(item: Item, section: Section, begins: re.Pattern[str]) -> bool:
    """An outer item that only opens a list of such items says nothing by itself."""
    if begins.match(item.text):
        return True
    at = section.items.index(item) + 1
    below = section.items[at] if at < len(section.items) else None
    return item.depth == 0 and not (below is not None and below.depth > 0 and begins.match(below.text))


def _of_row(cells: Sequence[str], begins: re.Pattern[str]) -> str:
    """The cells from the one that begins as it should on, else all of them."""
    first = next((at for at, cell in enumerate(cells) if begins.match(cell)), 0)
    return " ".join(cell.strip() for cell in cells[first:] if cell.strip())


def _additions(sections: Sequence[Section]) -> tuple[Addition, ...]:
    """Entries with their label: before the text, in a cell of its own, or as the heading above."""
    found = []
    for section in sections:
        heading = section.title.casefold() if section.title.casefold() in AUGMENTATION_LABELS else ""
        found += [_addition(said, heading) for said in _sayings((section,), _LABELLED)]
    return tuple(found)


def _addition(said: _Saying, heading: str) -> Addition:
    match = _LABELLED.match(said.text)
    if match:
        return Addition((match[1] or match[2]).lower(), said.behind(match.end()), said.line)
    first = said.text.partition(" ")[0]
    if first.lower() in AUGMENTATION_LABELS:
        return Addition(first.lower(), said.behind(len(first) + 1), said.line)
    return Addition(heading, said.behind(0), said.line)


def _question(said: _Saying) -> OpenQuestion:
    mark = CONFIRMED.search(said.text)
    plain = said._replace(text=CONFIRMED.sub("", said.text).strip())
    match = _PREFIXED.match(plain.text)
    prefix = f"{match[1].lower()}:" if match else ""
    text = plain.behind(match.end()).strip() if match else plain.behind(0)
    return OpenQuestion(prefix, text, said.line, mark[1] if mark else "", mark[2].upper() if mark else "")
