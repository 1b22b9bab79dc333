"""What a session of Claude Code used: from its transcripts, or from the result line of a headless run."""

from collections.abc import Iterable, Mapping
from typing import Any

from okstra_git.agents.json_lines import LineReader, part
from okstra_git.agents.tokens import (
    Doubts,
    Request,
    SessionUsage,
    Tokens,
    count_of,
    day_of,
    plain_model,
)

PROGRAM, PARSER = "claude", "claude-1"
_SYNTHETIC = "<synthetic>"


def read_claude_transcripts(files: Iterable[Iterable[bytes]], *, session: str = "") -> SessionUsage:
    """The usage of one session from the lines of its transcript and of those of its subagents.

    One answer is written as several lines, one for each block, and appears again in files of subagents and after a
    resume: all lines with the same message and request are one request, and the largest numbers count, since a line
    that was written while the answer came has a placeholder. A message that comes again as a side chain with another
    request id is a replay. Messages that the program made up itself (errors) used nothing.
    """
    best: dict[tuple[str, str], Request] = {}
    side: dict[str, bool] = {}
    doubts, number = Doubts(), 0
    for lines in files:
        reader = LineReader(wanted=(b'"usage"',))
        for line in reader.objects(lines):
            number += 1
            request, key = _request(line, number)
            if request is None or _is_replay(line, key, best, side):
                continue
            former = best.get(key)
            if former is None or request.tokens.total > former.tokens.total:
                best[key] = request
            side.setdefault(key[0], line.get("isSidechain") is True)
            session = session or str(line.get("sessionId") or "")
        if reader.broken:
            doubts.add("lower_bound", "lines that could not be read")
    return SessionUsage(PROGRAM, session, PARSER, tuple(best.values()), doubts.confidence, tuple(doubts.remarks))


def read_claude_result(result: Mapping[str, Any]) -> SessionUsage | None:
    """The usage that the result line of `--output-format json` or `stream-json` says; None for another line.

    `modelUsage` is right in every way a run can end and includes subagents; `usage` is not read.
    """
    if result.get("type") != "result":
        return None
    models = part(result, "modelUsage")
    requests = tuple(Request(plain_model(name), _of_model(part(models, name))) for name in models)
    return SessionUsage(PROGRAM, str(result.get("session_id") or ""), f"{PARSER}-result", requests)


def _request(line: Mapping[str, Any], number: int) -> tuple[Request | None, tuple[str, str]]:
    message = part(line, "message")
    usage, model = part(message, "usage"), message.get("model")
    key = (str(message.get("id") or f"line {number}"), str(line.get("requestId") or ""))
    if line.get("type") != "assistant" or not usage or model == _SYNTHETIC or line.get("isApiErrorMessage"):
        return None, key
    return Request(plain_model(model), _of_message(usage), day_of(line.get("timestamp"))), key


def _is_replay(
    line: Mapping[str, Any], key: tuple[str, str], best: Mapping[tuple[str, str], Request], side: Mapping[str, bool]
) -> bool:
    """Whether a side chain repeats a message that is known under another request."""
    return line.get("isSidechain") is True and key[0] in side and key not in best


def _of_message(usage: Mapping[str, Any]) -> Tokens:
    parts = part(usage, "cache_creation")
    written = sum(count_of(parts, name) for name in parts) if parts else 0
    return Tokens(
        fresh=count_of(usage, "input_tokens"),
        cached=count_of(usage, "cache_read_input_tokens"),
        written=max(written, count_of(usage, "cache_creation_input_tokens")),
        output=count_of(usage, "output_tokens"),
    )


def _of_model(usage: Mapping[str, Any]) -> Tokens:
    return Tokens(
        fresh=count_of(usage, "inputTokens"),
        cached=count_of(usage, "cacheReadInputTokens"),
        written=count_of(usage, "cacheCreationInputTokens"),
        output=count_of(usage, "outputTokens"),
    )
