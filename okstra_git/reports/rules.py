"""What has to agree inside the data of a report: the table of its rules."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.documents.json_problems import DataProblem

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData

RULES: tuple = ()


def check_rules(data: "AnyReportData") -> list[DataProblem]:
    return []
