"""The edits of an approval: one value, one box, one tick, and every other byte as it was."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from okstra_git.documents.editing import add_box, find_box, set_front_value, tick_box
from okstra_git.documents.markdown import parse_document

BODY = "# T\n\ntext\n"
LABEL = "Approved"
OTHER = st.sampled_from(
    ["title: x", "title: 'a: b'", "note: >-\n  two\n  lines\n", "# comment", "list:\n- a\n- b", "map: {a: [1]}",
     "empty:", "한글: 값", "sep: \"a\u2028b\"", "anchor: &a 1", "alias: &b {x: 1}", ""]
)  # fmt: skip
OWN = st.sampled_from(
    ["", "approved: false", "approved:", "approved: # note", "approved:   'no'  # note", "approved: |\n  a\n  b",
     "approved:\n  - a\n  - b", "approved:\n- a", "approved:\n  false", "approved: \"a\n  b\" # c", "approved: !!str x",
     "\"approved\" : no", "? approved\n: no"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("approved: false", "approved: true"),
        ("approved:   'no'  # later", "approved:   true  # later"),
        ('approved: "x # y"', "approved: true"),
        ("approved:", "approved: true"),
        ("approved: # later", "approved: true # later"),
        ("approved:   ", "approved: true   "),
        ("approved: |\n  a\n  b\ntitle: x", "approved: true\ntitle: x"),
        ("approved: >\n  a\n\n# c\ntitle: x", "approved: true\n\n# c\ntitle: x"),
        ("approved:\n  - a\n  - b # c\ntitle: x", "approved: true # c\ntitle: x"),
        ("approved:\n- a\ntitle: x", "approved: true\ntitle: x"),
        ("approved:\n  false\ntitle: x", "approved: true\ntitle: x"),
        ('approved: "a\n  b" # c', "approved: true # c"),
        ("other: &a 1\napproved: *a", "other: &a 1\napproved: true"),
        ("approved: !!str no", "approved: true"),
        ("approved: true\napproved: false", "approved: true\napproved: true"),
        ("title: x", "title: x\napproved: true"),
        ("title: >\n  x", "title: >\n  x\napproved: true"),
        ("  title: x", "  title: x\n  approved: true"),
        ("# nothing yet", "# nothing yet\napproved: true"),
        ("{title: x}", "{approved: true, title: x}"),
        ("{}", "{approved: true}"),
        ("{title: x, approved: no, more: 1}", "{title: x, approved: true, more: 1}"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_value_is_set_where_it_stands_or_as_the_last_line(before: str, after: str, end: str, bom: str) -> None:
    def whole(block: str) -> str:
        return bom + f"---\n{block}\n---\n{BODY}".replace("\n", end)

    assert set_front_value(whole(before), "approved", "true") == whole(after)
    assert parse_document(whole(after)).front.values["approved"] is True


@pytest.mark.parametrize("text", ["", BODY, "---\nopen: 1\n", "a\r\nb\r\n", "\ufeff" + BODY])
def test_a_document_without_front_matter_gets_one(text: str) -> None:
    end = "\r\n" if "\r\n" in text else "\n"
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    expected = bom + f"---{end}approved: true{end}---{end}" + text.removeprefix("\ufeff")
    assert set_front_value(text, "approved", "true") == expected


def test_an_empty_block_gets_its_first_line() -> None:
    assert set_front_value("---\n---\n", "approved", "true") == "---\napproved: true\n---\n"


def test_a_block_that_ends_with_dots_is_filled_before_them() -> None:
    assert set_front_value("---\na: 1\n...\nx\n", "b", "2") == "---\na: 1\nb: 2\n...\nx\n"


@settings(deadline=None)
@given(
    st.lists(OTHER, max_size=4, unique_by=lambda one: one.split(":")[0] or one),
    OWN,
    st.integers(0, 4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["true", "2", "word"]),
)
def test_what_was_set_is_read_back_and_all_else_stays(
    others: list[str], own: str, at: int, end: str, value: str
) -> None:
    block = [*others[:at], own, *others[at:]]
    text = "\n".join(["---", *[one for one in block if one], "---", BODY]).replace("\n", end)
    before = parse_document(text).front
    assert not before.problem
    written = set_front_value(text, "approved", value)
    after = parse_document(written).front
    assert str(after.values["approved"]).casefold() == value
    assert {**before.values, "approved": 0} == {**after.values, "approved": 0}
    assert set_front_value(written, "approved", value) == written
    kept = [line for line in text.split(end) if line and line not in own.split("\n")]
    assert [line for line in written.split(end) if line in kept] == kept
    assert written.endswith(BODY.replace("\n", end))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- [ ] Approved\n", 1),
        ("# T\n\n* [x] Approved\n", 3),
        ("1. [ ] **Approved**\n", 1),
        ("-\n  [ ] Approved\n", 2),
        ("> - [ ] Approved\n", 1),
        ("- [ ] Approved\n\n  by whom\n", 1),
        ("- [ ] Approved not\n- Approved\n- [ ] approved\n- [X] Approved\n", 4),
    ],
)
def test_the_box_is_found_by_its_whole_line(text: str, line: int) -> None:
    found = find_box(parse_document(text), LABEL)
    assert found is not None
    assert found.line == line


@pytest.mark.parametrize(
    "text", ["", "- Approved\n", "[ ] Approved\n", "```\n- [ ] Approved\n```\n", "- \\[ ] Approved\n"]
)
def test_what_is_no_box_is_not_found(text: str) -> None:
    assert find_box(parse_document(text), LABEL) is None


def test_a_ticked_box_stays_as_it_is_whatever_follows() -> None:
    text = "- [x] Approved [ ]\n"
    (item,) = parse_document(text).items()
    assert tick_box(text, item) == text


PIECES = ["# T", "T\n===", "text", "- [ ] other", "\x0cform feed", "sep\u2028arator", "    code", "", "> quote"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]),
       st.sampled_from(["", "---\na: 1\n---\n"]), st.booleans())  # fmt: skip
@example(["# T", "    code", "T\n==="], "\n", "", "", False)
def test_a_box_is_added_on_lines_of_its_own_and_ticked_by_one_letter(
    pieces: list[str], end: str, bom: str, front: str, whole: bool
) -> None:
    text = bom + (front + "\n".join(pieces) + "\n" * whole).replace("\n", end)
    with_box = add_box(text, LABEL)
    document = parse_document(with_box)
    box = find_box(document, LABEL)
    assert box is not None
    assert box.checked is False
    assert document.front == parse_document(text).front
    kept = [line for line in re.split("[\r\n]+", text.removeprefix(bom)) if line]
    written = re.split("[\r\n]+", with_box.removeprefix(bom))
    assert [line for line in written if line and line != f"- [ ] {LABEL}"] == kept
    titles = [section.title for section in parse_document(text).sections]
    assert [section.title for section in document.sections] == titles
    ticked = tick_box(with_box, box)
    assert len(ticked) == len(with_box)
    changed = [(was, now) for was, now in zip(with_box, ticked, strict=True) if was != now]
    assert changed == [(" ", "x")]
    again = find_box(parse_document(ticked), LABEL)
    assert again is not None
    assert again.checked


def test_a_box_goes_behind_the_first_heading() -> None:
    assert add_box("---\na: 1\n---\nT\n===\ntext", LABEL) == "---\na: 1\n---\nT\n===\n\n- [ ] Approved\n\ntext"
    assert add_box("# T", LABEL) == "# T\n\n- [ ] Approved\n"
    assert add_box("---\na: 1\n---", LABEL) == "---\na: 1\n---\n\n- [ ] Approved\n"
    assert add_box("\ufefftext\r\n", LABEL) == "\ufeff- [ ] Approved\r\n\r\ntext\r\n"
