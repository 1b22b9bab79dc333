"""Glossaries: one term more in the form of the others, and no meaning changed without a question."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.briefs.glossary import EMPTY, define_term, read_glossary
from okstra_git.documents.markdown import parse_document
from okstra_git.errors import OkstraError
from tests.kit.refusals import refuses


def meanings(text: str) -> dict[str, str]:
    return {term.key: term.meaning for term in read_glossary(parse_document(text))}


def edits(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line[0] in "-+" and line[2:]]


FORMS = {
    "list": ("# Words\n\n- Door: the way in\n", ["+ - Lock: keeps it shut"]),
    "list and more": ("* **Door**: the way\n  in\n\nSee also the manual.\n", ["+ * **Lock**: keeps it shut"]),
    "numbered": ("1. Door: the way in", ["+ 1. Lock: keeps it shut"]),
    "and notes": ("## D\n\n- Door: the way in\n\n## Notes\n\nnone\n", ["+ - Lock: keeps it shut"]),
    "letters": ("## A\n\n- Axe: x\n\n## D\n\n- Door: the way in\n", ["+ - Lock: keeps it shut"]),
    "table": ("| Term | Means |\n|---|---|\n| Door | the way in |\n\nMore.\n", ["+ | Lock | keeps it shut |"]),
    "wide table": ("| Term | Means | No |\n|---|---|---|\n| Door | in | 1 |", ["+ | Lock | keeps it shut |  |"]),
    "bare table": ("Term | Means\n--|--\nDoor | the way in\n", ["+ Lock | keeps it shut"]),
    "empty table": ("| Term | Means |\n|---|---|\n", ["+ | Lock | keeps it shut |"]),
    "headings": ("# Words\n\n### Door\n\nThe way in.\n", ["+ ### Lock", "+ keeps it shut"]),
    "new": (EMPTY, ["+ - Lock: keeps it shut"]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_term_is_added_in_the_form_of_the_others(form: str) -> None:
    text, added = FORMS[form]
    after = define_term(text, "Lock", "keeps it shut")
    assert meanings(after) == {**meanings(text), "lock": "keeps it shut"}
    assert edits(text, after) == added
    assert define_term(after, "lock", "keeps it shut") == after


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("form", FORMS)
def test_a_term_gets_another_meaning_only_when_told_so(form: str, newline: str) -> None:
    text = define_term(FORMS[form][0].replace("\n", newline), "Lock", "keeps it shut")
    with refuses("term.differs") as question:
        define_term(text, " LOCK ", "a curl")
    assert (question.value.exit_status, question.value.facts["meaning"]) == (2, "keeps it shut")
    after = define_term(text, "lock", "a `curl` | *bend*", replace=True)
    assert meanings(after) == {**meanings(text), "lock": "a curl | bend"}
    assert [line[0] for line in edits(text, after)] == ["-", "+"]
    assert after.count("\r\n") == text.count("\r\n")


@pytest.mark.parametrize("text", ["- Door:\n", "### Door\n", "| T | M |\n|--|--|\n| Door | |\n", "- **Door:**\n"])
def test_a_term_without_a_meaning_gets_one(text: str) -> None:
    assert meanings(define_term(text, "door", "the way in")) == {"door": "the way in"}


@pytest.mark.parametrize(
    ("text", "name", "meaning"),
    [
        ("- Door: x\n", "a: b", "y"),
        ("## Door\n\nx\n", "Lock", "# y"),
        ("## Door\n\nx\n\ny\n", "Door", "z"),
        ("| Door\n|--\n| Door\n", "Door", "z"),
        ("<pre>\n", "Lock", "y"),
    ],
)
def test_what_the_glossary_cannot_take_for_sure_is_refused(text: str, name: str, meaning: str) -> None:
    with refuses("brief.not-editable") as refused:
        define_term(text, name, meaning, replace=True)
    assert "yourself" in refused.value.hint


BLOCKS = st.lists(
    st.sampled_from(
        ["# Words", "## Door", "- Door: x", "- Lock: y\n  z", "| Key | opens |\n|---|---|\n| Bolt | shuts |", "text",
         "```", "<!--", "- a\n  - b: c", "* **Key**: k", "***", "> - Pin: p", ""]
    ),
    max_size=6,
)  # fmt: skip
NAMES = st.sampled_from(["Door", "lock", "Key", "Pin", "New", "a|b", "`x`", "한글 말"])


@given(BLOCKS, st.sampled_from(["\n", "\n\n"]), NAMES, st.sampled_from(["x", "a | b", "*m*", "# n", "[l](u)", "- o"]))
def test_any_glossary_takes_one_meaning_or_none(blocks: list[str], between: str, name: str, meaning: str) -> None:
    text = between.join(blocks) + "\n"
    try:
        after = define_term(text, name, meaning, replace=True)
    except OkstraError as refusal:
        said = refusal.message
    else:
        before, now = meanings(text), meanings(after)
        assert now.keys() - before.keys() <= {name.strip("`").casefold()}
        assert [key for key in before if now[key] != before[key] and key != name.casefold()] == []
        assert define_term(after, name, meaning) == after
        return
    assert said.isprintable()
