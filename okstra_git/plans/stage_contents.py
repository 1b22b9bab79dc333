"""What the blocks of a stage name: the paths of its files, and the commands of its validation."""

import re
from collections.abc import Sequence

from okstra_git.documents.markdown import Code, Item, Paragraph, Section, Table, parse_document

NONE = ("", "-", "–", "—", "none", "(none)", "n/a", "nothing", "없음", "(없음)")
"""How people write that there is nothing."""

_PATH_HEADS = ("file", "files", "path", "paths", "파일", "경로")
_COMMAND_HEADS = ("command", "commands", "명령", "명령어")
_PRINTED = ("text", "txt", "output", "log")
_VERBS = (
    "add", "added", "create", "created", "new", "modify", "modified", "update", "updated", "edit", "change", "changed",
    "delete", "deleted", "remove", "removed", "rename", "move", "touch", "신규", "추가", "생성", "수정", "변경", "삭제",
)  # fmt: skip
_LINE_RANGE = re.compile(r"(?::\d+(?:[-–,]\d+)*|#L\d+(?:-L?\d+)?)$")
_NOTE = re.compile(r"\s*\([^()]*\)\s*$")
_BETWEEN = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:,|;|&|\+|→|->|/|and|및|와|과)?\s*", re.IGNORECASE)
_PROMPT = re.compile(r"^\$\s+")


def list_files(text: str) -> list[tuple[str, int]]:
    """The paths that a files block names, each with its line inside the block; notes and line numbers are dropped.

    Items, tables and code say it; running text counts where there is nothing else, or where it is paths alone.
    """
    sections = parse_document(text).sections
    found = [place for section in sections for place in _listed(section)]
    paragraphs = [each for section in sections for each in section.paragraphs]
    found += [place for each in paragraphs for place in (_bare_paths(each) if found else _in_text(each))]
    lines: dict[str, int] = {}
    for path, line in sorted(found, key=lambda one: one[1]):
        if path.casefold().rstrip(".") not in NONE[1:]:
            lines.setdefault(path, line)
    return list(lines.items())


def _listed(section: Section) -> list[tuple[str, int]]:
    found = [(path, item.line) for item in section.items for path in _in_item(item)]
    found += [(path, line) for table in section.tables for path, line in _in_table(table)]
    coded = [(line, code.first + at) for code in section.codes for at, line in enumerate(code.lines)]
    return found + [(_bare(line), at) for line, at in coded if line.strip() and not line.lstrip().startswith("#")]


def _in_item(item: Item) -> list[str]:
    if item.spans and item.spans[0] in item.text:
        return [_bare(span) for span in _leading_spans(item.text, item.spans)]
    parts = item.text.partition("\n")[0].split(", ")
    are_paths = all(len(_NOTE.sub("", part).split()) == 1 for part in parts)
    return [path for part in (parts if are_paths else parts[:1]) if (path := _first_word(part))]


def _leading_spans(text: str, spans: Sequence[str]) -> list[str]:
    """The code spans that stand side by side; what comes after other words is a remark about them."""
    at = text.find(spans[0]) + len(spans[0])
    leading = [spans[0]]
    for span in spans[1:]:
        match = _BETWEEN.match(text, at)
        if match is None or not text.startswith(span, match.end()):
            break
        leading.append(span)
        at = match.end() + len(span)
    return leading


def _first_word(text: str) -> str:
    words = _NOTE.sub("", text).split()
    if len(words) > 1 and words[0].rstrip(":").casefold() in _VERBS:
        words = words[1:]
    return _bare(words[0]) if words else ""


def _in_table(table: Table) -> list[tuple[str, int]]:
    heads = [" ".join(cell.casefold().split()) for cell in table.header]
    column = next((at for at, head in enumerate(heads) if head in _PATH_HEADS), 0)
    return [
        (path, row.line) for row in table.rows if column < len(row.cells) and (path := _first_word(row.cells[column]))
    ]


def _in_text(paragraph: Paragraph) -> list[tuple[str, int]]:
    if paragraph.spans:
        return [(_bare(span), paragraph.line) for span in _leading_spans(paragraph.text, paragraph.spans)]
    found = []
    for at, line in enumerate(paragraph.text.split("\n")):
        parts = [_NOTE.sub("", part).strip() for part in line.split(",")]
        named = [part for part in parts if part and (" " not in part or set("/.") & set(part.split()[0]))]
        found += [(_first_word(part), paragraph.line + at) for part in named]
    return found


def _bare_paths(paragraph: Paragraph) -> list[tuple[str, int]]:
    """Lines of nothing but paths; other words beside a list are about it."""
    found = []
    for at, line in enumerate(paragraph.text.split("\n")):
        parts = [part.strip() for part in line.split(",") if part.strip()]
        if all(" " not in part and set("/.") & set(part[:-1]) for part in parts):
            found += [(_bare(part), paragraph.line + at) for part in parts]
    return found


def _bare(path: str) -> str:
    plain = _NOTE.sub("", path.strip().strip("`'\"")).strip().rstrip(",;")
    return _LINE_RANGE.sub("", plain.rstrip(":")).removeprefix("./")


def list_commands(text: str) -> list[str]:
    """The command lines of a validation block: lines of code, else a table's column, else code spans, else list items.

    What commands print is none: code marked as `text` or `output` beside other code, and lines beside those with `$`.
    """
    sections = parse_document(text).sections
    codes = [code for s in sections for code in s.codes]
    typed = [code for code in codes if code.info.casefold() not in _PRINTED] or codes
    commands = [line for code in typed for line in _typed_lines(code)] or [
        cell for s in sections for table in s.tables for cell in _command_cells(table)
    ]
    items = [item for s in sections for item in s.items]
    spans = [span for item in items for span in item.spans]
    in_text = [span for s in sections for paragraph in s.paragraphs for span in paragraph.spans]
    return commands or spans or [item.text for item in items if item.text] or in_text


def _typed_lines(code: Code) -> list[str]:
    lines = [line.strip() for line in _joined(code.lines)]
    prompted = [_PROMPT.sub("", line) for line in lines if _PROMPT.match(line)]
    return prompted or [line for line in lines if line and not line.startswith("#")]


def _command_cells(table: Table) -> list[str]:
    heads = [" ".join(cell.casefold().split()) for cell in table.header]
    at = next((at for at, head in enumerate(heads) if head in _COMMAND_HEADS), len(heads))
    return [row.cells[at] for row in table.rows if at < len(row.cells) and row.cells[at]]


def _joined(lines: Sequence[str]) -> list[str]:
    """Lines that end in a backslash, together with those that they go on in."""
    joined: list[str] = []
    goes_on = False
    for line in lines:
        said = line.rstrip().removesuffix("\\").strip()
        if goes_on:
            joined[-1] = f"{joined[-1]} {said}".strip()
        else:
            joined.append(said)
        goes_on = line.rstrip().endswith("\\")
    return joined
