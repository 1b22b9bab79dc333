"""The JSON Schema of report data, made of the models and shipped, so that reading data need not load them."""

import json

from okstra_git.records.report.data import schemas


def report_schema() -> str:
    """The document `templates/reports/data.schema.json`."""
    return json.dumps(schemas(), indent=1, ensure_ascii=False) + "\n"
