"""A prepared run as the lines that skills read, then the lead prompt; and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.run import holder_json
from okstra_git.commands import word
from okstra_git.contract import CONCURRENT_LABEL, INSTRUCTION_SET_LABEL, TASK_ROOT_LABEL
from okstra_git.names import named_stages

if TYPE_CHECKING:
    from okstra_cli.answers import runs as shapes
    from okstra_git.bundle.context import RunContext
    from okstra_git.porcelain.prepare.context import Prepared
    from okstra_git.records.runs import Run


def prepared_json(prepared: Prepared) -> shapes.PreparedRun:
    """Every fact of a prepared run; paths are absolute."""
    run, context = prepared.run, prepared.context
    root = context.project.root
    worktree = context.worktree
    return {
        "task": context.task.key,
        "run": run.id,
        "nonce": run.nonce,
        "task_type": run.task_type,
        "stage": run.stage,
        "seq": context.run.seq,
        "again": prepared.again,
        "task_root": f"{root}/{context.task.root}",
        "instruction_set": f"{root}/{context.paths.instruction_set}",
        "concurrent_run_stages": list(context.team.occupied),
        "team_name": context.team.name,
        "branch": (worktree.branch or None) if worktree else None,
        "worktree": worktree.path if worktree else None,
        "base": worktree.base if worktree else None,
        "stages": list(context.group.stages) if context.group else None,
        "verifies": {"commit": worktree.commit, "tree": worktree.tree} if worktree and worktree.commit else None,
        "report": f"{root}/{context.paths.report}",
        "resume_script": f"{root}/{context.paths.resume_script}",
        "holder": holder_json(run.holder),
        "prompt_path": f"{root}/{context.paths.prompt}",
        "start_command": start_command(context),
        "prompt": prepared.prompt,
    }


def start_command(context: RunContext) -> str:
    """The line by which a person starts the lead: Claude Code, in the project, with the prompt as its first message."""
    model, prompt = word(context.options.lead_model), word(context.paths.prompt)
    return f'cd {word(context.project.root)} && claude --model {model} "$(cat {prompt})"'


def prepared_page(prepared: Prepared, *, whole: bool) -> Page | str:
    """What a person has to know: what was reserved, where the prompt is, and how an agent is started with it.

    With the `whole` prompt it is what skills read: the labels, one to a line, then the prompt to the byte.
    """
    run, context, prompt = prepared.run, prepared.context, prepared.prompt
    if whole:
        return "\n".join([*labels(context), "", prompt])
    page = Page()
    state = "was prepared already" if prepared.again else "is prepared"
    stage = f", stage {run.stage}" if run.stage is not None else ""
    page.line(
        "run ", Cell(run.id, "strong"), f" of {context.task.key} ", Cell(state, "good"), f": {run.task_type}{stage}"
    )
    for name, value in _rows(run, context, prompt):
        page.line(Cell(f"  {name:<9}", "faint"), value)
    page.line()
    page.line("next: start an agent with it, from this terminal:")
    page.line(Cell(start_command(context), "strong"))
    page.line()
    page.line(Cell(f"or give it up: git okstra run abandon {word(run.id)}", "faint"))
    for label in labels(context):
        page.line(Cell(label, "faint"))
    return page


def _rows(run: Run, context: RunContext, prompt: str) -> Iterator[tuple[str, str]]:
    worktree = context.worktree
    if worktree is not None:
        begun = f"{worktree.base[:10]} ({worktree.base_ref})"
        if worktree.together:
            yield "looks at", f"{named_stages(worktree.together)} on {begun}, together {worktree.commit[:10]}"
        else:
            yield "branch", f"{worktree.branch}, from {begun}"
        yield "worktree", worktree.path
    yield "project", context.project.root
    yield "prompt", context.paths.prompt
    yield "", f"{len(prompt.splitlines())} lines, which --prompt prints here"
    if context.team.occupied:
        yield "beside", f"live runs at work on stage {', '.join(map(str, context.team.occupied))}"
    if run.holder is not None:
        yield "led by", f"{run.holder.name} (pid {run.holder.pid}) and what is started from it"


def labels(context: RunContext) -> list[str]:
    """The lines that skills read."""
    root = context.project.root
    lines = [
        f"{TASK_ROOT_LABEL} {root}/{context.task.root}",
        f"{INSTRUCTION_SET_LABEL} {root}/{context.paths.instruction_set}",
    ]
    if context.team.occupied:
        lines.append(f"{CONCURRENT_LABEL} {', '.join(map(str, context.team.occupied))}")
    return lines
