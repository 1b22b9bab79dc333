"""The edits that approval makes: a value in the front matter, a check box, a tick in it; all else stays."""

import re

from okstra_git.documents.front_matter import FrontMatter, Place, read_front_matter
from okstra_git.documents.markdown import Document, Item, parse_document
from okstra_git.errors import OkstraError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
BOM = "\ufeff"


class NotEditable(OkstraError):
    """Front matter that cannot be edited without touching more than one value."""

    code = "document.not-editable"


def set_front_value(text: str, key: str, value: str) -> str:
    """The text with `key: value` in its front matter: replaced in place, added as its last line, or as a new block.

    Refuses where that would change anything else, in a block that is no YAML or that is written on one line, say.
    """
    front = parse_document(text).front
    if not front.exists:
        bom, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
        return f"{bom}---{_newline(text)}{key}: {value}{_newline(text)}---{_newline(text)}{body}"
    place = front.places.get(key)
    edited = _with_value(text, front, place, value) if place else _with_line(text, front, f"{key}: {value}")
    wanted = front.values | (read_front_matter(f"{key}: {value}").values if not front.problem else {})
    if front.problem or repr(parse_document(edited).front.values) != repr(wanted):
        raise NotEditable(
            f"the front matter cannot take '{key}: {value}' without other changes",
            hint=f"write '{key}: {value}' on a line of its own between the two '---' lines, then repeat",
            key=key,
        )
    return edited


def _with_value(text: str, front: FrontMatter, place: Place, value: str) -> str:
    """One value for another; one of several lines is replaced from its key's colon on."""
    is_long = "\n" in front.content[place.colon : place.end].rstrip("\n")
    start = place.colon if is_long else place.start
    end = place.colon + len(front.content[place.colon : place.end].rstrip("\n"))
    before, after = text[: _offset(text, front, start)], text[_offset(text, front, max(start, end)) :]
    if before.endswith(":"):
        return f"{before} {value}{after.lstrip(' ') if not after.partition(_newline(text))[0].strip() else after}"
    return f"{before}{value}{after}"


def _with_line(text: str, front: FrontMatter, line: str) -> str:
    lines = split_lines(text)
    lines.insert(front.closing, line + _newline(text))
    return "".join(lines)


def _offset(text: str, front: FrontMatter, at: int) -> int:
    """Where an offset of the block is in the text as given, whose line ends may be longer."""
    above = front.content[:at]
    line = 1 + above.count("\n")
    return sum(map(len, split_lines(text)[:line])) + len(above) - (above.rfind("\n") + 1)


def split_lines(text: str) -> list[str]:
    """The lines with their ends, as Markdown counts them: a form feed or U+2028 ends none."""
    return _LINE.findall(text)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def find_box(document: Document, label: str) -> Item | None:
    """The first list item with a check box whose first line is `label`."""
    boxes = [item for item in document.items() if item.checked is not None]
    return next((item for item in boxes if item.text.partition("\n")[0].strip() == label), None)


def add_box(text: str, label: str) -> str:
    """The text with an open box for `label` behind its first heading, or behind its front matter when it has none."""
    document, newline = parse_document(text), _newline(text)
    lines = split_lines(text)
    first = next((section for section in document.sections if section.level), None)
    at = first.body - 1 if first else (document.front.closing + 1 if document.front.exists else 0)
    if at and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += newline
    gap = [newline] if at < len(lines) and lines[at].strip() else []
    lines[at:at] = [newline, f"- [ ] {label}{newline}", *gap]
    return "".join(lines)


def tick_box(text: str, item: Item) -> str:
    """The text with the item's box ticked; nothing changes when it is already."""
    lines = split_lines(text)
    lines[item.line - 1] = re.sub(r"\[ \]", "[x]", lines[item.line - 1], count=1)
    return "".join(lines)
