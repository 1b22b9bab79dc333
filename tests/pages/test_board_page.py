"""The board's page: everything that is known stands on it, as text, in both languages, and within its size."""

import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from okstra_git.pages.board import Board, BoardStage, BoardTask
from okstra_git.pages.board_page import STAGES_IN_FULL, board_html, fitting
from okstra_git.pages.shown_text import shown
from okstra_git.rendering import read_labels
from tests.kit.boards import AT, EVERYTHING, LOGIN, NO_TASK, UNUSED

INJECTION = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}\u202e\x00\x1b[31m"


class Seen(HTMLParser):
    """Elements by name, attributes, ids, and what is read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def page_of(board: Board) -> str:
    return board_html(board)[0]


def poisoned(value: Any) -> Any:
    """The same value with an injection in every text."""
    if isinstance(value, str):
        return value + INJECTION
    if isinstance(value, tuple):
        return tuple(map(poisoned, value))
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"language", "state", "urgency", "event"}
        changes = {f.name: poisoned(getattr(value, f.name)) for f in fields(value) if f.name not in kept}
        return replace(value, **changes)
    if isinstance(value, dict):
        return {name: poisoned(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("language", ["en", "ko"])
def test_everything_known_is_on_the_page(language: str) -> None:
    seen = Seen(page_of(replace(EVERYTHING, language=language)))
    for text in (
        "git okstra reconcile --task-key shop:web:login --check", "Rate limit", "claude", "ada-laptop", "build-2",
        "feature/cart-group-1-2", "src/form.py", "0123456789", "/home/ada/shop.login-3", "3 uncommitted files",
        "accepted", "Find things", "SHOP-12", "A new logo", "9999999999",
    ):  # fmt: skip
        assert text in seen.text, text
    assert language in seen.values("lang")


def test_every_link_leads_somewhere() -> None:
    seen = Seen(page_of(EVERYTHING))
    ids = seen.values("id")
    assert len(ids) == len(set(ids))
    links = [value for tag, name, value in seen.attributes if tag == "a" and name == "href"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert [link for link in links if not link.startswith("#")] == ["https://forge.example/shop/pull/7"]


def test_nothing_of_a_repository_becomes_markup() -> None:
    clean, poison = Seen(page_of(EVERYTHING)), Seen(page_of(poisoned(EVERYTHING)))
    assert "img" not in poison.tags
    assert poison.tags.count("script") == clean.tags.count("script") == 1
    assert not any(name.startswith("on") for _, name, _ in poison.attributes)
    page = page_of(poisoned(EVERYTHING))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)
    assert "{{ 7*7 }}" in poison.text


def test_the_page_asks_nobody_for_anything() -> None:
    seen = Seen(page_of(EVERYTHING))
    assert not [tag for tag in seen.tags if tag in ("iframe", "object", "embed", "form", "base")]
    (policy,) = [value for value in seen.values("content") if "default-src" in value]
    assert policy.startswith("default-src 'none'")
    assert not seen.values("style")


@pytest.mark.parametrize("board", [UNUSED, NO_TASK])
def test_an_empty_board_says_how_to_begin(board: Board) -> None:
    text = Seen(page_of(board)).text
    assert ("git okstra init" in text) is (board.writer is None)
    assert "git okstra board --open" in text


def test_long_names_are_cut_and_many_tasks_are_one_line_each() -> None:
    stages = tuple(BoardStage(n, "s" * 10_000, (n - 1,) if n > 1 else (), "done") for n in range(1, 6))
    tasks = tuple(
        replace(LOGIN, key=f"shop:web:task-{n}", title="t" * 10_000, stages=stages, outcomes=(), workers=(), needs=0)
        for n in range(1000)
    )
    page, tally = board_html(replace(EVERYTHING, tasks=tasks))
    assert len(page.encode()) < 2_000_000
    assert (tally.tasks, tally.open, tally.elided) == (1000, 1000, 1000 - STAGES_IN_FULL // 5)
    assert read_labels("en", "board")["elided"] in Seen(page).text


def test_a_plan_of_thousands_is_a_table_without_a_drawing() -> None:
    stages = tuple(BoardStage(n, f"Stage {n}", (), "pending") for n in range(1, 5_001))
    page = page_of(replace(EVERYTHING, tasks=(BoardTask("a:b:c", "", "feature", (), True, stages),)))
    assert len(page) < 300_000
    assert "git okstra stage list --task-key a:b:c" in page


def test_needs_come_before_what_is_fine() -> None:
    quiet = replace(LOGIN, key="a:a:a", needs=0, workers=(), touched=999)
    board = replace(EVERYTHING, tasks=(quiet, LOGIN))
    assert [task.key for task in board.open_tasks] == ["shop:web:login", "a:a:a"]


def test_both_languages_have_the_same_labels() -> None:
    english, korean = read_labels("en", "board"), read_labels("ko", "board")
    assert english.keys() == korean.keys()
    assert {name for name in english if english[name] == korean[name] != ""} == set()


def test_moments_are_given_in_utc() -> None:
    assert '<time datetime="2026-11-21T11:48:00Z">2026-11-21 11:48 UTC</time>' in page_of(replace(NO_TASK, at=AT))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", "plain"), ("two\nlines\t", "two lines"), ("a\u202eb", "a\\u202eb"), ("x" * 301, "x" * 299 + "…"),
     ("می\u200cخواهم", "می\u200cخواهم"), ("\ud800", "\\ud800")],
)  # fmt: skip
def test_texts_of_strangers_are_shown_on_one_line(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_wide_letters_take_two_columns() -> None:
    assert fitting("로그인 화면", 21) == "로그인 화면"
    assert fitting("로그인 화면", 7) == "로그인…"
