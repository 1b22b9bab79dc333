"""Resumes a run: records its new holder, renews its gates, and notes what has changed around it since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from okstra_git.bundle.stored_context import find_context, find_prompt
from okstra_git.bundle.write import verify_bundle
from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.fs.resolve import is_elsewhere
from okstra_git.fs.root import Root
from okstra_git.git.checkouts import find_astray
from okstra_git.paths import CATEGORIES
from okstra_git.porcelain.current_state import LivenessChecker, agent_session
from okstra_git.porcelain.end_run import keep_worktree
from okstra_git.porcelain.explain import gather_plan
from okstra_git.porcelain.prepare.refresh import refresh_run
from okstra_git.porcelain.prepare.whole_task import make_detached
from okstra_git.porcelain.project_files import project_root, writable_project_root
from okstra_git.runs.ending import check_resume, resume_run
from okstra_git.runs.explain import new_run_command
from okstra_git.runs.history import require_run
from okstra_git.runs.holder import requested_holder
from okstra_git.runs.leases import GUARDED, occupied_stages
from okstra_git.stages.worktree_setup import find_obstacle
from okstra_git.store.clone import OwnWorktrees, find_writer
from okstra_git.store.stage_dependencies import finished_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okstra_git.bundle.context import RunContext
    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.ending import Resumed

NAMED_FILES = 3
"""Missing files that are named."""


@dataclass(frozen=True)
class Resumption:
    """A run that is resumed, and what its lead starts from. Paths are absolute; None for what does not exist.

    `changed` is False when the caller led it already; `occupied` are the stages that other live runs hold.
    """

    task: Task
    run: Run
    life: Liveness
    changed: bool
    task_root: Path
    instruction_set: Path | None
    occupied: tuple[int, ...]
    prompt_path: Path | None
    prompt: str | None


def resume(workspace: Workspace, run_id: str, *, force: bool, holder: str | None) -> Resumption:
    """Resume the run for the caller. `holder` is a pid that a person named, None for the calling process."""
    liveness = LivenessChecker(workspace)
    resumed = _take_over(workspace, liveness, run_id, force=force, holder=holder)
    workspace.warn(resumed.warning)
    task, run = resumed.task, resumed.run
    root = project_root(workspace)
    occupied = occupied_stages(task, liveness.leases(task), besides=run.id) if run.task_type == GUARDED else ()
    context = refresh_run(workspace, root, task, run, occupied)
    _remark(workspace, root, task, run, context)
    prompt = find_prompt(Root(root), context) if context is not None else None
    return Resumption(
        task=task,
        run=run,
        life=liveness.life_of(run),
        changed=resumed.changed,
        task_root=root / ".okstra" / "tasks" / task.key.slashed,
        instruction_set=root / run.instruction_set if run.instruction_set else None,
        occupied=context.team.occupied if context is not None else occupied,
        prompt_path=root / context.paths.prompt if context is not None and prompt is not None else None,
        prompt=prompt,
    )


def _take_over(
    workspace: Workspace, liveness: LivenessChecker, run_id: str, *, force: bool, holder: str | None
) -> Resumed:
    """Keep uncommitted work, then record the new holder; the caller's own run stays as it is."""
    task, run = require_run(workspace.store.read().state, run_id)
    _require_documents(workspace, task, run)
    is_taken = check_resume(task, run, liveness.life_of, liveness.is_ours, force=force)
    _require_worktree(workspace, task, run, is_ours=not is_taken)
    if run.assembled is not None and run.worktree is not None and OwnWorktrees(workspace.git).path_of_run(task, run):
        reason = f"okstra task={task.key} run={run.id}"
        make_detached(workspace.git, Path(run.worktree), run.assembled.commit, reason)
    if is_taken:
        keep_worktree(workspace, task, run, "before another process went on with it")
    return resume_run(
        workspace.store,
        run.id,
        holder=requested_holder(holder),
        nonce=token_hex(8),
        session=agent_session(workspace),
        force=force,
        life_of=liveness.life_of,
        is_ours=liveness.is_ours,
    )


