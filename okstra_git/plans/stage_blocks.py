"""The labelled blocks of one stage: found as sub-headings, as list items or as paragraphs that begin with a label."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.documents.markdown import Document, Section

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
    open_until, free = 0, [section]
    for sub in document.below(section):
        name = block_named(sub.title)
        if name is not None:
            found.setdefault(name, _block(document.lines[sub.body - 1 : sub.end], sub.line, sub.body))
            open_until = max(open_until, sub.end)
        elif sub.line > open_until:
            free.append(sub)
    for each in free:
        for name, block in _labelled(document, each):
            found.setdefault(name, block)
    return found


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
    said = [(0, paragraph.line, paragraph.text) for paragraph in section.paragraphs]
    said += [(item.depth, line, text) for item in section.items for line, text in item.parts]
    source = document.lines
    labels = [_Label(at, depth, name) for depth, line, text in said for at, name in _names_in(line, text, source)]
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
    found = [(at, _label_of(said) or _bold_label(source[at - 1])) for at, said in enumerate(lines, line)]
    return [(at, name) for at, name in found if name is not None]


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
    filled = next((at for at, line in enumerate(lines) if at and line.strip()), len(lines))
    return lines[: next((at for at, line in enumerate(lines) if at > filled and not line.strip()), len(lines))]


def _behind_label(line: str) -> str:
    """What a labelled line says, its bullet, label and emphasis taken off."""
    return _EMPHASIS.sub("", line.partition(":")[2]).strip()


def _without_label(lines: Sequence[str], line: int) -> Block:
    """Below a bullet, its indent is taken off the other lines; below a paragraph an indent means code."""
    first = _behind_label(lines[0])
    bullet = _BULLET.match(lines[0])
    indent = bullet.end() if bullet else 0
    rest = [each[min(indent, len(each) - len(each.lstrip(" "))) :] for each in lines[1:]]
    return _block([first, *rest] if first else rest, line, line if first else line + 1)


def _block(lines: Sequence[str], line: int, first: int) -> Block:
    blank = next((at for at, each in enumerate(lines) if each.strip()), 0)
    return Block("\n".join(lines[blank:]).rstrip(), line, first + blank)


def _normal(title: str) -> str:
    return " ".join(title.replace("*", "").replace("_", " ").casefold().split()).rstrip(":").rstrip()
