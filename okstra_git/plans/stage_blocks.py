"""The labelled blocks of one stage: found as sub-headings, as list items or as paragraphs that begin with a label."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.documents.markdown import Document, Section, parse_document

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

NOTHING = ("", "-", "–", "—", "none", "(none)", "n/a", "없음", "(없음)")
"""How people write that there is none."""

_BY_LABEL = {label: block for block, labels in LABELS.items() for label in labels}
_LABEL = re.compile(r"\s*([^:\n`]{1,40}?)\s*:(?:\s|$)")
_LINE_RANGE = re.compile(r":\d+(?:[-–]\d+)?$")
_EMPHASIS = re.compile(r"^\s*(?:\*\*|__|\*|_)(?=\s|$)")
_NEW = re.compile(r"\s*\((?:new|신규)\)\s*$", re.IGNORECASE)


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
    found: dict[str, Block] = {}
    for sub in document.below(section):
        name = _BY_LABEL.get(_normal(sub.title))
        if name is not None:
            found.setdefault(name, _block(document.lines[sub.body - 1 : sub.end], sub.line, sub.body))
    for name, block in _labelled(document, section):
        found.setdefault(name, block)
    return found


def _labelled(document: Document, section: Section) -> Iterator[tuple[str, Block]]:
    """Blocks that begin with `Label:` in the section itself; each goes on to the next one."""
    inside = document.below(section)
    end = inside[0].line - 1 if inside else section.end
    said = [(0, paragraph.line, paragraph.text) for paragraph in section.paragraphs]
    said += [(item.depth, line, text) for item in section.items for line, text in item.parts]
    labels = [
        _Label(line + offset, depth, name)
        for depth, line, text in said
        for offset, each in enumerate(text.split("\n"))
        if (name := _label_of(each)) is not None
    ]
    outermost = min((label.depth for label in labels), default=0)
    starts = sorted(label for label in labels if label.depth == outermost)
    for at, start in enumerate(starts):
        stop = starts[at + 1].line - 1 if at + 1 < len(starts) else end
        lines = document.lines[start.line - 1 : stop]
        yield start.name, _without_label(_first_paragraph(lines) if start.name == "depends" else lines, start.line)


def _label_of(text: str) -> str | None:
    match = _LABEL.match(text)
    return _BY_LABEL.get(_normal(match[1])) if match else None


def _first_paragraph(lines: Sequence[str]) -> Sequence[str]:
    """What a label says in its own line, or in the lines below it up to a blank one."""
    if _behind_label(lines[0]):
        return lines[:1]
    filled = next((at for at, line in enumerate(lines) if at and line.strip()), len(lines))
    return lines[: next((at for at, line in enumerate(lines) if at > filled and not line.strip()), len(lines))]


def _behind_label(line: str) -> str:
    """What a labelled line says, its bullet, label and emphasis taken off."""
    return _EMPHASIS.sub("", line.partition(":")[2]).strip()


def _without_label(lines: Sequence[str], line: int) -> Block:
    first = _behind_label(lines[0])
    rest = textwrap.dedent("\n".join(lines[1:])).split("\n")
    return _block([first, *rest] if first else rest, line, line if first else line + 1)


def _block(lines: Sequence[str], line: int, first: int) -> Block:
    blank = next((at for at, each in enumerate(lines) if each.strip()), 0)
    return Block("\n".join(lines[blank:]).rstrip(), line, first + blank)


def _normal(title: str) -> str:
    return " ".join(title.replace("*", "").replace("_", " ").casefold().split()).rstrip(":").rstrip()


def list_files(text: str) -> list[tuple[str, int]]:
    """The paths that a files block names, each with its line inside the block; notes and line numbers are dropped."""
    document = parse_document(text)
    found: list[tuple[str, int]] = []
    for section in document.sections:
        found += [(path, item.line) for item in section.items for path in _paths(item.text, item.spans)]
        for table in section.tables:
            found += [(path, row.line) for row in table.rows for path in _paths(row.cells[0], ())]
        for paragraph in section.paragraphs:
            if paragraph.spans:
                found += [(path, paragraph.line) for path in _paths("", paragraph.spans)]
                continue
            for offset, line in enumerate(paragraph.text.split("\n")):
                found += [(path, paragraph.line + offset) for word in line.split(",") for path in _paths(word, ())]
        for code in section.codes:
            lines = enumerate(code.content.split("\n"), code.first)
            found += [
                (path, number)
                for number, line in lines
                if line.strip()[:1] not in ("", "#")
                for path in _paths(line, (line,))
            ]
    lines_of: dict[str, int] = {}
    for path, number in sorted(found, key=lambda one: one[1]):
        lines_of.setdefault(path, number)
    return list(lines_of.items())


def _paths(text: str, spans: tuple[str, ...]) -> list[str]:
    """The paths of one item: its code spans that look like paths, or the first one; without spans its first word."""
    if spans:
        return [_bare(span) for span in [each for each in spans if "/" in each or "." in each] or spans[:1]]
    words = _NEW.sub("", text).split()
    said = " ".join(words).casefold()
    return [] if (said.rstrip(".") or said) in NOTHING else [_bare(words[0])]


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
