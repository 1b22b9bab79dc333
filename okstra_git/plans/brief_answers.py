"""What the reporter answered, as it stands under Reporter Confirmations: `RC-1`, `RC-2` and their words."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from okstra_git.documents.markdown import Document, Item, Section
from okstra_git.plans.brief_verbatim import block_of, words_of

_ANSWER = re.compile(r"\s*(RC-\d+)\s*[:.\-–—]?\s*", re.IGNORECASE)
_NEXT_ANSWER = re.compile(r"\n(?=\s*RC-\d+\b)", re.IGNORECASE)
_RAW_LABEL = re.compile(
    r"(?P<bullet>[\s>]*(?:[-*+]|\d+[.)])\s+)(?:\[[ xX]\]\s+)?"
    r"(?P<label>(?P<mark>\*\*|__|[*_`])RC-\d+\s*[:.]?(?P=mark)\s*[:.\-–—]?|RC-\d+\s*[:.\-–—]?)\s*",
    re.IGNORECASE,
)


class Confirmation(NamedTuple):
    """One answer with its id in upper case; `text` is empty where only the id stands."""

    id: str
    text: str
    line: int


def read_confirmations(document: Document, sections: Sequence[Section]) -> tuple[Confirmation, ...]:
    """Every answer from top to bottom, doubled ones too; items, headings, rows of tables or lines."""
    found = []
    for section in sections:
        heading = _ANSWER.match(section.raw)
        if heading:
            words = f"{section.raw[heading.end() :]}\n{words_of(document, section)}".strip()
            found.append(Confirmation(heading[1].upper(), words, section.line))
        inside = [*_of_items(document, section), *_of_texts(section)]
        found += sorted(inside, key=lambda one: one.line)
    return tuple(found)


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
    for said in _NEXT_ANSWER.split(text):
        match = _ANSWER.match(said)
        if match:
            yield Confirmation(match[1].upper(), said[match.end() :].strip(), line)
        line += said.count("\n") + 1


def _as_written(document: Document, item: Item) -> str:
    """The item with its Markdown, when it begins with an id; the words of an answer are not ours to strip."""
    plain = _ANSWER.match(item.text)
    label = _RAW_LABEL.match(document.lines[item.line - 1]) if plain else None
    if plain is None or label is None or plain.end() == len(item.text):
        return item.text
    last, text = item.parts[-1]
    first, *more = document.lines[item.line - 1 : last + text.count("\n")]
    indent = re.compile(rf" {{0,{len(label['bullet'])}}}")
    return "\n".join([f"{plain[1]}: {first[label.end() :]}", *(line[_end(indent, line) :] for line in more)])


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0
