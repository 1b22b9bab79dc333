"""The project's words: the terms of a glossary, and one term more in the form that the glossary has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from okstra_git.briefs.brief import LINE
from okstra_git.briefs.insertion import PIPE, inserted
from okstra_git.documents.markdown import Document, Item, Row, Section, parse_document
from okstra_git.errors import refuse
from okstra_git.names import quote

EMPTY = "# Glossary\n"
_LABEL = re.compile(r"(?P<bullet>[\s>]*(?:[-*+]|\d+[.)])\s+)(?P<mark>\*\*|__|[*_`])?")
_TO_COLON = re.compile(r".*?:(?:\*\*|__|[*_`])?")


@dataclass(frozen=True)
class Term:
    """A term with what it means as plain words; `place` is the list item, table row or section that says so."""

    name: str
    meaning: str
    line: int
    section: Section
    place: Item | Row | Section

    @property
    def key(self) -> str:
        """By this two spellings are one term."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """The term in lower case with single blanks."""
    return " ".join(name.casefold().split())


def read_glossary(document: Document) -> tuple[Term, ...]:
    """Headings, first cells of tables, and list items with a colon, from top to bottom."""
    terms = [term for section in document.sections for term in _terms_of(section) if term.key]
    return tuple(sorted(terms, key=lambda entry: entry.line))


def names_a_term(text: str, terms: Iterable[str]) -> bool:
    """Whether the text names one of the terms, which are in lower case."""
    plain = text.casefold()
    return any(term in plain for term in terms)


def define_term(text: str, name: str, meaning: str, *, replace: bool = False) -> str:
    """The glossary with the term; the same meaning changes nothing, another one is a question unless `replace`."""
    terms = read_glossary(parse_document(text))
    wanted = _plain(meaning)
    existing = next((term for term in terms if term.key == key_of(name)), None)
    if existing is not None and existing.meaning == wanted:
        return text
    if existing is not None and existing.meaning and not replace:
        raise refuse(
            "term.differs",
            f"the glossary says otherwise of {quote(existing.name)}: {quote(existing.meaning)}",
            hint="keep it, or repeat with --replace",
            term=existing.name,
            meaning=existing.meaning,
            line=existing.line,
        )
    texts = _texts_without(text, existing, meaning) if existing else _texts_with(text, terms, name, meaning)
    after = [(term.key, wanted if term is existing else term.meaning) for term in terms]
    shape = sorted(after if existing else [*after, (key_of(name), wanted)])
    edited = next((candidate for candidate in texts if _shape(candidate) == shape), None)
    if edited is None:
        place = f"line {existing.line}" if existing else "the glossary"
        hint = f"write {quote(name)} with its meaning there yourself"
        raise refuse(
            "brief.not-editable",
            f"{place} cannot take {quote(name)} for sure",
            hint=hint,
            line=existing.line if existing else 1,
        )
    return edited


def _shape(text: str) -> list[tuple[str, str]]:
    return sorted((term.key, term.meaning) for term in read_glossary(parse_document(text)))


def _plain(meaning: str) -> str:
    """The meaning as a reader gets it, without its Markdown."""
    (paragraph,) = parse_document(f"x: {meaning}").sections[0].paragraphs
    return _one_line(paragraph.text[2:])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _terms_of(section: Section) -> Iterator[Term]:
    if section.level > 1:
        texts = [paragraph.text for paragraph in section.paragraphs]
        texts += [item.text for item in section.items if ":" not in item.text]
        yield Term(section.title, _one_line(" ".join(texts)), section.line, section, section)
    for item in section.items:
        name, colon, meaning = item.text.partition(":")
        if colon:
            yield Term(name.strip(), _one_line(meaning), item.line, section, item)
    for row in (row for table in section.tables for row in table.rows if row.cells):
        yield Term(row.cells[0], _one_line("".join(row.cells[1:2])), row.line, section, row)


def _texts_with(text: str, terms: tuple[Term, ...], name: str, meaning: str) -> Iterator[str]:
    """The text with one term more behind the last one of its form; a list when there is none yet."""
    document, lines = parse_document(text), LINE.findall(text)
    last = _model(terms)
    if last is None:
        tables = [table for section in document.sections for table in section.tables if len(table.header) > 1]
        if tables:
            yield _with_row(lines, tables[-1].line + 1, len(tables[-1].header), name, meaning)
        yield inserted(lines, 0, len(lines), [f"- {name}: {meaning}"])
    elif isinstance(last.place, Row):
        yield _with_row(lines, last.line, len(last.place.cells), name, meaning)
    elif isinstance(last.place, Section):
        heading = f"{'#' * last.place.level} {name}"
        yield inserted(lines, last.place.body - 1, last.place.end, [heading, "", meaning])
    else:
        label = _LABEL.match(lines[last.line - 1])
        bullet, mark = (label["bullet"], label["mark"] or "") if label else ("- ", "")
        for end in (_end_of(last.place), last.section.end):
            yield inserted(LINE.findall(text), last.line, end, [f"{bullet}{mark}{name}{mark}: {meaning}"])


def _model(terms: tuple[Term, ...]) -> Term | None:
    """The last term of the form that most have; headings above other terms only sort these."""
    sorting = {term.section.line for term in terms if term.place is not term.section}
    plain = [term for term in terms if term.place is not term.section or term.line not in sorting]
    forms = [type(term.place) for term in plain]
    usual = max((Item, Row, Section), key=forms.count)
    return next((term for term in reversed(plain) if type(term.place) is usual), None)


def _with_row(lines: list[str], number: int, width: int, name: str, meaning: str) -> str:
    """The lines with a row below the one at `at`, with or without pipes at its ends as that one has them."""
    above = lines[number - 1]
    cells = [_cell(name), _cell(meaning), *[""] * (width - 2)]
    row = " | ".join(cells[: max(2, width)])
    piped = f"| {row} |" if above.lstrip().startswith("|") else row
    return inserted(lines, number, number, [above[: len(above) - len(above.lstrip())] + piped], tight=True)


def _texts_without(text: str, term: Term, meaning: str) -> Iterator[str]:
    """The text with another meaning in the place of the term."""
    lines = LINE.findall(text)
    words = lines[term.line - 1].rstrip("\r\n")
    if isinstance(term.place, Row):
        row = _other_cell(words, meaning)
        if row:
            yield _swapped(lines, term.line, term.line, row)
    elif isinstance(term.place, Item):
        label = _TO_COLON.match(words)
        if label:
            yield _swapped(lines, term.line, _end_of(term.place), f"{label[0]} {meaning}")
    elif not term.meaning:
        yield inserted(lines, term.place.body - 1, term.place.body - 1, [meaning])
    elif len(term.place.paragraphs) == 1:
        (paragraph,) = term.place.paragraphs
        yield _swapped(lines, paragraph.line, paragraph.line + paragraph.text.count("\n"), meaning)


def _other_cell(row: str, meaning: str) -> str:
    """The row with another second cell, empty when it has none."""
    pipes = [pipe.start() for pipe in PIPE.finditer(row)]
    index = 1 if row.lstrip().startswith("|") else 0
    if len(pipes) <= index:
        return ""
    end = pipes[index + 1] if len(pipes) > index + 1 else len(row)
    return f"{row[: pipes[index] + 1]} {_cell(meaning)} {row[end:]}".rstrip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _swapped(lines: list[str], first: int, last: int, new: str) -> str:
    """The lines with one in place of some, with the line end of the last."""
    end = lines[last - 1]
    return "".join([*lines[: first - 1], new + end[len(end.rstrip("\r\n")) :], *lines[last:]])


def _end_of(item: Item) -> int:
    """The last line of the item's own words."""
    line, text = item.parts[-1]
    return line + text.count("\n")
