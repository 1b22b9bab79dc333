"""The parts of a stage in a plan: its labelled blocks, and the files and commands that stand in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.documents.markdown import Code, Document, Item, Paragraph, Section, Table, parse_document

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


LABELS: dict[str, tuple[str, ...]] = {
    "depends": ("depends-on", "depends on", "dependencies", "dependency", "의존", "의존성"),
    "files": ("files", "file list", "files touched", "파일", "파일 목록"),
    "steps": ("steps", "step order", "tasks", "단계 순서", "절차", "작업 순서"),
    "validation": (
        "stage validation", "validation", "validation commands", "stage validation commands", "검증", "단계 검증",
    ),
    "exit_contract": ("stage exit contract", "exit contract", "종료 계약", "단계 종료 계약"),
    "rollback": ("rollback", "rollback path", "롤백", "롤백 경로"),
}  # fmt: skip
"""Block -> the words by which people and models head it; the first one is the usual."""
STAGE_NUMBER = r"(?:(?:stage|단계)\s*#?\s*(\d{1,6})(?!\d|\.\d)|(\d{1,6})\s*단계(?!\w))"
"""`Stage 1`, `Stage #1`, `단계 1` or `1단계`, the number in one of two groups."""
_BY_LABEL = {label: block for block, labels in LABELS.items() for label in labels}
_LABEL = re.compile(r"\s*([^:\n`]{1,40}?)\s*:(?:\s|$)")
_EMPHASIS = re.compile(r"^\s*(?:\*\*|__|\*|_)(?=\s|$)")
_BOLD = re.compile(r"\s*(?:[-*+]\s+)?(\*\*|__)([^:\n`*]+)\1\s*\Z")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_OWN_STAGE = re.compile(STAGE_NUMBER + r"\s*(?:[:.)\-–—]\s*)?", re.IGNORECASE)


def list_files(text: str) -> list[tuple[str, int]]:
    """The paths that a files block names, each with its line inside the block; notes and line numbers are dropped.

    Items, tables and code say it; running text counts where there is nothing else, or where it is paths alone.
    """
    sections = parse_document(text).sections
    places = [place for section in sections for place in _listed(section)]
    paragraphs = [paragraph for section in sections for paragraph in section.paragraphs]
    places += [
        place for paragraph in paragraphs for place in (_bare_paths(paragraph) if places else _in_text(paragraph))
    ]
    lines: dict[str, int] = {}
    for path, line in sorted(places, key=lambda listed: listed[1]):
        if path.casefold().rstrip(".") not in NONE[1:]:
            lines.setdefault(path, line)
    return list(lines.items())


def _listed(section: Section) -> list[tuple[str, int]]:
    places = [(path, item.line) for item in section.items for path in _in_item(item)]
    places += [(path, line) for table in section.tables for path, line in _in_table(table)]
    coded = [(line, code.first + index) for code in section.codes for index, line in enumerate(code.lines)]
    return places + [
        (_bare(line), index) for line, index in coded if line.strip() and not line.lstrip().startswith("#")
    ]


def _in_item(item: Item) -> list[str]:
    if item.spans and item.spans[0] in item.text:
        return [_bare(span) for span in _leading_spans(item.text, item.spans)]
    parts = item.text.partition("\n")[0].split(", ")
    are_paths = all(len(_NOTE.sub("", part).split()) == 1 for part in parts)
    return [path for part in (parts if are_paths else parts[:1]) if (path := _first_word(part))]


def _leading_spans(text: str, spans: Sequence[str]) -> list[str]:
    """The code spans that stand side by side; what comes after other words is a remark about them."""
    position = text.find(spans[0]) + len(spans[0])
    leading = [spans[0]]
    for span in spans[1:]:
        match = _BETWEEN.match(text, position)
        if match is None or not text.startswith(span, match.end()):
            break
        leading.append(span)
        position = match.end() + len(span)
    return leading


def _first_word(text: str) -> str:
    words = _NOTE.sub("", text).split()
    if len(words) > 1 and words[0].rstrip(":").casefold() in _VERBS:
        words = words[1:]
    return _bare(words[0]) if words else ""


def _in_table(table: Table) -> list[tuple[str, int]]:
    heads = [" ".join(cell.casefold().split()) for cell in table.header]
    column = next((index for index, head in enumerate(heads) if head in _PATH_HEADS), 0)
    return [
        (path, row.line) for row in table.rows if column < len(row.cells) and (path := _first_word(row.cells[column]))
    ]


def _in_text(paragraph: Paragraph) -> list[tuple[str, int]]:
    if paragraph.spans:
        return [(_bare(span), paragraph.line) for span in _leading_spans(paragraph.text, paragraph.spans)]
    places = []
    for index, line in enumerate(paragraph.text.split("\n")):
        parts = [_NOTE.sub("", part).strip() for part in line.split(",")]
        named = [part for part in parts if part and (" " not in part or set("/.") & set(part.split()[0]))]
        places += [(_first_word(part), paragraph.line + index) for part in named]
    return places


def _bare_paths(paragraph: Paragraph) -> list[tuple[str, int]]:
    """Lines of nothing but paths; other words beside a list are about it."""
    places = []
    for index, line in enumerate(paragraph.text.split("\n")):
        parts = [part.strip() for part in line.split(",") if part.strip()]
        if all(" " not in part and set("/.") & set(part[:-1]) for part in parts):
            places += [(_bare(part), paragraph.line + index) for part in parts]
    return places


def _bare(path: str) -> str:
    plain = _NOTE.sub("", path.strip().strip("`'\"")).strip().rstrip(",;")
    return _LINE_RANGE.sub("", plain.rstrip(":")).removeprefix("./")


def list_commands(text: str) -> list[str]:
    """The command lines of a validation block: lines of code, else a table's column, else code spans, else list items.

    Printed output does not count: code marked as `text` or `output` beside other code, and lines beside those with `$`.
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
        content = line.rstrip().removesuffix("\\").strip()
        if goes_on:
            joined[-1] = f"{joined[-1]} {content}".strip()
        else:
            joined.append(content)
        goes_on = line.rstrip().endswith("\\")
    return joined


