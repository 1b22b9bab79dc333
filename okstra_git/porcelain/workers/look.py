"""Looks at workers: what their files say, whether they live, and what is known of one that vanished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.host.machine import is_alive, this_machine
from okstra_git.porcelain.workers.files import WorkerFiles, files_of_status, workers_of_run
from okstra_git.workers.status_file import WorkerStatus
from okstra_git.workers.status_writer import StatusWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from okstra_git.agents.tokens import SessionUsage
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.workers.status_file import ProcessMark

TAIL = 2_000


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
    """Asks the machine for both processes; those of a worker that has ended are not asked for."""
    if status.state == "ended":
        return WorkerLife("dead", "dead")
    return WorkerLife(_state(status, status.supervisor), _state(status, status.program))


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


def _look(workspace: Workspace, files: WorkerFiles) -> SeenWorker | None:
    status = files.read()
    if status is None:
        return None
    life = judge(status)
    if status.state != "ended" and life.supervisor == "dead" and not life.is_orphaned:
        status = write_autopsy(workspace, files, status)
        life = judge(status)
    return SeenWorker(files, status, life, _hint(files, status, life))


def write_autopsy(workspace: Workspace, files: WorkerFiles, status: WorkerStatus) -> WorkerStatus:
    """Write down how a worker was left whose supervisor is gone: last lines without secrets, a snapshot of its work.

    Somebody else may be writing the same at this moment; the files are replaced whole, and both say the same.
    """
    from okstra_git.agents.endings import ProgramEnd
    from okstra_git.porcelain.workers.ending import end_worker
    from okstra_git.redaction.late import without_secrets

    writer = StatusWriter(files.files, files.status, status, lambda: workspace.now().timestamp())
    lines = without_secrets(_last_lines(files))
    said = f"; last it said: {lines}" if lines else ""
    writer.change(ended=max(status.heartbeat, status.started), snapshot=_snapshot(workspace, files, status))
    end = ProgramEnd("vanished", f"its supervisor, process {status.supervisor.pid}, is gone{said}")
    end_worker(workspace, files, writer, end, _usage(workspace, status))
    return writer.status


def _usage(workspace: Workspace, status: WorkerStatus) -> SessionUsage:
    """What the files of the session say, which is at least what was used."""
    from okstra_git.agents.sessions import homes_of, read_session
    from okstra_git.agents.tokens import SessionUsage

    homes = homes_of(workspace.home, workspace.environ)
    usage = read_session(status.cli, status.session, homes) if status.session else None
    usage = usage or SessionUsage(status.cli, status.session, "none")
    confidence = "lower_bound" if usage.confidence == "exact" else usage.confidence
    return replace(usage, confidence=confidence, remarks=(*usage.remarks, "nobody saw its end"))


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
    resume = [("--resume", status.session)] if status.session and status.reason != "not-found" else []
    return command("git okstra worker exec", ("--cli", status.cli), ("--prompt", prompt), *resume)


def _last_lines(files: WorkerFiles) -> str:
    try:
        with files.files.opened(files.log) as descriptor:
            import os

            size = os.fstat(descriptor).st_size
            os.lseek(descriptor, max(0, size - TAIL), os.SEEK_SET)
            text = os.read(descriptor, TAIL).decode("utf-8", "replace")
    except (OkstraError, OSError):
        return ""
    return " ".join(text.split())[-TAIL:]


def _snapshot(workspace: Workspace, files: WorkerFiles, status: WorkerStatus) -> str:
    """The id of a snapshot of what lies uncommitted where the worker's run changes code; empty where nothing does."""
    from okstra_git.porcelain.workers.files import run_of_prompt
    from okstra_git.snapshots.take import snapshot_of_run
    from okstra_git.store.clone import find_writer

    try:
        if find_writer(workspace.git) is None:
            return ""
        found = run_of_prompt(workspace.store.read().state, files.prompt, "", status.run)
        taken = (
            snapshot_of_run(workspace.git, *found, reason="a worker vanished", now=workspace.now()) if found else None
        )
    except (OkstraError, OSError):
        return ""
    return taken.id if taken is not None else ""
