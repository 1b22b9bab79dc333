"""Text that became Markdown is read back as that text, and is nothing but text."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from okstra_git.documents.escaping import (
    code_in_block,
    code_in_cell,
    code_in_line,
    text_in_cell,
    text_in_front_matter,
    text_in_heading,
    text_in_item,
    text_in_line,
    text_in_paragraphs,
)
from okstra_git.documents.markdown import Section, parse_document

PIECES = (
    *"ab1 _*`~<>&;|\\[]()!#-+=:.\n\t'\"/?x$@",
    "\x00", "\x1b[31m", "\u202e", "\u2066", "\u2028", "\x85", "é", "가나", "שלום", "🙂", "```", "~~~", "---", "===",
    "|---|", "| a |", "<script>", "</td>", "<!--", "-->", "&lt;", "&#124;", "\\|", "\r\n", "\n\n", "[x] ", "](http://a)",
    "[a]: b", "1. ", "- ", "> ", "# ", "    ", "![", "$$",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def page(text: str) -> str:
    """A document that has the text in every place."""
    return (
        f"---\nkey: {text_in_front_matter(text)}\n---\n\n# H {text_in_heading(text)}\n\n| a | b |\n|---|---|\n"
        f"| x | {text_in_cell(text)} |\n| {code_in_cell(text)} | y |\n\n- {text_in_item(text)}\n"
        f"- z {text_in_line(text)}\n\n1. {code_in_line(text)}\n\n{text_in_paragraphs(text)}\n\n{code_in_block(text)}"
        "\n\n## E\n\nlast\n"
    )


def letters(text: str) -> str:
    """What of a text has to come back: no white space, no marks of code, one sign for what is not shown."""
    shown = re.sub("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", text)
    return "".join(shown.split()).replace("`", "")


def shape(section: Section) -> tuple[object, ...]:
    cells = [[len(row.cells) for row in table.rows] for table in section.tables]
    return cells, [item.checked for item in section.items], len(section.codes)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("a\\|b` \\| `")
@example("|---|\n:--\n| a")
@example("[x] done")
@example("[a]: http://b")
@example("`a\\")
def test_any_text_stays_text_wherever_it_stands(text: str) -> None:
    document = parse_document(page(text))
    assert [(section.level, letters(section.raw)) for section in document.sections[1:]] == [
        (1, "H" + letters(text)), (2, "E"),
    ]  # fmt: skip
    body = document.sections[1]
    assert shape(body) == ([[2, 2]], [None, None, None], 1)
    assert letters(body.tables[0].rows[0].cells[1]) == letters(text)
    assert letters(body.tables[0].rows[1].cells[0]) == letters(text)
    assert [letters(item.text) for item in body.items] == [letters(text), "z" + letters(text), letters(text)]
    assert letters("".join(paragraph.text for paragraph in body.paragraphs)) == letters(text)
    assert letters(body.codes[0].content) == letters(text)
    assert letters(str(document.front.values["key"])) == letters(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("snake_case, a < b, items[0] & more", "snake_case, a < b, items[0] & more"),
        ("`a|b` or c|d", "`a\\|b` or c\\|d"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("two\nlines", "two lines"),
        ("*bold* _too_", "\\*bold\\* \\_too\\_"),
        ("[a](b)", "[a\\](b)"),
        ("`open", "\\`open"),
        ("C:\\dir\\|", "C:\\dir\\\\&#124;"),
    ],
)
def test_a_cell_is_escaped_where_it_has_to_be_and_nowhere_else(text: str, written: str) -> None:
    assert text_in_cell(text) == written


def test_paragraphs_and_line_breaks_of_prose_stay() -> None:
    assert text_in_paragraphs("one\n- two\n\n\nthree") == "one\\\n\\- two\n\nthree"


@pytest.mark.parametrize("piece", ["`", "a`", "``a`", "\\", "_a", "[", "<", "|", "\n", " \n"])
def test_long_texts_take_linear_time(piece: str) -> None:
    """Quadratic work on this many pieces would take minutes."""
    for write in (text_in_cell, text_in_paragraphs, code_in_cell, code_in_block):
        assert write(piece * 200_000) is not None
