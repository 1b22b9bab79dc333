"""Documents as sections, tables, lists and code, with lines that a person finds again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import MAX_BYTES, Unreadable, decode, parse_document


def titles(text: str) -> list[tuple[int, str, int]]:
    return [(s.level, s.title, s.line) for s in parse_document(text).sections if s.level]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("## 5.5 Stage Map", "Stage Map"),
        ("# 1. Clarification Items", "Clarification Items"),
        ("### 5.5.9 Plan Body Verification", "Plan Body Verification"),
        ("## A. Appendix", "Appendix"),
        ("## 2024 in review", "in review"),
        ("## Stage 1: `x` and *y*", "Stage 1: x and y"),
        ("## No number", "No number"),
        ("## 12", "12"),
        ("## 5.5) Stage Map:", "Stage Map"),
        ("## Stage Map <!-- see below -->", "Stage Map"),
    ],
)
def test_a_title_has_no_number_in_front(heading: str, title: str) -> None:
    assert titles(heading)[0][1] == title


def test_sections_end_where_the_next_of_their_level_begins() -> None:
    document = parse_document("top\n# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\ne")
    ends = {section.title: (section.line, section.end) for section in document.sections}
    assert ends == {"": (0, 1), "A": (2, 9), "B": (4, 7), "C": (6, 7), "D": (8, 9), "E": (10, 11)}
    b = document.find("b")
    assert b is not None
    assert document.text_of(b) == "b\n### C\nc"
    assert [section.title for section in document.below(b)] == ["C"]


def test_an_underlined_heading_ends_below_its_line() -> None:
    document = parse_document("A\nand more\n=\n\nx\n\nB\n-\ny\n")
    assert [(s.title, s.line, s.body, s.end) for s in document.sections[1:]] == [
        ("A\nand more", 1, 4, 10),
        ("B", 7, 9, 10),
    ]
    assert document.text_of(document.sections[2]) == "y"


def test_a_section_is_found_with_a_translation_behind_its_title() -> None:
    document = parse_document("# Stage Maps\n# 5.5 Stage Map (단계 지도)\n")
    found = document.find("stage map")
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


def test_headings_in_code_lists_and_quotes_are_none() -> None:
    text = "# A\n\n```\n# not\n```\n\n    # not\n\n- # not\n\n> # not\n\nB\n=\n\n<!--\n# not\n-->\n"
    assert titles(text) == [(1, "A", 1), (1, "B", 13)]


def test_tables_keep_escaped_pipes_and_lose_markup() -> None:
    table = parse_document("| A | B |\n|---|:-:|\n| a \\| b | `c` **d** |\n| e |\n").sections[0].tables[0]
    assert (table.header, table.line) == (("A", "B"), 1)
    assert [(row.cells, row.line) for row in table.rows] == [(("a | b", "c d"), 3), (("e", ""), 4)]


def test_items_know_depth_box_spans_and_line() -> None:
    items = parse_document("- [ ] one `x`\n  - [X] two\n- three\n  goes on\n\n1. four\n").sections[0].items
    assert [(i.text, i.depth, i.checked, i.spans, i.line) for i in items] == [
        ("one x", 0, False, ("x",), 1), ("two", 1, True, (), 2), ("three\ngoes on", 0, None, (), 3),
        ("four", 0, None, (), 6),
    ]  # fmt: skip


def test_code_has_its_word_and_its_lines() -> None:
    codes = parse_document("```sh\nmake\n```\n\n    indented\n").sections[0].codes
    assert [(code.info, code.content, code.line) for code in codes] == [("sh", "make\n", 1), ("", "indented\n", 5)]


@pytest.mark.parametrize("text", ["# A\r\n\r\n## B\r\n", "\ufeff# A\n\n## B\n", "# A\r\r## B\r"])
def test_line_ends_and_byte_order_marks_change_nothing(text: str) -> None:
    assert titles(text) == [(1, "A", 1), (2, "B", 3)]


def test_front_matter_is_no_part_of_the_text_and_counts_as_lines() -> None:
    document = parse_document("---\na: 1\n---\n# A\n")
    assert (document.front.values, titles("---\na: 1\n---\n# A\n")) == ({"a": 1}, [(1, "A", 4)])


@pytest.mark.parametrize(
    ("data", "word"), [(b"a\nb\xff\n", "line 2"), (b"a\0b", "NUL"), (b"a" * (MAX_BYTES + 1), "longer than 5 MiB")]
)
def test_what_is_no_text_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(Unreadable, match=word) as refused:
        decode(data, name="x.md")
    assert refused.value.hint


@given(st.text(alphabet=st.sampled_from("#-=`|>* \n\t1a[]x:~<!\r") | st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_a_document_and_every_line_is_inside(text: str) -> None:
    document = parse_document(text)
    last = len(document.lines)
    for section in document.sections:
        assert section.line <= section.end <= last or section.level == 0
        inside = (*section.items, *section.tables, *section.codes, *section.paragraphs)
        assert all(1 <= each.line <= last for each in inside)
