"""A retry: the same call by the same lead, after the run was prepared, is answered with that run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.fs.root import Root
from okstra_git.git.astray import find_astray
from okstra_git.porcelain.prepare.refresh import renew, schedule
from okstra_git.porcelain.runs import find_prompt
from okstra_git.runs.bundle import verify_bundle
from okstra_git.runs.carrying import lay_out_carry
from okstra_git.runs.leases import GUARDED, finished_stages, occupied_stages
from okstra_git.runs.stored_context import find_context
from okstra_git.runs.task_documents import announce_run
from okstra_git.runs.whole_files import refusing
from okstra_git.stages.worktree_setup import find_obstacle
from okstra_git.store.carry import examine_carry

if TYPE_CHECKING:
    from okstra_git.porcelain.prepare.order import Order
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.context import RunContext

OTHER_INPUTS = "it was prepared again with other inputs"
DAMAGED = "its bundle was damaged, and it was prepared again"
WORKTREE_GONE = "its worktree was gone, and it was prepared again"
OTHER_BRANCH = "its worktree had another branch checked out, and it was prepared again"
OTHER_CARRY = "a stage that it builds on left another carry, and it was prepared again"


def is_own_earlier(order: Order, run: Run) -> bool:
    """Whether the same lead was given the run, prepared or resumed, before this call began."""
    is_given = run.status in ("prepared", "running") and run.touched is not None and run.touched < order.began
    return is_given and run.writer == order.writer and run.holder == order.lead


def find_again(order: Order, task: Task, inputs: str) -> tuple[Run, RunContext, str] | None:
    """The run this call asks for, with its context and prompt, while everything stands that was handed out with it.

    `--stage auto` never finds one, since it asks for the next stage; a note then names the runs the lead has already.
    """
    request = order.request
    own = [run for run in task.runs.values() if run.task_type == request.phase.name and is_own_earlier(order, run)
           and run.is_active]  # fmt: skip
    if request.phase.has_worktree and request.stage is None:
        _note_own(order, [run for run in own if run.stage not in finished_stages(task)])
        return None
    for run in own:
        if run.stage == request.stage and not why_ended(order, task, run, inputs):
            return _handed_out(order, task, run)
    return None


def _note_own(order: Order, own: list[Run]) -> None:
    """One line about the runs that this lead was given before, since `auto` means the next stage and not those."""
    if own:
        listed = ", ".join(f"{run.id} on stage {run.stage}" for run in own[-3:])
        more = f" and {len(own) - 3} more" if len(own) > 3 else ""
        command = f"okstra run resume {word(own[-1].id)}"
        order.workspace.note(f"the same lead has {listed}{more} already; to go on with one: {command}")


def why_ended(order: Order, task: Task, run: Run, inputs: str) -> str:
    """Why an own earlier run is not given once more; empty when the call is the same and all that it was given stands.

    A stage's worktree with another branch counts as standing: whoever goes back to it is refused, nothing is made anew.
    """
    if run.inputs != inputs:
        return OTHER_INPUTS
    root = order.project.root
    context = find_context(root, run)
    if context is None or verify_bundle(root, context.paths.run_manifest):
        return DAMAGED
    astray = find_astray(order.workspace.git, Path(run.worktree), run.branch) if run.worktree else None
    if astray is not None and astray.kind != "elsewhere":
        return WORKTREE_GONE
    if astray is not None and run.task_type != GUARDED:
        return OTHER_BRANCH
    for carried in context.plan.carry if context.plan else ():
        stage = task.stages.get(carried.stage)
        if stage is not None and stage.carry and _shown(order, stage.carry, carried.stage) != carried.text:
            return OTHER_CARRY
    return ""


def _shown(order: Order, carry: str, stage: int) -> str:
    """A recorded carry as runs are given it."""
    return examine_carry(carry, key=order.key, stage=stage).text


def _handed_out(order: Order, task: Task, run: Run) -> tuple[Run, RunContext, str] | None:
    """The run as its lead gets it once more: gates that say who is at work now, and every view of the record in place.

    Refuses when another branch is checked out in its worktree.
    """
    root, git = order.project.root, order.workspace.git
    refusal = find_obstacle(git, Path(run.worktree), run.branch) if run.worktree else None
    if refusal is not None:
        raise refusal
    is_guarded = run.task_type == GUARDED
    occupied = occupied_stages(task, order.guard.leases(task), besides=run.id) if is_guarded else ()
    renew(order.workspace, root, task, run, occupied)
    context = find_context(root, run)
    if context is None:
        return None
    files = Root(root)
    lay_out_carry(context, root)
    with refusing():
        for place in (context.paths.prompts, context.paths.worker_results, context.paths.report.rpartition("/")[0]):
            files.make_folder(place)
    if not files.is_file(context.paths.task_manifest):
        announce_run(context, root, stages=schedule(task))
    prompt = find_prompt(files, context)
    return (run, context, prompt) if prompt is not None else None
