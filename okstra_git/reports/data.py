"""Reads the data of a report: bytes in, the data or every problem of them out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from okstra_git.documents.json_problems import DataProblem
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.reports.rules import check_placeholders, check_rules
from okstra_git.reports.shape import OtherShape, read_fields

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData

MAX_BYTES = 5 << 20


def read_report_data(content: bytes) -> "AnyReportData | list[DataProblem]":
    """The data of a report, or everything that is wrong with them: with their shape, else with what has to agree.

    The data are an object with the attributes of the models in `okstra_git/records/report/`, whose class may be another
    (see `okstra_git/reports/shape.py`).
    """
    try:
        values = read_plain_object(content, max_bytes=MAX_BYTES)
    except NotPlain as error:
        hint = "begin with a skeleton: git okstra report new --run R"
        return [DataProblem("", "data.unreadable", f"the report data {error}", hint)]
    data = _read_shape(values)
    if isinstance(data, list):
        named = {problem.path for problem in data}
        return data + [problem for problem in check_placeholders(values) if problem.path not in named]
    return check_rules(data) or data


def _read_shape(values: Mapping[str, Any]) -> "AnyReportData | list[DataProblem]":
    task_type = values.get("taskType")
    try:
        return cast("AnyReportData", read_fields(task_type if isinstance(task_type, str) else "", values))
    except OtherShape:
        from okstra_git.records.report.data import parse_report_data  # loads the models: only to say what is wrong

        return parse_report_data(values)
