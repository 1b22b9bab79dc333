"""The page of a report in a real browser: filled in, kept, given out and taken in; and nothing in it becomes markup."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from okstra_git.paths import LANGUAGES
from tests.kit.browser import Visit, visiting
from tests.kit.prepared import KEY
from tests.kit.reports_shown import ASKING, MARKS, hostile
from tests.kit.scenario import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORDS = 'no, because it\'s $HOME `date` "now"; rm -rf *'


def page_of(world: World, *options: str) -> Path:
    """The page of r.md, written anew."""
    return Path(world.okstra("report", "view", "r.md", "--json", *options).json["html"])


def fill_in(visit: Visit) -> None:
    """Answer the three questions that wait."""
    visit.page.locator("#q1").get_by_text("log everybody out", exact=True).click()
    visit.page.locator("#q1-text").fill(WORDS)
    visit.page.locator("#q2-text").fill("30")
    visit.page.locator("#q3-text").fill("https://example.org/lb.log")


def exported(visit: Visit, folder: Path) -> Path:
    """The file that the page gives out."""
    with visit.page.expect_download() as download:
        visit.page.locator("#export").click()
    target: Path = folder / str(download.value.suggested_filename)
    download.value.save_as(target)
    return target


def answers_in(path: Path) -> dict[str, str]:
    return {row["id"]: row["answer"] for row in json.loads(path.read_text())["answers"]}


def rows_of(world: World) -> dict[str, str]:
    rows = world.okstra("report", "clarifications", "r.md", "--json").json["questions"]
    return {row["id"]: row["answer"] for row in rows}


def test_answers_survive_a_reload_and_go_into_the_report(shop: World, browser: Browser) -> None:
    page = page_of(shop)
    with visiting(browser, page) as visit:
        assert visit.page.locator("#progress").inner_text() == "1 of 4 answered"
        fill_in(visit)
        visit.page.reload()
        assert visit.page.locator("#q1-text").input_value() == WORDS
        assert visit.page.locator("#progress").inner_text() == "All 4 answered"
        file = exported(visit, shop.path)
        assert (visit.complaints, visit.requests) == ([], [])
    assert json.loads(file.read_text())["report"] == "r.md"
    shop.okstra("report", "answers", file.name, "--report", "r.md")
    assert rows_of(shop)["C-001"] == f"log everybody out — {WORDS}"
    with visiting(browser, page_of(shop)) as visit:
        assert visit.page.locator("#q1 input").nth(1).is_checked()
        assert visit.page.locator("#q1-text").input_value() == WORDS
        assert answers_in(exported(visit, shop.path)) == {**answers_in(file)}


def test_the_commands_say_the_same_to_a_shell(shop: World, browser: Browser) -> None:
    with visiting(browser, page_of(shop)) as visit:
        fill_in(visit)
        visit.page.locator("#q4 .clear").click()
        visit.page.locator("#commands").click()
        lines = visit.page.locator("#lines-text").input_value().splitlines()
        visit.page.locator("#close").click()
        given = answers_in(exported(visit, shop.path))
        assert visit.complaints == []
    assert len(lines) == 4
    for line in lines:
        git, okstra, *words = shlex.split(line)
        assert (git, okstra) == ("git", "okstra")
        shop.okstra(*words)
    assert given == {id: answer for id, answer in rows_of(shop).items() if id != "C-005"}


def test_a_file_is_taken_in_as_far_as_it_fits(shop: World, browser: Browser) -> None:
    answers = [
        {"id": "C-001", "answer": "keep old tokens for a week", "status": "answered"},
        {"id": "C-005", "answer": "yes", "status": "answered"},
        {"id": "C-099", "answer": "x", "status": "answered"},
        {"id": "C-001", "answer": "again", "status": "answered"},
        {"id": "C-002", "answer": " ", "status": "answered"},
        None,
    ]
    with visiting(browser, page_of(shop)) as visit:
        give(visit, answers=answers)
        assert visit.page.locator("#q1 input").nth(0).is_checked()
        refused = visit.page.locator("#news li").all_inner_texts()
        assert [line.partition(":")[0] for line in refused] == ["C-005", "C-099", "C-001", "C-002", "null"]
        assert "Answers taken: 1" in visit.page.locator("#news").inner_text()
        give(visit, task="other:web:login", answers=answers)
        assert "something else: other:web:login" in visit.page.locator("#news").inner_text()
        give(visit, text="{]")
        assert "not a file of answers" in visit.page.locator("#news").inner_text()
        assert visit.complaints == []


def give(visit: Visit, *, text: str = "", **values: Any) -> None:
    whole = {"schema": 1, "kind": "okstra-user-response", "task": KEY, "run": None, "report": "r.md", **values}
    payload = (text or json.dumps(whole)).encode()
    visit.page.locator("#news").evaluate("box => box.replaceChildren()")
    visit.page.locator("#file").set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": payload})
    visit.page.locator("#news p").first.wait_for()


def test_an_answer_of_the_report_wins_over_an_older_one_kept_here(shop: World, browser: Browser) -> None:
    page = page_of(shop)
    with visiting(browser, page) as visit:
        visit.page.locator("#q2-text").fill("30")
        shop.okstra("report", "answer", "C-002", "--value", "45", "--report", "r.md")
        page_of(shop)
        visit.page.reload()
        assert visit.page.locator("#q2-text").input_value() == "45"


def test_without_storage_the_page_works_and_says_so(shop: World, browser: Browser) -> None:
    with visiting(browser, page_of(shop)) as visit:
        visit.page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"
        )
        visit.page.reload()
        assert "keeps nothing" in visit.page.locator("#news").inner_text()
        fill_in(visit)
        assert answers_in(exported(visit, shop.path))["C-002"] == "30"
        assert visit.complaints == []


def test_without_scripts_it_is_a_document(shop: World, browser: Browser) -> None:
    with visiting(browser, page_of(shop), java_script_enabled=False) as visit:
        assert "The session store keeps entries" in visit.page.inner_text("main")
        assert visit.page.locator("noscript").first.inner_text().startswith("Scripts are switched off")
        assert not visit.page.locator("#tray").is_visible()


def test_the_keyboard_reaches_and_answers(shop: World, browser: Browser) -> None:
    with visiting(browser, page_of(shop)) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.className") == "skip"
        visit.page.keyboard.press("Enter")
        visit.page.locator("#q1 input").first.focus()
        visit.page.keyboard.press("ArrowDown")
        assert visit.page.locator("#q1 input").nth(1).is_checked()


def test_the_theme_can_be_switched_and_stays(shop: World, browser: Browser) -> None:
    with visiting(browser, page_of(shop), theme="dark") as visit:
        assert visit.page.locator("#theme").inner_text() == "Light"
        visit.page.locator("#theme").click()
        visit.page.reload()
        assert visit.page.locator("html").get_attribute("data-theme") == "light"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_audit_finds_nothing_in_any_theme_or_width(shop: World, browser: Browser, language: str) -> None:
    shop.write("r.md", ASKING.replace("language: en\n", ""))
    page = page_of(shop, "--language", language)
    for theme, width in (("light", 360), ("dark", 1400)):
        with visiting(browser, page, width=width, theme=theme, reduced_motion="reduce") as visit:
            assert not visit.is_wider_than_its_window(), (theme, width)
            fill_in(visit)
            assert visit.audit() == [], (theme, width)
            assert (visit.complaints, visit.requests) == ([], [])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_audit_finds_nothing_in_what_opens(shop: World, browser: Browser, theme: str) -> None:
    with visiting(browser, page_of(shop), width=360, theme=theme) as visit:
        fill_in(visit)
        visit.page.locator("#commands").click()
        assert visit.audit() == []


@pytest.mark.parametrize(
    "mark", [MARKS, "</script><script>document.title='gone'</script>", "--><x>", "' onfocus=1 x='"]
)
def test_nothing_that_a_report_says_becomes_markup(shop: World, browser: Browser, mark: str) -> None:
    shop.write("r.md", hostile(mark))
    with visiting(browser, page_of(shop)) as visit:
        assert visit.page.title() != "gone"
        assert (
            visit.page.locator("body b, body img, body iframe, main script, body x, [onclick], [onerror]").count() == 0
        )
        addresses = visit.page.eval_on_selector_all("main a", "links => links.map(link => link.getAttribute('href'))")
        assert all(address.startswith(("#", "https://example.org/")) for address in addresses), addresses
        assert mark in visit.page.locator("h1").inner_text() or "`" in mark
        visit.page.locator("#q3-text").fill(mark)
        visit.page.locator("#commands").click()
        assert (visit.complaints, visit.requests) == ([], [])


def test_a_file_may_have_any_name(shop: World, browser: Browser) -> None:
    name = "it's <b> $(x) “q”.md"
    shop.write(name, ASKING)
    page = Path(shop.okstra("report", "view", name, "--json").json["html"])
    with visiting(browser, page) as visit:
        assert visit.page.locator(".foot code").inner_text() == name
        visit.page.locator("#q2-text").fill("30")
        visit.page.locator("#commands").click()
        lines = visit.page.locator("#lines-text").input_value().splitlines()
    for line in lines:
        shop.okstra(*shlex.split(line)[2:])
    assert "| answered | 30 |" in (shop.path / name).read_text()
