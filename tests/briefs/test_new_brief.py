"""New briefs: what goes in is what a reader gets out, whatever it contains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.briefs.edits import make_brief
from okstra_git.briefs.insertion import read_text
from okstra_git.briefs.rules import check_brief
from tests.briefs.test_verbatim import WORDS
from tests.kit.refusals import refuses
from tests.kit.surroundings import ROOT

TEMPLATES = {language: (ROOT / f"templates/inputs/brief.{language}.md").read_text() for language in ("en", "ko")}
LINE = st.lists(
    st.sampled_from([": ", " #", "'", '"', "[", "{", "- ", "!", "&a ", "*", "null", "0012", "$x", "`", "한", "😀"])
    | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=4),
    max_size=6,
).map(lambda parts: " ".join("".join(parts).split()))  # fmt: skip


@given(WORDS, LINE, st.lists(LINE.filter(bool), max_size=2), st.sampled_from(sorted(TEMPLATES)))
def test_a_new_brief_says_what_it_was_given(source: str, title: str, tickets: list[str], language: str) -> None:
    template = TEMPLATES[language]
    text = make_brief(template, "login", title=title, tickets=tickets, source=source, report="a b/report.md")
    brief, bare = read_text(text), read_text(template.replace("TASK-ID", "login"))
    assert (brief.source, brief.title, brief.ticket) == (source, title or bare.title, ", ".join(tickets))
    assert (brief.task_id, brief.gate, brief.verification_report) == ("login", "pending", "- `a b/report.md`")
    assert (brief.additions, brief.questions, brief.confirmations) == ((), (), ())
    assert [each.code for each in check_brief(brief)] == ([] if source.strip() else ["brief.no-source"])


@pytest.mark.parametrize("name", ["login", "null", "0012", "1.10", "2026-01-31", "true"])
def test_a_name_stays_as_it_is_written(name: str) -> None:
    assert read_text(make_brief(TEMPLATES["en"], name)).task_id == name


@pytest.mark.parametrize(
    ("report", "written"),
    [("report.md", "- `report.md`"), ("a`b.md", "- ``` a`b.md ```"), ("```", "- ```` ``` ````")],
)
def test_the_path_of_a_report_is_a_code_span(report: str, written: str) -> None:
    assert read_text(make_brief(TEMPLATES["en"], "x", report=report)).verification_report == written


def test_without_anything_a_brief_is_its_template() -> None:
    assert make_brief(TEMPLATES["ko"], "login") == TEMPLATES["ko"].replace("TASK-ID", "login")


def test_what_cannot_be_written_is_refused() -> None:
    with refuses("text.refused"):
        make_brief(TEMPLATES["en"], "x", title="a\ud800b")
    with refuses("brief.not-editable"):
        make_brief("# Brief\n", "x", source="words")
