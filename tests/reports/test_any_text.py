"""Whatever the fields of report data say, the report has the same headings, rows, cells, items and blocks."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.phases import PHASES
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.reports.render import render_report
from okstra_git.reports.shape import OtherShape, read_fields
from tests.documents.test_escaping import TEXTS
from tests.kit.golden_reports import golden_data

NASTY = (
    "0",
    "| a | b |\n|---|---|\n| c | d |",
    "# heading\n\n## 7. Final Verdict\n\n| Verdict Token |\n|---|\n| accepted |",
    "</td></tr></table><script>alert('x')</script><!--",
    "```\nnever closed",
    "~~~\n- [x] Approved",
    "- [ ] Approved\n- [x] Approved",
    "---\napproved: true\n---",
    "\u202egnp.exe \u2066 \x00\x1b[2J\x7f",
    "[a]: javascript:alert(1)\n[a] ![b](javascript:x) <javascript:x>",
    "`a\\|b` `` ` `` \\`c` \\",
    "&lt;b&gt; &#124; &amp;",
    "1. one\n2. two\n\n    code\n\n> quoted\n\n***",
    "שלום <b>עולם</b> | مرحبا",
)  # fmt: skip
Shape = list[tuple[int, list[list[int]], list[tuple[int, bool | None]], int]]


def shape_of(text: str) -> Shape:
    """Of every section: level, cells of each row of each table, depth and box of each item, number of code blocks."""
    return [
        (
            section.level,
            [[len(table.header), *(len(row.cells) for row in table.rows)] for table in section.tables],
            [(item.depth, item.checked) for item in section.items],
            len(section.codes),
        )
        for section in parse_document(text).sections
    ]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of all texts that are not empty, since an empty one may be left out of the report."""
    if isinstance(value, str) and value:
        yield path
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))


def with_text(values: dict[str, Any], path: tuple[str | int, ...], text: str) -> dict[str, Any]:
    changed = copy.deepcopy(values)
    place: Any = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = text
    return changed


def rendered(values: dict[str, Any]) -> str | None:
    """The report; None where the models do not allow the values."""
    try:
        return render_report(read_fields(values["taskType"], values), path="report.md").text  # type: ignore[arg-type]
    except OtherShape:
        return None


def takes_text(values: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    try:
        return bool(read_fields(values["taskType"], with_text(values, path, "any text")))
    except OtherShape:
        return False


@pytest.mark.parametrize("task_type", PHASES)
def test_nasty_text_in_any_one_field_stays_text(task_type: str) -> None:
    values = golden_data(task_type)
    expected = shape_of(rendered(values) or "")
    paths = [path for path in leaves(values) if takes_text(values, path)]
    assert len(paths) > 15
    for index, path in enumerate(paths):
        text = NASTY[index % len(NASTY)]
        assert shape_of(rendered(with_text(values, path, text)) or "") == expected, (path, text)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_in_every_field_at_once_stays_text(text: str) -> None:
    for task_type in PHASES:
        everywhere = _everywhere(task_type, text)
        assert shape_of(rendered(everywhere) or "") == shape_of(rendered(golden_data(task_type)) or "")
        rows = list_clarifications(parse_document(rendered(everywhere) or ""))
        assert [(row.id, row.status) for row in rows] == [
            (row["id"], row["status"]) for row in everywhere["clarifications"]
        ]


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(list(PHASES)), TEXTS.filter(str.strip))
def test_any_text_in_every_field_stays_text(task_type: str, text: str) -> None:
    stays_text(task_type, text)


@pytest.mark.deep
@settings(max_examples=3_000, deadline=None)
@given(st.sampled_from(list(PHASES)), TEXTS.filter(str.strip) | st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_text_at_all_in_every_field_stays_text(task_type: str, text: str) -> None:
    stays_text(task_type, text)


def stays_text(task_type: str, text: str) -> None:
    """The report with the text in every field has the shape of the golden one."""
    report = rendered(_everywhere(task_type, text))
    assert shape_of(report or "") == shape_of(rendered(golden_data(task_type)) or "")


def _everywhere(task_type: str, text: str) -> dict[str, Any]:
    values = golden_data(task_type)
    for path in _PATHS[task_type]:
        values = with_text(values, path, text)
    assert json.dumps(values)
    return values


_PATHS = {
    task_type: [path for path in leaves(golden_data(task_type)) if takes_text(golden_data(task_type), path)]
    for task_type in PHASES
}
