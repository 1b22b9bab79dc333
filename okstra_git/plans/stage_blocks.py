"""The labelled blocks of one stage: found as sub-headings, as list items or as paragraphs that begin with a label."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from okstra_git.documents.markdown import Document, Item, Paragraph, Section

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

STAGE_NUMBER = r"(?:(?:stage|단계)\s*#?\s*(\d{1,6})(?!\d)|(\d{1,6})\s*단계(?!\w))"
"""`Stage 1`, `Stage #1`, `단계 1` or `1단계`, the number in one of two groups."""

_BY_LABEL = {label: block for block, labels in LABELS.items() for label in labels}
_LABEL = re.compile(r"\s*([^:\n`]{1,40}?)\s*:(?:\s|$)")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_OWN_STAGE = re.compile(STAGE_NUMBER + r"\s*(?:[:.)\-–—]\s*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """One labelled block: its Markdown, the line of its label, and the line on which the text begins."""

    text: str
    line: int
    start: int


def find_blocks(document: Document, section: Section) -> dict[str, Block]:
    """The blocks of a stage's section by name; the first of each counts."""
    found: dict[str, Block] = {}
    open_until, free = 0, [section]
    for sub in document.below(section):
        name = block_named(sub.title)
        if name is not None:
            found.setdefault(name, Block(document.text_of(sub), sub.line, _first_line(document, sub.body)))
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
    labelled = [item for item in section.items if _names_in(item)]
    depth = min((item.depth for item in labelled), default=0)
    texts: list[Paragraph | Item] = [*section.paragraphs, *(item for item in labelled if item.depth == depth)]
    starts = sorted(start for each in texts for start in _names_in(each))
    for at, (line, name) in enumerate(starts):
        stop = starts[at + 1][0] - 1 if at + 1 < len(starts) else end
        text = _without_label(document.lines[line - 1 : stop])
        says = document.lines[line - 1].partition(":")[2].strip("*_ ")
        yield name, Block(text, line, line if says else _first_line(document, line + 1))


def _names_in(each: Paragraph | Item) -> list[tuple[int, str]]:
    """(line, block) of every line that begins with a label; without a colon the label has to be all there is."""
    lines = each.text.split("\n")
    if len(lines) == 1 and (alone := block_named(lines[0])):
        return [(each.line, alone)]
    found = [(each.line + offset, _label_of(said)) for offset, said in enumerate(lines)]
    return [(line, name) for line, name in found if name is not None]


def _first_line(document: Document, line: int) -> int:
    """The first line from `line` on that is not blank."""
    return next((at for at in range(line, len(document.lines) + 1) if document.lines[at - 1].strip()), line)


def _label_of(text: str) -> str | None:
    match = _LABEL.match(text)
    return block_named(match[1]) if match else None


def _without_label(lines: tuple[str, ...]) -> str:
    """The lines of a block with its label, bullet and emphasis taken off the first one; below a bullet, its indent."""
    first = lines[0].partition(":")[2].lstrip("*_ ")
    bullet = _BULLET.match(lines[0])
    indent = bullet.end() if bullet else 0
    rest = "\n".join(line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines[1:])
    return f"{first}\n{rest}".strip("\n") if first else rest.strip("\n")


def _normal(title: str) -> str:
    return " ".join(title.replace("*", "").replace("_", " ").casefold().split()).rstrip(":")
