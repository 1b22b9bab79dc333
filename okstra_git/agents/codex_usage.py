"""What a thread of Codex used: from its rollout, or from the stream of `codex exec --json`."""

from collections.abc import Iterable, Mapping
from typing import Any

from okstra_git.agents.json_lines import LineReader, part
from okstra_git.agents.tokens import (
    NO_TOKENS,
    Doubts,
    Request,
    SessionUsage,
    Tokens,
    count_of,
    day_of,
    plain_model,
)

PROGRAM, PARSER = "codex", "codex-1"
_WANTED = (b'"token_count"', b'"token_usage_record"', b'"session_meta"', b'"turn_context"', b'"task_started"')
_FORKED = ("forked_from_id", "parent_thread_id")


def read_codex_rollout(lines: Iterable[bytes], *, session: str = "") -> SessionUsage:
    """The usage of one thread from the lines of its rollout.

    Releases from 0.171 write a `token_usage_record` for each answered request before the `token_count`, and only that
    when the run is killed: records count where there are any. Older ones have `token_count` alone, whose totals grow
    over the thread: differences count. The file of a fork begins with a copy of its parent's lines, which belong to the
    parent: of a fork without records the last turn counts, and the result is called approximate.
    """
    reading = _Reading(session)
    reader = LineReader(wanted=_WANTED)
    for line in reader.objects(lines):
        reading.take(line)
    if reader.broken:
        reading.doubts.add("lower_bound", "lines that could not be read")
    return reading.result()


def read_codex_stream(events: Iterable[Mapping[str, Any]], *, before: Tokens = NO_TOKENS) -> SessionUsage:
    """The usage of one run from its events; counters of a resumed thread go on, so what it had `before` is taken off.

    A run that failed or was stopped says nothing: then nothing is known, and the rollout has to be asked.
    """
    session, last, ended = "", NO_TOKENS, False
    for event in events:
        if event.get("type") == "thread.started":
            session = str(event.get("thread_id") or "")
        elif event.get("type") == "turn.completed":
            last, ended = _tokens(part(event, "usage")), True
    requests = (Request("", last - before),) if ended else ()
    confidence, remarks = ("exact", ()) if ended else ("lower_bound", ("the stream ends without its usage",))
    return SessionUsage(PROGRAM, session, f"{PARSER}-stream", requests, confidence, remarks)  # type: ignore[arg-type]


class _Reading:
    """What is known of a thread so far."""

    def __init__(self, session: str) -> None:
        self.session, self.model = session, ""
        self.records: dict[tuple[str, str], Request] = {}
        self.counts: list[Request] = []
        self.total = NO_TOKENS
        self.doubts = Doubts()
        self.is_fork = self.has_begun = self.seen_meta = False

    def take(self, line: Mapping[str, Any]) -> None:
        kind, payload = line.get("type"), part(line, "payload")
        if kind == "session_meta":
            self._meta(payload)
        elif kind == "turn_context":
            self.model = plain_model(payload.get("model")) or self.model
        elif kind == "token_usage_record":
            self._record(payload, day_of(line.get("timestamp")))
        elif kind == "event_msg" and payload.get("type") == "task_started":
            self._begin()
        elif kind == "event_msg" and payload.get("type") == "token_count":
            self._count(part(payload, "info"), day_of(line.get("timestamp")))

    def result(self) -> SessionUsage:
        requests, doubts = tuple(self.records.values()) or tuple(self.counts), self.doubts
        if self.is_fork and not self.records:
            doubts.add("approximate", "a forked thread: only its last turn is counted")
        return SessionUsage(PROGRAM, self.session, PARSER, requests, doubts.confidence, tuple(doubts.remarks))

    def _meta(self, payload: Mapping[str, Any]) -> None:
        """The first one is the thread's own; a fork's file repeats its parent's behind it."""
        if self.seen_meta:
            return
        self.seen_meta = True
        self.session = self.session or str(payload.get("id") or "")
        if any(payload.get(key) for key in _FORKED) or part(payload, "source", "subagent"):
            self.is_fork = True

    def _begin(self) -> None:
        """A turn begins; in the file of a fork what was counted before it may be the parent's, and is left out."""
        self.has_begun = True
        if self.is_fork:
            self.counts.clear()

    def _record(self, payload: Mapping[str, Any], day: str) -> None:
        thread = str(payload.get("thread_id") or "")
        if thread and self.session and thread != self.session:
            return
        turn, response = str(payload.get("turn_id")), str(payload.get("response_id") or len(self.records))
        self.records[turn, response] = Request(self.model, _tokens(part(payload, "usage")), day)

    def _count(self, info: Mapping[str, Any], day: str) -> None:
        if not info:
            return
        total = _tokens(part(info, "total_token_usage"))
        if self.is_fork and not self.has_begun:
            self.total = total
            return
        grown = total - self.total if total.total >= self.total.total else _tokens(part(info, "last_token_usage"))
        self.total = total
        if grown.total:
            self.counts.append(Request(self.model, grown, day))


def _tokens(usage: Mapping[str, Any]) -> Tokens:
    """Cached input is a part of the input here, as thoughts are of the output."""
    into, cached = count_of(usage, "input_tokens"), count_of(usage, "cached_input_tokens")
    cached = min(cached, into)
    written = min(count_of(usage, "cache_write_input_tokens"), into - cached)
    output = count_of(usage, "output_tokens")
    thought = min(count_of(usage, "reasoning_output_tokens"), output)
    return Tokens(into - cached - written, cached, written, output, thought)