@dataclass(frozen=True)
class Block:
    """One labelled block: its Markdown, the line of its label, and the line of its first words."""

    text: str
    line: int
    first: int


class _Label(NamedTuple):
    line: int
    depth: int
    name: str


def find_blocks(document: Document, section: Section) -> dict[str, Block]:
    """The blocks of a stage's section by name; the first of each counts."""
    blocks: dict[str, Block] = {}
    open_until, free = 0, [section]
    for sub in document.below(section):
        name = block_named(sub.title)
        if name is not None:
            blocks.setdefault(name, _block(document.lines[sub.body - 1 : sub.end], sub.line, sub.body))
            open_until = max(open_until, sub.end)
        elif sub.line > open_until:
            free.append(sub)
    for part in free:
        for name, block in _labelled(document, part):
            blocks.setdefault(name, block)
    return blocks


def block_named(title: str) -> str | None:
    """The block that a heading or label means: `Validation`, `Stage 2 Validation`; None for none."""
    plain = _normal(title)
    return _BY_LABEL.get(plain) or _BY_LABEL.get(_OWN_STAGE.sub("", plain, count=1))


def _labelled(document: Document, section: Section) -> Iterator[tuple[str, Block]]:
    """Blocks that begin with a label in the section itself, above its sub-headings; each goes on to the next one.

    Of list items only the outermost that are labelled count: a step may have `Files:` of its own.
    """
    inside = document.below(section)
    end = inside[0].line - 1 if inside else section.end
    texts = [(0, paragraph.line, paragraph.text) for paragraph in section.paragraphs]
    texts += [(item.depth, line, text) for item in section.items for line, text in item.parts]
    source = document.lines
    labels = [_Label(at, depth, name) for depth, line, text in texts for at, name in _names_in(line, text, source)]
    outermost = min((label.depth for label in labels), default=0)
    starts = sorted(label for label in labels if label.depth == outermost)
    for at, start in enumerate(starts):
        stop = starts[at + 1].line - 1 if at + 1 < len(starts) else end
        lines = document.lines[start.line - 1 : stop]
        yield start.name, _without_label(_first_paragraph(lines) if start.name == "depends" else lines, start.line)


def _names_in(line: int, text: str, source: Sequence[str]) -> list[tuple[int, str]]:
    """(line, block) of every line that begins with a label; without a colon the label has to be all there is: the
    whole text, or a whole line in bold."""
    lines = text.split("\n")
    if len(lines) == 1 and (alone := block_named(lines[0])):
        return [(line, alone)]
    labels = [
        (number, _label_of(content) or _bold_label(source[number - 1])) for number, content in enumerate(lines, line)
    ]
    return [(number, name) for number, name in labels if name is not None]


def _label_of(text: str) -> str | None:
    match = _LABEL.match(text)
    return block_named(match[1]) if match else None


def _bold_label(line: str) -> str | None:
    match = _BOLD.match(line)
    return block_named(match[2]) if match else None


def _first_paragraph(lines: Sequence[str]) -> Sequence[str]:
    """What a label says in its own line, or in the lines below it up to a blank one."""
    if _behind_label(lines[0]):
        return lines[:1]
    filled = next((index for index, line in enumerate(lines) if index and line.strip()), len(lines))
    return lines[: next((index for index, line in enumerate(lines) if index > filled and not line.strip()), len(lines))]


def _behind_label(line: str) -> str:
    """What a labelled line says, its bullet, label and emphasis taken off."""
    return _EMPHASIS.sub("", line.partition(":")[2]).strip()


def _without_label(lines: Sequence[str], line: int) -> Block:
    """Below a bullet, its indent is taken off the other lines; below a paragraph an indent means code."""
    first = _behind_label(lines[0])
    bullet = _BULLET.match(lines[0])
    indent = bullet.end() if bullet else 0
    rest = [other[min(indent, len(other) - len(other.lstrip(" "))) :] for other in lines[1:]]
    return _block([first, *rest] if first else rest, line, line if first else line + 1)


def _block(lines: Sequence[str], line: int, first: int) -> Block:
    blank = next((index for index, content in enumerate(lines) if content.strip()), 0)
    return Block("\n".join(lines[blank:]).rstrip(), line, first + blank)


def _normal(title: str) -> str:
    return " ".join(title.replace("*", "").replace("_", " ").casefold().split()).rstrip(":").rstrip()
