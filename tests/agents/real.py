"""Runs a real program by its adapter, against the service of the kit: what `worker exec` does, without a worker."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from okstra_git.agents.catalog import find_program
from okstra_git.agents.endings import Reason
from okstra_git.agents.outcomes import RunOutcome, settle_run
from okstra_git.agents.program import AgentEvent, Assignment, StreamReader
from okstra_git.agents.sessions import homes_of
from tests.kit.surroundings import require_tool
from tests.kit.vendors.homes import Vendors

MARK = "KIT_RUN"
"""The variable by which everything that a run started is found again."""


@dataclass
class RealRun:
    """One run that ended: how, and everything that it said."""

    reader: StreamReader
    exit_code: int
    events: list[AgentEvent] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    stderr: str = ""
    seconds: float = 0
    outcome: RunOutcome = field(init=False)


def run_real(
    name: str,
    vendors: Vendors,
    project: Path,
    assignment: Assignment | None = None,
    *,
    send: Sequence[int] = (),
    stopped: Reason | None = None,
    turns: int = 1,
    after: float = 0.3,
) -> RealRun:
    """Run the program to its end in the project; `send` are signals for its group, so long `after` so many turns."""
    require_tool(name)
    program = find_program(name)
    launch = program.launch(assignment or Assignment("Go on"))
    environ = launch.environment(os.environ) | {MARK: str(project)}
    started = time.monotonic()
    process = subprocess.Popen(
        launch.argv, cwd=project, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    if send:
        threading.Thread(target=_signal, args=(process, vendors, send, turns, after), daemon=True).start()
    try:
        run = _listen(process, program.reader(), started)
    finally:
        _kill_all(str(project))
    ending = run.reader.end(run.exit_code, run.stderr, sent=next(iter(send), None), stopped=stopped)
    homes = homes_of(vendors.home, os.environ)
    resumed = bool(assignment and assignment.resume)
    run.outcome = settle_run(program, run.reader, ending, homes, is_resumed=resumed)
    return run


def _listen(process: "subprocess.Popen[bytes]", reader: StreamReader, started: float) -> RealRun:
    assert process.stdout is not None
    assert process.stderr is not None
    words: list[bytes] = []
    ears = threading.Thread(target=lambda: words.extend(process.stderr or ()), daemon=True)
    ears.start()
    lines: list[bytes] = []
    events: list[AgentEvent] = []
    listener = threading.Thread(target=_hear, args=(process.stdout, reader, lines, events), daemon=True)
    listener.start()
    exit_code = process.wait(60)
    listener.join(1)  # a tool's shell may keep the pipe open
    ears.join(1)
    stderr = b"".join(words).decode(errors="replace")
    return RealRun(reader, exit_code, events, lines, stderr, time.monotonic() - started)


def _hear(stream: object, reader: StreamReader, lines: list[bytes], events: list[AgentEvent]) -> None:
    for line in stream:  # type: ignore[attr-defined]
        lines.append(line)
        events.extend(reader.take(line))


def _signal(
    process: "subprocess.Popen[bytes]", vendors: Vendors, numbers: Sequence[int], turns: int, after: float
) -> None:
    vendors.service.wait_for(turns)
    for number in numbers:
        time.sleep(after)
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return


def _kill_all(mark: str) -> None:
    processes = list(_of_run(mark))
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


def _of_run(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                yield process
        except (psutil.Error, OSError):
            continue
