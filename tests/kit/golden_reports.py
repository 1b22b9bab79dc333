"""The data of the golden reports, which have something realistic in every field."""

import json
from pathlib import Path
from typing import Any

from tests.kit.surroundings import ROOT

FOLDER = ROOT / "tests" / "reports" / "golden"


def golden_file(task_type: str, language: str = "en") -> Path:
    """The file of the data; the report that they make lies beside it."""
    return FOLDER / f"{task_type}.{language}.json"


def golden_data(task_type: str, language: str = "en") -> dict[str, Any]:
    """The data, to be changed at will."""
    values: dict[str, Any] = json.loads(golden_file(task_type, language).read_text(encoding="utf-8"))
    return values
