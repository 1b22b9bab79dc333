"""Lines to paste: what a name holds is never run, and comes back as it was."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.commands import command, word
from tests.kit.tools import require_tool

HOSTILE = ["x;id", "$(id)", "`id`", "a b", "a'b", 'a"b', "*", "~", "-x", "=ls", "a&b", "a|b", "a>b", "#x", "!x",
           "{a,b}", "$HOME", "a\\b", "", "é", "日本", "(x)", "a\nid", "\x1b[2J", "a\tb'; id; '", "\x85", "\u202e",
           "\\'"]  # fmt: skip


def said(shell: str, line: str) -> bytes:
    return subprocess.run([shell, "-c", line], capture_output=True, check=True).stdout


def test_plain_words_stand_as_they_are() -> None:
    line = command("git okstra stage done", 3, "--task-key", "shop:web:login", "--branch", "feature/login")
    assert line == "git okstra stage done 3 --task-key shop:web:login --branch feature/login"


@pytest.mark.parametrize("text", HOSTILE)
def test_bash_gives_every_word_back(text: str) -> None:
    require_tool("bash")
    assert said("bash", command("printf %s", text)) == text.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_shell_makes_more_than_a_word_of_it(text: str) -> None:
    lines = said("sh", command("printf '<%s>'", text)).decode()
    assert (lines.count("<"), lines.count(">")) == (1 + text.count("<"), 1 + text.count(">"))


@given(st.text(st.characters(exclude_characters="\0")))
def test_a_word_is_one_line_of_what_a_terminal_prints(text: str) -> None:
    assert word(text).isprintable()


def test_a_name_that_is_not_utf8_is_spelt_by_its_bytes() -> None:
    require_tool("bash")
    assert said("bash", command("printf %s", "a\udcffb")) == b"a\xffb"
