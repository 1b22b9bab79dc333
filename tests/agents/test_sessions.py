"""Sessions are found by id below the homes of the programs, and by nothing else."""

import os
from pathlib import Path

import pytest

from okstra_git.agents.sessions import find_session, homes_of, read_session
from tests.agents.test_usage_of_samples import SAMPLES, anthropic, request

CLAUDE = "184ea42b-5161-419c-a1b6-03b31443828a"
SUBAGENTS = "76a3ba44-ebe7-42c6-8c86-4c19699d341b"
CODEX = "01a22b1f-ccaf-7750-81a5-1d76848485e8"
GEMINI = "fba5ed7b-d75b-4c81-9f88-5811d6ba3ab3"


def put(home: Path, name: str, sample: str) -> Path:
    """A sample where its program would have written it."""
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes((SAMPLES / sample).read_bytes())
    return target


def test_a_session_of_claude_is_found_in_any_project_with_its_subagents(tmp_path: Path) -> None:
    put(tmp_path, f".claude/projects/-home-ada-project/{SUBAGENTS}.jsonl", "claude-subagent.transcript.jsonl")
    put(
        tmp_path,
        f".claude/projects/-home-ada-project/{SUBAGENTS}/subagents/agent-a7a61c6d44d0ddcc7.jsonl",
        "claude-subagent.subagent-transcript.jsonl",
    )
    put(tmp_path, f".claude/projects/-home-ada-project/{CLAUDE}.jsonl", "claude-tool.transcript.jsonl")
    usage = read_session("claude", SUBAGENTS, homes_of(tmp_path, {}))
    assert usage is not None
    assert (usage.tokens, usage.session) == (anthropic(1, 2, 3, 4), SUBAGENTS)


def test_the_folder_that_the_environment_names_is_the_only_one(tmp_path: Path) -> None:
    put(tmp_path, f".claude/projects/p/{CLAUDE}.jsonl", "claude-tool.transcript.jsonl")
    put(tmp_path, f"other/projects/p/{CLAUDE}.jsonl", "claude-tool.transcript.jsonl")
    homes = homes_of(tmp_path, {"CLAUDE_CONFIG_DIR": str(tmp_path / "other")})
    assert [file.root for file in find_session("claude", CLAUDE, homes)] == [tmp_path / "other"]


@pytest.mark.parametrize("folder", ["sessions/2026/11/30", "archived_sessions"])
def test_a_thread_of_codex_is_found_by_the_end_of_its_name(tmp_path: Path, folder: str) -> None:
    put(tmp_path, f".codex/{folder}/rollout-2026-11-30T06-23-54-{CODEX}.jsonl", "codex-tool.rollout.jsonl")
    usage = read_session("codex", CODEX, homes_of(tmp_path, {}))
    assert usage is not None
    assert usage.tokens == request(1) + request(2)


def test_a_packed_rollout_is_said_to_be_unread_and_counts_as_a_lower_bound(tmp_path: Path) -> None:
    put(tmp_path, f".codex/sessions/2026/11/30/rollout-x-{CODEX}.jsonl.zst", "codex-tool.rollout.jsonl")
    usage = read_session("codex", CODEX, homes_of(tmp_path, {}))
    assert usage is not None
    assert (usage.tokens.total, usage.confidence) == (0, "lower_bound")
    assert usage.remarks


def test_a_chat_of_gemini_with_the_same_beginning_of_its_id_is_another(tmp_path: Path) -> None:
    put(tmp_path, f".gemini/tmp/project/chats/session-2026-11-30T06-57-{GEMINI[:8]}.jsonl", "gemini-resume.chat.jsonl")
    homes = homes_of(tmp_path, {})
    assert len(find_session("gemini", GEMINI, homes)) == 1
    assert find_session("gemini", GEMINI[:8] + "-0000-4c81-9f88-5811d6ba3ab3", homes) == ()


@pytest.mark.parametrize("session", ["../../../etc/passwd", "", "*", "a/b", "x" * 65, "a\nbcdefgh"])
def test_an_id_that_no_program_makes_finds_nothing(tmp_path: Path, session: str) -> None:
    (tmp_path / ".claude" / "projects" / "p").mkdir(parents=True)
    assert find_session("claude", session, homes_of(tmp_path, {})) == ()


def test_no_home_no_session(tmp_path: Path) -> None:
    assert read_session("codex", CODEX, homes_of(tmp_path, {})) is None


def test_a_pipe_in_place_of_a_transcript_is_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / ".claude" / "projects" / "p"
    folder.mkdir(parents=True)
    os.mkfifo(folder / f"{CLAUDE}.jsonl")
    assert read_session("claude", CLAUDE, homes_of(tmp_path, {})) is None
