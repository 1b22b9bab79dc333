"""Edits that change what they should and not a byte more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.editing import NotEditable, add_box, find_box, set_front_value, split_lines, tick_box
from okstra_git.documents.front_matter import read_front_matter
from okstra_git.documents.markdown import parse_document


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\na: 1\napproved: false\n---\nx", "---\na: 1\napproved: true\n---\nx"),
        ("---\napproved: 'no'   # ask Kim\n---\n", "---\napproved: true   # ask Kim\n---\n"),
        ("---\napproved:\nb: 2\n---\n", "---\napproved: true\nb: 2\n---\n"),
        ("---\napproved: \nb: 2\n---\n", "---\napproved: true\nb: 2\n---\n"),
        ("---\nb: 2\n---\n", "---\nb: 2\napproved: true\n---\n"),
        ("---\n---\nx", "---\napproved: true\n---\nx"),
        ("# x\n", "---\napproved: true\n---\n# x\n"),
        ("", "---\napproved: true\n---\n"),
        ("---\r\nb: 2\r\n---\r\nx\r\n", "---\r\nb: 2\r\napproved: true\r\n---\r\nx\r\n"),
        ("\ufeff---\napproved: false\n---\n", "\ufeff---\napproved: true\n---\n"),
        ("---\napproved:\n  - a\n  - b\nc: 1\n---\n", "---\napproved: true\nc: 1\n---\n"),
        ("---\napproved: {a: 1,\n  b: 2}\nc: 1\n---\n", "---\napproved: true\nc: 1\n---\n"),
        ("---\na: 1\napproved: |\n  no\n  no\n---\n", "---\na: 1\napproved: true\n---\n"),
        ("---\napproved: {a: 1}\n---\n", "---\napproved: true\n---\n"),
        ("-----\nb: 2\n-----\nx", "-----\nb: 2\napproved: true\n-----\nx"),
        ("---\nb: 2\n...\nx", "---\nb: 2\napproved: true\n...\nx"),
        ("---\nb: |\n    ---\nc: 1\n---\nx", "---\nb: |\n    ---\nc: 1\napproved: true\n---\nx"),
        ('---\nb: "x\u2028y"\napproved: no\n---\n', '---\nb: "x\u2028y"\napproved: true\n---\n'),
        ("---\r\nb: 2\r\napproved: 'no' # x\r\n---\r\n", "---\r\nb: 2\r\napproved: true # x\r\n---\r\n"),
        ("---\napproved:\r\nb: 2\n---\n", "---\napproved: true\r\nb: 2\n---\n"),
        ("---\napproved:\n  - a\n# kept\n\nc: 1\n---\n", "---\napproved: true\n# kept\n\nc: 1\n---\n"),
        ('---\n"approved" : !!str no\n---\n', '---\n"approved" : true\n---\n'),
    ],
)
def test_a_value_is_set_where_it_stands(before: str, after: str) -> None:
    assert set_front_value(before, "approved", "true") == after
    assert parse_document(after).front.values["approved"] is True


@pytest.mark.parametrize("front", ["{a: 1}", "a: [", "- a", "approved: &x no\nb: *x", "..: *"])
def test_front_matter_that_cannot_take_one_more_line_is_refused_with_the_way_out(front: str) -> None:
    with pytest.raises(NotEditable) as refused:
        set_front_value(f"---\n{front}\n---\nx", "approved", "true")
    assert "approved: true" in refused.value.hint


SAFE = st.text(alphabet="abc xyz:#-'\"[]{}", max_size=20)


KEYS = st.sampled_from(["a", "b", "approved", "title"])


@given(st.dictionaries(KEYS, st.booleans() | st.integers(), max_size=4), SAFE)
def test_all_other_lines_stay_byte_for_byte(values: dict[str, object], body: str) -> None:
    front = "".join(f"{key}: {str(value).lower()}  # {key}\n" for key, value in values.items())
    before = f"---\n{front}---\n{body}\n"
    after = set_front_value(before, "approved", "true")
    assert parse_document(after).front.values == {**values, "approved": True}
    kept = [line for line in before.split("\n") if not line.startswith("approved:")]
    assert [line for line in after.split("\n") if not line.startswith("approved:")] == kept


ANYTHING = st.text(alphabet=st.sampled_from("---\n\n\r: ab|>#'[]{}&*!\x85\u2028\ufeff") | st.characters(codec="utf-8"))


@given(ANYTHING, ANYTHING)
def test_in_any_text_a_value_is_set_alone_or_refused(front: str, body: str) -> None:
    text = f"---\n{front}\n---\n{body}"
    before = parse_document(text)
    try:
        after = parse_document(set_front_value(text, "approved", "true"))
    except NotEditable:
        return
    assert after.front.values == before.front.values | {"approved": True}
    assert after.lines[after.front.closing :] == before.lines[before.front.closing :] or not before.front.exists


@given(ANYTHING, st.sampled_from(["\n", "\r\n"]))
def test_in_any_text_a_tick_changes_one_character_of_the_box(text: str, end: str) -> None:
    text = f"{text}{end}{end}- [ ] Approved{end}"
    assert "".join(split_lines(text)) == text
    box = find_box(parse_document(text), "Approved")
    if box is not None:
        ticked = tick_box(text, box)
        changed = [(a, b) for a, b in zip(text, ticked, strict=True) if a != b]
        assert changed == ([] if box.checked else [(" ", "x")])
        found = find_box(parse_document(ticked), "Approved")
        assert found is not None
        assert found.checked


def test_a_box_is_ticked_by_one_character() -> None:
    text = "- [ ] Other [ ]\n- [ ] Approved\n"
    box = find_box(parse_document(text), "Approved")
    assert box is not None
    assert tick_box(text, box) == "- [ ] Other [ ]\n- [x] Approved\n"


@pytest.mark.parametrize("odd", ["\u2028", "\x0c", "\x0b", "\x85", "\x1c"])
def test_what_ends_no_line_in_markdown_moves_no_tick(odd: str) -> None:
    text = f"a{odd}b\n\n- [ ] Other\n- [ ] Approved\n"
    box = find_box(parse_document(text), "Approved")
    assert box is not None
    assert tick_box(text, box) == text.replace("[ ] Approved", "[x] Approved")


def test_a_note_behind_the_label_hides_no_box() -> None:
    assert find_box(parse_document("- [ ] Approved <!-- by Kim -->\n"), "Approved") is not None


@pytest.mark.parametrize(
    "text", ["- [ ] Approved by nobody\n", "- Approved\n", "```\n- [ ] Approved\n```\n", "[ ] Approved"]
)
def test_only_a_box_of_that_text_is_one(text: str) -> None:
    assert find_box(parse_document(text), "Approved") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\na: 1\n---\n# T\n\nx\n", "---\na: 1\n---\n# T\n\n- [ ] Approved\n\nx\n"),
        ("# T", "# T\n\n- [ ] Approved\n"),
        ("x\n", "\n- [ ] Approved\n\nx\n"),
        ("---\na: 1\n---\nx\n", "---\na: 1\n---\n\n- [ ] Approved\n\nx\n"),
        ("T\n=\nx\n", "T\n=\n\n- [ ] Approved\n\nx\n"),
        ("# T\r\nx\r\n", "# T\r\n\r\n- [ ] Approved\r\n\r\nx\r\n"),
    ],
)
def test_a_box_is_added_behind_the_first_heading(before: str, after: str) -> None:
    assert add_box(before, "Approved") == after
    assert find_box(parse_document(after), "Approved") is not None


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a: [1\nb: 2\n", 3),
        ("a: 1\n b: 2\n", 3),
        ("- a\n- b\n", 2),
        ("just words\n", 2),
        ("a: !!python/object:os.system x\n", 2),
        ("b: 1\na: &x 1\nc: *x\n", 4),
        ("a: " + "[" * 60_000, 2),
        ("a: " + "9" * 5000, 2),
        ("a: " + "x" * (64 << 10), 2),
    ],
)
def test_what_is_no_yaml_says_where(content: str, line: int) -> None:
    found = read_front_matter(content)
    assert (found.values, found.exists) == ({}, True)
    assert found.problem
    assert found.problem_line == line


def test_a_value_as_text_is_as_it_is_written() -> None:
    found = read_front_matter("a: 0012\nb: 12.10\nc: 'yes'  # no\nd: ~\ne: [1]\nf: 0x" + "f" * 9000 + "\n")
    assert [found.text(key) for key in "abcdeg"] == ["0012", "12.10", "yes", "", "", ""]
    assert found.text("f").startswith("0xff")
    assert [found.places[key].line for key in "af"] == [2, 7]


def test_no_block_is_not_an_empty_block() -> None:
    assert not read_front_matter(None).exists
    assert read_front_matter("").exists
    assert read_front_matter("# only a note\n").problem == ""


@given(st.text(max_size=80))
def test_no_block_raises(content: str) -> None:
    read_front_matter(content)
