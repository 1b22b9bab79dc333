"""Where the documents of a run stand: by its task, type, stage and numbers alone, whatever a record or a file says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from okstra_git.bundle.context import Paths, RunContext
from okstra_git.errors import OkstraError
from okstra_git.names import TaskKey, parse_task_key
from okstra_git.paths import ProjectPaths, RunPaths, TaskPaths, plan_key
from okstra_git.phases import PHASES
from okstra_git.records.runs import Run

NUMBERED = {
    "manifests": "run-manifest", "reports": "final-report", "sessions": "claude-resume", "state": "team-state",
}  # fmt: skip
"""The categories that number their files, and the file whose number counts."""

_ANYWHERE = ProjectPaths(Path("/"))
_OBJECT = re.compile(r"[0-9a-f]{12}")


def lay_out(
    project: ProjectPaths,
    key: TaskKey,
    task_type: str,
    stage: int | None,
    numbers: Mapping[str, int],
    *,
    plan: str = "",
    with_clarification: bool = False,
) -> Paths:
    """Where every file of a run stands; `plan` names the folders of the approved plan, empty where there is none."""
    task = TaskPaths(Path(project.relative(project.task(key).root)))  # all paths below it are relative, too
    run = task.run(task_type, stage)
    inside, state = run.instruction_set(numbers["manifests"]), run.category("state")

    def at(path: Path) -> str:
        return path.as_posix()

    return Paths(
        instruction_set=at(inside),
        prompt=at(inside / "claude-execution-prompt.md"),
        context=at(inside / "active-run-context.md"),
        profile=at(inside / "analysis-profile.md"),
        packet=at(inside / "analysis-packet.md"),
        material=at(inside / "analysis-material.md"),
        expectations=at(inside / "reference-expectations.md"),
        report_template=at(inside / "final-report-template.md"),
        clarification=at(inside / "clarification-response.md") if with_clarification else "",
        run_context=at(run.file("manifests", "run-context", numbers["manifests"], "json")),
        run_inputs=at(run.file("manifests", "run-inputs", numbers["manifests"], "json")),
        run_manifest=at(run.file("manifests", "run-manifest", numbers["manifests"], "json")),
        task_manifest=at(task.manifest),
        resume_script=at(run.file("sessions", "claude-resume", numbers["sessions"], "sh")),
        team_state=at(run.file("state", "team-state", numbers["state"], "json")),
        convergence_state=at(run.file("state", "convergence", numbers["state"], "json")),
        plan_body_state=at(state / "plan-body-verification.json"),
        lead_pane=at(state / "lead-pane.id"),
        report=at(run.file("reports", "final-report", numbers["reports"], "md")),
        report_data=at(run.file("reports", "final-report", numbers["reports"], "data.json")),
        prompts=at(run.category("prompts")),
        worker_results=at(run.category("worker-results")),
        qa=at(task.qa),
        carry_out=at(task.carry(plan, stage)) if plan and stage and PHASES[task_type].has_worktree else "",
    )


def folder_of(key: TaskKey, run: Run) -> RunPaths | None:
    """The folder of a run's phase or stage, from the project's root; None for an unknown type."""
    if run.task_type not in PHASES:
        return None
    return TaskPaths(Path(_ANYWHERE.relative(_ANYWHERE.task(key).root))).run(run.task_type, run.stage)


def stands_in_its_place(run: Run, key: TaskKey) -> bool:
    """Whether the folder and the instruction set on record are where those of this run are."""
    folder = folder_of(key, run)
    if folder is None or run.folder != folder.folder.as_posix():
        return False
    return run.instruction_set in ("", folder.instruction_set(run.seq).as_posix())


def misplaced(context: RunContext, run: Run) -> str:
    """What in a stored context is not of this run, in words; empty where every path is where the run's files are.

    A context is a file that anyone may have written, and its paths are written to.
    """
    if context.run.id != run.id:
        return f"it is of run {context.run.id}"
    try:
        key = parse_task_key(context.task.key)
    except OkstraError as refusal:
        return refusal.message
    if not stands_in_its_place(run, key):
        return "the run on record has its documents elsewhere"
    if _paths_of(context, run, key) != context.paths:
        return "its paths are not those of the run"
    return "" if _carries_from_its_plan(context, key) else "the carry of a stage lies elsewhere"


def _carries_from_its_plan(context: RunContext, key: TaskKey) -> bool:
    """Whether every carry that the run was given is where the stages of its plan leave theirs."""
    plan, task = context.plan, _ANYWHERE.task(key)
    if plan is None or not plan.carry:
        return True
    places = {_ANYWHERE.relative(task.carry(plan_key(plan.blob), carried.stage)) for carried in plan.carry}
    return bool(_OBJECT.match(plan.blob)) and {carried.path for carried in plan.carry} == places


def _paths_of(context: RunContext, run: Run, key: TaskKey) -> Paths:
    """What the paths have to be; the carry of the run itself is in a folder that its plan names."""
    numbers = {category: run.numbers.get(category, run.seq) for category in NUMBERED}
    plan = context.plan.blob if context.plan is not None else ""
    paths = lay_out(
        _ANYWHERE,
        key,
        run.task_type,
        run.stage,
        numbers,
        plan=plan_key(plan) if _OBJECT.match(plan) else "",
        with_clarification=bool(context.paths.clarification),
    )
    return replace(paths, carry_out="") if not context.paths.carry_out else paths
