"""What servers and programs print reaches a terminal plain, short, and without anybody's password."""

import pytest

from okstra_git.external_text import plain_lines, without_credentials


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
