"""What a page says about the questions it was made from, and whether a report still asks them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from okstra_git.digest import fingerprint_of
from okstra_git.reports.clarifications import list_clarifications

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.documents.markdown import Document
    from okstra_git.reports.clarifications import Clarification

DATA_ID = "okstra-view"
MARK = f'<script type="application/json" id="{DATA_ID}">'
_DATA = re.compile(re.escape(MARK) + r"([^<]*)</script>")


class ViewedReport(NamedTuple):
    """Which report it is: `name` is its path from the project's root; None for what is not known of it.

    `next_run` is the command that carries the answers on.
    """

    name: str
    task: str | None
    task_type: str | None
    run: str | None
    next_run: str | None = None


class ViewDifference(NamedTuple):
    """How a page and section 1 of its report differ.

    `missing`: the page does not ask it; `extra`: the report does not ask it; `changed`: it asks something else;
    `answered`: only answer or status changed since; `unreadable`: the page does not say what it was made from.
    """

    what: Literal["unreadable", "missing", "extra", "changed", "answered"]
    id: str
    line: int


def view_data(rows: Sequence[Clarification], place: ViewedReport) -> dict[str, Any]:
    """What a page carries for its script, and to be compared with the report."""
    return {
        "schema": 1,
        "kind": DATA_ID,
        "task": place.task,
        "run": place.run,
        "report": place.name,
        "questions": [_question(row) for row in rows],
    }


def _question(row: Clarification) -> dict[str, Any]:
    asked = [row.id, row.ticket, row.kind, row.statement, row.expected, row.blocks]
    return {
        "id": row.id,
        "kind": row.kind.casefold(),
        "blocks": row.blocks.casefold(),
        "state": row.state,
        "answer": row.answer,
        "digest": fingerprint_of(asked),
        "settled": fingerprint_of([row.status, row.answer]),
    }


def compare_view(html: str, report: Document) -> list[ViewDifference]:
    """How the page and the report differ, in the order of the report; nothing where both ask the same."""
    shown = _read(html)
    if shown is None:
        return [ViewDifference("unreadable", "", 0)]
    rows = list_clarifications(report)
    differences = []
    left = {(str(each.get("id")), at): each for at, each in enumerate(shown)}
    for at, row in enumerate(rows):
        seen, now = left.pop((row.id, at), None), _question(row)
        if seen is None:
            differences.append(ViewDifference("missing", row.id, row.line))
        elif seen.get("digest") != now["digest"]:
            differences.append(ViewDifference("changed", row.id, row.line))
        elif seen.get("settled") != now["settled"]:
            differences.append(ViewDifference("answered", row.id, row.line))
    return [*differences, *(ViewDifference("extra", id, 0) for id, _ in left)]


def _read(html: str) -> list[dict[str, Any]] | None:
    """The questions that the page says it was made from; None for a page that is not ours or was broken."""
    match = _DATA.search(html)
    try:
        values = json.loads(match[1]) if match else None
    except (ValueError, RecursionError):
        return None
    questions = values.get("questions") if isinstance(values, dict) else None
    if not isinstance(questions, list) or not all(isinstance(each, dict) for each in questions):
        return None
    return questions
