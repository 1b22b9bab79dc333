"""Reads a brief: the reporter's words, what was added to them, open questions, and what the reporter answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.contract import AUGMENTATION_LABELS, HEADING_SOURCE_VERIFICATION, QUESTION_PREFIXES, REPORTER_FIELD
from okstra_git.documents.markdown import Document, Item, Section, titled

VERBATIM = "verbatim"
"""What marks the fence around words that are kept exactly as they came.

The fence is longer than any in the words. Whatever stands in it (headings, fences that never close, lines like front
matter) is code to every reader of Markdown (https://spec.commonmark.org/0.31.2/#fenced-code-blocks), so it ends nothing
and begins nothing.
"""
_TICKS = re.compile(r"`+")
_COMMENTS = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->)*\Z", re.DOTALL)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line with its end, as `parse_document` counts them: a form feed or a line separator ends none."""


def fence_for(text: str) -> str:
    """Backticks enough that no line of the text closes them."""
    return "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))


def fenced(text: str) -> str:
    """The text in its fence; a line end is put behind it, whatever it ends with."""
    fence = fence_for(text)
    return f"{fence}{VERBATIM}\n{text}\n{fence}\n"


def words_of(document: Document, section: Section) -> str:
    """What the section says: the words in its fence as they came, else its Markdown; empty for comments alone."""
    if _is_one_fence(document, section):
        return _unfenced(document, section)
    text = document.text_of(section)
    return "" if _COMMENTS.match(text) else text


def block_of(section: Section, item: Item) -> str | None:
    """The words of the verbatim fence right behind the item, None when there is none."""
    code = next((code for code in section.codes if code.line > item.line and code.info == VERBATIM), None)
    if code is None or any(item.line < line < code.line for line in _lines_of_others(section)):
        return None
    return code.content.removesuffix("\n")


SOURCE_MATERIAL, AUGMENTATION = "Source Material", "Augmentation"
OPEN_QUESTIONS, CONFIRMATIONS = "Open Questions", "Reporter Confirmations"
FIELDS = {"ticket": ("issue / ticket", "issue/ticket", "ticket", "issue"), "task": ("task id", "task-id"),
          "group": ("task group", "task-group")}  # fmt: skip

CONFIRMED = re.compile(r"\s*\[CONFIRMED\s+(\S+)\s*(?:→|->)\s*([^\]\s]+)\s*\]")
_LABELLED = re.compile(r"\s*(?:\[([a-z]+-[a-z]+)\]\s*[:–—-]?|([a-z]+-[a-z]+)\s*[:–—-])\s*", re.IGNORECASE)
_WORDS = "|".join(prefix.rstrip(":") for prefix in QUESTION_PREFIXES)
_PREFIXED = re.compile(rf"\s*\[?({_WORDS})(?:\]\s*:?|\s*:)\s*", re.IGNORECASE)

_ANSWER = re.compile(r"\s*(RC-\d+)\s*[:.\-–—]?\s*", re.IGNORECASE)
_NEXT_ANSWER = re.compile(r"\n(?=\s*RC-\d+\b)", re.IGNORECASE)
_RAW_LABEL = re.compile(
    r"(?P<bullet>[\s>]*(?:[-*+]|\d+[.)])\s+)(?:\[[ xX]\]\s+)?"
    r"(?P<label>(?P<mark>\*\*|__|[*_`])RC-\d+\s*[:.]?(?P=mark)\s*[:.\-–—]?|RC-\d+\s*[:.\-–—]?)\s*",
    re.IGNORECASE,
)


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


class Confirmation(NamedTuple):
    """One answer with its id in upper case; `text` is empty where only the id stands."""

    id: str
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
        by_id: dict[str, str] = {}
        for confirmation in self.confirmations:
            by_id.setdefault(confirmation.id, confirmation.text)
        return by_id

    @property
    def unmarked(self) -> tuple[OpenQuestion, ...]:
        """Unanswered questions; a mark whose answer is missing or empty does not count."""
        return tuple(question for question in self.questions if not self.answers.get(question.answer))


def parse_brief(document: Document) -> Brief:
    """The parts of a brief; whatever is missing is empty, what is wrong is for `rules` to say."""
    front = document.front
    place = front.places.get(REPORTER_FIELD)
    source = document.find(SOURCE_MATERIAL)
    own = own_sections(document)
    report = document.find(HEADING_SOURCE_VERIFICATION)
    top = next((section.raw for section in document.sections if section.level == 1), "")
    return Brief(
        document=document,
        gate=front.text(REPORTER_FIELD).lower(),
        gate_line=place.line + 2 if place else 1,
        title=front.text("title") or top,
        ticket=front.text("ticket") or front.text("issue") or _field(own, "ticket"),
        task_group=front.text("task-group") or _field(own, "group"),
        task_id=front.text("task-id") or _field(own, "task"),
        source=words_of(document, source) if source else "",
        additions=_additions(part_of(own, AUGMENTATION)),
        questions=tuple(_question(saying) for saying in _sayings(part_of(own, OPEN_QUESTIONS), _PREFIXED)),
        confirmations=read_confirmations(document, part_of(own, CONFIRMATIONS)),
        verification_report=words_of(document, report).strip() if report else "",
    )


def own_sections(document: Document) -> tuple[Section, ...]:
    """The sections of the brief; headings inside the reporter's words are the reporter's."""
    source = document.find(SOURCE_MATERIAL)
    quoted = document.below(source) if source else ()
    return tuple(section for section in document.sections if section not in quoted)


def part_of(sections: Sequence[Section], title: str) -> tuple[Section, ...]:
    """Every section of this title, each with everything below it; a second one counts as the first does."""
    tops = titled(sections, title)
    return tuple(section for section in sections if any(top.line <= section.line <= top.end for top in tops))


class _Saying(NamedTuple):
    """One entry of a list: its plain words, where they stand, and what follows them verbatim."""

    text: str
    line: int
    block: str = ""

    def behind(self, end: int) -> str:
        """The words from there on, with those that follow verbatim."""
        return f"{self.text[end:]}\n{self.block}".strip() if self.block else self.text[end:]


def read_confirmations(document: Document, sections: Sequence[Section]) -> tuple[Confirmation, ...]:
    """Every answer from top to bottom, doubled ones too; items, headings, rows of tables or lines."""
    confirmations = []
    for section in sections:
        heading = _ANSWER.match(section.raw)
        if heading:
            words = f"{section.raw[heading.end() :]}\n{words_of(document, section)}".strip()
            confirmations.append(Confirmation(heading[1].upper(), words, section.line))
        inside = [*_of_items(document, section), *_of_texts(section)]
        confirmations += sorted(inside, key=lambda confirmation: confirmation.line)
    return tuple(confirmations)


def _lines_of_others(section: Section) -> Iterator[int]:
    """Where something begins that is not code."""
    yield from (item.line for item in section.items)
    yield from (paragraph.line for paragraph in section.paragraphs)
    yield from (table.line for table in section.tables)


def _is_one_fence(document: Document, section: Section) -> bool:
    others = section.items or section.tables or section.paragraphs or document.below(section)
    return not others and len(section.codes) == 1 and section.codes[0].info == VERBATIM


def _unfenced(document: Document, section: Section) -> str:
    """The content of the section's fence as it is in the file, without the line end that `fenced` put behind it."""
    code = section.codes[0]
    lines = LINE.findall(document.text)
    inside = "".join(lines[code.first - 1 : code.first - 1 + len(LINE.findall(code.content))])
    opening = lines[code.line - 1]
    return inside.removesuffix(opening[len(opening.rstrip("\r\n")) :])


def _field(sections: Sequence[Section], name: str) -> str:
    """A field that the brief says in a table of two columns, or as `Label: value`; never in the reporter's words."""
    for section in sections:
        if section.title.casefold() == SOURCE_MATERIAL.casefold():
            continue
        for table in section.tables:
            rows = [table.header, *(row.cells for row in table.rows)]
            cell = next((row[1] for row in rows if len(row) > 1 and row[0].strip().casefold() in FIELDS[name]), "")
            if cell:
                return cell.strip()
        for text in (*(item.text for item in section.items), *(paragraph.text for paragraph in section.paragraphs)):
            for line in text.split("\n"):
                label, colon, value = line.partition(":")
                if colon and label.strip().casefold() in FIELDS[name]:
                    return value.strip()
    return ""


def _sayings(sections: Sequence[Section], begins: re.Pattern[str]) -> Iterator[_Saying]:
    """What is listed there, from top to bottom, however it is written.

    Outer list items and table rows always count; deeper items and lines of running text when they begin as they should.
    """
    for section in sections:
        items = [item for item in section.items if item.text and _counts(item, section, begins)]
        sayings = [_Saying(item.text, item.line, block_of(section, item) or "") for item in items]
        sayings += [_Saying(_of_row(row.cells, begins), row.line) for table in section.tables for row in table.rows]
        for paragraph in section.paragraphs:
            lines = enumerate(paragraph.text.split("\n"), paragraph.line)
            sayings += [_Saying(line_text, line) for line, line_text in lines if begins.match(line_text)]
        yield from sorted(sayings, key=lambda saying: saying.line)


def _counts(item: Item, section: Section, begins: re.Pattern[str]) -> bool:
    """An outer item that only opens a list of such items says nothing by itself."""
    if begins.match(item.text):
        return True
    index = section.items.index(item) + 1
    below = section.items[index] if index < len(section.items) else None
    return item.depth == 0 and not (below is not None and below.depth > 0 and begins.match(below.text))


def _of_row(cells: Sequence[str], begins: re.Pattern[str]) -> str:
    """The cells from the one that begins as it should on, else all of them."""
    first = next((index for index, cell in enumerate(cells) if begins.match(cell)), 0)
    return " ".join(cell.strip() for cell in cells[first:] if cell.strip())


def _additions(sections: Sequence[Section]) -> tuple[Addition, ...]:
    """Entries with their label: before the text, in a cell of its own, or as the heading above."""
    additions = []
    for section in sections:
        heading = section.title.casefold() if section.title.casefold() in AUGMENTATION_LABELS else ""
        additions += [_addition(entry, heading) for entry in _sayings((section,), _LABELLED)]
    return tuple(additions)


def _addition(entry: _Saying, heading: str) -> Addition:
    match = _LABELLED.match(entry.text)
    if match:
        return Addition((match[1] or match[2]).lower(), entry.behind(match.end()), entry.line)
    first = entry.text.partition(" ")[0]
    if first.lower() in AUGMENTATION_LABELS:
        return Addition(first.lower(), entry.behind(len(first) + 1), entry.line)
    return Addition(heading, entry.behind(0), entry.line)


def _question(entry: _Saying) -> OpenQuestion:
    mark = CONFIRMED.search(entry.text)
    plain = entry._replace(text=CONFIRMED.sub("", entry.text).strip())
    match = _PREFIXED.match(plain.text)
    prefix = f"{match[1].lower()}:" if match else ""
    text = plain.behind(match.end()).strip() if match else plain.behind(0)
    return OpenQuestion(prefix, text, entry.line, mark[1] if mark else "", mark[2].upper() if mark else "")


def _of_items(document: Document, section: Section) -> Iterator[Confirmation]:
    for item in section.items:
        block = block_of(section, item)
        label = _ANSWER.fullmatch(item.text)
        if block is not None and label:
            yield Confirmation(label[1].upper(), block.strip(), item.line)
        else:
            yield from _split(_as_written(document, item), item.line)


def _of_texts(section: Section) -> Iterator[Confirmation]:
    for paragraph in section.paragraphs:
        yield from _split(paragraph.text, paragraph.line)
    for table in section.tables:
        for row in table.rows:
            yield from _split(" ".join(row.cells), row.line)


def _split(text: str, line: int) -> Iterator[Confirmation]:
    """The answers in a text, the second one beginning with its id in a line of its own."""
    for answer in _NEXT_ANSWER.split(text):
        match = _ANSWER.match(answer)
        if match:
            yield Confirmation(match[1].upper(), answer[match.end() :].strip(), line)
        line += answer.count("\n") + 1


def _as_written(document: Document, item: Item) -> str:
    """The item with its Markdown, when it begins with an id; the words of an answer are kept unstripped."""
    plain = _ANSWER.match(item.text)
    label = _RAW_LABEL.match(document.lines[item.line - 1]) if plain else None
    if plain is None or label is None or plain.end() == len(item.text):
        return item.text
    last, text = item.parts[-1]
    first, *more = document.lines[item.line - 1 : last + text.count("\n")]
    indent = re.compile(rf" {{0,{len(label['bullet'])}}}")
    return "\n".join([f"{plain[1]}: {first[label.end() :]}", *(line[_end(indent, line) :] for line in more)])


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0
