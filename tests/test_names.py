"""The grammar of names without regular expressions, and the wizard's short cut, say what the definition says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_cli.wizard.step import is_name
from okstra_git.names import is_slug

DEFINITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def by_definition(text: str) -> bool:
    return bool(DEFINITION.match(text)) and ".." not in text and not text.endswith((".", ".lock"))


NAMES = st.text(alphabet="aZ09._-é /\n٣", max_size=6) | st.text("a9-", max_size=66) | st.text(max_size=5)


@given(NAMES | st.from_regex(DEFINITION))
def test_a_slug_is_what_the_grammar_says(text: str) -> None:
    assert is_slug(text) == is_name(text) == by_definition(text)


@pytest.mark.parametrize("text", ["a" * 64, "a", "9.b_c-d"])
def test_sound_names_are_slugs(text: str) -> None:
    assert is_slug(text)
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "a" * 65, ".a", "a.", "a.lock", "a..b", "a b", "ä", "a\n", "-a"])
def test_unsound_names_are_not(text: str) -> None:
    assert not is_slug(text)
    assert not is_name(text)
