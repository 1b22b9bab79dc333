"""How the report of a task type looks, with a gap in every cell: what its writer is shown.

It is rendered from the data that `report new` writes, by the templates of reports, so that it cannot say another thing
than they do.
"""

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from okstra_git.documents.escaping import Verbatim, text_in_cell
from okstra_git.reports.render import render_fields
from okstra_git.reports.shape import HUMP
from okstra_git.reports.skeleton import CARRIED, INSIDE, ROUND, VERIFICATION, new_report_data

_GAP = re.compile(r"<[^<>]+>")
_NULL = frozenset({"carriedIn", "reporterConfirmation", "stage", "planVerification"})
"""Keys whose null says that the report has no such part."""

_BLANK = frozenset({"title", "userInput", "ticketId", "note", "code"})
"""Keys whose empty text is how a report usually has them."""


def render_form(
    task_type: str,
    known: Mapping[str, Any],
    *,
    ticket: str,
    report: str,
    data: str,
    is_carrying: bool = False,
    is_plan_verified: bool = True,
) -> str:
    """The form of a run's report; `report` and `data` are the paths of the two files, `known` is as for the skeleton.

    `is_carrying` says that answers were carried in, `is_plan_verified` that the body of a plan is verified.
    """
    values = new_report_data(task_type, known, ticket=ticket)
    values |= {"roundHistory": [ROUND], "round2SkippedReason": "<reason>", "finalClassificationCounts": {"<class>": 0}}
    values["carriedIn"] = [CARRIED] if is_carrying else None
    if task_type == "implementation-planning":
        values["deliverable"]["planVerification"] = VERIFICATION if is_plan_verified else None
    return render_fields(_fields(values, ""), path=report, form_of=data).text


def _fields(value: Any, key: str) -> Any:
    """The data as templates see them, with gaps that are not escaped; null is a gap where it stands for a value."""
    if isinstance(value, Mapping):
        is_open = not value or any(_GAP.fullmatch(name) for name in value) or key == "tickets"
        if is_open:
            return {_gap(name): _fields(inner, name) for name, inner in value.items()}
        return SimpleNamespace(**{HUMP.sub("_", name).lower(): _fields(inner, name) for name, inner in value.items()})
    if isinstance(value, list):
        return tuple(_fields(inner, key) for inner in value)
    if key == "number":
        return 1
    if (value is None and key not in _NULL) or (value == "" and key not in _BLANK):
        return Verbatim(f"<{HUMP.sub(' ', key).lower()}>")
    return _gap(value) if isinstance(value, str) else value


def _gap(text: str) -> str:
    """A gap as it stands; words around one are escaped as the words of a cell."""
    if _GAP.fullmatch(text):
        return Verbatim(text.replace(" | ", ", "))
    inside = [gap for gap in INSIDE if gap in text]
    if not inside:
        return text
    escaped = text_in_cell(text)
    for gap in inside:
        escaped = escaped.replace(f"\\{gap}", gap)
    return Verbatim(escaped)
