"""A Markdown document as values: sections, tables, lists and code, each with the line it is on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from okstra_git.documents.front_matter import FrontMatter, read_front_matter
from okstra_git.documents.problems import Unclosed, find_unclosed
from okstra_git.errors import OkstraError, refuse

MAX_BYTES = 5 << 20
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[A-Z]\.)\s+")
_CHECKBOX = re.compile(r"^\[([ xX])\]\s+")
_GLUED_BEFORE = re.compile(r"[\w/.-]\Z")
_GLUED_BEHIND = re.compile(r"\w|[/.-]\w")


@dataclass(frozen=True)
class Item:
    """One item of a list, without its children: `checked` None = no check box. Lines count from 1.

    `spans` are its code spans, in order; `parts` its paragraphs, each with its own line. An item's line is that of its
    first words.
    """

    text: str
    line: int
    checked: bool | None = None
    depth: int = 0
    spans: tuple[str, ...] = ()
    parts: tuple[tuple[int, str], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Row:
    """One row of a table below its header."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Table:
    """A table as written; cells are plain text, code spans and emphasis unwrapped."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int


@dataclass(frozen=True)
class Code:
    """A fenced or indented block of code; `info` is the word behind the fence, `first` the line its content begins."""

    info: str
    content: str
    line: int
    first: int

    @property
    def lines(self) -> list[str]:
        """The lines of code, from `first` on."""
        return self.content.split("\n")


@dataclass(frozen=True)
class Paragraph:
    """Running text outside of lists and tables."""

    text: str
    line: int
    spans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading with everything up to the next heading of any level.

    `body` is the first line behind the heading, `end` the last line of its subtree. `title` has no leading number
    (`5.5 Stage Map` is `Stage Map`), `raw` is the heading as written. The text before the first heading is a section of
    level 0 without a title.
    """

    level: int
    title: str
    raw: str
    line: int
    body: int
    end: int
    paragraphs: tuple[Paragraph, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[Table, ...] = ()
    codes: tuple[Code, ...] = ()
    index: int = 0


def titled(sections: Iterable[Section], title: str) -> list[Section]:
    """The sections of this title, in any case, with or without more in parentheses."""
    wanted = title.casefold()
    named = ((section, section.title.casefold()) for section in sections)
    return [section for section, own in named if own == wanted or (own.startswith(f"{wanted} (") and own.endswith(")"))]


@dataclass(frozen=True)
class Document:
    """A parsed document; `lines` are those of the text as given, line ends left out."""

    text: str
    lines: tuple[str, ...]
    front: FrontMatter
    sections: tuple[Section, ...] = field(default=())
    unclosed: tuple[Unclosed, ...] = ()

    def find(self, title: str) -> Section | None:
        """The first section of this title, in any case and at any level, with or without more in parentheses."""
        return next(iter(titled(self.sections, title)), None)

    def below(self, section: Section) -> tuple[Section, ...]:
        """The sections inside this one, in order."""
        return tuple(inner for inner in self.sections if section.line < inner.line <= section.end)

    def text_of(self, section: Section, *, heading: bool = False) -> str:
        """The Markdown of the section with everything inside it, verbatim."""
        return self.text_between(section.line if heading else section.body, section.end)

    def text_between(self, first: int, last: int) -> str:
        """The lines `first` to `last`, both included."""
        return "\n".join(self.lines[first - 1 : last]).strip("\n")

    def items(self) -> Iterator[Item]:
        """Every list item of the document."""
        for section in self.sections:
            yield from section.items


def decode(data: bytes, *, name: str) -> str:
    """The text of a document; refuses what is not UTF-8, holds NUL, or is longer than 5 MiB. A BOM stays."""
    if len(data) > MAX_BYTES:
        raise too_long(name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8"
        raise refuse(
            "document.unreadable", f"{name} is not UTF-8: line {line}", hint=hint, path=name, line=line
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        message = f"{name} is not text: line {line} holds a NUL byte"
        raise refuse("document.unreadable", message, hint="name a Markdown file", path=name, line=line)
    return text


def too_long(name: str) -> OkstraError:
    """The refusal of a document that is longer than 5 MiB, or has no end."""
    return refuse(
        "document.unreadable",
        f"{name} is longer than {MAX_BYTES >> 20} MiB",
        hint="name the document itself",
        path=name,
    )


@lru_cache(32)
def parse_document(text: str) -> Document:
    """The document; any text is one. What is wrong with its front matter is in `front.problem`.

    A command looks at the same document several times, and it is parsed once.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = tuple(plain.split("\n"))
    tokens = _parser().parse(plain)
    block = tokens[0] if tokens and tokens[0].type == "front_matter" else None
    front = read_front_matter(block.content, closing=block.map[1]) if block and block.map else FrontMatter()
    return Document(text, lines, front, _sections(tokens, len(lines)), tuple(find_unclosed(tokens)))


def read_tokens(document: Document) -> list[Token]:
    """The parser's tokens of the document, front matter left out; its headings are those of `sections`."""
    plain = "\n".join(document.lines)
    tokens = _parser().parse(plain)
    return tokens[1:] if tokens and tokens[0].type == "front_matter" else tokens


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table").use(front_matter_plugin)


def _sections(tokens: Sequence[Token], last_line: int) -> tuple[Section, ...]:
    starts: list[tuple[int, str, int, int, int]] = [(0, "", 0, 1, 0)]
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            starts.append((int(token.tag[1:]), _plain(tokens[at + 1]), token.map[0] + 1, token.map[1] + 1, at))
    sections = []
    ends = _ends([(level, line) for level, _, line, _, _ in starts], last_line)
    for index, (level, raw, line, body, at) in enumerate(starts):
        stop = starts[index + 1][4] if index + 1 < len(starts) else len(tokens)
        content = _Content()
        content.take(tokens[at:stop])
        sections.append(
            Section(
                level,
                _NUMBERING.sub("", raw).strip().rstrip(":"),
                raw,
                line,
                body,
                ends[index],
                tuple(content.paragraphs),
                tuple(content.items),
                tuple(content.tables),
                tuple(content.codes),
                index,
            )
        )
    return tuple(sections)


def _ends(headings: Sequence[tuple[int, int]], last_line: int) -> list[int]:
    """The last line of each heading's subtree, given level and line; what is before the first has level 0."""
    ends = [last_line] * len(headings)
    unfinished: list[int] = []
    for index, (level, line) in enumerate(headings):
        while unfinished and (headings[unfinished[-1]][0] >= level or headings[unfinished[-1]][0] == 0):
            ends[unfinished.pop()] = line - 1
        unfinished.append(index)
    return ends


class _Content:
    """Collects what is between two headings."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.items: list[Item] = []
        self.tables: list[Table] = []
        self.codes: list[Code] = []
        self._depth = 0
        self._open: list[int] = []
        self._header: list[str] = []
        self._rows: list[Row] = []
        self._cells: list[str] = []
        self._in_head = self._in_row = False
        self._table_line = self._row_line = 0

    def take(self, tokens: Sequence[Token]) -> None:
        skip = False
        for token in tokens:
            if token.type in ("heading_open", "heading_close"):
                skip = token.type == "heading_open" and token.level == 0
                continue
            if not skip:
                self._one(token)

    def _one(self, token: Token) -> None:
        line = token.map[0] + 1 if token.map else 0
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._depth -= 1
        elif token.type == "list_item_open":
            self._open.append(len(self.items))
            self.items.append(Item("", line, None, self._depth - 1))
        elif token.type == "list_item_close":
            self._open.pop()
        elif token.type in ("fence", "code_block"):
            self.codes.append(Code(token.info.strip(), token.content, line, line + (token.type == "fence")))
        elif token.type == "inline":
            self._inline(token, line)
        else:
            self._table(token, line)

    def _inline(self, token: Token, line: int) -> None:
        text = _plain(token)
        spans = tuple(child.content for child in token.children or [] if child.type == "code_inline")
        if self._in_row:
            self._cells.append(text)
        elif self._open:
            at = self._open[-1]
            self.items[at] = _with_words(self.items[at], token.content, text, line, spans)
        else:
            self.paragraphs.append(Paragraph(text, line, spans))

    def _table(self, token: Token, line: int) -> None:
        if token.type == "table_open":
            self._header, self._rows, self._table_line = [], [], line
        elif token.type == "tr_open":
            self._cells, self._in_row, self._row_line = [], True, line
        elif token.type == "tr_close":
            self._in_row = False
            if self._in_head:
                self._header = self._cells
            else:
                self._rows.append(Row(tuple(self._cells), self._row_line))
        elif token.type in ("thead_open", "thead_close"):
            self._in_head = token.type == "thead_open"
        elif token.type == "table_close":
            self.tables.append(Table(tuple(self._header), tuple(self._rows), self._table_line))


def _with_words(item: Item, source: str, text: str, line: int, spans: tuple[str, ...]) -> Item:
    """The item with one paragraph more; a check box counts at the head of the first one, if it is written as one."""
    parts, spans = (*item.parts, (line, text)), (*item.spans, *spans)
    if item.parts:
        return replace(item, text=f"{item.text}\n{text}", spans=spans, parts=parts)
    box = _CHECKBOX.match(text) if _CHECKBOX.match(source) else None
    plain, checked = (text[box.end() :], box[1] in "xX") if box else (text, None)
    return Item(plain, line, checked, item.depth, spans, ((line, plain),))


def _plain(token: Token) -> str:
    """The words of an inline token without markup and comments; line breaks are kept, as is `__init__.py`."""
    parts: list[str] = []
    marks: list[int] = []
    children = token.children or []
    for at, child in enumerate(children):
        if child.type in ("em_open", "strong_open"):
            marks.append(len(parts))
            parts.append("")
        elif child.type in ("em_close", "strong_close") and marks:
            opened = marks.pop()
            before = parts[opened - 1] if opened else ""
            behind = children[at + 1].content if at + 1 < len(children) else ""
            if _GLUED_BEFORE.search(before) or _GLUED_BEHIND.match(behind):
                parts[opened] = child.markup
                parts.append(child.markup)
        else:
            parts.append(_words(child))
    return "".join(parts).strip()


def _words(child: Token) -> str:
    """The words of one piece; it has a line end for each of the source and no other, so that lines can be counted."""
    if child.type == "html_inline":
        if child.content.startswith("<!--"):
            return "\n" * child.content.count("\n")
        return " " if child.content.startswith("<br") else child.content
    if child.type in ("text", "code_inline", "text_special"):
        return child.content.replace("\n", " ")  # one that was written as `&#10;`
    if child.type == "image":
        return child.content
    return "\n" if child.type in ("softbreak", "hardbreak") else ""
