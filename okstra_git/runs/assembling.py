"""Puts together the one value that a bundle is rendered from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from okstra_git.commands import word
from okstra_git.names import TaskKey
from okstra_git.paths import ProjectPaths, RunPaths
from okstra_git.phases import PHASES
from okstra_git.records.base import show_time
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.roster import WORKERS
from okstra_git.runs.context import (
    BriefPart,
    Commands,
    GroupPart,
    Options,
    Paths,
    PlanPart,
    ProjectPart,
    RunContext,
    RunPart,
    StageRow,
    TaskPart,
    TeamPart,
    WorkerPart,
    WorktreePart,
)
from okstra_git.runs.project_files import list_config_files
from okstra_git.runs.request import RunRequest

NUMBERED = {
    "manifests": "run-manifest", "reports": "final-report", "sessions": "claude-resume", "state": "team-state",
}  # fmt: skip
"""The categories that number their files, and the file whose number counts."""


CONFIG_FILES = 30
"""Files that tell how the project is built and deployed, as many as a packet names."""


@dataclass(frozen=True)
class Papers:
    """The documents of a prepare as they were read."""

    brief: BriefPart | None = None
    plan: PlanPart | None = None
    qa_commands: Mapping[str, str] | None = None
    clarification: str = ""
    pr_template: str = ""
    stages: tuple[StageRow, ...] = ()
    group: GroupPart | None = None


@dataclass(frozen=True)
class Identity:
    """Who the run is: its id, its fence, the numbers of its files by category, its lead's session where it is known."""

    run: str
    nonce: str
    numbers: Mapping[str, int]
    at: datetime
    language: str
    inputs: str = ""
    session: str = ""


def next_numbers(paths: RunPaths, task: Task, task_type: str, stage: int | None) -> dict[str, int]:
    """The next number in each category: above every file that is there and every number that a run has taken."""
    taken = [run.numbers for run in task.runs.values() if _shares_folder(run, task_type, stage)]
    return {
        category: max(paths.next_seq(category, stem), *(numbers.get(category, 0) + 1 for numbers in taken), 1)
        for category, stem in NUMBERED.items()
    }


def _shares_folder(run: Run, task_type: str, stage: int | None) -> bool:
    return run.task_type == task_type and (run.stage == stage or not PHASES[task_type].has_worktree)


def make_context(
    request: RunRequest,
    task: Task,
    who: Identity,
    project: ProjectPaths,
    papers: Papers,
    *,
    stage: int | None,
    team: TeamPart,
    worktree: WorktreePart | None,
) -> RunContext:
    """Everything about one run, with paths relative to the project's root."""
    key, phase = request.key, request.phase
    paths = lay_out(project, key, request, who, papers, stage)
    carry = str(project.root / paths.carry_out) if paths.carry_out else ""
    run = RunPart(
        id=who.run,
        nonce=who.nonce,
        task_type=phase.name,
        seq=f"{who.numbers['manifests']:03}",
        folder=project.relative(project.task(key).run(phase.name, stage).folder),
        prepared_at=show_time(who.at),
        language=who.language,
        stage=stage,
        scope=request.scope,
        inputs=who.inputs,
        session=who.session,
    )
    return RunContext(
        run=run,
        task=describe_task(task, key, project),
        project=ProjectPart(
            root=project.root.as_posix(),
            glossary=project.relative(project.glossary) if project.glossary.is_file() else "",
            qa_commands=dict(papers.qa_commands or {}),
            config_files=tuple((each.kind, each.path) for each in list_config_files(project.root)[:CONFIG_FILES]),
        ),
        paths=paths,
        team=team,
        options=_options(request, papers),
        commands=run_commands(str(key), run, report=paths.report, stage_done=_stage_done(str(key), stage, carry)),
        workers=tuple(_worker(request, name) for name in request.workers),
        brief=papers.brief,
        plan=papers.plan,
        worktree=worktree,
        stages=papers.stages,
        group=papers.group,
    )


