"""What is recorded when a worker has ended: how, and what its session used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError

if TYPE_CHECKING:
    from okstra_git.agents.program import StreamReader
    from okstra_git.agents.tokens import SessionUsage
    from okstra_git.porcelain.workers.files import WorkerFiles
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import AnyFact
    from okstra_git.records.usage import SessionRecord
    from okstra_git.store.snapshot import Snapshot
    from okstra_git.workers.status_file import WorkerStatus
    from okstra_git.workers.status_writer import StatusWriter


def record_end(
    workspace: Workspace, files: WorkerFiles, writer: StatusWriter, reader: StreamReader | None = None
) -> None:
    """Record the end of a worker in the ledger, where its prompt belongs to a run; what failed stands in its status.

    Without a `reader`, nobody heard the program to its end.
    """
    try:
        usage = usage_of(workspace, writer.status, reader)
        if usage is not None:
            by_model = {model: tokens._asdict() for model, tokens in usage.by_model().items()}
            writer.change(usage=by_model, confidence=usage.confidence, tokens=usage.tokens.total)
        _append(workspace, files, writer, usage)
    except (OkstraError, OSError) as error:
        writer.change(unrecorded=str(error))


def usage_of(workspace: Workspace, status: WorkerStatus, reader: StreamReader | None) -> SessionUsage | None:
    """The program's own word, where it is whole; else what the files of the session say, which is at least that much.

    A thread of Codex that went on says the sum of all its runs, so there its file is asked, too.
    """
    from okstra_git.agents.sessions import homes_of, read_session

    said = reader.usage() if reader is not None else None
    if said is not None and said.requests and said.confidence == "exact":
        return said
    seen = (
        read_session(status.cli, status.session, homes_of(workspace.home, workspace.environ))
        if status.session
        else None
    )
    if seen is None or (said is not None and said.tokens.total > seen.tokens.total):
        return said
    return seen if status.status == "completed" else _at_least(seen)


def _at_least(usage: SessionUsage) -> SessionUsage:
    """A program that was ended may have been in the middle of a request that it was charged for."""
    from dataclasses import replace

    confidence = usage.confidence if usage.confidence != "exact" else "lower_bound"
    return replace(usage, confidence=confidence, remarks=(*usage.remarks, "the program did not end by itself"))


def _append(workspace: Workspace, files: WorkerFiles, writer: StatusWriter, usage: SessionUsage | None) -> None:
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
    record = session_record(usage, status, is_heard=usage is not None and usage.parser.endswith(("-result", "-stream")))

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        if run.id not in snapshot.state.tasks[task.key].runs:
            return []
        used = [UsageRecorded(task=task.key, run=run.id, usage=record)] if record is not None else []
        return [WorkerEnded(task=task.key, run=run.id, worker=end), *used]

    workspace.warn(workspace.store.append(decide).warning)
    writer.change(run=run.id)


def session_record(usage: SessionUsage | None, status: WorkerStatus, *, is_heard: bool) -> SessionRecord | None:
    """The usage of a worker's session as the ledger has it; None where nothing is known."""
    from okstra_git.records.usage import SessionRecord
    from okstra_git.workers.counters import counters_of

    if usage is None or not (usage.session or status.session):
        return None
    return SessionRecord(
        worker=status.worker[:200], program=usage.program, session=(usage.session or status.session)[:200],
        source="result" if is_heard else "transcript", parser=usage.parser, confidence=usage.confidence,
        counters=counters_of(usage), remarks=usage.remarks,
    )  # fmt: skip


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
