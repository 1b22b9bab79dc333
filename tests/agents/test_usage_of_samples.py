"""What the programs wrote against a server that counted: the sums are the server's.

Request N of the scripted server has 1000·N+1 fresh tokens, 100·N from the cache, 10·N written to it (Anthropic alone),
and 7·N+3 out, of which 2·N are thoughts (not Anthropic). `samples/` was captured from the real programs.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from okstra_git.agents.claude_usage import read_claude_result, read_claude_transcripts
from okstra_git.agents.codex_usage import read_codex_rollout, read_codex_stream
from okstra_git.agents.gemini_usage import read_gemini_chat, read_gemini_result
from okstra_git.agents.tokens import NO_TOKENS, SessionUsage, Tokens, sum_tokens

SAMPLES = Path(__file__).parent / "samples"


def lines_of(name: str) -> list[bytes]:
    """The lines of a sample."""
    return (SAMPLES / name).read_bytes().splitlines(keepends=True)


def events_of(name: str) -> list[dict[str, Any]]:
    """The objects of a sample."""
    return [json.loads(line) for line in lines_of(name)]


def request(number: int, *, writes: bool = False, thinks: bool = True) -> Tokens:
    """What the server counted for request N."""
    return Tokens(
        1000 * number + 1, 100 * number, 10 * number if writes else 0, 7 * number + 3, 2 * number if thinks else 0
    )


def requests(*numbers: int, writes: bool = False, thinks: bool = True) -> Tokens:
    """The sum over these requests."""
    return sum_tokens(request(number, writes=writes, thinks=thinks) for number in numbers)


def anthropic(*numbers: int) -> Tokens:
    """Requests of the Anthropic server."""
    return requests(*numbers, writes=True, thinks=False)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("claude-tool", anthropic(1, 2)),
        ("claude-cut", anthropic(2)),
        ("claude-500r2", NO_TOKENS),
        ("claude-hang-TERM", anthropic(1)),
    ],
)
def test_a_transcript_of_claude_counts_what_the_server_counted(sample: str, expected: Tokens) -> None:
    usage = read_claude_transcripts([lines_of(f"{sample}.transcript.jsonl")])
    assert (usage.tokens, usage.confidence) == (expected, "exact")


def test_subagents_of_claude_are_counted_once() -> None:
    own, subagent = lines_of("claude-subagent.transcript.jsonl"), lines_of("claude-subagent.subagent-transcript.jsonl")
    usage = read_claude_transcripts([own, subagent])
    assert usage.tokens == anthropic(1, 2, 3, 4)
    assert read_claude_transcripts([own, subagent, subagent]).tokens == usage.tokens


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("claude-tool", anthropic(1, 2)),
        ("claude-cut", anthropic(2)),
        ("claude-subagent", anthropic(1, 2, 3, 4)),
        ("claude-500r2", NO_TOKENS),
        ("claude-429", None),
        ("claude-maxturns", None),
    ],
)
def test_a_result_of_claude_counts_what_the_server_counted(sample: str, expected: Tokens | None) -> None:
    (usage,) = [usage for event in events_of(f"{sample}.stream.jsonl") if (usage := read_claude_result(event))]
    assert usage.tokens == (expected if expected is not None else usage.tokens)
    assert all("[" not in model for model in usage.by_model())


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("codex-tool", requests(1, 2)),
        ("codex-tool-ro", requests(1, 2)),
        ("codex-tool-TERM", requests(1)),
        ("codex-resume", request(1) + Tokens(50, 5, 0, 7, 1)),
        ("codex-400", NO_TOKENS),
        ("codex-hang-INT", request(1)),
    ],
)
def test_a_rollout_of_codex_counts_what_the_server_counted(sample: str, expected: Tokens) -> None:
    assert read_codex_rollout(lines_of(f"{sample}.rollout.jsonl")).tokens == expected


def test_a_rollout_without_records_is_counted_by_its_totals() -> None:
    older = [line for line in lines_of("codex-resume.rollout.jsonl") if b"token_usage_record" not in line]
    assert read_codex_rollout(older).tokens == request(1) + Tokens(50, 5, 0, 7, 1)


def test_counters_of_a_resumed_thread_go_on() -> None:
    usage = read_codex_stream(events_of("codex-resume.stream.jsonl"), before=request(1))
    assert usage.tokens == Tokens(50, 5, 0, 7, 1)


@pytest.mark.parametrize("sample", ["codex-400", "codex-500", "codex-hang-INT", "codex-tool-TERM"])
def test_a_stream_of_codex_that_ends_early_knows_nothing(sample: str) -> None:
    usage = read_codex_stream(events_of(f"{sample}.stream.jsonl"))
    assert (usage.tokens, usage.confidence) == (NO_TOKENS, "lower_bound")


@pytest.mark.parametrize(
    ("sample", "expected"),
    [("gemini-tool", requests(1, 2)), ("gemini-resume", request(1) + Tokens(5000, 100, 0, 10, 2))],
)
def test_a_chat_of_gemini_counts_what_the_server_counted(sample: str, expected: Tokens) -> None:
    assert read_gemini_chat(lines_of(f"{sample}.chat.jsonl")).tokens == expected


def results_of_gemini() -> list[tuple[SessionUsage, Tokens]]:
    """What the program said at its end, by stream and as one object."""
    plain = read_gemini_result(json.loads((SAMPLES / "gemini-plain.json").read_bytes()))
    stream = read_gemini_result(events_of("gemini-tool.stream.jsonl")[-1])
    assert plain is not None
    assert stream is not None
    return [(plain, request(1)), (stream, requests(1, 2))]


def test_a_result_of_gemini_counts_thoughts_that_it_does_not_show() -> None:
    for usage, expected in results_of_gemini():
        assert usage.tokens == expected
