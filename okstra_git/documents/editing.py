"""The edits that approval makes: a value in the front matter, a check box, a tick in it; all else stays."""

import re

from okstra_git.documents.markdown import Document, Item, parse_document


def set_front_value(text: str, key: str, value: str) -> str:
    """The text with `key: value` in its front matter: replaced in place, added as its last line, or as a new block."""
    document = parse_document(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    bom, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    if not document.front.exists:
        return f"{bom}---{newline}{key}: {value}{newline}---{newline}{body}"
    lines = body.splitlines(keepends=True)
    place = document.front.places.get(key)
    if place is None:
        lines.insert(_closing_line(lines), f"{key}: {value}{newline}")
    elif place.key_line == place.line == place.end_line:
        at = place.line + 1
        before, after = lines[at][: place.start], lines[at][place.end :]
        gap = " " if before.endswith(":") else ""
        lines[at] = f"{before}{gap}{value}{after if after.strip() else after.lstrip(' ')}"
    else:
        last = place.end_line + (1 if place.end else 0)  # a block ends where the next key begins
        lines[place.key_line + 1 : last + 1] = [f"{key}: {value}{newline}"]
    return bom + "".join(lines)


def _closing_line(lines: list[str]) -> int:
    return next(at for at, line in enumerate(lines) if at > 0 and line.strip() == "---")


def find_box(document: Document, label: str) -> Item | None:
    """The first list item with a check box whose first line is `label`."""
    boxes = [item for item in document.items() if item.checked is not None]
    return next((item for item in boxes if item.text.partition("\n")[0].strip() == label), None)


def add_box(text: str, label: str) -> str:
    """The text with an open box for `label` behind its first heading, or behind its front matter when it has none."""
    document = parse_document(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    first = next((section for section in document.sections if section.level), None)
    front = text.removeprefix("\ufeff").splitlines(keepends=True)
    at = first.line if first is not None else (_closing_line(front) + 1 if document.front.exists else 0)
    if at and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += newline
    gap = [newline] if at < len(lines) and lines[at].strip() else []
    lines[at:at] = [newline, f"- [ ] {label}{newline}", *gap]
    return "".join(lines)


def tick_box(text: str, item: Item) -> str:
    """The text with the item's box ticked; nothing changes when it is already."""
    lines = text.splitlines(keepends=True)
    lines[item.line - 1] = re.sub(r"\[ \]", "[x]", lines[item.line - 1], count=1)
    return "".join(lines)