def _require_documents(workspace: Workspace, task: Task, run: Run) -> None:
    """Refuse a run of another clone whose documents are not here, and links where its documents are to be written."""
    root = writable_project_root(workspace)
    is_foreign = not OwnWorktrees(workspace.git).is_own(run)
    if is_foreign and run.is_active and run.prepared is not None and find_context(root, run) is None:
        raise refuse(
            "run.elsewhere",
            f"run {run.id} was prepared in another clone, and so are its documents",
            hint=f"go on there; or prepare one here: {new_run_command(task, run)}",
            run=run.id,
        )
    for place in (run.instruction_set, *(f"{run.folder}/{name}" for name in CATEGORIES)):
        if run.folder and Root(root).has_place_for(place):
            Root(root).require_plain_way(place)


def _require_worktree(workspace: Workspace, task: Task, run: Run, *, is_ours: bool) -> None:
    """Refuse to resume an unfinished stage whose directory is not what the prompt says of it.

    A missing directory is made again by a prepare only; one on another branch has to be switched back first.
    """
    if run.worktree is None or run.task_type != GUARDED or run.stage in finished_stages(task):
        return
    path = Path(run.worktree)
    if run.writer != find_writer(workspace.git) or find_astray(workspace.git, path, run.branch) is None:
        return
    refusal = find_obstacle(workspace.git, path, run.branch)
    if refusal is not None:
        raise refusal
    anew = new_run_command(task, run)
    raise refuse(
        "run.worktree-gone",
        f"the worktree of run {run.id} is gone: {run.worktree}",
        hint=f"git okstra run abandon {word(run.id)}\n{anew}" if is_ours else anew,
        run=run.id,
        worktree=run.worktree,
    )


def _remark(workspace: Workspace, root: Path, task: Task, run: Run, context: RunContext | None) -> None:
    """Say what of the bundle is gone, that the plan was changed, and which stages below were changed."""
    for sentence in (
        *_lacking(root, task, run, context),
        *_of_plan(root, task, run),
        *_of_stages_below(workspace, task, run),
    ):
        workspace.note(sentence)


def _lacking(root: Path, task: Task, run: Run, context: RunContext | None) -> Iterator[str]:
    gone = verify_bundle(root, context.paths.run_manifest) if context is not None else []
    if gone:
        more = f" and {len(gone) - NAMED_FILES} more" if len(gone) > NAMED_FILES else ""
        key = word(str(task.key))
        stage = f" --stage {word(run.stage)}" if run.stage is not None else ""
        yield (
            f"of its bundle is missing or changed: {', '.join(gone[:NAMED_FILES])}{more}; for a whole one: "
            f"git okstra run abandon {word(run.id)}, then git okstra run prepare --task-key {key} "
            f"--task-type {word(run.task_type)}{stage}"
        )


def _of_plan(root: Path, task: Task, run: Run) -> Iterator[str]:
    """A run works by the plan as it was approved when the run was prepared."""
    plan = task.plan
    if plan is None or run.plan is None or run.stage in finished_stages(task):
        return
    file = gather_plan(plan, root)
    if plan.blob != run.plan:
        yield f"another plan was approved since the run was prepared: {plan.path} ({plan.blob[:10]})"
    elif file.matches is None and is_elsewhere(plan.path):
        yield f"the plan {plan.path} lies outside of the repository: nobody looked whether it was changed"
    elif file.matches is not True:
        state = "was changed after it was approved" if file.matches is not None else "is not here any more"
        yield f"the plan {plan.path} {state}: git okstra plan check {word(plan.path)}"


def _of_stages_below(workspace: Workspace, task: Task, run: Run) -> Iterator[str]:
    """Stages that this one builds on, whose commits changed their content since they were recorded."""
    planned = next((stage for stage in task.plan.stages if stage.number == run.stage), None) if task.plan else None
    below = [n for n in planned.depends_on if n in task.stages] if planned and run.task_type == GUARDED else []
    if not below:
        return
    from okstra_git.porcelain.follow import make_judge, read_hints  # a judge of history is heavy

    state = workspace.store.read().state
    report = make_judge(workspace, state, hints=read_hints(workspace)).judge(state.tasks[task.key])
    for finding in report.confirms:
        if finding.stage in below:
            key = word(str(task.key))
            yield (
                f"stage {finding.stage}, on which stage {run.stage} builds, needs a decision: {finding.reason}; "
                f"git okstra reconcile --task-key {key} --check"
            )
