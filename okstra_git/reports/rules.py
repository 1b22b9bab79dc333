"""What has to agree inside the data of a report: the table of its rules."""

from typing import TYPE_CHECKING

from okstra_git.documents.json_problems import DataProblem

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData


def check_rules(data: "AnyReportData") -> list[DataProblem]:
    """Every place where the data contradict themselves."""
    if data.verdict.token == "blocked" and data.verdict.direction != "hold":
        message = f"a report that is blocked holds, and verdict.direction is {data.verdict.direction}"
        return [DataProblem("verdict.direction", "report.blocked-holds", message, 'write "hold"')]
    return []
