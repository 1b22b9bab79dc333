"""Text by others on one line, in so many columns, as tickets, and with its control characters shown."""

import pytest

from okstra_git.handoff.templates import columns, cut_to_columns, one_line, ticket, visible_line


@pytest.mark.parametrize(
    ("text", "limit", "found"),
    [
        ("abc def", 7, "abc def"),
        ("abc def ghi", 8, "abc def…"),
        ("abc def ghi", 10, "abc def…"),
        ("abc defghijklmnopqrst", 18, "abc defghijklmnop…"),
        ("로그인", 6, "로그인"),
        ("로그인", 5, "로그…"),
        ("로그인", 4, "로…"),
        ("e\u0301" * 4, 4, "e\u0301" * 4),
        ("e\u0301" * 5, 4, "e\u0301" * 3 + "…"),
        ("", 5, ""),
    ],
)
def test_text_is_cut_by_columns_behind_a_word_where_one_ends_near(text: str, limit: int, found: str) -> None:
    assert cut_to_columns(text, limit) == found
    assert columns(found) <= limit


def test_one_line_has_no_control_characters_and_keeps_what_joins() -> None:
    assert one_line(" a\0\n\tb\x1b\u2028c\u202e\ud800 \u200d ") == "a b c \u200d"


def test_control_characters_are_shown() -> None:
    assert visible_line("a\nb\u202e", 20) == "a\\nb\\u202e"
    assert visible_line("a" * 21, 20) == "a" * 19 + "…"
    assert visible_line("\0" * 20, 20) == "\\x00" * 4 + "\\x0…"


@pytest.mark.parametrize("text", ["#12", "12", "SHOP-12", "shop/web#12", "shop/web!12", "https://a.example/x?y=1#z"])
def test_a_ticket_stays_what_forges_link(text: str) -> None:
    assert ticket(text) == text


@pytest.mark.parametrize("text", ["@team", "fixes #12", "SHOP-12 <b>", "https://a/(b)", "*"])
def test_anything_else_is_no_ticket(text: str) -> None:
    assert ticket(text) != text
