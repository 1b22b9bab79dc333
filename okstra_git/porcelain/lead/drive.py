"""Drives a task unattended: phase after phase, each led headless, until a person is needed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.bundle.request import PrepareOptions
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.porcelain.board.needs import list_needs
from okstra_git.porcelain.board.questions import read_questions
from okstra_git.porcelain.current_state import LivenessChecker
from okstra_git.porcelain.lead.start import LeadRequest, LedRun, lead_headless, new_session, taken_up
from okstra_git.porcelain.prepare.options import prepare
from okstra_git.porcelain.resume import resume
from okstra_git.porcelain.status import survey_all
from okstra_git.porcelain.task_lookup import Identity
from okstra_git.porcelain.usage import budget_of, read_prices, used_by_task
from okstra_git.runs.drive import IMPLEMENTATION, DriveEnd, DriveFacts, PhaseStep, WaitingFor, next_step
from okstra_git.store.registry import require_task
from okstra_git.store.stage_dependencies import finished_stages
from okstra_git.usage.budgets import Budget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okstra_git.names import TaskKey
    from okstra_git.porcelain.prepare.context import Editor
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


class DriveLimits(NamedTuple):
    """How much a drive may use: leads' answers in all, seconds, tokens, dollars; None = as much as it takes."""

    turns: int | None = None
    seconds: float | None = None
    tokens: int | None = None
    dollars: Decimal | None = None


@dataclass(frozen=True)
class Drive:
    """A drive that has ended: the runs that it led, and why it stopped."""

    task: TaskKey
    led: tuple[LedRun, ...]
    stop: DriveEnd


@dataclass(frozen=True)
class DriveAccount:
    """What a drive and its task have used, against the limits of the drive and `okstra.budget` of the task.

    Tokens and dollars are those that the ledger knows, workers included; `tokens` and `dollars` are since the drive
    began, `in_all` since the task was opened.
    """

    limits: DriveLimits
    budget: Budget
    turns: int
    seconds: float
    tokens: int
    dollars: Decimal
    in_all: tuple[int, Decimal]

    @property
    def over(self) -> str:
        """Which limit is used up; empty while none is."""
        limits = self.limits
        if limits.turns is not None and self.turns >= limits.turns:
            return f"{self.turns} of {limits.turns} turns are used"
        if limits.seconds is not None and self.seconds >= limits.seconds:
            return f"the time of {limits.seconds:g} seconds is over"
        own = Budget(limits.tokens, limits.dollars).why_over(self.tokens, self.dollars)
        return own or self.budget.why_over(*self.in_all)

    @property
    def rest(self) -> DriveLimits:
        """What the next lead may use."""
        limits = self.limits
        own, task = (
            Budget(limits.tokens, limits.dollars).left(self.tokens, self.dollars),
            self.budget.left(*self.in_all),
        )
        return DriveLimits(
            None if limits.turns is None else limits.turns - self.turns,
            None if limits.seconds is None else limits.seconds - self.seconds,
            min((each for each in (own.tokens, task.tokens) if each is not None), default=None),
            min((each for each in (own.dollars, task.dollars) if each is not None), default=None),
        )


def plan_drive(workspace: Workspace, key: TaskKey) -> PhaseStep | DriveEnd:
    """What a drive would do first."""
    return next_step(_facts(workspace, key, budget_of(workspace).why_over(*_used(workspace, key))))


