"""Lines to paste: what a name holds is never run, comes back as it was, or is left to be typed."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.commands import A_HYPHEN, NOT_SHOWN, command, exact_word, is_showable, option, word
from okstra_git.errors import OkstraError
from okstra_git.names import parse_branch, parse_group, parse_slug, parse_stage
from tests.kit.surroundings import require_tool

HOSTILE = ["x;id", "$(id)", "`id`", "a b", "a'b", 'a"b', "*", "~", "=ls", "a&b", "a|b", "a>b", "#x", "!x", "{a,b}",
           "$HOME", "a\\b", "", "é", "日本", "(x)", "\\'", "x=y", "%s", "^x", "[a]", "?"]  # fmt: skip
UNSEEN = ["a\nid", "\x1b[2J", "a\tb'; id; '", "\x85", "\u202e", "\u2066x", "\u200b", "a\u00adb", "\ufeff", "a\u3164b",
          "\u115f", "x\ufe0f", "\U000e0101", "\U000e0041", "\u2028", "\udcff", "\x7f", "\x9b1m", "a\u00a0b", "\u2800",
          "\u034f", "\r", "\0"]  # fmt: skip


def said(shell: str, line: str) -> bytes:
    return subprocess.run([shell, "-c", line], capture_output=True, check=True).stdout


def test_plain_words_stand_as_they_are() -> None:
    line = command("git okstra stage done", 3, ("--task-key", "shop:web:login"), ("--branch", "feature/login"))
    assert line == "git okstra stage done 3 --task-key shop:web:login --branch feature/login"


def test_every_shell_gives_every_word_back() -> None:
    for shell in ("bash", "sh"):
        require_tool(shell)
        told = said(shell, "\n".join(command("printf '%s\\n'", text) for text in HOSTILE)).decode()
        assert told.splitlines() == HOSTILE
        exact = said(shell, "\n".join(f"printf '%s\\0' {exact_word(text)}" for text in (*HOSTILE, *UNSEEN[:-1], "-x")))
        assert exact.decode("utf-8", "surrogateescape").split("\0")[:-1] == [*HOSTILE, *UNSEEN[:-1], "-x"]


@pytest.mark.parametrize("text", UNSEEN)
def test_a_name_that_cannot_be_seen_is_left_to_be_typed(text: str) -> None:
    assert word(text) == word(f"-{text}") == f"'{NOT_SHOWN}'"
    assert command("git okstra log", ("--branch", text)) == f"git okstra log --branch '{NOT_SHOWN}'"
    assert not is_showable(text)


@pytest.mark.parametrize("text", ["-x", "--output=file", "-", "--", "-D main"])
def test_a_name_is_never_offered_as_an_option(text: str) -> None:
    assert word(text) == f"'{A_HYPHEN}'"
    assert command("git branch", text, "abc") == f"git branch '{A_HYPHEN}' abc"
    assert option("--branch", text) == f"--branch={exact_word(text)}"
    assert command("git add --", text) == f"git add -- {exact_word(text)}"


@pytest.mark.parametrize("text", [NOT_SHOWN, A_HYPHEN])
def test_what_stands_there_instead_is_no_name(text: str) -> None:
    for parse in (parse_branch, parse_group, parse_stage, lambda text: parse_slug(text, what="key")):
        with pytest.raises(OkstraError):
            parse(text)


@given(st.text())
def test_a_word_is_one_line_that_a_terminal_shows_whole(text: str) -> None:
    assert is_showable(word(text))
    assert is_showable(option("--x", text))
    assert not word(text).startswith("-")
