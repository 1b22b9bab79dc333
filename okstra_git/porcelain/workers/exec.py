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
from okstra_git.agents.program import Access, Assignment
from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.host.locks import take_lock
from okstra_git.host.machine import find_process, this_machine
from okstra_git.paths import OKSTRA
from okstra_git.porcelain.workers.ending import keep_end, settle
from okstra_git.porcelain.workers.files import WorkerFiles, files_of_prompt
from okstra_git.porcelain.workers.look import SeenWorker, judge, see
from okstra_git.workers.status_file import ProcessMark, WorkerStatus, beside
from okstra_git.workers.status_writer import StatusWriter
from okstra_git.workers.supervisor import Supervisor, WorkerLimits

if TYPE_CHECKING:
    from collections.abc import Callable

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

    files: WorkerFiles
    program: Program
    launch: Launch
    reader: StreamReader
    limits: WorkerLimits
    status: WorkerStatus
    folder: Path


def prepare_worker(workspace: Workspace, request: WorkerRequest) -> PreparedWorker:
    """Check everything that can be checked before a program is started; refuses a prompt that has a live worker."""
    program = find_program(request.cli)
    files = files_of_prompt(workspace, request.prompt)
    before = files.read()
    if before is not None and judge(before).is_live:
        raise _running(files, before.supervisor.pid)
    folder = Path(workspace.git.work_tree or files.root)
    session = request.session or str(uuid4()) if program.presets_session and not request.resume else ""
    text = _DO.format(prompt=files.path(files.prompt)) + ("" if request.access == "write" else _READER)
    assignment = Assignment(
        request.text or text, session=session, resume=request.resume, model=request.model, access=request.access,
        allow=request.allow, deny=request.deny, turns=request.turns, dollars=request.dollars,
        reads=() if folder == files.root else (files.path(OKSTRA),),
    )  # fmt: skip
    machine, us = this_machine(), find_process(os.getpid())
    status = WorkerStatus(
        cli=request.cli, worker=request.worker or f"{request.cli}-worker", role=request.role, access=request.access,
        run=request.run, prompt=files.prompt, log=files.log, answer=files.answer, host=machine.host, boot=machine.boot,
        supervisor=ProcessMark(os.getpid(), us.born if us else 0.0), started=workspace.now().timestamp(),
        session=session or request.resume, is_resumed=bool(request.resume), model=request.model,
        mark=secrets.token_hex(12),
    )  # fmt: skip
    limits = WorkerLimits(request.seconds, request.turns, request.tokens)
    launch, reader = program.launch(assignment), program.reader()
    return PreparedWorker(files, program, launch, reader, limits, status, folder)


def run_worker(workspace: Workspace, worker: PreparedWorker) -> SeenWorker:
    """Start the program, wait for its end, and keep what came of it; the status file says everything.

    While that lasts the prompt is locked, so that of two who start a worker on it in one moment one is refused.
    """
    files = worker.files
    with files.files.opened(files.prompt) as prompt:
        if not take_lock(prompt):
            raise _running(files)
        _set_aside(files, worker.status.started)
        writer = StatusWriter(files.files, files.status, worker.status, lambda: workspace.now().timestamp())
        writer.write(durable=True)
        ending = _supervise(workspace, worker, writer)
        outcome = settle(workspace, worker.program, worker.reader, ending, is_resumed=worker.status.is_resumed)
        keep_end(workspace, files, writer, outcome, has_lived=writer.status.program.pid > 0)
    return see(files, writer.status)


def _supervise(workspace: Workspace, worker: PreparedWorker, writer: StatusWriter) -> ProgramEnd:
    files, name = worker.files, worker.launch.argv[0]
    with (
        files.files.opened(files.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) as descriptor,
        os.fdopen(os.dup(descriptor), "ab", buffering=0) as log,
    ):
        supervisor = Supervisor(
            worker.launch, worker.folder, workspace.environ, worker.reader, writer, log, worker.status.mark,
            worker.limits, _counter(workspace, worker),
        )  # fmt: skip
        try:
            return supervisor.run()
        except FileNotFoundError:
            return ProgramEnd("not-found", f"{name} is not installed, or not on PATH")
        except OSError as error:
            return ProgramEnd("failed", f"{name}: {error.strerror}")


def _counter(workspace: Workspace, worker: PreparedWorker) -> Callable[[], int] | None:
    """What tells the tokens that were used so far, where there is a limit and the stream does not tell them."""
    if worker.limits.tokens is None or worker.program.tells_tokens:
        return None
    from okstra_git.agents.outcomes import used_so_far
    from okstra_git.agents.sessions import homes_of

    homes = homes_of(workspace.home, workspace.environ)
    return lambda: used_so_far(worker.program, worker.reader, homes)


def _running(files: WorkerFiles, pid: int | None = None) -> OkstraError:
    process = f", in process {pid}" if pid else ""
    return refuse(
        "worker.running", f"a worker is at work on {files.prompt} already{process}",
        hint=command("git okstra worker wait", files.path(files.prompt)), pid=pid,
    )  # fmt: skip


def _set_aside(files: WorkerFiles, started: float) -> None:
    """Answer and log of an earlier worker on this prompt keep another name, so that nobody takes them for ours."""
    stamp = datetime.fromtimestamp(started, UTC).strftime("%Y%m%dT%H%M%S.%f")
    kept = ((files.answer, f"answer-before-{stamp}.md"), (files.log, f"log-before-{stamp}"))
    for name, ending in kept:
        if files.files.is_file(name):
            files.files.rename(name, beside(files.prompt, ending))


def require_success(seen: SeenWorker) -> OkstraError | None:
    """The refusal that a worker which failed ends its command with; None where it answered."""
    status = seen.status
    if status.status == "completed":
        return None
    said = f": {status.message}" if status.message else ""
    return refuse("worker.failed", f"{status.worker} ended as {status.status} ({status.reason}){said}", hint=seen.hint)
