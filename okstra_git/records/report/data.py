"""The data of a report as a whole, by task type; reading them says everything that is wrong."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic.json_schema import models_json_schema

from okstra_git.documents.json_problems import DataProblem
from okstra_git.names import quote
from okstra_git.records.report import deliverables as d
from okstra_git.records.report import parts as p
from okstra_git.records.report.problems import describe_errors

SCHEMA = 1


class ReportData(p.ReportPart):
    """What every report has. The first of `next_steps` is the next step of the card; see docs/design/reports.md."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    task_key: p.Line
    task_type: p.TaskType
    run_id: p.Line
    nonce: p.MaybeLine
    seq: Annotated[str, Field(pattern=r"^[0-9]{3,9}$")]
    stage: p.StageNumber | None
    language: Literal["en", "ko"]
    title: p.MaybeLine = ""
    verdict: p.ReportVerdict
    next_steps: Annotated[tuple[p.Line, ...], Field(min_length=1, max_length=p.MAX_ROWS)]
    routing: Annotated[tuple[p.Routing, ...], Field(max_length=20)]
    carried_in: Annotated[tuple[p.CarriedRow, ...], Field(max_length=p.MAX_ROWS)] | None
    reporter_confirmation: Annotated[tuple[p.PendingRow, ...], Field(max_length=p.MAX_ROWS)] | None
    clarifications: Annotated[tuple[p.ClarificationRow, ...], Field(max_length=p.MAX_ROWS)]
    evidence: p.EvidenceSection
    follow_ups: Annotated[tuple[p.FollowUpRow, ...], Field(max_length=p.MAX_ROWS)]
    consensus: Annotated[tuple[p.ConsensusRow, ...], Field(max_length=p.MAX_ROWS)]
    differences: Annotated[tuple[p.DifferenceRow, ...], Field(max_length=p.MAX_ROWS)]
    round_history: Annotated[tuple[p.Round, ...], Field(max_length=99)]
    round2_skipped_reason: p.MaybeLine | None
    final_classification_counts: dict[p.Line, Annotated[int, Field(ge=0)]]
    ticket_coverage: p.TicketCoverage


class DiscoveryData(ReportData):
    """Data of a requirements discovery."""

    task_type: Literal["requirements-discovery"]
    deliverable: d.RequirementsDiscovery


class AnalysisData(ReportData):
    """Data of an error analysis."""

    task_type: Literal["error-analysis"]
    deliverable: d.ErrorAnalysis


class ImprovementData(ReportData):
    """Data of an improvement discovery."""

    task_type: Literal["improvement-discovery"]
    deliverable: d.ImprovementDiscovery


class PlanningData(ReportData):
    """Data of an implementation planning."""

    task_type: Literal["implementation-planning"]
    deliverable: d.ImplementationPlanning


class ImplementationData(ReportData):
    """Data of an implementation; `database_verified` is null when no database is concerned."""

    task_type: Literal["implementation"]
    deliverable: d.Implementation
    validation_evidence: Annotated[tuple[p.CommandResult, ...], Field(max_length=p.MAX_ROWS)]
    database_verified: bool | None


class VerificationData(ReportData):
    """Data of a final verification, as `handoff record-verified` reads them."""

    task_type: Literal["final-verification"]
    deliverable: d.FinalVerification
    verification_scope: Literal["whole-task", "single-stage"]
    validation_evidence: Annotated[tuple[p.CommandResult, ...], Field(max_length=p.MAX_ROWS)]
    database_verified: bool | None


class HandoffData(ReportData):
    """Data of a release handoff."""

    task_type: Literal["release-handoff"]
    deliverable: d.ReleaseHandoff


AnyReportData = (
    DiscoveryData | AnalysisData | ImprovementData | PlanningData | ImplementationData | VerificationData | HandoffData
)

MODELS: Mapping[str, type[AnyReportData]] = {
    "requirements-discovery": DiscoveryData,
    "error-analysis": AnalysisData,
    "improvement-discovery": ImprovementData,
    "implementation-planning": PlanningData,
    "implementation": ImplementationData,
    "final-verification": VerificationData,
    "release-handoff": HandoffData,
}


def parse_report_data(values: Mapping[str, Any]) -> AnyReportData | list[DataProblem]:
    """The data of a report, or everything that is wrong with their shape.

    `values` is the JSON object as Python reads it. Only the model of its own task type is built, so that reading one
    report does not pay for seven. What has to agree inside is not looked at here: `okstra_git/reports/rules.py`.
    """
    model = MODELS.get(str(values.get("taskType")))
    if model is None:
        return [_unknown_type(values)]
    try:
        return model.model_validate_json(json.dumps(values), by_alias=True, by_name=False)
    except ValidationError as error:
        return describe_errors(error, model)


def _unknown_type(values: Mapping[str, Any]) -> DataProblem:
    known = f"one of {', '.join(MODELS)}"
    if "taskType" not in values:
        return DataProblem("taskType", "data.missing-key", "taskType is missing", known)
    return DataProblem("taskType", "data.task-type", f"{quote(str(values['taskType']))} is not a task type", known)


def schemas() -> dict[str, Any]:
    """The JSON Schemas of all task types as one document: `$defs`, and which of them is of which task type."""
    models = [(model, "validation") for model in MODELS.values()]
    _, definitions = models_json_schema(models, by_alias=True, title="Data of a report")  # type: ignore[arg-type]
    return {"okstraTaskTypes": {task_type: model.__name__ for task_type, model in MODELS.items()}, **definitions}
