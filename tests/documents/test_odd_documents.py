"""Documents that are written oddly, or by somebody who means harm: read and edited all the same, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.editing import add_box, find_box, set_front_value, tick_box
from okstra_git.documents.front_matter import read_front_matter
from okstra_git.documents.markdown import parse_document
from okstra_git.errors import OkstraError
from tests.kit.refusals import refuses


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("-----\nb: 2\n-----\nx", "-----\nb: 2\napproved: true\n-----\nx"),
        ("---\nb: 2\n...\nx", "---\nb: 2\napproved: true\n...\nx"),
        ("---\nb: |\n    ---\nc: 1\n---\nx", "---\nb: |\n    ---\nc: 1\napproved: true\n---\nx"),
        ('---\nb: "x\u2028y"\napproved: no\n---\n', '---\nb: "x\u2028y"\napproved: true\n---\n'),
        ("---\r\nb: 2\r\napproved: 'no' # x\r\n---\r\n", "---\r\nb: 2\r\napproved: true # x\r\n---\r\n"),
        ("---\napproved:\n  - a\n# kept\n\nc: 1\n---\n", "---\napproved: true\n# kept\n\nc: 1\n---\n"),
        ("---\nb: &x 1\napproved: *x\n---\n", "---\nb: &x 1\napproved: true\n---\n"),
    ],
)
def test_a_value_is_set_alone(before: str, after: str) -> None:
    assert set_front_value(before, "approved", "true") == after


@pytest.mark.parametrize("front", ["a: [", "- a", "approved: &x no\nb: *x", "..: *", "a: 1\na"])
def test_front_matter_that_cannot_take_one_more_value_is_refused_with_the_way_out(front: str) -> None:
    with refuses("document.not-editable") as refused:
        set_front_value(f"---\n{front}\n---\nx", "approved", "true")
    assert "approved: true" in refused.value.hint


ANYTHING = st.text(alphabet=st.sampled_from("---\n\n\r: ab|>#'[]{}&*!\x85\u2028\ufeff") | st.characters(codec="utf-8"))


@given(ANYTHING, ANYTHING)
def test_in_any_text_a_value_is_set_alone_or_refused(front: str, body: str) -> None:
    text = f"---\n{front}\n---\n{body}"
    before = parse_document(text)
    try:
        after = parse_document(set_front_value(text, "approved", "true"))
    except OkstraError as refused:
        if refused.code != "document.not-editable":
            raise
        return
    assert repr(after.front.values) == repr(before.front.values | {"approved": True})
    assert after.lines[after.front.closing :] == before.lines[before.front.closing :] or not before.front.exists


@given(ANYTHING, st.sampled_from(["\n", "\r\n"]))
def test_in_any_text_a_tick_changes_one_character_of_the_box(text: str, end: str) -> None:
    text = f"{text}{end}{end}- [ ] Approved{end}"
    box = find_box(parse_document(text), "Approved")
    if box is not None:
        ticked = tick_box(text, box)
        changed = [(a, b) for a, b in zip(text, ticked, strict=True) if a != b]
        assert changed == ([] if box.checked else [(" ", "x")])
        found = find_box(parse_document(ticked), "Approved")
        assert found is not None
        assert found.checked


@pytest.mark.parametrize("odd", ["\u2028", "\x0c", "\x0b", "\x85", "\x1c"])
def test_what_ends_no_line_in_markdown_moves_no_tick(odd: str) -> None:
    text = f"a{odd}b\n\n- [ ] Other\n- [ ] Approved\n"
    box = find_box(parse_document(text), "Approved")
    assert box is not None
    assert tick_box(text, box) == text.replace("[ ] Approved", "[x] Approved")


def test_a_box_swallows_nothing_that_is_indented() -> None:
    text = "# T\n\n    code\nT\n===\n"
    assert add_box(text, "Approved") == f"- [ ] Approved\n\n{text}"
    assert add_box("   # T\nx\n", "Approved") == "   # T\n\n- [ ] Approved\n\nx\n"


def test_a_note_behind_the_label_hides_no_box() -> None:
    assert find_box(parse_document("- [ ] Approved <!-- by Kim -->\n"), "Approved") is not None


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_ten_thousand_brackets_are_a_problem_and_no_crash(bracket: str) -> None:
    assert read_front_matter("a: " + bracket * 10_000).problem


def test_a_few_lines_that_stand_for_gigabytes_are_read_at_once() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    document = parse_document("---\n" + "\n".join([*rows, "title: *a11", "b: no"]) + "\n---\n")
    assert document.front.text("title") == ""
    assert set_front_value(document.text, "b", "true").endswith("b: true\n---\n")


def test_a_value_as_text_is_as_it_is_written() -> None:
    found = read_front_matter("a: 0012\nb: 12.10\nc: 'yes'  # no\nd: ~\ne: [1]\nf: 0x" + "f" * 9000 + "\n")
    assert [found.text(key) for key in "abcdeg"] == ["0012", "12.10", "yes", "", "", ""]
    assert found.text("f").startswith("0xff")


@pytest.mark.parametrize(
    ("heading", "title"),
    [("## 5.5) Stage Map:", "Stage Map"), ("## Stage Map <!-- see below -->", "Stage Map"), ("## 1) A", "A")],
)
def test_a_title_has_nothing_around_it(heading: str, title: str) -> None:
    assert parse_document(heading).sections[1].title == title


def test_a_section_is_found_with_a_translation_behind_its_title() -> None:
    found = parse_document("# Stage Maps\n# 5.5 Stage Map (단계 지도)\n").find("stage map")
    assert found is not None
    assert found.line == 2


@pytest.mark.parametrize(
    ("text", "plain"),
    [("src/__init__.py and __x__", "src/__init__.py and x"), ("src/*.py, tests/*.py", "src/*.py, tests/*.py"),
     ("**Files:** a", "Files: a"), ("see **this**.", "see this."), ("a<br>b <!-- c -->d", "a b d")],
)  # fmt: skip
def test_markup_is_taken_off_words_and_not_off_paths(text: str, plain: str) -> None:
    assert parse_document(text).sections[0].paragraphs[0].text == plain


def test_fifty_thousand_headings_are_read_in_seconds() -> None:
    assert len(parse_document("# a\n" * 50_000).sections) == 50_001
