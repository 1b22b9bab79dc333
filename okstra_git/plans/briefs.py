"""A brief as typed parts: what the reporter said, what was added to it, what is still open and what was answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okstra_git.documents.markdown import Document, Item, Section
from okstra_git.tokens import AUGMENTATION_LABELS, HEADING_SOURCE_VERIFICATION, QUESTION_PREFIXES, REPORTER_FIELD

SOURCE_MATERIAL, AUGMENTATION = "Source Material", "Augmentation"
OPEN_QUESTIONS, CONFIRMATIONS = "Open Questions", "Reporter Confirmations"
FIELDS = {"ticket": ("issue / ticket", "issue/ticket", "ticket", "issue"), "task": ("task id", "task-id"),
          "group": ("task group", "task-group")}  # fmt: skip

_CONFIRMED = re.compile(r"\s*\[CONFIRMED\s+(\S+)\s*(?:→|->)\s*([^\]\s]+)\s*\]")
_ANSWER = re.compile(r"\s*(RC-\d+)\s*[:.\-–—]?\s*", re.IGNORECASE)
_NEXT_ANSWER = re.compile(r"\n(?=\s*RC-\d+\b)", re.IGNORECASE)
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
    answers: dict[str, str]
    verification_report: str

    @property
    def unmarked(self) -> tuple[OpenQuestion, ...]:
        """Questions that nobody answered; a mark whose answer is not there, or empty, counts for nothing."""
        return tuple(question for question in self.questions if not self.answers.get(question.answer))


def parse_brief(document: Document) -> Brief:
    """The parts of a brief; whatever is missing is empty, what is wrong is for `brief_rules` to say."""
    front = document.front
    place = front.places.get(REPORTER_FIELD)
    source = document.find(SOURCE_MATERIAL)
    said = _own_sections(document)
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
        source=document.text_of(source) if source else "",
        additions=_additions(_part(said, AUGMENTATION)),
        questions=tuple(_question(said) for said in _sayings(_part(said, OPEN_QUESTIONS), _PREFIXED)),
        answers=_answers(document, _part(said, CONFIRMATIONS)),
        verification_report=document.text_of(report).strip() if report else "",
    )


def _own_sections(document: Document) -> tuple[Section, ...]:
    """The sections of the brief; headings inside the reporter's words are the reporter's."""
    source = document.find(SOURCE_MATERIAL)
    quoted = document.below(source) if source else ()
    return tuple(section for section in document.sections if section not in quoted)


def _part(sections: Sequence[Section], title: str) -> tuple[Section, ...]:
    """The section of this title with everything below it."""
    top = next((one for one in sections if one.title.casefold() == title.casefold()), None)
    return tuple(one for one in sections if top is not None and top.line <= one.line <= top.end)


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


def _sayings(sections: Sequence[Section], begins: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """(text, line) of what is listed there, from top to bottom, however it is written.

    Outer list items and table rows always count; deeper items and lines of running text when they begin as they should.
    """
    for section in sections:
        found = [(item.text, item.line) for item in section.items if item.text and _counts(item, section, begins)]
        found += [(_of_row(row.cells, begins), row.line) for table in section.tables for row in table.rows]
        for paragraph in section.paragraphs:
            found += [
                (said, paragraph.line + at) for at, said in enumerate(paragraph.text.split("\n")) if begins.match(said)
            ]
        yield from sorted(found, key=lambda one: one[1])


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
        found += [_addition(text, line, heading) for text, line in _sayings((section,), _LABELLED)]
    return tuple(found)


def _addition(text: str, line: int, heading: str) -> Addition:
    match = _LABELLED.match(text)
    if match:
        return Addition((match[1] or match[2]).lower(), text[match.end() :], line)
    first, _, rest = text.partition(" ")
    return (
        Addition(first.lower(), rest, line) if first.lower() in AUGMENTATION_LABELS else Addition(heading, text, line)
    )


def _question(said: tuple[str, int]) -> OpenQuestion:
    mark = _CONFIRMED.search(said[0])
    text = _CONFIRMED.sub("", said[0]).strip()
    match = _PREFIXED.match(text)
    prefix = f"{match[1].lower()}:" if match else ""
    plain = text[match.end() :].strip() if match else text
    return OpenQuestion(prefix, plain, said[1], mark[1] if mark else "", mark[2].upper() if mark else "")


def _answers(document: Document, sections: Sequence[Section]) -> dict[str, str]:
    """Answers by their `RC-N`, verbatim: as headings with text, or as list items."""
    found: dict[str, str] = {}
    for each in sections:
        heading = _ANSWER.match(each.raw)
        if heading:
            found.setdefault(heading[1].upper(), f"{each.raw[heading.end() :]}\n{document.text_of(each)}".strip())
        rows = [" ".join(row.cells) for table in each.tables for row in table.rows]
        for said in (*(item.text for item in each.items), *(paragraph.text for paragraph in each.paragraphs), *rows):
            for text in _NEXT_ANSWER.split(said):
                match = _ANSWER.match(text)
                if match:
                    found.setdefault(match[1].upper(), text[match.end() :].strip())
    return found
