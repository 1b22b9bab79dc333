"""The board in a real browser: no complaint, no request, nothing that shuts anybody out; and what its script does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from okstra_git.pages.board import Board
from okstra_git.pages.board_page import board_html
from tests.kit.boards import EVERYTHING, NO_TASK, UNUSED
from tests.kit.browser import Visit, visiting
from tests.pages.test_board_page import poisoned

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


def written(folder: Path, board: Board) -> Path:
    """The page of a board in a file."""
    path = folder / "board.html"
    path.write_text(board_html(board)[0], encoding="utf-8")
    return path


def shown_tasks(visit: Visit) -> list[str]:
    """The titles of the open tasks that are to be seen, from top to bottom."""
    titles: list[str] = visit.page.locator("#list article:visible h3").all_inner_texts()
    return titles


@pytest.mark.parametrize(
    ("language", "width", "theme"),
    [("en", 360, "light"), ("en", 1400, "dark"), ("ko", 360, "dark"), ("ko", 1400, "light")],
)
def test_nobody_is_shut_out(browser: Browser, tmp_path: Path, language: str, width: int, theme: str) -> None:
    page = written(tmp_path, replace(EVERYTHING, language=language))
    with visiting(browser, page, width=width, theme=theme) as visit:
        visit.page.evaluate(UNFOLD)
        assert not visit.is_wider_than_its_window()
        assert visit.audit() == []
        assert (visit.complaints, visit.requests) == ([], [])


@pytest.mark.parametrize("board", [UNUSED, NO_TASK])
def test_an_empty_board_is_as_good(browser: Browser, tmp_path: Path, board: Board) -> None:
    with visiting(browser, written(tmp_path, board), width=360) as visit:
        assert visit.audit() == []
        assert not visit.is_wider_than_its_window()


def test_a_hostile_repository_does_nothing(browser: Browser, tmp_path: Path) -> None:
    with visiting(browser, written(tmp_path, poisoned(EVERYTHING)), width=360) as visit:
        visit.page.evaluate(UNFOLD)
        visit.page.locator("#find").fill("(a+)+$ [")
        assert (visit.complaints, visit.requests) == ([], [])
        assert visit.page.locator("img").count() == 0
        assert not visit.is_wider_than_its_window()


def test_a_box_leads_to_its_row(browser: Browser, tmp_path: Path) -> None:
    with visiting(browser, written(tmp_path, EVERYTHING)) as visit:
        assert not visit.page.locator("#t1s3").is_visible()
        visit.page.locator("#t1 .box[data-stage='3']").focus()
        assert visit.page.locator("#t1 .way.lit").count() == 2
        visit.page.keyboard.press("Enter")
        visit.page.locator("#t1s3").wait_for(state="visible")
        assert visit.page.url.endswith("#t1s3")


def test_tasks_are_found_and_put_in_order(browser: Browser, tmp_path: Path) -> None:
    with visiting(browser, written(tmp_path, EVERYTHING)) as visit:
        everything = ["Log in with a password", "A cart that remembers", "Find things"]
        assert shown_tasks(visit) == everything
        visit.page.locator("#find").fill("CART prices")
        assert shown_tasks(visit) == ["A cart that remembers"]
        assert visit.page.locator("#matching").inner_text() == "1 of 4 tasks"
        visit.page.locator("#find").fill("")
        visit.page.locator("#only").select_option("alive")
        assert shown_tasks(visit) == ["Log in with a password"]
        visit.page.locator("#only").select_option("")
        visit.page.locator("#sort").select_option("name")
        assert shown_tasks(visit) == ["A cart that remembers", "Find things", "Log in with a password"]
        visit.page.locator("#sort").select_option("0")
        assert shown_tasks(visit) == everything


def test_a_line_is_copied(browser: Browser, tmp_path: Path) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with visiting(browser, written(tmp_path, EVERYTHING), permissions=permissions) as visit:
        visit.page.locator("#needs .cmd button").first.click()
        visit.page.get_by_text("Copied").wait_for()
        text = visit.page.evaluate("navigator.clipboard.readText()")
        assert text == "git okstra reconcile --task-key shop:web:login --check"


def test_it_is_a_document_without_a_script(browser: Browser, tmp_path: Path) -> None:
    with visiting(browser, written(tmp_path, EVERYTHING), java_script_enabled=False) as visit:
        assert visit.page.get_by_text("2026-11-21 11:48 UTC").first.is_visible()
        assert not visit.page.locator("#tools").is_visible()
        visit.page.locator("#t1 .as-table summary").first.click()
        assert visit.page.locator("#t1s3").is_visible()


def test_it_is_printed_without_controls(browser: Browser, tmp_path: Path) -> None:
    with visiting(browser, written(tmp_path, EVERYTHING)) as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.locator("#tools").is_visible()
        assert visit.page.locator("button:visible").count() == 0
        assert visit.page.locator("#t1 .graph svg").is_visible()
