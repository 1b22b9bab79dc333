"""What a session of the Gemini CLI used: from its chat file, or from what it says at its end."""

from collections.abc import Iterable, Iterator, Mapping
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

PROGRAM, PARSER = "gemini", "gemini-1"
_BESIDE = "requests by which the program chose a model are not in its chat file"


def read_gemini_chat(lines: Iterable[bytes], *, session: str = "") -> SessionUsage:
    """The usage of one session from the lines of its chat file.

    A message is written again whenever it changes, and once more without its tokens when the session is resumed: the
    last copy that has tokens counts. Messages that were taken back by a rewind were paid for all the same. What the
    program asks beside the conversation is not written at all, so the sum is a lower bound.
    """
    messages: dict[str, Request] = {}
    reader, doubts = LineReader(wanted=(b'"tokens"', b'"sessionId"')), Doubts("lower_bound", [_BESIDE])
    for line in reader.objects(lines):
        session = session or str(line.get("sessionId") or "")
        for message in _messages(line):
            tokens = part(message, "tokens")
            if tokens:
                key = str(message.get("id") or f"message {len(messages)}")
                messages[key] = _request(message, tokens)
    if reader.broken:
        doubts.add("lower_bound", "lines that could not be read")
    return SessionUsage(PROGRAM, session, PARSER, tuple(messages.values()), doubts.confidence, tuple(doubts.remarks))


def read_gemini_result(result: Mapping[str, Any], *, session: str = "") -> SessionUsage | None:
    """The usage in the last line of `-o stream-json`, or in the object of `-o json`; None where it says none."""
    models = part(result, "stats", "models")
    if not models:
        return None
    requests = tuple(Request(plain_model(name), _of_stats(part(models, name))) for name in models)
    return SessionUsage(PROGRAM, str(result.get("session_id") or session), f"{PARSER}-result", requests)


def read_gemini_answer(lines: Iterable[bytes]) -> tuple[str, str, bool]:
    """The last message of the model in a chat file: its time, its words (empty where there is none), if it is whole."""
    last = "", "", True
    for line in LineReader(wanted=(b'"gemini"',)).objects(lines):
        for message in _messages(line):
            words = _words(message.get("content"))
            if message.get("type") == "gemini" and words:
                entry = str(message.get("timestamp") or ""), words, bool(part(message, "tokens"))
                last = max(last, entry, key=lambda entry: entry[0])
    return last


def _words(content: object) -> str:
    pieces = content if isinstance(content, list) else [{"text": content}]
    return "".join(str(piece.get("text") or "") for piece in pieces if isinstance(piece, dict))


def _messages(line: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield line
    again = part(line, "$set").get("messages")
    yield from (each for each in again if isinstance(each, dict)) if isinstance(again, list) else ()


def _request(message: Mapping[str, Any], tokens: Mapping[str, Any]) -> Request:
    return Request(plain_model(message.get("model")), _of_chat(tokens), day_of(message.get("timestamp")))


def _of_chat(tokens: Mapping[str, Any]) -> Tokens:
    """Input includes what came from the cache; output is without thoughts."""
    into, cached = count_of(tokens, "input"), count_of(tokens, "cached")
    cached, thought = min(cached, into), count_of(tokens, "thoughts")
    into += _tools_beside(tokens)
    return Tokens(into - cached, cached, 0, count_of(tokens, "output") + thought, thought)


def _tools_beside(tokens: Mapping[str, Any]) -> int:
    """Tokens of tools' prompts, where the total shows that they are not a part of the input."""
    parts = sum(count_of(tokens, key) for key in ("input", "output", "thoughts"))
    tool, total = count_of(tokens, "tool"), count_of(tokens, "total")
    return tool if tool and total == parts + tool else 0


def _of_stats(stats: Mapping[str, Any]) -> Tokens:
    """By model: `-o json` has a `tokens` object with the thoughts, the stream has them only as what is missing."""
    tokens = part(stats, "tokens")
    if tokens:
        into, thought = count_of(tokens, "prompt"), count_of(tokens, "thoughts")
        output = count_of(tokens, "candidates") + thought
    else:
        into, total = count_of(stats, "input_tokens"), count_of(stats, "total_tokens")
        shown = count_of(stats, "output_tokens")
        output = max(shown, total - into)
        thought = output - shown
    cached = min(count_of(tokens or stats, "cached"), into)
    return Tokens(into - cached, cached, 0, output, thought)
