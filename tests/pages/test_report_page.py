"""The page of a report without a browser: choices are understood, sizes are borne, and a page is held against §1."""

import gc
import time

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.documents.pieces import list_parts
from okstra_git.pages.choices import read_offer
from okstra_git.pages.digests import ViewedReport, compare_view
from okstra_git.pages.report_view import render_view
from tests.kit.reports_shown import ASKING, hostile

PLACE = ViewedReport("r.md", "shop:web:login", "error-analysis", None)


def page(text: str) -> str:
    html = render_view(parse_document(text), PLACE)
    assert html is not None
    return html


@pytest.mark.parametrize(
    ("expected", "choices", "recommended", "reason"),
    [
        ("yes/no", ("yes", "no"), "", ""),
        ("yes/no. Recommended: yes — it is quick", ("yes", "no"), "yes", "it is quick"),
        ("Recommended: Redis — shared already; Alternatives: memory; a file", ("Redis", "memory", "a file"), "Redis",
         "shared already"),
        ("Recommended: A - short; Alternatives: B, C or D", ("A", "B", "C", "D"), "A", "short"),
        ("one of: a, b or c; Recommended: d", ("a", "b", "c", "d"), "d", ""),
        ("a date", (), "", ""),
        ("Recommended: 30 minutes", (), "30 minutes", ""),
        ("권장: 유지 — 빠름; 대안: 삭제", ("유지", "삭제"), "유지", "빠름"),
    ],
)  # fmt: skip
def test_choices_are_read_from_what_is_expected(
    expected: str, choices: tuple[str, ...], recommended: str, reason: str
) -> None:
    offer = read_offer(expected)
    assert (offer.choices, offer.recommended, offer.reason) == (choices, recommended, reason)


def test_a_page_and_its_report_agree() -> None:
    assert compare_view(page(ASKING), parse_document(ASKING)) == []


def test_what_changed_since_is_named() -> None:
    html = page(ASKING)
    lines = ASKING.splitlines()
    rows = [at for at, line in enumerate(lines) if line.startswith("| C-00") and "SHOP-12" in line]
    lines[rows[0]] = lines[rows[0]].replace("decision", "material", 1)
    lines[rows[1]] = lines[rows[1]].replace("| open | |", "| answered | 5 |")
    lines[rows[4]] = "| C-006 | | decision | New? | yes/no | none | open | |"
    found = compare_view(html, parse_document("\n".join(lines)))
    assert [(each.what, each.id) for each in found] == [
        ("changed", "C-001"), ("answered", "C-002"), ("missing", "C-006"), ("extra", "C-005"),
    ]  # fmt: skip


@pytest.mark.parametrize("html", ["", "<p>", '<script type="application/json" id="okstra-view">{]</script>'])
def test_what_is_no_page_of_ours_says_nothing(html: str) -> None:
    assert [each.what for each in compare_view(html, parse_document(ASKING))] == ["unreadable"]


def test_a_report_that_asks_nothing_has_no_page() -> None:
    assert render_view(parse_document("# Report\n\n## 1. Clarification Items\n"), PLACE) is None


def test_every_word_of_the_report_is_on_its_page() -> None:
    words = "".join(piece.text for part in list_parts(parse_document(ASKING)) for piece in part.pieces)
    assert "the setting is not asked" in words
    html = page(ASKING)
    assert "the setting is not asked" in html
    assert '<a href="https://example.org/SHOP-12" rel="noopener noreferrer">the ticket</a>' in html
    assert "notes (notes.md)" in html


def test_markup_of_a_report_stays_words() -> None:
    html = page(hostile())
    assert html.count("<script") == 2
    assert not any(f"<{name}" in html for name in ("img", "iframe", "b>"))
    assert 'href="javascript' not in html.lower()


def rows(number: int) -> str:
    asked = "".join(
        f"| C-{at:03d} | T | decision | Keep `it` as it is? {at} | yes/no. Recommended: yes — why | none | open | |\n"
        for at in range(number)
    )
    found = "".join(f"| E-{at:03d} | T | found *this* {at} | `a.py:{at}` | claude:F-{at} |\n" for at in range(number))
    head, _, tail = ASKING.partition("| C-001 |")
    evidence = "| ID | Ticket ID | Finding | Source | Items |\n|---|---|---|---|---|\n"
    return f"{head}{asked}\n{tail[tail.index('## 2.') :]}\n\n## More\n\n{evidence}{found}"


def test_ten_times_the_rows_take_at_most_twelve_times_as_long() -> None:
    def seconds(number: int, turn: int = 0) -> float:
        text = f"{rows(number)}\nturn {turn}\n"  # what was parsed once is not parsed again
        begin = time.process_time()
        page(text)
        return time.process_time() - begin

    seconds(3)
    gc.collect()
    gc.freeze()  # what other tests left is not to be looked through again and again
    small = min(seconds(60, turn) for turn in range(3))
    large = min(seconds(600, turn) for turn in range(2))
    gc.unfreeze()
    assert large <= 12 * small + 0.1


@pytest.mark.parametrize("piece", ["a ", "<", "[", "*a", "> ", "`", "| a ", "- ", "![](", "Recommended: "])
def test_long_nonsense_is_borne(piece: str) -> None:
    nonsense = piece * (20_000 // len(piece))
    cell = nonsense.replace("|", "/")
    begin = time.process_time()
    page(f"{ASKING}\n## More\n\n{nonsense}\n".replace("a number of minutes", cell))
    assert time.process_time() - begin < 5
