"""Placeholders of the plan's own template that were not replaced, found by what the template says."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from okstra_git.documents.problems import Flaw
from okstra_git.paths import templates_directory
from okstra_git.plans.stage_map import PlanDocument

TEMPLATE = "reports/deliverables/implementation-planning.md.j2"
_BLOCKS = ("files", "steps", "validation", "exit_contract", "rollback")
_HEADING = re.compile(r"#### \{\{ tokens\.STAGE_BLOCKS\[(\d)\] \}\}")
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->")
_GAP = re.compile(r"<[^<>]+>")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+|^\s*#+\s+")
_TICKET = re.compile(r"^\[TICKETID:[^\]]*\]\s*")
_LABEL = re.compile(r"^\*\*[^*]+\*\*:?\s*")
_LABELLED = re.compile(r"[^<>:]*: *(<[^<>]+>)")
_NOTE = re.compile(r"\s*\([^()]*\)$")
_FENCE = re.compile(r"^\s*(```|~~~)")


class Forms(NamedTuple):
    """What the template leaves to be filled in: whole elements by the block of a stage that they stand in (`` for the
    rest of the plan), and sentences, which mean nothing else wherever they stand."""

    elements: dict[str, frozenset[str]]
    sentences: tuple[str, ...]


def find_left_over(plan: PlanDocument) -> Iterator[Flaw]:
    """Every element of the plan that is still what the template says, each with its line.

    `<title>` in a table cell or behind `Stage 1:`, `` `<path>` `` as a whole item of the files: only where the template
    itself has it, so that generics and HTML in a plan are left alone. Code and comments are not looked at.
    """
    forms = template_forms()
    block_of_line = {line: name for stage in plan.stages for name, block in stage.blocks.items()
             for line in range(block.line, block.first + block.text.count("\n") + 1)}  # fmt: skip
    for number, line in _prose(plan.document.lines):
        elements = forms.elements.get(block_of_line.get(number, ""), frozenset())
        remains = [element for element in _elements(line) if element in elements]
        remains += [element for element in forms.sentences if element in line and element not in remains]
        for element in dict.fromkeys(remains):
            yield Flaw("plan.placeholder", number, f"{element} is still the template's own text",
                          "write what is meant in its place, or take the line out")  # fmt: skip


@lru_cache(maxsize=1)
def template_forms() -> Forms:
    """The forms, read from the template."""
    elements: dict[str, set[str]] = {"": set(), **{name: set() for name in _BLOCKS}}
    block, gaps = "", set()
    for line in (templates_directory() / TEMPLATE).read_text("utf-8").splitlines():
        heading = _HEADING.search(line)
        block = _BLOCKS[int(heading[1])] if heading else "" if line.startswith("#") else block
        plain = _CODE.sub("", line)
        elements[block] |= {element for element in _elements(plain) if _GAP.search(element)}
        gaps |= {gap for gap in _GAP.findall(plain) if gap.count(" ") > 1}
    return Forms({name: frozenset(texts) for name, texts in elements.items()}, tuple(sorted(gaps)))


def _elements(line: str) -> Iterator[str]:
    """The cells of a table's row, or what a line says behind its marker, its ticket and its number of a stage."""
    if line.lstrip().startswith("|"):
        yield from (cell.strip() for cell in line.strip().strip("|").split("|"))
        return
    plain = _TICKET.sub("", _LABEL.sub("", _MARKER.sub("", line))).strip()
    plain = _NOTE.sub("", plain)
    labelled = _LABELLED.fullmatch(plain)
    yield labelled[1] if labelled else plain


def _prose(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without fenced code and comments."""
    fence, in_comment = "", False
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
            continue
        before, opened, rest = line.partition("<!--")
        if in_comment or opened:
            in_comment = "-->" not in (line if in_comment else rest)
            line = "" if in_comment or not opened else before
        if not fence:
            yield number, line
