"""The two files of a report, `NAME.md` and `NAME.data.json`, found from the name of either."""

from pathlib import Path
from typing import NamedTuple

REPORT, DATA = ".md", ".data.json"


class ReportPair(NamedTuple):
    """A report and its data, side by side; either may be missing."""

    report: Path
    data: Path


def pair_of(path: Path) -> ReportPair | None:
    """Both files from one of them; None for a name that is neither.

    >>> pair_of(Path("a/final-report-x-001.md")).data.as_posix()
    'a/final-report-x-001.data.json'
    """
    ending = next((ending for ending in (DATA, REPORT) if path.name.endswith(ending) and path.name != ending), None)
    if ending is None:
        return None
    base = path.name.removesuffix(ending)
    return ReportPair(path.with_name(base + REPORT), path.with_name(base + DATA))
