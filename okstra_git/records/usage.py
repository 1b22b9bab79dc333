"""What agents used and how they ended, as stored: raw counters, never money."""

from typing import Annotated, Literal

from okstra_git.agents.tokens import WORST_FIRST, Confidence, Tokens, sum_tokens
from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record

UsageSource = Literal["result", "transcript"]
"""`result`: what the program itself said at its end. `transcript`: read from the files of the session."""

MAX_COUNTERS = 1_000
"""Models times days of one session."""


class Counters(Record):
    """Tokens of one model on one day (UTC, `2026-11-30`; both may be unknown): three parts of what went in, and what
    came out; `thought` is a part of `output`."""

    model: g.Name
    day: g.Name = ""
    fresh: g.Count = 0
    cached: g.Count = 0
    written: g.Count = 0
    output: g.Count = 0
    thought: g.Count = 0
    requests: g.Count = 0

    @property
    def tokens(self) -> Tokens:
        """The numbers alone."""
        return Tokens(self.fresh, self.cached, self.written, self.output, self.thought)


class SessionRecord(Record):
    """What one session used for one run; `worker` is empty for the lead. `parser` names the reading that made it."""

    worker: g.Name = ""
    program: g.Slug
    session: g.Name
    source: UsageSource
    parser: g.Name
    confidence: Confidence
    counters: Annotated[tuple[Counters, ...], g.AtMost(MAX_COUNTERS)] = ()
    remarks: Annotated[tuple[g.Text, ...], g.AtMost(100)] = ()

    @property
    def tokens(self) -> Tokens:
        """The sum of all counters."""
        return sum_tokens(each.tokens for each in self.counters)


def merge_sessions(known: tuple[SessionRecord, ...], new: SessionRecord) -> tuple[SessionRecord, ...]:
    """The records of a run with a new one: of the same session the better trusted one counts, then the larger one."""
    for index, before in enumerate(known):
        if (before.program, before.session, before.worker) == (new.program, new.session, new.worker):
            return (*known[:index], max(before, new, key=_worth), *known[index + 1 :])
    return (*known, new)


def _worth(record: SessionRecord) -> tuple[int, bool, int]:
    return WORST_FIRST.index(record.confidence), record.source == "result", record.tokens.total


class WorkerEnd(Record):
    """How one worker of a run ended: `status` is the word of team state, `reason` says why.

    `name` is the worker's, `resets` when a limit ends (RFC 3339, or empty).
    """

    name: g.Name
    program: g.Slug
    session: g.Name = ""
    status: g.Slug
    reason: g.Slug
    message: g.Text = ""
    resets: g.Name = ""
    started: g.Moment
    ended: g.Moment


class LeadSession(Record):
    """The session in which a program leads a run."""

    program: g.Slug
    session: g.Name
    headless: bool = False
