"""Looks at workers: what their files say, whether they live, and what is known of one that vanished."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.agents.catalog import find_program, program_names
from okstra_git.agents.endings import ProgramEnd
from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.host.locks import take_lock
from okstra_git.host.machine import is_alive, this_machine
from okstra_git.host.process_tree import marked
from okstra_git.porcelain.workers.files import WorkerFiles, files_of_status, workers_of_run
from okstra_git.workers.status_file import WorkerStatus
from okstra_git.workers.status_writer import StatusWriter
from okstra_git.workers.supervisor import MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from okstra_git.agents.program import StreamReader
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.workers.status_file import ProcessMark

TAIL = 2_000
"""Bytes of a log that are told of a worker that vanished."""
LONGEST_LOG = 64 << 20
"""Bytes of a log that is heard again."""
LOCK_WAIT = 20.0
"""Seconds in which another who looks has written down what it found."""
BEYOND_RESUME = ("not-found", "misused", "untrusted-folder", "bad-request", "unauthenticated")
"""Reasons after which there is no session to go on with."""


@dataclass(frozen=True)
class WorkerLife:
    """Whether supervisor and program live: `alive`, `dead` or `unknown`, the last on another machine."""

    supervisor: str
    program: str

    @property
    def is_live(self) -> bool:
        """Whether somebody sees to the worker."""
        return self.supervisor == "alive"

    @property
    def is_elsewhere(self) -> bool:
        """Whether it runs on another machine, so that nothing is known of it here."""
        return self.supervisor == "unknown"

    @property
    def is_orphaned(self) -> bool:
        """Whether the program goes on although nobody sees to it."""
        return self.supervisor == "dead" and self.program == "alive"


@dataclass(frozen=True)
class SeenWorker:
    """A worker as it is now, and the one command that goes on from there; empty where there is none."""

    files: WorkerFiles
    status: WorkerStatus
    life: WorkerLife
    hint: str = ""

    @property
    def is_running(self) -> bool:
        """Whether its end is still to come, or has not been noticed."""
        return self.status.state != "ended"


def judge(status: WorkerStatus) -> WorkerLife:
    """Asks the machine for both processes; those of a worker that has ended are not asked for.

    Without a supervisor, anything that the program started and left behind counts as the program.
    """
    if status.state == "ended":
        return WorkerLife("dead", "dead")
    supervisor, program = _state(status, status.supervisor), _state(status, status.program)
    if supervisor == "dead" and program == "dead" and status.mark and marked(MARK, status.mark):
        program = "alive"
    return WorkerLife(supervisor, program)


def find_workers(workspace: Workspace, names: Sequence[str], run_id: str = "") -> list[WorkerFiles]:
    """The workers that the line names; without names those of the run, or of all runs that have not ended."""
    if names:
        return [files_of_status(workspace, name) for name in names]
    from okstra_git.runs.history import list_runs, require_run

    state = workspace.store.read().state
    runs = (
        [require_run(state, run_id)[1]] if run_id else [run for _, run in list_runs(state, task=None, with_ended=False)]
    )
    found = {(each.root, each.prompt): each for run in runs for each in workers_of_run(workspace, run)}
    return [found[key] for key in sorted(found)]


def look_at(workspace: Workspace, workers: Iterable[WorkerFiles]) -> list[SeenWorker]:
    """The workers as they are now; of one that vanished, how it was left is written down first."""
    return [seen for files in workers if (seen := _look(workspace, files)) is not None]


def see(files: WorkerFiles, status: WorkerStatus) -> SeenWorker:
    """A worker as this status says, and whether its processes live."""
    life = judge(status)
    return SeenWorker(files, status, life, _hint(files, status, life))


def _look(workspace: Workspace, files: WorkerFiles) -> SeenWorker | None:
    status = files.read()
    if status is None:
        return None
    seen = see(files, status)
    has_vanished = seen.is_running and seen.life.supervisor == "dead" and not seen.life.is_orphaned
    return see(files, write_autopsy(workspace, files, status)) if has_vanished else seen


def write_autopsy(workspace: Workspace, files: WorkerFiles, status: WorkerStatus) -> WorkerStatus:
    """Write down how a worker was left whose supervisor is gone, by what its log says; nothing of it lives any more.

    Of several who look in one moment one writes, and the others read what it wrote.
    """
    with _locked(files):
        now = files.read()
        if now is None or now.mark != status.mark or now.state == "ended":
            return now or status
        if now.cli not in program_names():
            return now.changed(state="ended", status="error", reason="vanished")
        return _examine(workspace, files, now)


@contextmanager
def _locked(files: WorkerFiles) -> Iterator[None]:
    """Holds the prompt's lock as a supervisor does; goes on without where it is not to be had in time."""
    with ExitStack() as stack:
        with suppress(OkstraError):
            prompt = stack.enter_context(files.files.opened(files.prompt))
            until = time.monotonic() + LOCK_WAIT
            while not take_lock(prompt) and time.monotonic() < until:
                time.sleep(0.05)
        yield


