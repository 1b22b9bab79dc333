"""Starts a worker on a prompt and sees it through; what came of it goes into its files and into the ledger."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from okstra_git.agents.catalog import find_program
from okstra_git.agents.endings import ProgramEnd
from okstra_git.agents.outcomes import settle_run, used_so_far
from okstra_git.agents.program import Access, Assignment
from okstra_git.agents.sessions import homes_of
from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.host.machine import find_process, this_machine
from okstra_git.porcelain.workers.ending import end_worker
from okstra_git.porcelain.workers.files import WorkerFiles, files_of_prompt
from okstra_git.porcelain.workers.look import judge
from okstra_git.workers.status_file import ProcessMark, WorkerStatus
from okstra_git.workers.status_writer import StatusWriter
from okstra_git.workers.supervisor import Supervisor, WorkerLimits

if TYPE_CHECKING:
    from okstra_git.agents.program import Launch, Program, StreamReader
    from okstra_git.porcelain.workspace import Workspace

_DO = "Read {prompt} to its end, then every file it names, and do what it says."
_READER = (
    " You cannot write files: your last message is the whole result file, from its front matter on."
    " After it write a line AUDIT, then one line for each file that you read to its end."
)


@dataclass(frozen=True)
class WorkerRequest:
    """Who is to work on which prompt, and what it may use.

    `resume` is a session to go on with, `session` the id of a new one. `text` is another line than the usual one.
    """

    cli: str
    prompt: str
    worker: str = ""
    role: str = "worker"
    run: str = ""
    model: str = ""
    access: Access = "read"
    seconds: float | None = None
    turns: int | None = None
    dollars: Decimal | None = None
    tokens: int | None = None
    resume: str = ""
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    session: str = ""
    text: str = ""


@dataclass(frozen=True)
class PreparedWorker:
    """A worker that can be started: its files, how its program is called, and the status that it begins with."""

    program: Program
    files: WorkerFiles
    launch: Launch
    reader: StreamReader
    limits: WorkerLimits
    status: WorkerStatus
    folder: Path
    is_resumed: bool = False


def prepare_worker(workspace: Workspace, request: WorkerRequest) -> PreparedWorker:
    """Check everything that can be checked before a program is started; refuses a prompt that has a live worker."""
    program = find_program(request.cli)
    files = files_of_prompt(workspace, request.prompt)
    before = files.read()
    if before is not None and judge(before).is_live:
        raise refuse(
            "worker.running",
            f"a worker is at work on {files.prompt} already, in process {before.supervisor.pid}",
            hint=command("git okstra worker wait", files.path(files.prompt)),
            pid=before.supervisor.pid,
        )
    session = request.session or str(uuid4()) if program.presets_session and not request.resume else ""
    text = _DO.format(prompt=files.path(files.prompt)) + ("" if request.access == "write" else _READER)
    assignment = Assignment(
        request.text or text, session, request.resume, request.model, request.access, request.allow, request.deny,
        request.turns, request.dollars,
    )  # fmt: skip
    machine, us = this_machine(), find_process(os.getpid())
    status = WorkerStatus(
        cli=request.cli, worker=request.worker or f"{request.cli}-worker", role=request.role, run=request.run,
        prompt=files.prompt, log=files.log, answer=files.answer, host=machine.host, boot=machine.boot,
        supervisor=ProcessMark(os.getpid(), us.born if us else 0.0), started=workspace.now().timestamp(),
        session=session or request.resume, model=request.model, mark=secrets.token_hex(12),
    )  # fmt: skip
    limits = WorkerLimits(request.seconds, request.turns, request.tokens)
    folder = workspace.git.work_tree or files.root
    launch, is_resumed = program.launch(assignment), bool(request.resume)
    return PreparedWorker(program, files, launch, program.reader(), limits, status, Path(folder), is_resumed)


def run_worker(workspace: Workspace, worker: PreparedWorker) -> WorkerStatus:
    """Start the program, wait for its end, and record that; the status file says everything, whatever happens."""
    files = worker.files
    writer = StatusWriter(files.files, files.status, worker.status, lambda: workspace.now().timestamp())
    _set_aside(files, worker.status.started)
    writer.write(durable=True)
    try:
        end = _supervise(workspace, worker, writer)
    except OSError as error:
        end = _not_started(worker, error)
    homes = homes_of(workspace.home, workspace.environ)
    outcome = settle_run(worker.program, worker.reader, end, homes, is_resumed=worker.is_resumed)
    if outcome.answer:
        files.files.write(files.answer, outcome.answer.encode())
    end_worker(workspace, files, writer, outcome.ending, outcome.usage)
    return writer.status


def _supervise(workspace: Workspace, worker: PreparedWorker, writer: StatusWriter) -> ProgramEnd:
    files, homes = worker.files, homes_of(workspace.home, workspace.environ)
    with (
        files.files.opened(files.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) as descriptor,
        os.fdopen(os.dup(descriptor), "ab", buffering=0) as log,
    ):
        return Supervisor(
            worker.launch, worker.folder, workspace.environ, worker.reader, writer, log, worker.status.mark,
            worker.limits, lambda: used_so_far(worker.program, worker.reader, homes),
        ).run()  # fmt: skip


def _set_aside(files: WorkerFiles, started: float) -> None:
    """What an earlier worker on this prompt answered keeps another name, so that it is never taken for ours."""
    if files.files.is_file(files.answer):
        stamp = datetime.fromtimestamp(started, UTC).strftime("%Y%m%dT%H%M%SZ")
        files.files.rename(files.answer, f"{files.answer.removesuffix('.answer.md')}.answer-before-{stamp}.md")


def _not_started(worker: PreparedWorker, error: OSError) -> ProgramEnd:
    name = worker.launch.argv[0]
    if isinstance(error, FileNotFoundError):
        return ProgramEnd("not-found", f"{name} is not installed, or not on PATH")
    return ProgramEnd("failed", f"{name}: {error.strerror}")


def require_success(status: WorkerStatus) -> OkstraError | None:
    """The refusal that a worker which failed ends its command with; None where it answered."""
    if status.status == "completed":
        return None
    return refuse(
        "worker.failed",
        f"{status.worker} ended as {status.status} ({status.reason})"
        + (f": {status.message}" if status.message else ""),
        hint=command("git okstra worker status", status.prompt),
    )
