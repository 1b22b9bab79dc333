"""Cells of a table: split as the parser of Markdown splits them, written as letters, read back as they were written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.reports.cells import joined, read_cell, read_line, replaced, write_cell

LETTERS = st.text(st.sampled_from("ab _*`~|\\<>[]()&;#!/-1é한א\u202e\u00a0\t\n\r"), max_size=30)
TEXT = st.one_of(LETTERS, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))


@given(TEXT)
@example("\\`x` \\")
@example("`a|b` and `\\|`")
@example("__init__.py, snake_case, 2 * 3, a < b, ~/x")
@example("&lt; &amp;amp; <br> <!-- c -->")
@example("``")
def test_a_cell_says_what_was_written(text: str) -> None:
    assert read_cell(write_cell(text)) == joined(text)


@given(TEXT)
@example("[a](b) **c** <i>d</i>")
@example("https://a.example/?b=1&copy;=2")
def test_what_is_written_is_letters_to_any_reader_of_markdown(text: str) -> None:
    row = f"|{write_cell(text)}| end |"
    (table,) = (table for part in parse_document(f"| a | b |\n|---|---|\n{row}\n").sections for table in part.tables)
    shown, end = table.rows[0].cells
    plain = read_line(row).cells[0]
    assert end == "end"
    if "`" not in plain:  # ticks are code spans to one reader, and letters to the other
        assert "".join(shown.split()) == "".join(plain.split())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("yes", " yes "),
        ("", " "),
        (" one\r\n\r\n  two ", " one / two "),
        ("a \u202e b", " a \ufffd b "),
        ("a|b", " a\\|b "),
        ("`a|b`", " `a\\|b` "),
        ("src/login_token.py", " src/login_token.py "),
        ("<script>", " \\<script> "),
        ("C:\\temp\\", " C:\\temp\\\\ "),
    ],
)
def test_a_cell_is_as_plain_as_can_be(text: str, written: str) -> None:
    assert write_cell(text) == written


@pytest.mark.parametrize(
    ("raw", "said"),
    [(" a &lt; b&#124;c ", "a < b|c"), ("<!-- here -->", ""), ("one<br>two", "one / two"), ("`&lt;`", "`&lt;`")],
)
def test_a_cell_of_another_writer_is_read(raw: str, said: str) -> None:
    assert read_cell(raw) == said


ROW = st.text(st.sampled_from("ab |\\`\t"), min_size=1, max_size=20)


@given(ROW)
@example("a | b\\| c | d")
@example("| `a | b` |")
@example("|||")
def test_a_row_is_split_as_the_parser_splits_it(text: str) -> None:
    columns = 12
    head = f"{'| x ' * columns}|\n{'|---' * columns}|\n"
    tables = [table for part in parse_document(head + text).sections for table in part.tables]
    if not text.strip() or not tables[0].rows:  # what is indented like code, or blank, is no row
        return
    cells = [*read_line(text).cells, *[""] * columns][:columns]
    shown = tables[0].rows[0].cells
    assert [_letters(cell) for cell in shown] == [_letters(cell) for cell in cells]


def _letters(cell: str) -> str:
    """Without ticks, and the blanks that a code span may have inside of them."""
    return "".join(cell.replace("`", "").split())


@given(ROW, st.dictionaries(st.integers(0, 5), st.text(st.sampled_from("xy|\\` "), max_size=5), min_size=1))
def test_changed_cells_say_what_was_written_and_the_others_stay(text: str, changes: dict[int, str]) -> None:
    line = read_line(text if text.strip() else "|")
    after = read_line(replaced(line, changes))
    assert {index: after.cells[index] for index in changes} == {n: joined(said) for n, said in changes.items()}
    kept = [index for index in range(len(line.spans)) if index not in changes]
    assert [after.cells[index] for index in kept] == [line.cells[index] for index in kept]
    assert len(after.spans) == max(len(line.spans), max(changes) + 1)
