"""Counted tokens of a session as the ledger keeps them: one counter for each model and day."""

from okstra_git.agents.tokens import NO_TOKENS, SessionUsage, Tokens
from okstra_git.records.usage import MAX_COUNTERS, Counters, SessionRecord


def counters_of(usage: SessionUsage) -> tuple[Counters, ...]:
    """The sums by model and day, in order of both."""
    sums: dict[tuple[str, str], tuple[Tokens, int]] = {}
    for request in usage.requests:
        tokens, count = sums.get((request.model, request.day), (NO_TOKENS, 0))
        sums[request.model, request.day] = tokens + request.tokens, count + 1
    return tuple(
        Counters(model=model[:200], day=day, **tokens._asdict(), requests=count)
        for (model, day), (tokens, count) in sorted(sums.items())[:MAX_COUNTERS]
    )


def record_of(usage: SessionUsage, *, worker: str, session: str = "") -> SessionRecord:
    """The usage of a session as the ledger has it; `worker` is empty for the lead."""
    is_told = usage.parser.endswith(("-result", "-stream"))
    return SessionRecord(
        worker=worker[:200], program=usage.program, session=(usage.session or session)[:200],
        source="result" if is_told else "transcript", parser=usage.parser, confidence=usage.confidence,
        counters=counters_of(usage), remarks=usage.remarks,
    )  # fmt: skip
