"""A Markdown document as values: sections, tables, lists and code, each with the line it stands on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from okstra_git.documents.front_matter import FrontMatter, read_front_matter
from okstra_git.errors import OkstraError

MAX_BYTES = 5 << 20
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[A-Z]\.)\s+")
_CHECKBOX = re.compile(r"^\[([ xX])\]\s+")
_GLUED_BEFORE = re.compile(r"[\w/.-]\Z")
_GLUED_BEHIND = re.compile(r"\w|[/.-]\w")


class Unreadable(OkstraError):
    """A document that is no text in UTF-8, or far too long."""

    code = "document.unreadable"


@dataclass(frozen=True)
class Item:
    """One item of a list, without its children: `checked` None = no check box. Lines count from 1.

    `spans` are its code spans, in order.
    """

    text: str
    line: int
    checked: bool | None = None
    depth: int = 0
    spans: tuple[str, ...] = ()


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
    """A fenced or indented block of code; `info` is the word behind the fence, `first` the line of its first line."""

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
    """A heading with everything up to the next heading of any level; `end` is the last line of its subtree.

    `title` has no leading number (`5.5 Stage Map` is `Stage Map`), `raw` is the heading as written. The text before
    the first heading is a section of level 0 without a title. `body` is the line below the heading.
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


@dataclass(frozen=True)
class Document:
    """A parsed document; `lines` are those of the text as given, line ends left out."""

    text: str
    lines: tuple[str, ...]
    front: FrontMatter
    sections: tuple[Section, ...] = field(default=())

    def find(self, title: str) -> Section | None:
        """The first section of this title, in any case and at any level, with or without more in parentheses."""
        wanted = title.casefold()
        return next((one for one in self.sections if _is_titled(one.title.casefold(), wanted)), None)

    def below(self, section: Section) -> tuple[Section, ...]:
        """The sections inside this one, in order."""
        return tuple(one for one in self.sections if section.line < one.line <= section.end)

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
        raise Unreadable(f"{name} is longer than {MAX_BYTES >> 20} MiB", hint="name the document itself", path=name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8"
        raise Unreadable(f"{name} is not UTF-8: line {line}", hint=hint, path=name, line=line) from error
    if "\0" in text:
        raise Unreadable(f"{name} is no text: it holds a NUL byte", hint="name a Markdown file", path=name)
    return text


def parse_document(text: str) -> Document:
    """The document; any text is one. What is wrong with its front matter is in `front.problem`."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = tuple(plain.split("\n"))
    tokens = _parser().parse(plain)
    block = tokens[0] if tokens and tokens[0].type == "front_matter" and tokens[0].map else None
    front = (
        read_front_matter(block.content, closing=block.map[1] - 1) if block and block.map else read_front_matter(None)
    )
    return Document(text, lines, front, _sections(tokens, len(lines)))


def _is_titled(title: str, wanted: str) -> bool:
    return title == wanted or (title.startswith(f"{wanted} (") and title.endswith(")"))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table").use(front_matter_plugin)


def _sections(tokens: Sequence[Token], last_line: int) -> tuple[Section, ...]:
    """Sections in order; each ends before the next heading that is not below it."""
    heads = [(at, token) for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    starts = [(0, "", 0, 1, 0)] + [
        (int(token.tag[1:]), _plain(tokens[at + 1]), token.map[0] + 1, token.map[1] + 1, at)
        for at, token in heads
        if token.map
    ]
    ends = _ends([(level, line) for level, _, line, _, _ in starts], last_line)
    stops = [at for *_, at in starts[1:]] + [len(tokens)]
    return tuple(
        _section(index, start, ends[index], tokens[start[4] : stops[index]]) for index, start in enumerate(starts)
    )


def _section(index: int, start: tuple[int, str, int, int, int], end: int, tokens: Sequence[Token]) -> Section:
    level, raw, line, body, _ = start
    content = _Content()
    content.take(tokens)
    return Section(
        level=level,
        title=_NUMBERING.sub("", raw).strip().rstrip(":"),
        raw=raw,
        line=line,
        body=body,
        end=end,
        paragraphs=tuple(content.paragraphs),
        items=tuple(content.items),
        tables=tuple(content.tables),
        codes=tuple(content.codes),
        index=index,
    )


def _ends(heads: Sequence[tuple[int, int]], last_line: int) -> list[int]:
    """The last line of each (level, line); the text above the first heading has nothing below it."""
    ends = [last_line] * len(heads)
    waiting: list[int] = []
    for index, (level, line) in enumerate(heads):
        while waiting and (heads[waiting[-1]][0] >= level or not heads[waiting[-1]][0]):
            ends[waiting.pop()] = line - 1
        waiting.append(index)
    return ends


class _Content:
    """Collects what stands between two headings."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.items: list[Item] = []
        self.tables: list[Table] = []
        self.codes: list[Code] = []
        self._depth = 0
        self._fresh_item = False
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
            self._fresh_item = True
            self.items.append(Item("", line, None, self._depth - 1))
        elif token.type in ("fence", "code_block"):
            first = line + (1 if token.type == "fence" else 0)
            self.codes.append(Code(token.info.strip(), token.content, line, first))
        elif token.type == "inline":
            self._inline(token, line)
        else:
            self._table(token, line)

    def _inline(self, token: Token, line: int) -> None:
        text = _plain(token)
        spans = tuple(child.content for child in token.children or [] if child.type == "code_inline")
        if self._in_row:
            self._cells.append(text)
        elif self._depth and self._fresh_item:
            self._fresh_item = False
            box = _CHECKBOX.match(text)
            item = self.items[-1]
            checked = None if box is None else box[1] in "xX"
            self.items[-1] = Item(text[box.end() :] if box else text, item.line, checked, item.depth, spans)
        elif self._depth and self.items:
            item = self.items[-1]
            both = (*item.spans, *spans)
            self.items[-1] = Item(f"{item.text}\n{text}", item.line, item.checked, item.depth, both)
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
    if child.type == "html_inline":
        return "" if child.content.startswith("<!--") else (" " if child.content.startswith("<br") else child.content)
    if child.type in ("text", "code_inline", "text_special", "image"):
        return child.content
    return "\n" if child.type in ("softbreak", "hardbreak") else ""
