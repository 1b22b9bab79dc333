"""The content of a Markdown document in reading order, as a few kinds of pieces that any page can be made of."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from markdown_it.token import Token

from okstra_git.documents.markdown import Document, read_tokens

Kind = Literal["open", "close", "text", "code", "block", "link", "table", "break", "rule", "box"]
_BOX = re.compile(r"\[([ xX])\]\s+")
_WEB = re.compile(r"https?://[^\s\"<>\\]+\Z", re.IGNORECASE)
_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "em": "em",
    "strong": "strong",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "heading": "h6",
}
"""What a document may become, and nothing else: a name that it brings is never one of an element."""


class ContentPiece(NamedTuple):
    """One piece: `text` are plain words, of which nothing is markup.

    `open` and `close` have a name out of a fixed table; `link` and `table` are opened with `text`, the address or
    nothing, and closed without `is_open`; `block` is code on lines of its own, `box` a check box, with `x` where it is
    ticked. Only addresses of the web are links; all others are words.
    """

    kind: Kind
    text: str = ""
    name: str = ""
    is_open: bool = True


class DocumentPart(NamedTuple):
    """What follows a heading, up to the next one; before the first heading `level` is 0. Lines count from 1."""

    level: int
    heading: str
    line: int
    pieces: tuple[ContentPiece, ...]


def list_parts(document: Document) -> list[DocumentPart]:
    """The whole document in parts; its front matter is left out."""
    tokens = read_tokens(document)
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    parts = []
    for section, start, end in zip(document.sections, [-3, *starts], [*starts, len(tokens)], strict=True):
        pieces = tuple(_pieces(tokens[start + 3 : end]))
        parts.append(DocumentPart(section.level, section.raw, section.line, pieces))
    return parts


def _pieces(tokens: Sequence[Token]) -> Iterator[ContentPiece]:
    has_box = False
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if token.type == "inline":
            yield from _inline(token.children or [], may_be_box=has_box)
        elif token.type in ("fence", "code_block"):
            yield ContentPiece("block", token.content.rstrip("\n"))
        elif token.type == "html_block":
            yield from (
                ContentPiece("open", name="p"),
                ContentPiece("text", token.content.strip()),
                ContentPiece("close", name="p"),
            )
        elif token.type == "hr":
            yield ContentPiece("rule")
        elif name == "table":
            yield ContentPiece("table", is_open=end == "open")
        elif name in _TAGS and not (name == "paragraph" and token.hidden):
            yield ContentPiece("open" if end == "open" else "close", name=_TAGS[name])
        has_box = token.type == "list_item_open" or (has_box and token.type == "paragraph_open")


def _inline(children: Sequence[Token], *, may_be_box: bool) -> Iterator[ContentPiece]:
    links: list[ContentPiece | None] = []
    for at, token in enumerate(children):
        name, _, end = token.type.rpartition("_")
        box = _BOX.match(token.content) if may_be_box and at == 0 and token.type == "text" else None
        if box:
            yield ContentPiece("box", "x" if box[1] in "xX" else "")
            yield ContentPiece("text", token.content[box.end() :])
        elif token.type == "code_inline":
            yield ContentPiece("code", token.content)
        elif token.type in ("softbreak", "hardbreak"):
            yield ContentPiece(
                "break" if token.type == "hardbreak" else "text", "" if token.type == "hardbreak" else "\n"
            )
        elif token.type == "image":
            yield ContentPiece("text", f"[{token.content}] ({token.attrs.get('src', '')})")
        elif name == "link":
            yield from _link(token, links)
        elif name in _TAGS:
            yield ContentPiece("open" if end == "open" else "close", name=_TAGS[name])
        elif not (token.type == "html_inline" and token.content.startswith("<!--")):
            yield (
                ContentPiece("break")
                if token.content in ("<br>", "<br/>", "<br />")
                else ContentPiece("text", token.content)
            )


def _link(token: Token, links: list[ContentPiece | None]) -> Iterator[ContentPiece]:
    """A link to the web as one; of any other only the address behind its words."""
    if token.type == "link_open":
        address = str(token.attrs.get("href", ""))
        is_web = bool(_WEB.match(address))
        links.append(None if is_web else ContentPiece("text", f" ({address})"))
        if is_web:
            yield ContentPiece("link", address)
    else:
        behind = links.pop() if links else None
        yield ContentPiece("link", is_open=False) if behind is None else behind
