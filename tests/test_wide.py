"""Messages of our own commits, which people read and searches for ordinary words do not find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.wide import narrow, widen


@pytest.mark.parametrize(
    "text",
    ["okstra: stage.done shop/web/login stage 1", "두 줄\n\\ud55c und Äö\n", "", "a\tb\x00\udcff", "ｗｉｄｅ already"],
)
def test_what_was_widened_comes_back(text: str) -> None:
    assert narrow(widen(text)) == text


@given(st.text())
def test_any_text_comes_back_and_holds_no_plain_letter(text: str) -> None:
    wide = widen(text)
    assert narrow(wide) == text
    assert not any(character.isascii() and character != "\n" for character in wide)
    assert wide.count("\n") == text.count("\n"), "lines are kept"


def test_text_that_never_was_wide_is_left_alone() -> None:
    assert narrow("okstra: snapshot of a/b/c, ｗｉｄｅ") == "okstra: snapshot of a/b/c, ｗｉｄｅ"
