"""A retry: the same call by the same lead, after the run was prepared, is answered with that run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.preparing.taking import is_own_earlier
from okstra_git.commands import word
from okstra_git.runs.bundle import verify_bundle
from okstra_git.runs.leases import finished_stages
from okstra_git.runs.stored_context import find_context

if TYPE_CHECKING:
    from okstra_cli.preparing.order import Order
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.context import RunContext


def find_again(order: Order, task: Task, inputs: str) -> tuple[Run, RunContext, str] | None:
    """The run this call asks for, with its context and prompt, when it is prepared already and its bundle is whole.

    `--stage auto` never finds one, since it asks for the next stage; a note then names the runs the lead has already.
    """
    request = order.request
    own = [run for run in task.runs.values() if run.task_type == request.phase.name and is_own_earlier(order, run)
           and run.is_active]  # fmt: skip
    if request.phase.has_worktree and request.stage is None:
        _note_own(order, [run for run in own if run.stage not in finished_stages(task)])
        return None
    for run in own:
        if run.inputs == inputs and run.stage == request.stage:
            return _intact(order, run)
    return None


def _note_own(order: Order, own: list[Run]) -> None:
    """One line about the runs that this lead was given before, since `auto` means the next stage and not those."""
    if own:
        listed = ", ".join(f"{run.id} on stage {run.stage}" for run in own[-3:])
        more = f" and {len(own) - 3} more" if len(own) > 3 else ""
        command = f"okstra run resume {word(own[-1].id)}"
        order.session.note(f"the same lead has {listed}{more} already; to go on with one: {command}")


def _intact(order: Order, run: Run) -> tuple[Run, RunContext, str] | None:
    """The run with its context and prompt; None when its bundle was damaged or moved away."""
    root = order.project.root
    context = find_context(root, run)
    if context is None or verify_bundle(root, root / context.paths.run_manifest):
        return None
    try:
        return run, context, (root / context.paths.prompt).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
