"""The labelled blocks of one stage: found as sub-headings, as list items or as paragraphs that begin with a label."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from okstra_git.documents.markdown import Document, Item, Paragraph, Section, parse_document

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

_BY_LABEL = {label: block for block, labels in LABELS.items() for label in labels}
_LABEL = re.compile(r"\s*([^:\n`]{1,40}?)\s*:(?:\s|$)")
_LINE_RANGE = re.compile(r":\d+(?:[-–]\d+)?$")
_NEW = re.compile(r"\s*\((?:new|신규)\)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """One labelled block: its Markdown, the line of its label, and the line on which the text begins."""

    text: str
    line: int
    start: int


def find_blocks(document: Document, section: Section) -> dict[str, Block]:
    """The blocks of a stage's section by name; the first of each counts."""
    found: dict[str, Block] = {}
    for sub in document.below(section):
        name = _BY_LABEL.get(_normal(sub.title))
        if name is not None:
            found.setdefault(name, Block(document.text_of(sub), sub.line, _first_line(document, sub.line + 1)))
    for name, block in _labelled(document, section):
        found.setdefault(name, block)
    return found


def _labelled(document: Document, section: Section) -> Iterator[tuple[str, Block]]:
    """Blocks that begin with `Label:` in the section itself; each goes on to the next one."""
    inside = document.below(section)
    end = inside[0].line - 1 if inside else section.end
    texts: list[Paragraph | Item] = [*section.paragraphs, *section.items]
    starts = sorted(
        (each.line + offset, name)
        for each in texts
        for offset, said in enumerate(each.text.split("\n"))
        if (name := _label_of(said)) is not None
    )
    for at, (line, name) in enumerate(starts):
        stop = starts[at + 1][0] - 1 if at + 1 < len(starts) else end
        text = _without_label(document.lines[line - 1 : stop])
        says = document.lines[line - 1].partition(":")[2].strip("*_ ")
        yield name, Block(text, line, line if says else _first_line(document, line + 1))


def _first_line(document: Document, line: int) -> int:
    """The first line from `line` on that is not blank."""
    return next((at for at in range(line, len(document.lines) + 1) if document.lines[at - 1].strip()), line)


def _label_of(text: str) -> str | None:
    match = _LABEL.match(text)
    return _BY_LABEL.get(_normal(match[1])) if match else None


def _without_label(lines: tuple[str, ...]) -> str:
    """The lines of a block with its label, bullet and emphasis taken off the first one."""
    first = lines[0].partition(":")[2].lstrip("*_ ")
    rest = textwrap.dedent("\n".join(lines[1:]))
    return f"{first}\n{rest}".strip("\n") if first else rest.strip("\n")


def _normal(title: str) -> str:
    return " ".join(title.replace("*", "").replace("_", " ").casefold().split()).rstrip(":")


def list_files(text: str) -> list[tuple[str, int]]:
    """The paths that a files block names, each with its line inside the block; notes and line numbers are dropped."""
    document = parse_document(text)
    found: list[tuple[str, int]] = []
    for section in document.sections:
        found += [(path, item.line) for item in section.items for path in _paths(item.text, item.spans)]
        for table in section.tables:
            found += [(path, row.line) for row in table.rows for path in _paths(row.cells[0], ())[:1]]
        for paragraph in section.paragraphs:
            words = paragraph.spans or paragraph.text.replace("\n", ",").split(",")
            found += [(path, paragraph.line) for word in words for path in _paths(word, ())]
        coded = [(line.strip(), code.line) for code in section.codes for line in code.content.splitlines()]
        found += [(line, number) for line, number in coded if line]
    return list(dict.fromkeys(found))


def _paths(text: str, spans: tuple[str, ...]) -> list[str]:
    """The paths of one item: its code spans, or its first word."""
    if spans:
        return [_bare(span) for span in spans if "/" in span or "." in span or len(spans) == 1]
    words = _NEW.sub("", text).split()
    return [_bare(words[0])] if words else []


def _bare(path: str) -> str:
    plain = _NEW.sub("", path.strip().strip("`'\"")).rstrip(",;")
    return _LINE_RANGE.sub("", plain.rstrip(":")).removeprefix("./")


def list_commands(text: str) -> list[str]:
    """The command lines of a validation block: lines of code, else code spans, else list items."""
    document = parse_document(text)
    sections = document.sections
    coded = [line.strip() for s in sections for code in s.codes for line in code.content.splitlines()]
    commands = [line for line in coded if line and not line.startswith("#")]
    spans = [span for s in sections for item in s.items for span in item.spans]
    spans += [span for s in sections for paragraph in s.paragraphs for span in paragraph.spans]
    return commands or spans or [item.text for s in sections for item in s.items if item.text]
