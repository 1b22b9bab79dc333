"""A prepared run as the lines that skills read, then the lead prompt; and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_git.tokens import CONCURRENT_LABEL, INSTRUCTION_SET_LABEL, TASK_ROOT_LABEL

if TYPE_CHECKING:
    from okstra_git.records.runs import Run
    from okstra_git.runs.context import RunContext


def prepared_json(run: Run, context: RunContext, prompt: str, *, again: bool) -> dict[str, Any]:
    """Every fact of a prepared run; paths are absolute."""
    root = context.project.root
    worktree = context.worktree
    return {
        "task": context.task.key,
        "run": run.id,
        "nonce": run.nonce,
        "task_type": run.task_type,
        "stage": run.stage,
        "seq": context.run.seq,
        "again": again,
        "task_root": f"{root}/{context.task.root}",
        "instruction_set": f"{root}/{context.paths.instruction_set}",
        "concurrent_run_stages": list(context.team.occupied),
        "team_name": context.team.name,
        "branch": worktree.branch if worktree else None,
        "worktree": worktree.path if worktree else None,
        "base": worktree.base if worktree else None,
        "report": f"{root}/{context.paths.report}",
        "resume_script": f"{root}/{context.paths.resume_script}",
        "holder": run.holder.model_dump() if run.holder else None,
        "prompt": prompt,
    }


def prepared_text(context: RunContext, prompt: str) -> str:
    """The labels, one to a line, then the prompt to the byte."""
    root = context.project.root
    lines = [
        f"{TASK_ROOT_LABEL} {root}/{context.task.root}",
        f"{INSTRUCTION_SET_LABEL} {root}/{context.paths.instruction_set}",
    ]
    if context.team.occupied:
        lines.append(f"{CONCURRENT_LABEL} {', '.join(map(str, context.team.occupied))}")
    return "\n".join([*lines, "", prompt])
