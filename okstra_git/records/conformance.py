"""Conformance of a task as its files say it: what a plan declares for its stages, and how the commands came out."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from okstra_git.records.report.parts import MAX_ROWS, ExitCode, Line, MaybeLine, ReportPart, StageNumber
from okstra_git.records.report.problems import describe_errors


class ConformanceEntry(ReportPart):
    """What one stage has to show beyond its tests: which surfaces it touches, and the command that shows it on them.

    `stage_key` is `<task-id>-stage-<N>`; `stage` says N where the id makes that ambiguous. Instead of a command an
    entry may be exempt: the text says why.
    """

    stage_key: Line
    stage: StageNumber | None = None
    requires: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    command: MaybeLine = ""
    exempt: MaybeLine = ""


class ConformanceManifest(ReportPart):
    """`qa/conformance-manifest.json` of a task, shared by all of its runs."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    entries: Annotated[tuple[ConformanceEntry, ...], Field(max_length=MAX_ROWS)] = ()


class ConformanceOutcome(ReportPart):
    """How the command of one entry ended in the run `run`."""

    stage_key: Line
    command: Line
    exit_code: ExitCode
    run: MaybeLine = ""


class ConformanceResults(ReportPart):
    """`qa/conformance-results.json`, written by whoever ran the commands."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    entries: Annotated[tuple[ConformanceOutcome, ...], Field(max_length=MAX_ROWS)] = ()


ConformanceFile = TypeVar("ConformanceFile", ConformanceManifest, ConformanceResults)


def parse_conformance(
    values: Mapping[str, Any], model: type[ConformanceFile], *, what: str
) -> ConformanceFile | list[str]:
    """The file, or everything that is wrong with its form, each with its place; `what` names it in sentences."""
    try:
        return model.model_validate_json(json.dumps(values), by_alias=True, by_name=False)
    except ValidationError as error:
        problems = describe_errors(error, model, what=what)
        return [f"{each.message}{f'; {each.hint}' if each.hint else ''}" for each in problems]


def schema_of_conformance(name: str) -> dict[str, Any]:
    """The JSON Schema of `conformance` (the manifest) or `conformance-results`."""
    model = ConformanceManifest if name == "conformance" else ConformanceResults
    return model.model_json_schema(by_alias=True)
