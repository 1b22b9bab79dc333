"""What is kept when a worker has ended: how, its answer, uncommitted work, and what its session used."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from okstra_git.contract import LEAD
from okstra_git.errors import OkstraError
from okstra_git.redaction.late import without_secrets

if TYPE_CHECKING:
    from okstra_git.agents.endings import ProgramEnd
    from okstra_git.agents.outcomes import RunOutcome
    from okstra_git.agents.program import Program, StreamReader
    from okstra_git.agents.tokens import SessionUsage
    from okstra_git.porcelain.workers.files import WorkerFiles
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.records.usage import SessionRecord
    from okstra_git.store.snapshot import Snapshot
    from okstra_git.workers.status_file import WorkerStatus
    from okstra_git.workers.status_writer import StatusWriter

TRIES = 4
"""How often an end is recorded anew while others keep the log busy: many workers may end at once."""
_STORED = 1_000


def keep_end(
    workspace: Workspace, files: WorkerFiles, writer: StatusWriter, outcome: RunOutcome, *, has_lived: bool = True
) -> WorkerStatus:
    """Keep everything of a worker that has ended, in an order in which nothing is lost if we are ended meanwhile.

    First its answer, then its result in the status file, then the ledger; the file says `ended` when all of that is
    done, or why the ledger does not know. `has_lived` = its program was started.
    """
    ending, usage = outcome.ending, outcome.usage
    if ending.is_success:
        files.files.write(files.answer, outcome.answer.encode("utf-8", "replace"))
    last = replace(writer.status.last, text=without_secrets(writer.status.last.text))
    writer.change(
        status=ending.status, reason=ending.reason, message=without_secrets(ending.message), resets=ending.resets,
        last=last, ended=writer.status.ended or writer.now(), usage=_by_model(usage), confidence=usage.confidence,
        tokens=usage.tokens.total if usage.requests else writer.status.tokens,
    )  # fmt: skip
    writer.beat(at_once=True)
    record_end(workspace, files, writer, usage if has_lived else None)
    writer.change(state="ended")
    writer.write(durable=True)
    return writer.status


def settle(
    workspace: Workspace, program: Program, reader: StreamReader, ending: ProgramEnd, *, is_resumed: bool
) -> RunOutcome:
    """What came of a run; files of its session that cannot be read do not lose the rest."""
    from okstra_git.agents.outcomes import RunOutcome, settle_run
    from okstra_git.agents.sessions import homes_of
    from okstra_git.agents.tokens import SessionUsage

    try:
        homes = homes_of(workspace.home, workspace.environ)
        return settle_run(program, reader, ending, homes, is_resumed=is_resumed)
    except (OkstraError, OSError) as error:
        usage = reader.usage() or SessionUsage(program.name, reader.session, "none")
        workspace.warn(f"the files of the session could not be read: {error}")
        return RunOutcome(ending, reader.answer if ending.is_success else "", usage)


def record_end(workspace: Workspace, files: WorkerFiles, writer: StatusWriter, usage: SessionUsage | None) -> None:
    """Record the end of a worker in the ledger, where its prompt belongs to a run; what failed stands in its status."""
    for tried in range(1, TRIES + 1):
        try:
            _record(workspace, files, writer, usage)
        except (OkstraError, OSError) as error:
            if tried < TRIES and isinstance(error, OkstraError) and error.code == "store.busy":
                continue
            writer.change(unrecorded=without_secrets(str(error)))
        return


def _record(workspace: Workspace, files: WorkerFiles, writer: StatusWriter, usage: SessionUsage | None) -> None:
    owner = owner_of(workspace, files, writer.status.run)
    if owner is None:
        return
    task, run = owner
    writer.change(run=run.id)
    if writer.status.status != "completed" and writer.status.access == "write":
        writer.change(snapshot=_keep_work(workspace, task, run))
    facts = _facts(writer.status, task, run, usage)

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        """Whoever looks at a vanished worker may do this at the same moment as another: an end is recorded once."""
        known = snapshot.state.tasks[task.key].runs[run.id]
        started = _moment(writer.status.started)
        ends = (end for end in known.workers if end.name == writer.status.worker)
        return [] if any(abs((end.started - started).total_seconds()) < 1 for end in ends) else facts

    workspace.warn(workspace.store.append(decide).warning)


def owner_of(workspace: Workspace, files: WorkerFiles, named: str) -> tuple[Task, Run] | None:
    """The run that a worker works for; None where it works for none, or nothing is recorded in this clone."""
    from okstra_git.porcelain.workers.files import run_of_prompt
    from okstra_git.store.clone import find_writer

    if find_writer(workspace.git) is None:
        return None
    text = files.files.read_head(files.prompt, 64_000).decode("utf-8", "replace")
    return run_of_prompt(workspace.store.read().state, files.prompt, text, named)


def _keep_work(workspace: Workspace, task: Task, run: Run) -> str:
    """The id of a snapshot of what a worker left uncommitted; empty where it left nothing, or it cannot be kept."""
    from okstra_git.snapshots.take import snapshot_of_run

    try:
        taken = snapshot_of_run(workspace.git, task, run, reason="a worker did not finish", now=workspace.now())
    except (OkstraError, OSError) as error:
        workspace.warn(f"what the worker left uncommitted could not be kept: {error}")
        return ""
    return taken.id if taken is not None else ""


def _facts(status: WorkerStatus, task: Task, run: Run, usage: SessionUsage | None) -> list[AnyFact]:
    from okstra_git.records.usage import WorkerEnd
    from okstra_git.records.work_events import UsageRecorded, WorkerEnded

    end = WorkerEnd(
        name=status.worker[:200], program=status.cli, session=status.session[:200], status=status.status,
        reason=status.reason, message=status.message[:_STORED], resets=status.resets[:100],
        started=_moment(status.started), ended=_moment(status.ended or status.heartbeat),
    )  # fmt: skip
    record = session_record(usage, status)
    used = [UsageRecorded(task=task.key, run=run.id, usage=record)] if record is not None else []
    return [WorkerEnded(task=task.key, run=run.id, worker=end), *used]


def session_record(usage: SessionUsage | None, status: WorkerStatus) -> SessionRecord | None:
    """The usage of a worker's session as the ledger has it; None where there was no session."""
    from okstra_git.workers.counters import record_of

    if usage is None or not (usage.session or status.session):
        return None
    return record_of(usage, worker="" if status.role == LEAD else status.worker, session=status.session)


def _by_model(usage: SessionUsage) -> dict[str, dict[str, int]]:
    return {model: tokens._asdict() for model, tokens in usage.by_model().items()}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
