"""Where an entry goes in a brief, and the proof that an edited brief says nothing else than was meant."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from okstra_git.briefs.brief import (
    AUGMENTATION,
    CONFIRMATIONS,
    CONFIRMED,
    LINE,
    OPEN_QUESTIONS,
    SOURCE_MATERIAL,
    Brief,
    OpenQuestion,
    fenced,
    own_sections,
    parse_brief,
)
from okstra_git.contract import REPORTER_FIELD
from okstra_git.documents.markdown import Document, Section, parse_document, titled
from okstra_git.errors import refuse

ORDER = (SOURCE_MATERIAL, AUGMENTATION, OPEN_QUESTIONS, CONFIRMATIONS)
"""A section that is missing goes behind the nearest one before it."""

_LISTED = re.compile(r"\s*(?:[-*+]|\d+[.)])\s|\s{2,}\S")
PIPE = re.compile(r"(?<!\\)\|")


def inline_entry(head: str, text: str) -> list[str]:
    """`- head text`, further lines indented so that they belong to it."""
    first, *more = text.split("\n")
    return [f"- {head} {first}", *_indented(more)]


def fenced_entry(head: str, text: str) -> list[str]:
    """`- head` with the text in a verbatim fence below, where it can be anything."""
    return [f"- {head}", *_indented(fenced(text).removesuffix("\n").split("\n"))]


def texts_with_entry(text: str, title: str, entry: Sequence[str]) -> Iterator[str]:
    """The text with these lines at the end of the section, which is made when it is missing."""
    document = parse_document(text)
    section = _find(document, title)
    if section is None:
        yield _with_section(document, title, entry)
        return
    index = section.index + 1
    own_end = document.sections[index].line - 1 if index < len(document.sections) else section.end
    for end in dict.fromkeys((section.end, own_end)):
        yield inserted(LINE.findall(text), section.body - 1, end, entry)


def texts_with_mark(text: str, question: OpenQuestion, mark: str) -> Iterator[str]:
    """The text with the mark behind the question, or in place of the one that it has."""
    lines = LINE.findall(text)
    ends, is_cell = _ends_of(parse_document(text), question)
    for number in ends:
        line = lines[number - 1]
        words = line.rstrip("\r\n")
        for new in _marked(words, question, mark, is_cell=is_cell):
            yield "".join([*lines[: number - 1], new + line[len(words) :], *lines[number:]])


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _find(document: Document, title: str) -> Section | None:
    """The last section of this title, so that a new entry comes behind all others."""
    return next(reversed(titled(own_sections(document), title)), None)


def _with_section(document: Document, title: str, entry: Sequence[str]) -> str:
    earlier = [_find(document, name) for name in ORDER[: ORDER.index(title)]]
    before = next((section for section in reversed(earlier) if section is not None), None)
    heading = f"{'#' * (before.level if before else 2)} {title}"
    end = before.end if before else len(document.lines)
    return inserted(LINE.findall(document.text), 0, end, [heading, "", *entry])


def inserted(lines: list[str], floor: int, end: int, entry: Sequence[str], *, tight: bool = False) -> str:
    """The lines with the entry below the last one up to `end` that says something, but not above `floor`.

    An item goes right below another, as does what is `tight`; everything else is set off by blank lines. Line ends are
    those around it.
    """
    number = min(end, len(lines))
    while number > floor and not lines[number - 1].strip():
        number -= 1
    newline = _newline(lines, number)
    if number and not lines[number - 1].endswith(("\r", "\n")):
        lines[number - 1] += newline
    is_listed = number and _LISTED.match(lines[number - 1]) and _LISTED.match(entry[0])
    before = [] if not number or is_listed or tight else [newline]
    after = [newline] if number < len(lines) and lines[number].strip() and not tight else []
    lines[number:number] = [*before, *(line + newline for line in entry), *after]
    return "".join(lines)


def _newline(lines: Sequence[str], number: int) -> str:
    """The line end above the place, else the first of the text, else a line feed."""
    around = [*lines[max(0, number - 1) : number], *lines[:1]]
    ends = [line[len(line.rstrip("\r\n")) :] for line in around]
    return next(filter(None, ends), "\n")


def _ends_of(document: Document, question: OpenQuestion) -> tuple[list[int], bool]:
    """Lines in which the question may end, and whether it is a cell of a table."""
    for section in document.sections:
        for item in section.items:
            if item.line == question.line and item.parts:
                ends = [line + text.count("\n") for line, text in item.parts]
                lines = range(item.line, ends[-1] + 1)
                return (list(lines) if question.is_marked else [*dict.fromkeys((ends[-1], ends[0], item.line))]), False
        if any(row.line == question.line for table in section.tables for row in table.rows):
            return [question.line], True
    return [question.line], False


def _marked(line: str, question: OpenQuestion, mark: str, *, is_cell: bool) -> Iterator[str]:
    """The line with the mark."""
    if question.is_marked:
        if CONFIRMED.search(line):
            yield CONFIRMED.sub(lambda old: old[0][: -len(old[0].lstrip())] + mark, line, count=1)
        return
    if is_cell:
        start = max(0, line.casefold().find(question.prefix.rstrip(":")), len(line) - len(line.lstrip(" |")))
        for pipe in PIPE.finditer(line, start):
            yield f"{line[: pipe.start()].rstrip()} {mark} {line[pipe.start() :]}"
    yield f"{line.rstrip()} {mark}"


def read_text(text: str) -> Brief:
    """The brief that a text is."""
    return parse_brief(parse_document(text))


def require_proven(texts: Iterable[str], wanted: Brief, why: str, *, section: str = "", hint: str, **facts: Any) -> str:
    """The first text that reads as wanted; refuses when none does."""
    text = find_proven(texts, wanted, section=section)
    if text is None:
        raise refuse("brief.not-editable", why, hint=hint, **facts)
    return text


def find_proven(texts: Iterable[str], wanted: Brief, *, section: str = "") -> str | None:
    """The first text that reads as wanted, None when none does; the heading of `section` may be new."""
    is_there = bool(titled(own_sections(wanted.document), section))
    shape = _shape(wanted, made=[section] if section and not is_there else [])
    return next((text for text in texts if _shape(read_text(text)) == shape), None)


def _shape(brief: Brief, *, made: Iterable[str] = ()) -> tuple[Any, ...]:
    """Everything that a brief says, without its lines; `made` are headings that it is to have as well."""
    front = brief.document.front.values
    return (
        brief.gate,
        (brief.title, brief.ticket, brief.task_group, brief.task_id, brief.source, brief.verification_report),
        [(addition.label, addition.text) for addition in brief.additions],
        [(asked.prefix, asked.text, asked.confirmed_on, asked.answer) for asked in brief.questions],
        sorted((answer.id, answer.text) for answer in brief.confirmations),
        sorted([*(section.raw for section in brief.document.sections if section.level), *made]),
        {name: repr(value) for name, value in front.items() if name != REPORTER_FIELD},
    )
