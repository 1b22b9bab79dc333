"""The file of a person's answers to a report, as the page of a report exports it and `report answers` takes it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from okstra_git.records.report import parts as p
from okstra_git.records.report.problems import DataProblem, describe_errors


class GivenAnswer(p.ReportPart):
    """A person's answer to one question; `open`, without words, takes an answer back."""

    id: p.ClarificationId
    answer: p.MaybeLine
    status: Literal["answered", "open"]


class UserResponse(p.ReportPart):
    """Answers to the questions of one report. `run` and `report` say what they were given to, as far as it is known."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    kind: Literal["okstra-user-response"]
    task: p.Line
    run: p.Line | None
    report: p.Line | None
    answers: Annotated[tuple[GivenAnswer, ...], Field(max_length=p.MAX_ROWS)]


def parse_user_response(values: Mapping[str, Any]) -> UserResponse | list[DataProblem]:
    """The answers, or everything that is wrong with their shape; `values` is the JSON object as Python reads it."""
    try:
        return UserResponse.model_validate_json(json.dumps(values), by_alias=True, by_name=False)
    except ValidationError as error:
        return describe_errors(error, UserResponse)
