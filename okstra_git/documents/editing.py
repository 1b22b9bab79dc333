"""The edits that approval makes: a value in the front matter, a check box, a tick in it; all else stays."""

import re

from okstra_git.documents.front_matter import FrontMatter, Place, read_front_matter
from okstra_git.documents.markdown import Document, Item, parse_document
from okstra_git.errors import refuse

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Lines as `parse_document` counts them: a form feed or a line separator ends none."""


def set_front_value(text: str, key: str, value: str) -> str:
    """The text with `key: value` in its front matter: replaced in place, added as its last line, or as a new block.

    `value` is YAML on one line. Refuses where anything else would change with it: in a block that is no YAML, or where
    another value refers to the one that goes.
    """
    front = parse_document(text).front
    edited = _with_value(text, front, key, value)
    after, wanted = parse_document(edited).front, read_front_matter(f"{key}: {value}").values
    keys = [*front.values, *(wanted.keys() - front.values.keys())]
    if front.problem or after.problem or sorted(after.values) != sorted(keys) or after.values[key] != wanted[key]:
        raise refuse(
            "document.not-editable",
            f"the front matter cannot take '{key}: {value}' without other changes",
            hint=f"write '{key}: {value}' there yourself, between the two '---' lines, then repeat",
            key=key,
        )
    return edited


def _with_value(text: str, front: FrontMatter, key: str, value: str) -> str:
    bom, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    lines, newline = _LINE.findall(body), _newline(body)
    if not front.exists:
        return f"{bom}---{newline}{key}: {value}{newline}---{newline}{body}"
    place = front.places.get(key)
    if place is not None:
        first, last, new = _replacement(front, place, value)
        return bom + _spliced(lines, first, last, new)
    if front.inside is not None:
        rest = front.content[front.inside :].lstrip()
        return bom + _spliced(lines, front.inside, front.inside, f"{key}: {value}" + ("" if rest[:1] == "}" else ", "))
    lines.insert(front.closing - 1, f"{' ' * front.indent}{key}: {value}{newline}")
    return bom + "".join(lines)


def _replacement(front: FrontMatter, place: Place, value: str) -> tuple[int, int, str]:
    """Which part of the block goes, from its key's colon on when the value begins below it, and what comes for it."""
    content, first = front.content, place.start
    colon = content.find(":", place.key_end)
    if colon >= 0 and "\n" in content[place.key_end : first]:
        first = colon + 1
    before = " " if content[first - 1 : first] == ":" else ""
    after = " " if content[place.end : place.end + 1] == "#" else ""
    return first, max(first, place.end), f"{before}{value}{after}"


def _spliced(lines: list[str], first: int, last: int, new: str) -> str:
    """The text with other words from one offset of the front matter to another; offsets count each line end as one."""
    starts = _Offsets(lines)
    text = "".join(lines)
    return text[: starts.of(first)] + new + text[starts.of(last) :]


class _Offsets:
    """Offsets of the front matter as offsets of the text, whose line ends may have two characters."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def of(self, offset: int) -> int:
        """Where that character of the block is in the text."""
        at = len(self._lines[0])
        for line in self._lines[1:]:
            plain = len(line.rstrip("\r\n")) + 1
            if offset < plain:
                break
            offset, at = offset - plain, at + len(line)
        return at + offset


def _newline(text: str) -> str:
    """The line end that the text begins to use."""
    match = re.search(r"\r\n|\r|\n", text)
    return match[0] if match else "\n"


def find_box(document: Document, label: str) -> Item | None:
    """The first list item with a check box whose first line is `label`."""
    boxes = [item for item in document.items() if item.checked is not None]
    return next((item for item in boxes if item.text.partition("\n")[0].strip() == label), None)


def add_box(text: str, label: str) -> str:
    """The text with an open box for `label` behind its first heading, or behind its front matter when it has none.

    It is a paragraph of its own: a blank line before it and behind it. Where what follows is indented, and would become
    part of the box, it goes above the heading instead.
    """
    document = parse_document(text)
    heading = next((section for section in document.sections if section.level), None)
    places = [heading.body - 1, heading.line - 1] if heading is not None else []
    edited = [_with_box(text, at, label) for at in [*places, document.front.closing]]
    titles = [section.raw for section in document.sections]
    return next(
        (
            candidate
            for candidate in edited
            if [section.raw for section in parse_document(candidate).sections] == titles
        ),
        edited[0],
    )


def _with_box(text: str, at: int, label: str) -> str:
    """The text with the box above the line of this index."""
    bom, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    lines, newline = _LINE.findall(body), _newline(body)
    if at and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += newline
    after = [newline] if at < len(lines) and lines[at].strip(" \t\r\n") else []
    lines[at:at] = [*([newline] if at else []), f"- [ ] {label}{newline}", *after]
    return bom + "".join(lines)


def tick_box(text: str, item: Item) -> str:
    """The text with the item's box ticked; nothing changes when it is already."""
    if item.checked is not False:
        return text
    lines = _LINE.findall(text)
    lines[item.line - 1] = re.sub(r"\[ \]", "[x]", lines[item.line - 1], count=1)
    return "".join(lines)
