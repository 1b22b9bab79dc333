"""The parts of a plan that can be disputed, each with an id: `P-1-F2` is the second file of stage 1."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from okstra_git.contract import HEADING_PLAN
from okstra_git.digest import fingerprint_of
from okstra_git.documents.markdown import Section, parse_document
from okstra_git.plans.stage_contents import NONE
from okstra_git.plans.stage_map import PlanDocument, PlanStage, show_numbers

LETTERS = {"A": "Approach", "D": "Depends on", "F": "Files", "S": "Steps", "V": "Stage Validation",
           "E": "Stage Exit Contract", "R": "Rollback"}  # fmt: skip
"""The letter of an id, and the part of the plan that it stands for; `A` belongs to stage 0, the plan as a whole."""

_TICKET = re.compile(r"\A\s*\[TICKETID:[^\]]*\]\s*")
LONGEST = 2_000
"""Characters of a part that are shown."""


class DisputablePart(NamedTuple):
    """One part that can be disputed: its id, and what it says."""

    id: str
    text: str

    @property
    def title(self) -> str:
        """Where the part stands and what it says, on one line."""
        _, stage, letter = self.id.split("-")
        where = LETTERS[letter[0]] if stage == "0" else f"Stage {stage}, {LETTERS[letter[0]]}"
        return f"{where}: {self.text[:LONGEST]}"


def list_parts(plan: PlanDocument) -> tuple[DisputablePart, ...]:
    """The parts in the order of the plan, numbered by stage and letter."""
    parts = [DisputablePart(f"P-0-A{n}", text) for n, text in enumerate(_approach(plan), 1)]
    for stage in plan.stages:
        for letter, texts in _texts_of(stage):
            parts += [DisputablePart(f"P-{stage.number}-{letter}{n}", text) for n, text in enumerate(texts, 1)]
    return tuple(parts)


def fingerprint_parts(parts: Iterable[DisputablePart]) -> str:
    """What stands for the parts and all that they say."""
    return fingerprint_of([list(part) for part in parts])


def _texts_of(stage: PlanStage) -> Iterator[tuple[str, Sequence[str]]]:
    yield "D", [show_numbers((number,)) for number in stage.depends_on] or ["nothing"]
    yield "F", stage.files
    yield "S", _entries(stage.text("steps"))
    yield "V", stage.commands
    yield "E", _entries(stage.text("exit_contract"))
    yield "R", _entries(stage.text("rollback"))


def _approach(plan: PlanDocument) -> list[str]:
    """What the plan says before its Stage Map, where that is part of a report's section on the plan."""
    top = plan.document.find(HEADING_PLAN)
    if top is None or not plan.map_line:
        return []
    inside = [section for section in (top, *plan.document.below(top)) if section.line < plan.map_line]
    return [text for section in inside for text in _said(section)]


def _entries(markdown: str) -> list[str]:
    """The outermost items of a block, or its paragraphs and rows where it has no list; code belongs to no item."""
    document = parse_document(markdown)
    items = [text for section in document.sections for text in _items(section)]
    return items or [text for section in document.sections for text in _said(section)]


def _items(section: Section) -> list[str]:
    return [_one_line(item.text) for item in section.items if item.depth == 0 and _says_something(item.text)]


def _said(section: Section) -> list[str]:
    """Paragraphs, rows and items, in the order of their lines."""
    texts = [(each.line, each.text) for each in section.paragraphs]
    texts += [(each.line, each.text) for each in section.items if each.depth == 0]
    texts += [(row.line, "; ".join(filter(None, row.cells))) for table in section.tables for row in table.rows]
    texts += [(code.line, code.content) for code in section.codes]
    return [_one_line(text) for _, text in sorted(texts) if _says_something(text)]


def _says_something(text: str) -> bool:
    return text.strip().rstrip(".").casefold() not in NONE


def _one_line(text: str) -> str:
    """The text without its ticket, which is no part of the plan."""
    return " ".join(_TICKET.sub("", text, count=1).split())
