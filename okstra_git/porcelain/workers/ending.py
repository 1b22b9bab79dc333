"""What is recorded when a worker has ended: how, and what its session used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.workers.status_file import LEAD

if TYPE_CHECKING:
    from okstra_git.agents.endings import ProgramEnd
    from okstra_git.agents.tokens import SessionUsage
    from okstra_git.porcelain.workers.files import WorkerFiles
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import AnyFact
    from okstra_git.records.usage import SessionRecord
    from okstra_git.store.snapshot import Snapshot
    from okstra_git.workers.status_file import WorkerStatus
    from okstra_git.workers.status_writer import StatusWriter


def end_worker(
    workspace: Workspace, files: WorkerFiles, writer: StatusWriter, end: ProgramEnd, usage: SessionUsage
) -> None:
    """Write down how a worker ended and what it used, in its status file and, where its prompt belongs to a run, in
    the ledger; what the ledger refused stands in the status."""
    by_model = {model: tokens._asdict() for model, tokens in usage.by_model().items()}
    ended = writer.status.ended or writer.now()
    writer.change(
        state="ended", status=end.status, reason=end.reason, message=end.message, resets=end.resets, ended=ended,
        usage=by_model, confidence=usage.confidence, tokens=max(writer.status.tokens, usage.tokens.total),
    )  # fmt: skip
    try:
        _append(workspace, files, writer, usage)
    except (OkstraError, OSError) as error:
        writer.change(unrecorded=str(error))
    writer.write(durable=True)


def _append(workspace: Workspace, files: WorkerFiles, writer: StatusWriter, usage: SessionUsage) -> None:
    from okstra_git.porcelain.workers.files import run_of_prompt
    from okstra_git.records.usage import WorkerEnd
    from okstra_git.records.work_events import UsageRecorded, WorkerEnded
    from okstra_git.redaction.late import without_secrets
    from okstra_git.store.clone import find_writer

    if find_writer(workspace.git) is None:
        return
    status = writer.status
    text = files.files.read_head(files.prompt, 64_000).decode("utf-8", "replace")
    found = run_of_prompt(workspace.store.read().state, files.prompt, text, status.run)
    if found is None:
        return
    task, run = found
    end = WorkerEnd(
        name=status.worker[:200], program=status.cli, session=status.session[:200], status=status.status,
        reason=status.reason, message=without_secrets(status.message)[:1_000], resets=status.resets[:100],
        started=_moment(status.started), ended=_moment(status.ended or status.heartbeat),
    )  # fmt: skip
    record = session_record(usage, status)

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        if run.id not in snapshot.state.tasks[task.key].runs:
            return []
        used = [UsageRecorded(task=task.key, run=run.id, usage=record)] if record is not None else []
        return [WorkerEnded(task=task.key, run=run.id, worker=end), *used]

    workspace.warn(workspace.store.append(decide).warning)
    writer.change(run=run.id)


def session_record(usage: SessionUsage, status: WorkerStatus) -> SessionRecord | None:
    """The usage of a worker's session as the ledger has it; None where nothing is known."""
    from okstra_git.records.usage import SessionRecord
    from okstra_git.workers.counters import counters_of

    if not (usage.session or status.session):
        return None
    is_heard = usage.parser.endswith(("-result", "-stream"))
    worker = "" if status.role == LEAD else status.worker[:200]
    return SessionRecord(
        worker=worker, program=usage.program, session=(usage.session or status.session)[:200],
        source="result" if is_heard else "transcript", parser=usage.parser, confidence=usage.confidence,
        counters=counters_of(usage), remarks=usage.remarks,
    )  # fmt: skip


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
