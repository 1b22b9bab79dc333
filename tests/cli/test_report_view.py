"""`report view` writes the page of a report beside it, names it in one line, and leaves other files alone."""

import pytest

from okstra_git.contract import VIEW_SKIPPED
from tests.cli.shop import open_shop
from tests.cli.test_report_answer import REPORT
from tests.kit.prepared import code_of
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    world.write("r.md", REPORT)
    return world


def test_the_page_lies_beside_the_report_and_one_line_says_where(shop: World) -> None:
    page = shop.path / "r.html"
    assert shop.okstra("report", "view", "r.md").out == f"html: {page}\n"
    assert page.read_text().startswith("<!doctype html>")


def test_json_says_what_waits(shop: World) -> None:
    answer = shop.okstra("report", "view", "r.md", "--json").json
    assert (answer["html"], answer["questions"], answer["waiting"]) == (str(shop.path / "r.html"), 4, 2)
    assert answer["opened"] is False


def test_a_report_that_asks_nothing_has_no_page(shop: World) -> None:
    shop.write("r.md", REPORT.partition("| ID")[0])
    assert shop.okstra("report", "view", "r.md").out == f"{VIEW_SKIPPED}\n"
    assert shop.okstra("report", "view", "r.md", "--json").json["html"] is None
    assert not (shop.path / "r.html").exists()


def test_a_page_of_before_is_replaced_and_anything_else_is_not(shop: World) -> None:
    shop.okstra("report", "view", "r.md")
    shop.okstra("report", "view", "r.md")
    shop.write("r.html", "<p>mine</p>")
    assert code_of(shop.okstra("report", "view", "r.md", exit=1)) == "view.not-ours"
    assert (shop.path / "r.html").read_text() == "<p>mine</p>"


def test_the_page_goes_where_the_line_says(shop: World) -> None:
    shop.okstra("report", "view", "r.md", "--output", "one.html", "--language", "ko")
    assert '<html lang="ko">' in (shop.path / "one.html").read_text()


def test_a_link_is_not_written_through(shop: World) -> None:
    (shop.path / "r.html").symlink_to("README")
    assert code_of(shop.okstra("report", "view", "r.md", exit=1)) == "path.link"


def test_without_a_screen_open_says_what_to_open(shop: World) -> None:
    told = shop.okstra("report", "view", "r.md", "--open")
    assert "open this file yourself" in told.err
    assert str(shop.path / "r.html") in told.err