def lay_out(
    project: ProjectPaths, key: TaskKey, request: RunRequest, who: Identity, papers: Papers, stage: int | None
) -> Paths:
    """Where every file of the run stands."""
    task = project.task(key)
    run = task.run(request.phase.name, stage)
    numbers = who.numbers
    inside = run.instruction_set(numbers["manifests"])

    def at(path: Path) -> str:
        return project.relative(path)

    plan_key = papers.plan.key if papers.plan else ""
    return Paths(
        instruction_set=at(inside),
        prompt=at(inside / "claude-execution-prompt.md"),
        context=at(inside / "active-run-context.md"),
        profile=at(inside / "analysis-profile.md"),
        packet=at(inside / "analysis-packet.md"),
        material=at(inside / "analysis-material.md"),
        expectations=at(inside / "reference-expectations.md"),
        report_template=at(inside / "final-report-template.md"),
        clarification=at(inside / "clarification-response.md") if papers.clarification else "",
        run_context=at(run.file("manifests", "run-context", numbers["manifests"], "json")),
        run_inputs=at(run.file("manifests", "run-inputs", numbers["manifests"], "json")),
        run_manifest=at(run.file("manifests", "run-manifest", numbers["manifests"], "json")),
        task_manifest=at(task.manifest),
        resume_script=at(run.file("sessions", "claude-resume", numbers["sessions"], "sh")),
        team_state=at(run.file("state", "team-state", numbers["state"], "json")),
        convergence_state=at(run.file("state", "convergence", numbers["state"], "json")),
        plan_body_state=at(run.category("state") / "plan-body-verification.json"),
        lead_pane=at(run.category("state") / "lead-pane.id"),
        report=at(run.file("reports", "final-report", numbers["reports"], "md")),
        report_data=at(run.file("reports", "final-report", numbers["reports"], "data.json")),
        prompts=at(run.category("prompts")),
        worker_results=at(run.category("worker-results")),
        qa=at(task.qa),
        carry_out=at(task.carry(plan_key, stage)) if plan_key and stage and request.phase.has_worktree else "",
    )


def describe_task(task: Task, key: TaskKey, project: ProjectPaths) -> TaskPart:
    """The task as documents have it."""
    return TaskPart(
        key=str(key),
        project=key.project,
        group=key.group,
        id=key.task,
        category=task.category,
        root=project.relative(project.task(key).root),
        title=task.title,
        tickets=task.tickets,
        ticket_id=", ".join(task.tickets) or _bare_id(key.task),
    )


def _bare_id(task: str) -> str:
    """The number of a task id such as `dev-8852`, or the whole id when it has none."""
    number = task.rpartition("-")[2]
    return number if number.isdecimal() else task


def _options(request: RunRequest, papers: Papers) -> Options:
    is_implementation = request.phase.has_worktree
    return Options(
        lead_model=request.model_of("lead"),
        executor=request.executor if is_implementation else "",
        executor_model=_executor_model(request) if is_implementation else "",
        directive=request.directive,
        related_tasks=request.related_tasks,
        waivers=tuple((waiver.stage_key, waiver.reason) for waiver in request.waivers),
        plan_verification=request.plan_verification,
        pr_template=papers.pr_template,
        clarification_source=papers.clarification,
    )


def _executor_model(request: RunRequest) -> str:
    return dict(request.models).get("executor") or request.model_of(request.executor)


def _worker(request: RunRequest, name: str) -> WorkerPart:
    worker = WORKERS[name]
    return WorkerPart(worker.id, worker.role, worker.cli, worker.agent, request.model_of(name), worker.is_analyser)


def run_commands(key: str, part: RunPart, *, report: str, stage_done: str) -> Commands:
    """The literal lines that this run is led with; `stage_done` is kept as it is made once."""
    run, data = part.id, f"{report.removesuffix('.md')}.data.json"
    stage = f" --stage {part.stage}" if part.stage is not None else ""
    verified = f"okstra handoff record-verified --task-key {word(key)}{stage} --report-path {word(report)} "
    return Commands(
        resume=f"okstra run resume {word(run)}",
        finish=f"okstra run finish {word(run)} --nonce {word(part.nonce)} --report {word(report)}",
        abandon=f"okstra run abandon {word(run)}",
        status=f"okstra status {key}",
        stage_done=stage_done if part.stage is not None else "",
        record_verified=f"{verified}--data-json {word(data)}" if part.task_type == "final-verification" else "",
    )


def where_now(context: RunContext, root: Path, worktree: str | None) -> RunContext:
    """The context of a run whose project or worktree was moved since it was made, with the line that names a place."""
    here = None
    if context.worktree is not None:
        here = replace(context.worktree, path=worktree or context.worktree.path)
    carry = str(root / context.paths.carry_out) if context.paths.carry_out else ""
    done = _stage_done(context.task.key, context.run.stage, carry)
    return replace(
        context,
        project=replace(context.project, root=root.as_posix()),
        worktree=here,
        commands=replace(context.commands, stage_done=done),
    )


def _stage_done(key: str, stage: int | None, carry: str) -> str:
    return f"okstra stage done {stage} --task-key {key} --carry {word(carry)}" if carry else ""
