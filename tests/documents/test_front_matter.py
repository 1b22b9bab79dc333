"""The YAML block of a document: its values and where they stand, and what is wrong with it in which line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.documents.front_matter import FrontMatter, Place
from okstra_git.documents.markdown import parse_document


def front(*lines: str) -> FrontMatter:
    return parse_document("\n".join(["---", *lines, "---", "# T", ""])).front


def values_at(found: FrontMatter) -> dict[str, str]:
    return {key: found.content[place.start : place.end] for key, place in found.places.items()}


def test_values_are_plain_and_their_places_are_known() -> None:
    found = front("title: 'a b'  # note", "empty:", "many:", "  - 1", "  - 2 # two", "# more", "on the side: {x: [1]}")
    assert found.exists
    assert found.values == {"title": "a b", "empty": None, "many": [1, 2], "on the side": {"x": [1]}}
    assert values_at(found) == {
        "title": "'a b'", "empty": "", "many": "- 1\n  - 2", "on the side": "{x: [1]}",
    }  # fmt: skip
    assert [place.line for place in found.places.values()] == [0, 1, 2, 6]
    assert (found.problem, found.closing) == ("", 9)


def test_an_alias_stands_where_it_is_written() -> None:
    found = front("a: &x [1]", "b: *x", "c: |", "  two", "  lines", "", "d: !!str 1")
    assert values_at(found) == {"a": "&x [1]", "b": "*x", "c": "|\n  two\n  lines", "d": "!!str 1"}
    assert found.values["b"] == [1]


def test_letters_that_other_readers_take_for_line_ends_move_nothing() -> None:
    found = front('a: "x\x85 y"', "b: 1")
    assert found.places["b"] == Place(1, found.content.index("b") + 1, found.content.index("1"), len(found.content))


@pytest.mark.parametrize(
    "text", ["", "text\n", "# T\n\n---\na: 1\n---\n", " ---\na: 1\n---\n", "---\na: 1\n", "---", "---\n"]
)
def test_a_document_without_the_block_has_none(text: str) -> None:
    assert parse_document(text).front == FrontMatter()


@pytest.mark.parametrize("lines", [(), ("",), ("# only a comment",), ("", "")])
def test_an_empty_block_is_there_and_has_no_problem(lines: tuple[str, ...]) -> None:
    found = front(*lines)
    assert (found.exists, found.values, found.places, found.problem) == (True, {}, {}, "")


def test_of_a_key_that_is_there_twice_the_last_counts() -> None:
    found = front("approved: true", "approved: false")
    assert found.values == {"approved": False}
    assert found.places["approved"].line == 1


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (("a: 1", "b: [1"), 3),
        (("a: {b: 1", "c: 2", "d: 3"), 2),
        (("a: 1", "b: 'two", "c: 3"), 3),
        (("a: 1", "b: c: d"), 3),
        (("a: 1", "\tb: 2"), 3),
        (("a: 1", "b: *nobody"), 3),
        (("a: 1", "b: !!python/name:os.system x"), 3),
        (("a: 1", "b: \x07"), 3),
        (("a: 1", "b: 2024-02-31"), 3),
        (("a: 1", "", "b: !!timestamp soon"), 4),
        (("a: 1", "b: !!bool perhaps"), 3),
    ],
)
def test_what_the_parser_dislikes_is_told_on_one_line_with_its_line_in_the_file(
    lines: tuple[str, ...], line: int
) -> None:
    found = front(*lines)
    assert found.exists
    assert found.problem
    assert found.problem == " ".join(found.problem.split())
    assert (found.problem_line, found.values) == (line, {})


@pytest.mark.parametrize("lines", [("- a", "- b"), ("only words",), ("~",)])
def test_a_block_that_is_no_mapping_is_told(lines: tuple[str, ...]) -> None:
    found = front(*lines)
    assert (found.exists, found.values) == (True, {})
    assert (found.problem, found.problem_line) == ("it is not a list of `key: value` lines", 2)


@pytest.mark.parametrize(
    ("deep", "line"),
    [
        ("b: " + "[" * 150 + "]" * 150, 3),
        ("b: " + "[" * 5000, 3),
        ("b: " + "[" * 5000 + "]" * 5000, 3),
        ("b: " + "{c: " * 2000, 3),
        ("? " * 3000, 3),
        ("\n".join(" " * depth + "b:" for depth in range(1500)), 103),
    ],
    ids=["few", "unclosed", "many", "mappings", "keys", "indented"],
)
def test_what_is_nested_too_deeply_is_told_in_our_words_whatever_the_parser_notices(deep: str, line: int) -> None:
    found = front("a: 1", deep)
    assert (found.problem, found.problem_line) == ("it is nested too deeply", line)


def test_a_value_as_text_is_one_line_and_lists_have_none() -> None:
    found = front("a: |", "  one", "  two", "b: 12", "c: [1]", "d:", "e: true")
    assert [found.text(key) for key in "abcdef"] == ["one two", "12", "", "", "true", ""]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,? \t\u2028é1.", max_size=12), max_size=6))
def test_no_block_raises_and_every_value_is_found_in_its_place(lines: list[str]) -> None:
    found = front(*lines)
    assert all(0 <= place.start <= place.end <= len(found.content) for place in found.places.values())
    assert all(place.key_end <= place.start for place in found.places.values())
    assert bool(found.problem) == bool(found.problem_line)
