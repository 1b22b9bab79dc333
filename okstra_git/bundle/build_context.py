"""Puts together the one value that a bundle is rendered from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from okstra_git.bundle.context import (
    Commands,
    Options,
    ProjectPart,
    RunContext,
    RunPart,
    TaskPart,
    TeamPart,
    WorkerPart,
    WorktreePart,
)
from okstra_git.bundle.inputs import PromptDocuments
from okstra_git.bundle.project import list_config_files
from okstra_git.bundle.request import RunRequest
from okstra_git.bundle.stored_context import NUMBERED, lay_out
from okstra_git.commands import word
from okstra_git.contract import WORKERS
from okstra_git.fs.root import Root
from okstra_git.names import TaskKey
from okstra_git.paths import MOST_DIGITS, ProjectPaths, RunPaths
from okstra_git.phases import PHASES
from okstra_git.records.grammar import show_time
from okstra_git.records.runs import Run
from okstra_git.records.states import Task

CONFIG_FILES = 30
"""At most this many files about how the project is built and deployed are named in a packet."""

MOST_NAMES = 200_000
"""Names of one folder of runs that are searched for the highest number."""


@dataclass(frozen=True)
class RunIdentity:
    """Who the run is: its id, its fence, the numbers of its files by category, its lead's session where it is known."""

    run: str
    nonce: str
    numbers: Mapping[str, int]
    at: datetime
    language: str
    inputs: str = ""
    session: str = ""


def next_numbers(files: Root, paths: RunPaths, task: Task, task_type: str, stage: int | None) -> dict[str, int]:
    """The next number in each category: above every file that is there and every number that a run has taken."""
    taken = [run.numbers for run in task.runs.values() if _shares_folder(run, task_type, stage)]
    return {
        category: max(
            paths.next_seq(_names(files, paths, category), stem),
            *(_after(numbers.get(category, 0)) for numbers in taken),
            1,
        )
        for category, stem in NUMBERED.items()
    }


def _names(files: Root, paths: RunPaths, category: str) -> tuple[str, ...]:
    return files.list(paths.category(category), MOST_NAMES).names


def _after(number: int) -> int:
    """One more, but after a number that no run has come to by counting."""
    return number + 1 if len(str(number)) <= MOST_DIGITS else 1


def _shares_folder(run: Run, task_type: str, stage: int | None) -> bool:
    return run.task_type == task_type and (run.stage == stage or not PHASES[task_type].has_worktree)


def make_context(
    request: RunRequest,
    task: Task,
    who: RunIdentity,
    project: ProjectPaths,
    documents: PromptDocuments,
    *,
    stage: int | None,
    team: TeamPart,
    worktree: WorktreePart | None,
) -> RunContext:
    """Everything about one run, with paths relative to the project's root."""
    key, phase = request.key, request.phase
    paths = lay_out(
        project,
        key,
        phase.name,
        stage,
        who.numbers,
        plan=documents.plan.key if documents.plan else "",
        with_clarification=bool(documents.clarification),
    )
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
            glossary=project.relative(project.glossary)
            if Root(project.root, links=True).is_file(project.glossary)
            else "",
            qa_commands=dict(documents.qa_commands or {}),
            config_files=tuple((config.kind, config.path) for config in list_config_files(project.root)[:CONFIG_FILES]),
        ),
        paths=paths,
        team=team,
        options=_options(request, documents),
        commands=run_commands(str(key), run, report=paths.report, stage_done=_stage_done(str(key), stage, carry)),
        workers=tuple(_worker(request, name) for name in request.workers),
        brief=documents.brief,
        plan=documents.plan,
        worktree=worktree,
        stages=documents.stages,
        group=documents.group,
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


def _options(request: RunRequest, documents: PromptDocuments) -> Options:
    is_implementation = request.phase.has_worktree
    return Options(
        lead_model=request.model_of("lead"),
        executor=request.executor if is_implementation else "",
        executor_model=_executor_model(request) if is_implementation else "",
        directive=request.directive,
        related_tasks=request.related_tasks,
        waivers=tuple((waiver.stage_key, waiver.reason) for waiver in request.waivers),
        plan_verification=request.plan_verification,
        pr_template=documents.pr_template,
        clarification_source=documents.clarification,
    )


def _executor_model(request: RunRequest) -> str:
    return dict(request.models).get("executor") or request.model_of(request.executor)


def _worker(request: RunRequest, name: str) -> WorkerPart:
    worker = WORKERS[name]
    return WorkerPart(worker.id, worker.role, worker.cli, worker.agent, request.model_of(name), worker.is_analyser)


def run_commands(key: str, part: RunPart, *, report: str, stage_done: str) -> Commands:
    """The literal commands that this run is led with; `stage_done` is kept as it is made once."""
    data, run, report = word(f"{report.removesuffix('.md')}.data.json"), word(part.id), word(report)
    stage = f" --stage {part.stage}" if part.stage is not None else ""
    verified = f"okstra handoff record-verified --task-key {word(key)}{stage} --report-path {report} "
    return Commands(
        resume=f"okstra run resume {run}",
        finish=f"okstra run finish {run} --nonce {word(part.nonce)} --report {report}",
        abandon=f"okstra run abandon {run}",
        status=f"okstra status {key}",
        stage_done=stage_done if part.stage is not None else "",
        record_verified=f"{verified}--data-json {data}" if part.task_type == "final-verification" else "",
    )


def where_now(context: RunContext, root: Path, worktree: str | None) -> RunContext:
    """The context of a run whose project or worktree was moved since it was made, with the line that names a place."""
    moved = None
    if context.worktree is not None:
        moved = replace(context.worktree, path=worktree or context.worktree.path)
    carry = str(root / context.paths.carry_out) if context.paths.carry_out else ""
    done = _stage_done(context.task.key, context.run.stage, carry)
    return replace(
        context,
        project=replace(context.project, root=root.as_posix()),
        worktree=moved,
        commands=replace(context.commands, stage_done=done),
    )


def _stage_done(key: str, stage: int | None, carry: str) -> str:
    return f"okstra stage done {stage} --task-key {key} --carry {word(carry)}" if carry else ""
