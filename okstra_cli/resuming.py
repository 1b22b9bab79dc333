"""Leading a run on: the record of its new holder, and the lines and the prompt that the holder starts from."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.views import run as view
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.fs.root import Root
from okstra_git.git.astray import find_astray
from okstra_git.paths import CATEGORIES
from okstra_git.porcelain.liveness import Guard
from okstra_git.porcelain.prepare.refresh import renew
from okstra_git.porcelain.prepare.whole_task import make_detached
from okstra_git.porcelain.resume_remarks import remark_on_resume
from okstra_git.porcelain.runs import (
    agent_session,
    asked_holder,
    is_own,
    keep_worktree,
    okstra_root,
    project_root,
    read_prompt,
)
from okstra_git.runs.ending import Resumed, check_resume, resume_run
from okstra_git.runs.explain import new_run_command
from okstra_git.runs.finding import require_run
from okstra_git.runs.leases import GUARDED, finished_stages, occupied_stages
from okstra_git.runs.stored_context import find_context
from okstra_git.stages.worktree_setup import find_obstacle
from okstra_git.store.ownership import OwnWorktrees
from okstra_git.store.writer import find_writer

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


class WorktreeGone(OkstraError):
    """The directory that the run works in is not there."""

    code = "run.worktree-gone"


class RunElsewhere(OkstraError):
    """A run of another clone, whose documents are not here."""

    code = "run.elsewhere"


def resume_here(session: Session, text: str, *, force: bool, holder: str | None) -> Answer:
    """Resume the run for whoever asked, and answer with what its lead needs."""
    guard = Guard(session.workspace)
    resumed = take_over(session, guard, text, force=force, holder=holder)
    session.warn(resumed.warning)
    task, run = resumed.task, resumed.run
    root = project_root(session.workspace)
    occupied = occupied_stages(task, guard.leases(task), besides=run.id) if run.task_type == GUARDED else ()
    occupied = renew(session.workspace, root, task, run, occupied)
    remark_on_resume(session.workspace, root, task, run)
    path, prompt = read_prompt(root, run)
    facts = {
        "run": view.run_json(task, run, guard.life_of(run)),
        "changed": resumed.changed,
        "task_root": str(root / ".okstra" / "tasks" / task.key.slashed),
        "instruction_set": str(root / run.instruction_set) if run.instruction_set else None,
        "concurrent_run_stages": list(occupied),
        "prompt_path": str(path) if path else None,
        "prompt": prompt,
    }
    return Answer(facts, lambda: view.resumed_text(facts, occupied))


def require_worktree(session: Session, task: Task, run: Run, *, is_ours: bool) -> None:
    """Refuse to lead a stage on that is not done and whose directory is not what the prompt says of it.

    One that is gone is made again by a prepare only; in one that has another branch that branch is to be left first.
    """
    if run.worktree is None or run.task_type != GUARDED or run.stage in finished_stages(task):
        return
    path = Path(run.worktree)
    if run.writer != find_writer(session.git) or find_astray(session.git, path, run.branch) is None:
        return
    refusal = find_obstacle(session.git, path, run.branch)
    if refusal is not None:
        raise refusal
    anew = new_run_command(task, run)
    raise WorktreeGone(
        f"the worktree of run {run.id} is gone: {run.worktree}",
        hint=f"git okstra run abandon {word(run.id)}\n{anew}" if is_ours else anew,
        run=run.id,
        worktree=run.worktree,
    )


def _require_documents(session: Session, task: Task, run: Run) -> None:
    """Refuse a run of another clone that there is nothing of here, and links where its documents are to be written."""
    root = okstra_root(session.workspace)
    if (
        not is_own(session.workspace, run)
        and run.is_active
        and run.prepared is not None
        and find_context(root, run) is None
    ):
        raise RunElsewhere(
            f"run {run.id} was prepared in another clone, and so are its documents",
            hint=f"go on there; or prepare one here: {new_run_command(task, run)}",
            run=run.id,
        )
    for place in (run.instruction_set, *(f"{run.folder}/{name}" for name in CATEGORIES)):
        if run.folder and Root(root).has_place_for(place):
            Root(root).require_plain_way(place)


def take_over(session: Session, guard: Guard, text: str, *, force: bool, holder: str | None) -> Resumed:
    """Keep what lies uncommitted, then record the new holder; the caller's own run stays as it is."""
    task, run = require_run(session.store.read().state, text)
    _require_documents(session, task, run)
    is_taken = check_resume(task, run, guard.life_of, guard.is_ours, force=force)
    require_worktree(session, task, run, is_ours=not is_taken)
    if run.assembled is not None and run.worktree is not None and OwnWorktrees(session.git).path_of_run(task, run):
        reason = f"okstra task={task.key} run={run.id}"
        make_detached(session.git, Path(run.worktree), run.assembled.commit, reason)
    if is_taken:
        keep_worktree(session.workspace, task, run, "before another process went on with it")
    return resume_run(
        session.store,
        run.id,
        holder=asked_holder(holder),
        nonce=token_hex(8),
        session=agent_session(session.workspace),
        force=force,
        life_of=guard.life_of,
        is_ours=guard.is_ours,
    )
