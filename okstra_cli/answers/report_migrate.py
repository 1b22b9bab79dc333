"""What `report migrate` answers."""

from typing_extensions import TypedDict


class ReportMigration(TypedDict):
    """`changes` is what was done, in words; `references` are lines that may name a section by its former number.

    `original` is the copy of the report as it was: null where nothing was written.
    """

    report: str
    migrated: bool
    original: str | None
    changes: list[str]
    references: list[int]
    dry_run: bool
