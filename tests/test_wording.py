"""Text in wide letters, and text of other programs made fit for a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.wording import narrow, plain_lines, widen, without_credentials


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


def test_escapes_and_control_characters_are_gone() -> None:
    said = "\x1b[1;31mno\x1b[0m way\x07\n\x1b]0;owned\x07title\n\x9b2Jcleared\n\x1bcreset\n"
    assert plain_lines(said) == ["no way", "title", "cleared", "creset"]


def test_of_a_line_that_was_drawn_over_the_last_state_is_left() -> None:
    assert plain_lines("10%\r55%\r100%, done\r\n\n   \nnext") == ["100%, done", "next"]


def test_bytes_that_are_not_text_do_no_harm() -> None:
    assert plain_lines(b"caf\xe9\n") == ["caf\ufffd"]


def test_a_flood_is_cut() -> None:
    found = plain_lines("x" * 1000 + "\n" + "y\n" * 1000)
    assert (len(found), len(found[0])) == (20, 300)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:secret@example.org/shop.git", "https://example.org/shop.git"),
        ("https://ghp_token@example.org/shop.git", "https://example.org/shop.git"),
        ("HTTPS://ada:p@ss@example.org/shop", "HTTPS://example.org/shop"),
        ("ssh://git:secret@example.org/shop", "ssh://git@example.org/shop"),
        ("ssh://git@example.org:22/shop", "ssh://git@example.org:22/shop"),
        ("git@example.org:shop.git", "git@example.org:shop.git"),
        ("https://example.org/@ada/shop", "https://example.org/@ada/shop"),
        ("fatal: unable to access 'https://a:b@h/x/': refused", "fatal: unable to access 'https://h/x/': refused"),
        ("https://a:b@one/ and https://c:d@two/", "https://one/ and https://two/"),
    ],
)
def test_passwords_in_addresses_are_never_shown(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
    assert plain_lines(url) == [shown]
