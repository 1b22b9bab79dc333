"""Conformance of a task as its files say it: what a plan declares for its stages, and how the commands came out."""

from typing import Annotated, Literal

from pydantic import Field

from okstra_git.records.report.parts import MAX_ROWS, ExitCode, Line, MaybeLine, ReportPart, StageNumber


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
