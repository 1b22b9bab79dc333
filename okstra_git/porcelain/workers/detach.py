"""Starts the supervisor of a worker in a session of its own, and answers as soon as it is known how that went."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.host.subprocesses import start_session
from okstra_git.porcelain.workers.exec import WorkerRequest, prepare_worker
from okstra_git.porcelain.workers.look import SeenWorker, look_at
from okstra_git.porcelain.workers.trace import show_trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace

PATIENCE = 60.0
"""Seconds in which a supervisor has to have written its status; twenty that start at once take some."""
_LOOK = 0.05


def detach_worker(workspace: Workspace, program: Path, request: WorkerRequest, *, has_pane: bool) -> SeenWorker:
    """Start the worker, and return once its program runs or has ended; it lives on when we and our terminal are gone.

    Refuses first what `worker exec` would refuse, since nobody hears a supervisor without a terminal.
    """
    files = prepare_worker(workspace, request).files
    before = files.read()
    former = before.mark if before is not None else ""
    line = [str(program), "-C", str(workspace.cwd), *_line(request), "--no-pane", "--json"]
    process = start_session(line, cwd=workspace.cwd, environ=workspace.environ, is_heard=False)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status = files.read()
        is_new = status is not None and status.mark != former
        if status is not None and is_new and status.state != "starting":
            if has_pane and status.state == "running":
                show_trace(workspace, files, request.cli, request.role, status.supervisor.pid)
            return look_at(workspace, [files])[0]
        if process.poll() is not None and not is_new:
            break
        time.sleep(_LOOK)
    raise refuse(
        "worker.not-started",
        f"the supervisor of {files.prompt} did not start its program",
        hint=command("git okstra worker exec", ("--cli", request.cli), ("--prompt", request.prompt)),
        exitStatus=process.poll(),
    )


def _line(request: WorkerRequest) -> Sequence[str]:
    """The command line that asks for the same worker, without the name of the program."""
    flags = {
        "--worker": request.worker, "--role": request.role, "--run": request.run, "--model": request.model,
        "--timeout": request.seconds, "--turns": request.turns, "--dollars": request.dollars,
        "--tokens": request.tokens, "--resume": request.resume,
    }  # fmt: skip
    said = [part for flag, value in flags.items() if value for part in (flag, _shown(value))]
    write = ["--write"] if request.access == "write" else []
    return ["worker", "exec", f"--cli={request.cli}", f"--prompt={request.prompt}", *said, *write]


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
