"""What `report view` answers."""

from typing_extensions import TypedDict


class ReportPage(TypedDict):
    """`report view`: `html` is the page's path, null where the report asks nothing and has none."""

    report: str
    task: str | None
    html: str | None
    questions: int
    waiting: int
    opened: bool
