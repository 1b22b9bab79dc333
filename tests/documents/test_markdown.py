"""Markdown as sections, lists, tables and code, each with its line; whatever the text is."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.documents.markdown import MAX_BYTES, Document, Item, Row, decode, parse_document
from tests.kit.refusals import refuses

MARKDOWN = st.lists(
    st.sampled_from(
        ["# A", "## 1.2 B", "C", "===", "---", "- x", "  - [ ] y", "1. z", "```sh", "```", "> q", "| a | b |",
         "|---|---|", "| `c\\|d` |", "", "    code", "k: v", "...", "<!-- h", "-->", "\u2028", "\x0c", "[x]: y"]
    )
).map("\n".join)  # fmt: skip


def read(text: str) -> Document:
    return parse_document(dedent(text))


def lines_of(document: Document) -> list[int]:
    found = []
    for section in document.sections:
        found += [section.line, section.end, section.body - 1]
        found += [
            each.line for kind in (section.paragraphs, section.items, section.tables, section.codes) for each in kind
        ]
        found += [row.line for table in section.tables for row in table.rows]
        found += [line for item in section.items for line, _ in item.parts]
    return found


@settings(deadline=None)
@given(st.text() | MARKDOWN)
def test_any_text_is_a_document_whose_lines_are_inside_of_it(text: str) -> None:
    document = parse_document(text)
    assert all(0 <= line <= len(document.lines) for line in lines_of(document))
    assert document.front.problem_line <= len(document.lines)
    assert [section.index for section in document.sections] == list(range(len(document.sections)))


def test_a_section_knows_its_heading_and_where_its_subtree_ends() -> None:
    document = read("""\
        before

        # One
        a
        ## Two
        b
        ### Three

        ## Four
        # Five
        """)
    said = [(each.level, each.title, each.line, each.end) for each in document.sections]
    assert said == [
        (0, "", 0, 2), (1, "One", 3, 9), (2, "Two", 5, 8), (3, "Three", 7, 8), (2, "Four", 9, 9), (1, "Five", 10, 11),
    ]  # fmt: skip
    two = document.find("TWO")
    assert two is not None
    assert [each.title for each in document.below(two)] == ["Three"]
    assert document.text_of(two) == "b\n### Three"
    assert document.text_of(two, heading=True) == "## Two\nb\n### Three"
    assert document.find("Nothing") is None


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("5.5 Stage Map", "Stage Map"),
        ("1. Goal", "Goal"),
        ("5.5.1. Stage 1: T", "Stage 1: T"),
        ("A. Appendix", "Appendix"),
        ("A plan", "A plan"),
        ("Stage 2", "Stage 2"),
        ("`Stage` **Map**", "Stage Map"),
        ("Stage Map ##", "Stage Map"),
        ("3.11", "3.11"),
    ],
)
def test_the_number_of_a_heading_is_no_part_of_its_title(heading: str, title: str) -> None:
    section = parse_document(f"## {heading}\n").sections[1]
    assert (section.title, section.level) == (title, 2)


def test_a_heading_that_is_underlined_is_one_and_its_line_is_no_part_of_the_text() -> None:
    document = read("""\
        One
        ===
        a

        Two
        and more
        ---
        b
        """)
    said = [(each.level, each.title, each.line, each.body, document.text_of(each)) for each in document.sections[1:]]
    assert said == [(1, "One", 1, 3, "a\n\nTwo\nand more\n---\nb"), (2, "Two\nand more", 5, 8, "b")]


def test_what_looks_like_a_heading_in_code_lists_and_quotes_is_none() -> None:
    document = read("""\
        # Real

        ```sh
        # a comment
        ```

        - # in a list
        > # in a quote

            # indented

        <!--
        # in a comment
        -->
        """)
    assert [section.title for section in document.sections] == ["", "Real"]
    assert [(code.info, code.content, code.line, code.first) for code in document.sections[1].codes] == [
        ("sh", "# a comment\n", 3, 4),
        ("", "# indented\n", 10, 10),
    ]


def test_cells_keep_escaped_pipes_and_lose_their_markup() -> None:
    (table,) = (
        read("""\
        # T

        | A | **B** |
        |---|:-:|
        | `a\\|b` | c \\| d |
        | *x* |
        """)
        .sections[1]
        .tables
    )
    assert (table.header, table.line) == (("A", "B"), 3)
    assert table.rows == (Row(("a|b", "c | d"), 5), Row(("x", ""), 6))


def test_lists_have_depths_boxes_and_spans() -> None:
    document = read("""\
        - [ ] open `a`
        - [x] done
          - [X] inside
            1. deep `b` and `c`
        - [] no box
        - [ ]
        - \\[ ] no box either
        - `[ ]` nor this
        """)
    assert list(document.items()) == [
        Item("open a", 1, False, 0, ("a",)),
        Item("done", 2, True, 0),
        Item("inside", 3, True, 1),
        Item("deep b and c", 4, None, 2, ("b", "c")),
        Item("[] no box", 5, None, 0),
        Item("[ ]", 6, None, 0),
        Item("[ ] no box either", 7, None, 0),
        Item("[ ] nor this", 8, None, 0, ("[ ]",)),
    ]


def test_words_behind_a_list_inside_belong_to_the_outer_item() -> None:
    outer, inner = read("""\
        - outer

          - inner

          still `outer`
        """).items()
    assert (outer.text, outer.spans) == ("outer\nstill outer", ("outer",))
    assert outer.parts == ((1, "outer"), (5, "still outer"))
    assert inner.text == "inner"


def test_the_line_of_an_item_is_that_of_its_words() -> None:
    (item,) = parse_document("-\n  [ ] late\n").items()
    assert (item.text, item.line, item.checked) == ("late", 2, False)


def test_paragraphs_keep_line_breaks_and_spans() -> None:
    (paragraph,) = parse_document("a *b*\nc `d` ![e](f)\\\ng").sections[0].paragraphs
    assert (paragraph.text, paragraph.line, paragraph.spans) == ("a b\nc d e\ng", 1, ("d",))


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_and_a_bom_change_no_line_number(end: str, bom: str) -> None:
    document = parse_document(bom + end.join(["---", "a: 1", "---", "# T", "", "- x", ""]))
    assert document.front.values == {"a": 1}
    assert (document.sections[1].title, document.sections[1].line) == ("T", 4)
    assert [item.line for item in document.items()] == [6]
    assert len(document.lines) == 7


def test_only_line_ends_end_a_line() -> None:
    assert parse_document("a\x0cb\u2028c\x85d\n# T\n").sections[1].line == 2


def test_a_thousand_headings_are_read_at_once() -> None:
    assert len(parse_document("# a\n## b\n" * 5000).sections) == 10_001


def test_a_bom_and_every_letter_come_through() -> None:
    assert decode("\ufeff단계 ✓\r\n".encode(), name="plan.md") == "\ufeff단계 ✓\r\n"


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"one\ntwo \xff\n", "plan.md is not UTF-8: line 2", 2),
        (b"one\ntwo\nth\0ree\n", "plan.md is not text: line 3 holds a NUL byte", 3),
        (b"\xff\xfea\0", "plan.md is not UTF-8: line 1", 1),
        (b"x" * (MAX_BYTES + 1), "plan.md is longer than 5 MiB", None),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes, message: str, line: int | None) -> None:
    with refuses("document.unreadable") as refused:
        decode(data, name="plan.md")
    assert (refused.value.message, refused.value.code) == (message, "document.unreadable")
    assert refused.value.facts.get("line") == line


def test_five_mebibytes_are_not_too_long() -> None:
    assert len(decode(b"x" * MAX_BYTES, name="plan.md")) == MAX_BYTES
