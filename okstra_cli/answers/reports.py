"""What `report check` and `report render` answer."""

from typing_extensions import TypedDict


class DataProblem(TypedDict):
    """What is wrong with report data; `path` is a JSON path, empty for the whole."""

    path: str
    rule: str
    message: str
    hint: str


class CheckedData(TypedDict):
    """`report check`, also beside a refusal; `task_type` is null where nothing of the data is sure."""

    data: str
    task_type: str | None
    problems: list[DataProblem]


class RenderedReport(TypedDict):
    """`report render`: absolute paths; `line` is what a report writer answers, `answers` are those that were kept."""

    data: str
    report: str
    sections: int
    changed: bool
    answers: list[str]
    approved: bool
    line: str
