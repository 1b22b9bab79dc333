"""Starts the lead of a prepared run: headless, seen through like a worker, or in the terminal of the caller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from okstra_git.agents.catalog import find_program
from okstra_git.agents.program import Assignment
from okstra_git.bundle.stored_context import find_context
from okstra_git.commands import command
from okstra_git.contract import LEAD
from okstra_git.errors import refuse
from okstra_git.porcelain.lead.permissions import NEVER, allowed_rules
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.workers.exec import WorkerRequest, prepare_worker, run_worker
from okstra_git.porcelain.workers.files import WorkerFiles
from okstra_git.records.usage import LeadSession
from okstra_git.records.work_events import RunLed
from okstra_git.runs.history import require_run

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from okstra_git.agents.program import Launch
    from okstra_git.bundle.context import RunContext
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.store.snapshot import Snapshot
    from okstra_git.workers.status_file import WorkerStatus

_LEAD_IT = "Read {prompt} to its end, and lead the run as it says."
_ALONE = (
    " Nobody sits before this session. Where the prompt tells you to ask the user, write the question into the report"
    " and end the run there. Dispatch workers through git okstra worker exec."
)


@dataclass(frozen=True)
class LeadRequest:
    """Which program is to lead, what it may do besides the usual, and how much it may use; None = no limit."""

    cli: str = "claude"
    allow: tuple[str, ...] = ()
    seconds: float | None = None
    turns: int | None = None
    dollars: Decimal | None = None
    tokens: int | None = None
    resume: str = ""
    session: str = ""


@dataclass(frozen=True)
class LedRun:
    """A run whose lead has ended: how, and the run as it is now."""

    task: Task
    run: Run
    files: WorkerFiles
    status: WorkerStatus


def new_session(cli: str) -> str:
    """The id for a new session, where the program takes one; empty where it makes its own."""
    return str(uuid4()) if find_program(cli).presets_session else ""


def taken_up(run: Run, request: LeadRequest, *, fresh: bool = False) -> LeadRequest:
    """The request in the session that last led the run, if its program is the same; else, or `fresh`, in a new one."""
    known = run.leads[-1] if run.leads and not fresh else None
    if known is None or known.program != request.cli:
        return replace(request, session=new_session(request.cli))
    return replace(request, resume=known.session)


def lead_headless(workspace: Workspace, run_id: str, request: LeadRequest, templates: Path) -> LedRun:
    """Start the lead without a terminal, see it through, and say how run and lead ended.

    This process has to be the run's holder, since it is what lives as long as the lead does.
    """
    task, run, context = _require_led(workspace, run_id)
    files = _write_assignment(workspace, run, context)
    rules = allowed_rules(context, templates, request.allow)
    worker = prepare_worker(
        workspace,
        WorkerRequest(
            request.cli, files.path(files.prompt), LEAD, LEAD, run.id, _model(context), "write", request.seconds,
            request.turns, request.dollars, request.tokens, request.resume, rules, NEVER, request.session,
            _LEAD_IT.format(prompt=files.root / context.paths.prompt) + _ALONE,
        ),
    )  # fmt: skip
    _record_session(
        workspace, task, run, LeadSession(program=request.cli, session=worker.status.session, headless=True)
    )
    status = run_worker(workspace, worker).status
    task, run = require_run(workspace.store.read().state, run.id)
    return LedRun(task, run, files, status)


def lead_here(workspace: Workspace, run_id: str, request: LeadRequest, templates: Path) -> tuple[Launch, Path]:
    """How to become the lead in this terminal: the program's command line, and where it works."""
    task, run, context = _require_led(workspace, run_id)
    root = require_project_root(workspace)
    assignment = Assignment(
        _LEAD_IT.format(prompt=root / context.paths.prompt), request.session, request.resume, _model(context), "write",
        allowed_rules(context, templates, request.allow), NEVER, interactive=True,
    )  # fmt: skip
    session = request.session or request.resume
    if session:
        _record_session(workspace, task, run, LeadSession(program=request.cli, session=session))
    return find_program(request.cli).launch(assignment), root


def lead_files(root: Path, run: Run) -> WorkerFiles:
    """Where the files of a run's headless lead are."""
    number = run.numbers.get("state", run.seq)
    return WorkerFiles(root, f"{run.folder}/state/lead-{run.task_type}-{number:03}.md")


def _require_led(workspace: Workspace, run_id: str) -> tuple[Task, Run, RunContext]:
    task, run = require_run(workspace.store.read().state, run_id)
    context = find_context(require_project_root(workspace), run)
    if context is None or not run.folder:
        raise refuse(
            "run.elsewhere", f"the documents of run {run.id} are not here", hint=command("git okstra run show", run.id)
        )
    return task, run, context


def _write_assignment(workspace: Workspace, run: Run, context: RunContext) -> WorkerFiles:
    files = lead_files(require_project_root(workspace), run)
    text = f"run {run.id}\n\n{_LEAD_IT.format(prompt=context.paths.prompt)}{_ALONE}\n"
    files.files.write(files.prompt, text.encode())
    return files


def _model(context: RunContext) -> str:
    return "" if context.options.lead_model == "default" else context.options.lead_model


def _record_session(workspace: Workspace, task: Task, run: Run, lead: LeadSession) -> None:
    def decide(snapshot: Snapshot) -> list[AnyFact]:
        known = snapshot.state.tasks[task.key].runs[run.id].leads
        return [] if lead in known else [RunLed(task=task.key, run=run.id, lead=lead)]

    workspace.warn(workspace.store.append(decide).warning)
