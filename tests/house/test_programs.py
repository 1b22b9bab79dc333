"""No text from outside is ever taken for an option of a program."""

import pytest

from tests.house.programs import EXCUSED, idle, loose_words, unexcused
from tests.house.sources import Source, product_sources

SOURCES = product_sources()


def test_options_of_programs_are_words_of_our_own_code() -> None:
    assert [breach for source in SOURCES for breach in unexcused(source)] == []


def test_every_excuse_is_in_use_and_has_a_reason() -> None:
    assert list(idle(SOURCES)) == []
    assert all(EXCUSED.values())


def _found(text: str) -> list[str]:
    return [word for word, _ in loose_words(Source("okstra_git/x.py", text))]


@pytest.mark.parametrize(
    "text",
    [
        'run_git(["rev-list", "--count", tip], cwd=top)',
        'run_git(["rev-list", "--not", *without], cwd=top)',
        'run_git(["diff", "--quiet", f"{one}..{other}"], cwd=top)',
        'run_git(["worktree", "add", "--reason", reason], cwd=top)',
        'run_git(["fetch", remote, "--", "main"], cwd=top)',
        'run_git(["log", f"-{flags}"], cwd=top)',
        'run_git(["log", f"--{flag}=1"], cwd=top)',
        'run_git(["config"] + words, cwd=top)',
        "run_git(words, cwd=top)",
        "run_git(options=words, cwd=top)",
        "def f(how: str) -> None:\n    run_git(['config', how])",
        "def f(a):\n    asked = ['log', a]\n    run_git(asked)",
        "def f(a):\n    asked = ['log']\n    asked += a\n    run_git(asked)",
        "for each in a:\n    run_git(['log', each])",
        "found = [run_git(['log', each]) for each in a]",
        "how = 'a'\ndef f(how):\n    run_git([how])",
        'ask_remote(git, ["push", name], remote)',
        'run_program(gh, ["pr", "create", "--label", head], cwd=cwd)',
        'binary.run_git(["log", ref])',
    ],
)
def test_a_word_that_is_not_written_in_the_code_is_found(text: str) -> None:
    assert len(_found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        'run_git(["rev-list", "--count"], revisions=[tip, *others], paths=[path], cwd=top)',
        'run_git(["worktree", "add", f"--reason={reason}", f"-b{branch}", "-q"], values=[path], cwd=top)',
        'run_git(["remote", "get-url", *(["--push"] if push else [])], values=[name], cwd=top)',
        "def f(a):\n    asked = ['log', *(['-z'] if a else [])]\n    run_git(asked)",
        "HOW = ('--quiet', '-z')\ndef f(a):\n    run_git(['diff', *HOW])",
        "def f(who: Literal['AUTHOR', 'COMMITTER']) -> None:\n    run_git(['var', f'GIT_{who}_IDENT'])",
        'run_program(gh, ["pr", "view", f"--repo={repo}", "--", wanted], cwd=cwd)',
        "another([a, b])",
    ],
)
def test_values_in_their_own_places_are_left_alone(text: str) -> None:
    assert _found(text) == []


def test_an_idle_excuse_is_found() -> None:
    assert len(list(idle([], {("okstra_git/x.py", "words"): "none"}))) == 1
