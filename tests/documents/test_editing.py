"""Edits that change what they should and not a byte more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.editing import add_box, find_box, set_front_value, tick_box
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
    ],
)
def test_a_value_is_set_where_it_stands(before: str, after: str) -> None:
    assert set_front_value(before, "approved", "true") == after
    assert parse_document(after).front.values["approved"] is True


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


def test_a_box_is_ticked_by_one_character() -> None:
    text = "- [ ] Other [ ]\n- [ ] Approved\n"
    box = find_box(parse_document(text), "Approved")
    assert box is not None
    assert tick_box(text, box) == "- [ ] Other [ ]\n- [x] Approved\n"


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
    ],
)
def test_what_is_no_yaml_says_where(content: str, line: int) -> None:
    found = read_front_matter(content)
    assert (found.values, found.exists) == ({}, True)
    assert found.problem
    assert found.problem_line == line


def test_no_block_is_not_an_empty_block() -> None:
    assert not read_front_matter(None).exists
    assert read_front_matter("").exists
    assert read_front_matter("# only a note\n").problem == ""


@given(st.text(max_size=80))
def test_no_block_raises(content: str) -> None:
    read_front_matter(content)
