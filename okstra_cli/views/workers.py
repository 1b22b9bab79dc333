"""Workers as JSON and as text: who works on what, what was heard last, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.moments import age_of
from okstra_git.records.grammar import show_time
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import workers as shapes
    from okstra_git.porcelain.workers.look import SeenWorker
    from okstra_git.workers.status_file import WorkerStatus

_SHOWN = 60
"""Characters of a message in a row; the whole of it stands below."""
TONES: dict[str, Tone] = {"completed": "good", "running": "strong", "starting": "strong"}


def worker_json(seen: SeenWorker) -> shapes.Worker:
    """One worker with everything that is known of it."""
    status, files = seen.status, seen.files
    has_answer = files.files.is_file(files.answer)
    return {
        "worker": status.worker,
        "cli": status.cli,
        "role": status.role,
        "run": status.run or None,
        "model": status.model or None,
        "session": status.session or None,
        "state": status.state,
        "status": status.status or None,
        "reason": status.reason or None,
        "message": status.message or None,
        "prompt": files.path(files.prompt),
        "statusFile": files.path(files.status),
        "log": files.path(files.log),
        "answer": files.path(files.answer) if has_answer else None,
        "pid": status.supervisor.pid,
        "supervisor": seen.life.supervisor,
        "program": seen.life.program,
        "startedAt": _time(status.started),
        "heartbeatAt": _time(status.heartbeat),
        "endedAt": _time(status.ended),
        "exitCode": status.exit,
        "events": status.events,
        "turns": status.turns,
        "retries": status.retries,
        "tokens": status.tokens,
        "usage": cast("dict[str, shapes.ModelTokens]", {model: _tokens(each) for model, each in status.usage.items()}),
        "confidence": status.confidence or None,
        "resets": status.resets or None,
        "snapshot": status.snapshot or None,
        "unrecorded": status.unrecorded or None,
        "last": {"at": _time(status.last.at), "kind": status.last.kind, "text": status.last.text},
        "next": seen.hint or None,
    }


def workers_json(seen: Sequence[SeenWorker]) -> shapes.Workers:
    """All of them, and how many are at work or have failed."""
    return {
        "workers": [worker_json(each) for each in seen],
        "running": sum(each.is_running for each in seen),
        "failed": sum(not each.is_running and each.status.status != "completed" for each in seen),
    }


def workers_page(seen: Sequence[SeenWorker], now: datetime) -> Page:
    """A row for each worker, then what needs a person."""
    page = Page()
    if not seen:
        page.line("no worker was started for a run that goes on")
        return page
    rows = [_row(each, now) for each in seen]
    page.table(("worker", "state", "age", "tokens", "last"), rows)
    for each in seen:
        if each.hint and (each.life.is_orphaned or not each.is_running):
            page.line("")
            page.line(Cell(each.status.worker, "strong"), f": {_sentence(each)}")
            page.line(f"  {each.hint}")
    return page


def worker_page(seen: SeenWorker, now: datetime) -> Page:
    """One worker in a few lines."""
    page, status = Page(), seen.status
    page.line(Cell(status.worker, "strong"), f" ({status.cli}): ", _state(seen))
    if status.message:
        page.line(f"  {status.message}")
    if seen.is_running:
        page.line(f"  process {status.supervisor.pid}, session {status.session or 'not known yet'}")
    else:
        page.line(f"  {counted(status.turns, 'turn')}, {counted(status.tokens, 'token')}, {_span(status, now)}")
    if seen.files.files.is_file(seen.files.answer):
        page.line(f"  answer: {seen.files.path(seen.files.answer)}")
    page.line(f"  log:    {seen.files.path(seen.files.log)}")
    if status.unrecorded:
        page.line(Cell(f"  the ledger does not know: {status.unrecorded}", "warn"))
    if seen.hint:
        page.line(f"  next:   {seen.hint}")
    return page


def _row(seen: SeenWorker, now: datetime) -> tuple[Cell | str, ...]:
    status = seen.status
    last = f"{status.last.kind} {status.last.text}".strip()
    return (
        status.worker,
        _state(seen),
        _span(status, now),
        str(status.tokens),
        last if seen.is_running or not status.message else status.message[:_SHOWN],
    )


def _state(seen: SeenWorker) -> Cell:
    if seen.life.is_orphaned:
        return Cell("nobody sees to it", "bad")
    word = seen.status.status or seen.status.state
    reason = f" ({seen.status.reason})" if seen.status.reason not in ("", "answered") else ""
    return Cell(word + reason, TONES.get(word, "bad"))


def _sentence(seen: SeenWorker) -> str:
    if seen.life.is_orphaned:
        return "its supervisor is gone, and the program goes on; stop it"
    return seen.status.message or f"it ended as {seen.status.status}"


def _span(status: WorkerStatus, now: datetime) -> str:
    """How long it worked, or works: `12 s`, `3 min`."""
    begun = datetime.fromtimestamp(status.started, UTC)
    ended = datetime.fromtimestamp(status.ended, UTC) if status.ended else now
    return age_of(begun, ended) or f"{max(0, int((ended - begun).total_seconds()))} s"


def _tokens(counts: object) -> dict[str, int]:
    known = counts if isinstance(counts, dict) else {}
    return {key: known.get(key, 0) for key in ("fresh", "cached", "written", "output", "thought")}


def _time(seconds: float | None) -> str | None:
    return show_time(datetime.fromtimestamp(seconds, UTC)) if seconds else None
