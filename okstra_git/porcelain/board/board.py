"""Gathers the board of a repository from what `status`, `log`, `handoff status` and the forecast know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from okstra_git.git.history import resolve_head
from okstra_git.git.worktrees import current_branch
from okstra_git.pages.board import Ahead, Board, ConflictAhead
from okstra_git.paths import LANGUAGES
from okstra_git.porcelain.board.deliveries import list_deliveries
from okstra_git.porcelain.board.happenings import list_happenings
from okstra_git.porcelain.board.needs import list_needs
from okstra_git.porcelain.board.questions import read_questions
from okstra_git.porcelain.board.tasks import TaskReader
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.forecast import forecast_tasks, recall_forecast
from okstra_git.porcelain.status import survey_all
from okstra_git.porcelain.workspace import is_unused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okstra_git.handoff.forecast import ComingClash
    from okstra_git.porcelain.status import Survey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task

HAPPENINGS = 60
"""Events that the board tells; `git okstra log` has them all."""


def make_board(workspace: Workspace, *, forecast: bool) -> Board:
    """Everything that the board shows, as it stands now; with `forecast` conflicts ahead are computed anew.

    Records nothing but what `status` records. Closed tasks are shown as they were recorded and not judged.
    """
    board = _cover(workspace)
    if is_unused(workspace.git):
        return board
    seen = survey_all(workspace, only=None, with_closed=False)
    closed = [task for task in standing_state(workspace).tasks.values() if not task.is_open]
    questions = read_questions(workspace, seen.tasks)
    needs = list_needs(seen, questions)
    reader = TaskReader(workspace, seen, needs, questions)
    return replace(
        board,
        writer=seen.writer,
        needs=tuple(needs),
        tasks=tuple(reader.read(task) for task in [*seen.tasks, *closed]),
        deliveries=tuple(list_deliveries(workspace, seen)),
        happenings=tuple(list_happenings(workspace, limit=HAPPENINGS)),
        ahead=_look_ahead(workspace, seen, forecast=forecast),
        clones=len({run.writer for task in [*seen.tasks, *closed] for run in task.runs.values()} - {""}),
    )


def _cover(workspace: Workspace) -> Board:
    """What a board says even of a repository that okstra was never used in."""
    language = workspace.settings.language
    return Board(
        project=workspace.settings.project or "",
        folder=workspace.git.top.name,
        at=workspace.now(),
        language=language if language in LANGUAGES else LANGUAGES[0],
        writer=None,
        commit=resolve_head(workspace.git) or "",
        branch=current_branch(workspace.git) or "",
    )


def _look_ahead(workspace: Workspace, seen: Survey, *, forecast: bool) -> Ahead:
    live = sum(_is_live(task, number) for task in seen.tasks for number in task.stages)
    if forecast:
        ahead = forecast_tasks(workspace, seen.tasks)
        return Ahead(_clashes(ahead.conflicts), workspace.now(), is_fresh=True, live=live, skipped=ahead.skipped)
    conflicts, made = recall_forecast(workspace, seen.tasks)
    at = datetime.fromtimestamp(made, UTC) if made is not None else None
    return Ahead(_clashes(conflicts), at, live=live)


def _is_live(task: Task, number: int) -> bool:
    stage = task.stages[number]
    return not stage.landed and bool(stage.branch or stage.range)


def _clashes(conflicts: Iterable[ComingClash]) -> tuple[ConflictAhead, ...]:
    pairs = groupby(conflicts, key=lambda clash: (clash.one, clash.other))
    return tuple(
        ConflictAhead(
            (str(first[0]), first[1]),
            (str(second[0]), second[1]),
            tuple((clash.path, clash.kind) for clash in clashes),
        )
        for (first, second), clashes in pairs
    )
