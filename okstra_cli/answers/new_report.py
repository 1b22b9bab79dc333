"""What `report new` answers."""

from typing_extensions import TypedDict


class NewReportData(TypedDict):
    """`path` is the file that was written, `copied` are files of the run that a part of it was taken from."""

    run: str
    task_type: str
    path: str
    copied: list[str]
    next: str
