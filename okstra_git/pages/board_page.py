"""The board as one HTML page: which tasks are shown in full, and the drawing of their stages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from okstra_git.commands import command
from okstra_git.pages.board import STATES, Board, BoardStage, BoardTask
from okstra_git.pages.shown_text import CUT, shown
from okstra_git.pages.stage_graph import Drawing, draw
from okstra_git.rendering import read_labels, render_page

STAGES_IN_FULL = 600
"""Stages that are shown with all their facts; tasks beyond are one line each, so that the page stays under 2 MB."""

STAGES_OF_A_TASK = 200
"""Rows of one task's table; a plan may have thousands."""

FINISHED_IN_FULL = 40
"""Finished tasks that can be unfolded."""

COMMANDS = {
    "again": "git okstra board --open",
    "forecast": "git okstra board --forecast",
    "init": "git okstra init",
    "demo": "git okstra demo",
    "adopt": "git okstra adopt --all",
    "problems": "git okstra status --problems",
    "runs": "git okstra run list",
    "handoff": "git okstra handoff status",
    "log": "git okstra log",
}
"""Lines that the page offers by name."""

NEWEST = 12
"""Events that are shown before the reader asks for older ones."""

SIGNS = {"pending": "○", "reserved": "◔", "started": "◐", "done": "●", "verified": "✓", "in-pr": "↗", "landed": "⚑"}
"""What stands for a state beside its colour."""


@dataclass(frozen=True)
class Card:
    """A task on the page: its anchor, and the drawing of its stages; `is_full` where stages are shown."""

    anchor: str
    task: BoardTask
    drawing: Drawing | None
    is_full: bool

    @property
    def bar(self) -> list[tuple[str, int, int]]:
        """(state, where it begins, how many) for a bar as long as there are stages."""
        parts, begin = [], 0
        for state, count in self.task.counts.items():
            parts.append((state, begin, count))
            begin += count
        return parts

    @property
    def left(self) -> int:
        """How many stages have not landed."""
        return sum(stage.state != "landed" for stage in self.task.stages)

    @property
    def alive(self) -> int:
        """How many runs are under way whose holder lives."""
        return sum(worker.is_alive for worker in self.task.workers)

    @property
    def list_line(self) -> str:
        """The line that lists every stage."""
        return command("git okstra stage list --task-key", self.task.key)

    @property
    def rows(self) -> Sequence[BoardStage]:
        """The stages of the table."""
        return self.task.stages[:STAGES_OF_A_TASK]


class Tally(NamedTuple):
    """What the page holds: tasks shown, those of them in one line only, and what needs a person."""

    tasks: int
    open: int
    elided: int
    needs: int


def board_html(board: Board) -> tuple[str, Tally]:
    """The page, and what it holds."""
    shown_open = list(_cards(board.open_tasks, "t", STAGES_IN_FULL))
    used = sum(len(card.rows) for card in shown_open if card.is_full)
    shown_done = list(_cards(board.finished_tasks, "f", max(0, STAGES_IN_FULL - used), most=FINISHED_IN_FULL))
    needs = sum(1 + need.more for need in board.needs)
    values = {
        "board": board,
        "b": read_labels(board.language, "board"),
        "open": shown_open,
        "finished": shown_done,
        "anchors": {card.task.key: card.anchor for card in (*shown_open, *shown_done) if card.is_full},
        "workers": [(card.task, worker) for card in shown_open for worker in card.task.workers],
        "totals": _totals(board.tasks),
        "needs_count": needs,
        "commands": {**COMMANDS, "open": command("git okstra task open", f"{board.project or 'PROJECT'}:GROUP:TASK")},
        "newest": NEWEST,
        "name_of": lambda who: who.partition(" <")[0] or who,
        "signs": SIGNS,
        "states": STATES[::-1],
        "shown": shown,
        "fitting": fitting,
        "by_number": lambda card: {stage.number: stage for stage in card.task.stages},
        "iso": _iso,
        "utc": _utc,
    }
    page = render_page("board.html.j2", values, language=board.language, styles=["board.css"], scripts=["board.js"])
    elided = sum(not card.is_full for card in (*shown_open, *shown_done))
    return page, Tally(len(board.tasks), len(shown_open), elided, needs)


def _cards(tasks: Iterable[BoardTask], letter: str, room: int, *, most: int | None = None) -> Iterator[Card]:
    for index, task in enumerate(tasks):
        length = min(len(task.stages), STAGES_OF_A_TASK)
        is_full = length <= room and (most is None or index < most)
        if is_full:
            room -= length
        drawing = draw({stage.number: stage.depends_on for stage in task.stages}) if is_full else None
        yield Card(f"{letter}{index + 1}", task, drawing, is_full)


def _totals(tasks: Iterable[BoardTask]) -> dict[str, int]:
    """State -> how many stages of all open tasks are in it."""
    totals = dict.fromkeys(STATES, 0)
    for task in tasks:
        for state, count in task.counts.items():
            totals[state] += count
    return totals


def fitting(text: str, columns: int) -> str:
    """As much of the text as fits into so many columns of Latin letters; Korean ones take two."""
    taken = 0
    for place, letter in enumerate(text):
        taken += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if taken > columns:
            return text[: max(0, place - 1)] + CUT
    return text


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
