"""Follow-up rows as they are read: from data or from Markdown, in any order of columns, whatever is in a cell."""

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.contract import FOLLOW_UP_COLUMNS, NO_FOLLOW_UPS
from okstra_git.documents.markdown import parse_document
from okstra_git.reports.follow_ups import ReportedFollowUp, read_rows_of_data, read_rows_of_report

CELLS = {
    "Origin": "E-003",
    "New Task ID": "`rate-limit`",
    "Suggested task-type": "error-analysis",
    "Scope": "Logins are not limited",
    "Reason / Why deferred": "out of scope",
    "Auto-spawn?": "yes",
}
ROW = ReportedFollowUp(
    "line 5", "E-003", "rate-limit", "error-analysis", "Logins are not limited", "out of scope", "", spawn=True
)
DATA: dict[str, Any] = {
    "origin": "E-003",
    "newTaskId": "rate-limit",
    "suggestedTaskType": "error-analysis",
    "scope": "Logins are not limited",
    "reason": "out of scope",
    "autoSpawn": True,
}


def a_report(cells: dict[str, str], heading: str = "## 4. Follow-up Tasks (후속 작업)") -> str:
    header, rule = f"| {' | '.join(cells)} |", "|---" * len(cells) + "|"
    return f"{heading}\n\n{header}\n{rule}\n| {' | '.join(cells.values())} |\n"


def of_report(text: str) -> list[ReportedFollowUp]:
    return read_rows_of_report(parse_document(text))


@pytest.mark.parametrize(
    "columns", [FOLLOW_UP_COLUMNS, FOLLOW_UP_COLUMNS[::-1], tuple(sorted(FOLLOW_UP_COLUMNS))], ids=str
)
def test_columns_may_stand_in_any_order(columns: tuple[str, ...]) -> None:
    assert of_report(a_report({column: CELLS[column] for column in columns})) == [ROW]


@pytest.mark.parametrize(
    "heading", ["## 7. Follow-up Tasks (후속 작업)", "### Follow-up Tasks", "# follow-up tasks (x)"]
)
def test_the_section_is_found_by_its_title(heading: str) -> None:
    assert of_report(a_report(CELLS, heading)) == [ROW]


def test_a_column_of_tickets_is_read_and_one_that_is_missing_is_empty() -> None:
    row = of_report(a_report({"New Task ID": "x", "Ticket ID": "SHOP-3", "Auto-spawn": "No"}))[0]
    assert (row.name, row.ticket, row.spawn, row.origin) == ("x", "SHOP-3", False, "")


def test_a_section_that_lists_nothing_has_no_rows() -> None:
    assert of_report(f"## 4. Follow-up Tasks (후속 작업)\n\n{NO_FOLLOW_UPS}\n") == []
    assert of_report("# Report\n\n| New Task ID |\n|---|\n| elsewhere |\n") == []
    assert of_report("## Follow-up Tasks\n\n| Other | Table |\n|---|---|\n| a | b |\n") == []


@pytest.mark.parametrize(
    ("word", "spawn"), [("yes", True), ("`Yes`", True), ("NO", False), ("", None), ("maybe", None)]
)
def test_only_yes_and_no_decide(word: str, spawn: bool | None) -> None:
    assert of_report(a_report(CELLS | {"Auto-spawn?": word}))[0].spawn is spawn


def test_data_say_the_same() -> None:
    assert read_rows_of_data({"followUps": [DATA]}) == [ROW._replace(place="followUps[0]")]


def test_a_row_of_data_has_the_ticket_of_its_origin_else_that_of_the_whole_report() -> None:
    evidence = {"primary": [{"id": "E-003", "ticketId": "SHOP-3"}, {"id": "E-004", "ticketId": ""}]}
    rows = [DATA, DATA | {"origin": "E-004"}]
    data = {"followUps": rows, "evidence": evidence, "ticketCoverage": {"singleTicket": "SHOP-1"}}
    assert [row.ticket for row in read_rows_of_data(data)] == ["SHOP-3", "SHOP-1"]
    assert read_rows_of_data({"followUps": rows})[0].ticket == ""


@pytest.mark.parametrize(
    "value", [None, [], {}, 7, "text", [None], [[]], [7], [{}], [{"newTaskId": 7, "autoSpawn": "x"}]]
)
def test_data_of_any_shape_are_read(value: object) -> None:
    rows = read_rows_of_data({"followUps": value, "evidence": value, "ticketCoverage": value, "differences": value})
    assert all(row.spawn is None for row in rows)


def test_a_cell_is_one_line_of_what_can_be_printed() -> None:
    cell = read_rows_of_data({"followUps": [DATA | {"scope": "a\x1b[2J\n\tb\u202e \ud800c\0"}]})[0].scope
    assert cell == "a [2J b c"


CELL = st.text(st.sampled_from("ab|`\\<>#*_-\u202e\x00 \t"), max_size=12)


@given(st.lists(st.tuples(*[CELL] * 6), max_size=4), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_table_is_read_and_a_cell_never_ends_its_line(rows: list[tuple[str, ...]], end: str) -> None:
    table = [FOLLOW_UP_COLUMNS, ("---",) * 6, *rows]
    lines = ["## Follow-up Tasks", "", *(f"| {' | '.join(cells)} |" for cells in table)]
    for row in of_report(end.join(lines)):
        assert all(cell.isprintable() for cell in row[:7])


def test_ten_times_the_rows_take_at_most_twelve_times_the_time() -> None:
    def cost(rows: int) -> float:
        text = json.dumps({"followUps": [DATA] * rows})
        began = process_time()
        read_rows_of_data(json.loads(text))
        return process_time() - began

    assert min(cost(5_000) for _ in range(3)) <= 12 * min(cost(500) for _ in range(3)) + 0.01
