"""Drives a task unattended: phase after phase, each led headless, until a person is needed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okstra_git.bundle.request import PrepareOptions
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.porcelain.board.needs import list_needs
from okstra_git.porcelain.board.questions import read_questions
from okstra_git.porcelain.current_state import LivenessChecker
from okstra_git.porcelain.lead.start import LeadRequest, LedRun, lead_headless, new_session
from okstra_git.porcelain.prepare.options import prepare
from okstra_git.porcelain.resume import resume
from okstra_git.porcelain.status import survey_all
from okstra_git.porcelain.task_lookup import Identity
from okstra_git.porcelain.usage import budget_of, read_prices, used_by_task
from okstra_git.runs.drive import DriveEnd, DriveFacts, PhaseStep, WaitingFor, next_step
from okstra_git.store.stage_dependencies import finished_stages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okstra_git.names import TaskKey
    from okstra_git.porcelain.prepare.context import Editor
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

_GOES_ON_DEAD = ("run.dead", "run.claim-dead")
"""Problems of `status` that a drive settles itself, by taking the run up again."""


@dataclass(frozen=True)
class DriveLimits:
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


def plan_drive(workspace: Workspace, key: TaskKey) -> PhaseStep | DriveEnd:
    """What a drive would do first."""
    return next_step(_facts(replace(workspace), key, ""))


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
    began, led = time.monotonic(), list[LedRun]()
    while True:
        fresh = replace(workspace)
        step = next_step(_facts(fresh, key, _used_up(led, limits, time.monotonic() - began)))
        if isinstance(step, DriveEnd):
            return Drive(key, tuple(led), step)
        tell(f"{step.phase}: " + (f"run {step.resume} is taken up again" if step.resume else "a run is prepared"))
        try:
            done = _lead(
                fresh, key, step, _with_rest(request, led, limits, time.monotonic() - began), templates, editor
            )
        except OkstraError as refusal:
            return Drive(key, tuple(led), DriveEnd(refusal.code, refusal.message, refusal.hint))
        led.append(done)
        stop = _after(done)
        if stop is not None:
            return Drive(key, tuple(led), stop)


def _lead(
    workspace: Workspace, key: TaskKey, step: PhaseStep, request: LeadRequest, templates: Path, editor: Editor
) -> LedRun:
    us = str(os.getpid())
    if step.resume:
        resumed = resume(workspace, step.resume, force=False, holder=us)
        known = resumed.run.leads[-1] if resumed.run.leads else None
        session = known.session if known is not None and known.program == request.cli else ""
        again = replace(request, resume=session, session="" if session else new_session(request.cli))
        return lead_headless(workspace, resumed.run.id, again, templates)
    request = replace(request, session=new_session(request.cli))
    stage = "auto" if step.phase == "implementation" else None
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
        WaitingFor(need.code, need.message, need.command or need.advice)
        for need in needs
        if need.urgency == "decide" and need.code not in _GOES_ON_DEAD
    )
    runs = sorted((run for run in task.runs.values() if run.prepared is not None), key=lambda run: run.id)
    open_run = next((run for run in reversed(runs) if run.is_active), None)
    last = runs[-1] if runs else None
    life = LivenessChecker(workspace).life_of(open_run) if open_run is not None else None
    budget = budget_of(workspace).why_over(*used_by_task(task, read_prices(workspace)))
    return DriveFacts(
        str(key), waiting, open_run.id if open_run else "", life is not None and life.state != "dead",
        last.status if last is not None and not last.is_active else "", last.task_type if last else "",
        last.next_phase if last else "", _in_a_row(runs), _unfinished(task), over or budget,
    )  # fmt: skip


def _in_a_row(runs: list[Run]) -> int:
    count = 0
    for run in reversed(runs):
        if run.task_type != runs[-1].task_type:
            break
        count += 1
    return count


def _unfinished(task: Task) -> int | None:
    if task.plan is None:
        return None
    finished = finished_stages(task)
    return sum(stage.number not in finished for stage in task.plan.stages)


def _used_up(led: list[LedRun], limits: DriveLimits, seconds: float) -> str:
    turns = sum(each.status.turns for each in led)
    tokens = sum(each.status.tokens for each in led)
    if limits.turns is not None and turns >= limits.turns:
        return f"{turns} of {limits.turns} turns are used"
    if limits.seconds is not None and seconds >= limits.seconds:
        return f"the time of {limits.seconds:g} seconds is over"
    if limits.tokens is not None and tokens >= limits.tokens:
        return f"{tokens} of {limits.tokens} tokens are used"
    return ""


def _with_rest(request: LeadRequest, led: list[LedRun], limits: DriveLimits, seconds: float) -> LeadRequest:
    """The request with what is left of each limit."""

    def rest(limit: int | None, used: int) -> int | None:
        return None if limit is None else max(1, limit - used)

    return replace(
        request,
        turns=rest(limits.turns, sum(each.status.turns for each in led)),
        tokens=rest(limits.tokens, sum(each.status.tokens for each in led)),
        seconds=None if limits.seconds is None else max(1.0, limits.seconds - seconds),
        dollars=limits.dollars,
    )