def _examine(workspace: Workspace, files: WorkerFiles, now: WorkerStatus) -> WorkerStatus:
    from okstra_git.porcelain.workers.ending import keep_end, settle

    writer = StatusWriter(files.files, files.status, now, lambda: workspace.now().timestamp())
    writer.change(ended=max(now.heartbeat, now.started))
    program = find_program(now.cli)
    reader = program.reader()
    ending = _heard_again(files, reader)
    gone = f"its supervisor, process {now.supervisor.pid}, is gone"
    if not ending.is_success:
        lines = _last_lines(files)
        ending = ProgramEnd("vanished", gone + (f"; last it said: {lines}" if lines else ""), reader.resets)
    reader.session = reader.session or now.session
    outcome = settle(workspace, program, reader, ending, is_resumed=now.is_resumed)
    return keep_end(workspace, files, writer, outcome)


def _heard_again(files: WorkerFiles, reader: StreamReader) -> ProgramEnd:
    """What the program itself told of its end: it may have answered after its supervisor was gone."""
    try:
        for line in files.files.read_bytes(files.log, LONGEST_LOG).splitlines():
            reader.take(line)
    except (OkstraError, OSError):
        return ProgramEnd("vanished")
    return reader.end(0, "")


def _state(status: WorkerStatus, process: ProcessMark) -> str:
    if not process.pid:
        return "dead"
    return is_alive(
        host=status.host, boot=status.boot, pid=process.pid, born=process.born, machine=this_machine()
    ).state


def _hint(files: WorkerFiles, status: WorkerStatus, life: WorkerLife) -> str:
    prompt = files.path(files.prompt)
    if life.is_orphaned:
        return command("git okstra worker stop", prompt)
    if status.state != "ended":
        return command("git okstra worker wait", prompt)
    if status.status == "completed":
        return ""
    options = [("--cli", status.cli), ("--prompt", prompt)]
    options += [("--worker", status.worker)] if status.worker != f"{status.cli}-worker" else []
    options += [("--run", status.run)] if status.run else []
    if status.session and status.events and status.reason not in BEYOND_RESUME:
        options.append(("--resume", status.session))
    return command("git okstra worker exec", *options) + (" --write" if status.access == "write" else "")


def _last_lines(files: WorkerFiles) -> str:
    """What a log ends with, whole lines only: half of a secret would not be known as one."""
    try:
        with files.files.opened(files.log) as descriptor:
            size = os.fstat(descriptor).st_size
            data = os.pread(descriptor, TAIL, max(0, size - TAIL))
    except (OkstraError, OSError):
        return ""
    whole = data if size <= TAIL else data.partition(b"\n")[2]
    return " ".join(whole.decode("utf-8", "replace").split())