def drive(
    workspace: Workspace,
    key: TaskKey,
    request: LeadRequest,
    limits: DriveLimits,
    templates: Path,
    editor: Editor,
    tell: Callable[[str], None],
) -> Drive:
    """Go on until something stops; `tell` hears of each step. This process is the holder of every run it leads."""
    began, before, led = time.monotonic(), _used(workspace, key), list[LedRun]()
    while True:
        fresh = replace(workspace)
        used, turns = _used(fresh, key), sum(each.status.turns for each in led)
        account = DriveAccount(
            limits, budget_of(fresh), turns, time.monotonic() - began, used[0] - before[0], used[1] - before[1], used
        )
        step = next_step(_facts(fresh, key, account.over))
        if isinstance(step, DriveEnd):
            return Drive(key, tuple(led), step)
        tell(f"{step.phase}: " + (f"run {step.resume} is taken up again" if step.resume else "a run is prepared"))
        try:
            led.append(_lead(fresh, key, step, replace(request, **account.rest._asdict()), templates, editor))
        except OkstraError as refusal:
            return Drive(key, tuple(led), DriveEnd(refusal.code, refusal.message, refusal.hint))
        stop = _after(led[-1])
        if stop is not None:
            return Drive(key, tuple(led), stop)


def _used(workspace: Workspace, key: TaskKey) -> tuple[int, Decimal]:
    """Tokens and dollars of the task, as the ledger knows them now."""
    return used_by_task(require_task(workspace.store.read().state, key), read_prices(workspace))


def _lead(
    workspace: Workspace, key: TaskKey, step: PhaseStep, request: LeadRequest, templates: Path, editor: Editor
) -> LedRun:
    us = str(os.getpid())
    if step.resume:
        run = resume(workspace, step.resume, force=False, holder=us).run
        return lead_headless(workspace, run.id, taken_up(run, request), templates)
    request = replace(request, session=new_session(request.cli))
    stage = "auto" if step.phase == IMPLEMENTATION else None
    options = PrepareOptions(task_type=step.phase, stage=stage, holder=us, lead_session=request.session or None)
    prepared = prepare(workspace, Identity(key), options, editor=editor)
    return lead_headless(workspace, prepared.run.id, request, templates)


def _after(led: LedRun) -> DriveEnd | None:
    """Why a lead that has just ended stops the drive: it failed, or it left its run open."""
    if led.status.status != "completed":
        resets = f"; the limit resets at {led.status.resets}" if led.status.resets else ""
        said = f": {led.status.message}" if led.status.message else ""
        message = f"the lead ended as {led.status.status} ({led.status.reason}){said}{resets}"
        return DriveEnd("drive.lead-failed", message, f"git okstra run resume {word(led.run.id)} --explain")
    if led.run.is_active:
        message = f"the lead of run {led.run.id} ended without finishing it"
        return DriveEnd("drive.not-finished", message, f"git okstra run resume {word(led.run.id)} --explain")
    return None


def _facts(workspace: Workspace, key: TaskKey, over: str) -> DriveFacts:
    seen = survey_all(workspace, only=key, with_closed=False)
    task = next(each for each in seen.tasks if each.key == key)
    needs = list_needs(seen, read_questions(workspace, seen.tasks))
    waiting = tuple(
        WaitingFor(need.code, need.message, need.command or need.advice) for need in needs if need.urgency == "decide"
    )
    runs = sorted((run for run in task.runs.values() if run.prepared is not None), key=lambda run: run.id)
    open_run = next((run for run in reversed(runs) if run.is_active), None)
    last = runs[-1] if runs else None
    life = LivenessChecker(workspace).life_of(open_run) if open_run is not None else None
    return DriveFacts(
        str(key), waiting, open_run.id if open_run else "", life is not None and life.state != "dead",
        last.status if last is not None and not last.is_active else "", last.task_type if last else "",
        last.next_phase if last else "", _in_vain(task, runs), _unfinished(task), over,
    )  # fmt: skip


def _in_vain(task: Task, runs: list[Run]) -> int:
    """How many of the last runs were of one phase and about no stage that is finished."""
    finished, count = finished_stages(task), 0
    for run in reversed(runs):
        if run.task_type != runs[-1].task_type or run.stage in finished:
            break
        count += 1
    return count


def _unfinished(task: Task) -> int | None:
    if task.plan is None:
        return None
    finished = finished_stages(task)
    return sum(stage.number not in finished for stage in task.plan.stages)
