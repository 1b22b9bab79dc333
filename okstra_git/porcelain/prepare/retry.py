"""A retry: the same call by the same lead, after the run was prepared, is answered with that run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.bundle.run_files import refusing
from okstra_git.bundle.stages import lay_out_carry
from okstra_git.bundle.stored_context import find_context, find_prompt
from okstra_git.bundle.task_documents import announce_run
from okstra_git.bundle.write import verify_bundle
from okstra_git.commands import word
from okstra_git.fs.root import Root
from okstra_git.git.checkouts import find_astray
from okstra_git.porcelain.prepare.context import Prepared
from okstra_git.porcelain.prepare.refresh import refresh_gates, schedule
from okstra_git.runs.leases import GUARDED, occupied_stages
from okstra_git.stages.worktree_setup import find_obstacle
from okstra_git.store.stage_dependencies import examine_carry, finished_stages

if TYPE_CHECKING:
    from okstra_git.bundle.context import RunContext
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

OTHER_INPUTS = "it was prepared again with other inputs"
DAMAGED = "its bundle was damaged, and it was prepared again"
WORKTREE_GONE = "its worktree was gone, and it was prepared again"
OTHER_BRANCH = "its worktree had another branch checked out, and it was prepared again"
OTHER_CARRY = "a stage that it builds on left another carry, and it was prepared again"


@dataclass(frozen=True)
class Retry:
    """The run that this call asks for once more, if there is one; else `reasons` says of each earlier run of the same
    lead why it is not given again. Each was looked at once."""

    prepared: Prepared | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)


def is_own_earlier(context: PrepareContext, run: Run) -> bool:
    """Whether the same lead was given the run, prepared or resumed, before this call began."""
    is_given = run.status in ("prepared", "running") and run.touched is not None and run.touched < context.began
    return is_given and run.writer == context.writer and run.holder == context.lead


def look_for_retry(context: PrepareContext, task: Task, fingerprint: str) -> Retry:
    """The run this call asks for, while everything stands that was handed out with it.

    `--stage auto` never finds one, since it asks for the next stage; a note then names the runs the lead has already.
    """
    request = context.request
    own = [run for run in task.runs.values() if run.task_type == request.phase.name and is_own_earlier(context, run)
           and run.is_active]  # fmt: skip
    if request.phase.has_worktree and request.stage is None:
        _note_own(context, [run for run in own if run.stage not in finished_stages(task)])
        return Retry()
    reasons: dict[str, str] = {}
    for run in own:
        if run.stage != request.stage:
            continue
        stored = find_context(context.project.root, run)
        reasons[run.id] = _why_not_again(context, task, run, stored, fingerprint)
        if not reasons[run.id] and stored is not None:
            return Retry(_hand_out_again(context, task, run, stored), reasons)
    return Retry(reasons=reasons)


def _note_own(context: PrepareContext, own: list[Run]) -> None:
    """One line about the runs that this lead was given before, since `auto` means the next stage and not those."""
    if own:
        listed = ", ".join(f"{run.id} on stage {run.stage}" for run in own[-3:])
        more = f" and {len(own) - 3} more" if len(own) > 3 else ""
        command = f"okstra run resume {word(own[-1].id)}"
        context.workspace.note(f"the same lead has {listed}{more} already; to go on with one: {command}")


def _why_not_again(context: PrepareContext, task: Task, run: Run, stored: RunContext | None, fingerprint: str) -> str:
    """Why an own earlier run is not given once more; empty when the call is the same and all that it was given stands.

    A stage's worktree with another branch counts as standing: a resume there is refused, and nothing is made again.
    """
    if run.inputs != fingerprint:
        return OTHER_INPUTS
    if stored is None or verify_bundle(context.project.root, stored.paths.run_manifest):
        return DAMAGED
    astray = find_astray(context.workspace.git, Path(run.worktree), run.branch) if run.worktree else None
    if astray is not None and astray.kind != "elsewhere":
        return WORKTREE_GONE
    if astray is not None and run.task_type != GUARDED:
        return OTHER_BRANCH
    for carried in stored.plan.carry if stored.plan else ():
        stage = task.stages.get(carried.stage)
        if stage is None or not stage.carry:
            continue
        if examine_carry(stage.carry, key=context.key, stage=carried.stage).text != carried.text:
            return OTHER_CARRY
    return ""


def _hand_out_again(context: PrepareContext, task: Task, run: Run, stored: RunContext) -> Prepared | None:
    """The run as its lead gets it once more: gates that say who is at work now, and every view of the record in place.

    None when its prompt is gone. Refuses when another branch is checked out in its worktree.
    """
    root, git = context.project.root, context.workspace.git
    refusal = find_obstacle(git, Path(run.worktree), run.branch) if run.worktree else None
    if refusal is not None:
        raise refusal
    occupied: tuple[int, ...] = ()
    if run.task_type == GUARDED:
        occupied = occupied_stages(task, context.liveness.leases(task), besides=run.id)
    renewed, files = refresh_gates(stored, root, run, occupied), Root(root)
    lay_out_carry(renewed, root)
    paths = renewed.paths
    with refusing():
        for place in (paths.prompts, paths.worker_results, paths.report.rpartition("/")[0]):
            files.make_folder(place)
    if not files.is_file(paths.task_manifest):
        announce_run(renewed, root, stages=schedule(task))
    prompt = find_prompt(files, renewed)
    return Prepared(run, renewed, prompt, again=True) if prompt is not None else None
