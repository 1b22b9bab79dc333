"""What workers said of each other's findings and of a plan, and what that came to: verdict files and states."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field, ValidationError

from okstra_git.records.report import parts as p
from okstra_git.records.report.deliverables import PlanVerification
from okstra_git.records.report.problems import DataProblem, describe_errors

SCHEMA = 1
MAX_ROUNDS = 2
"""Rounds over findings; the body of a plan has one."""

VerdictWord = Literal["agree", "disagree", "cannot-tell"]
FindingClass = Literal["consensus", "majority", "disputed", "unconfirmed", "rejected", "single-source"]
CLASSES: tuple[FindingClass, ...] = get_args(FindingClass)
"""How a finding can stand, in the order in which they are counted."""

Rows = Field(max_length=p.MAX_ROWS)


class WorkerVerdict(p.ReportPart):
    """What one worker says of one finding (`claude:F-001`) or one part of a plan (`P-1-F1`).

    Who disagrees, or cannot tell, gives the reason.
    """

    id: p.Line
    verdict: VerdictWord
    reason: p.MaybeProse = ""


class VerdictFile(p.ReportPart):
    """What one worker says in one round: an answer to everything in its batch, and to nothing else."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    run: p.Line
    round: Annotated[int, Field(ge=1, le=MAX_ROUNDS)]
    worker: p.Line
    verdicts: Annotated[tuple[WorkerVerdict, ...], Rows]


class Stance(p.ReportPart):
    """How a worker stands to a finding since this round; 0 is the worker's own result."""

    worker: p.Line
    verdict: VerdictWord
    reason: p.MaybeProse = ""
    round: Annotated[int, Field(ge=0, le=MAX_ROUNDS)] = 0


class DiscussedFinding(p.ReportPart):
    """A finding that one or more workers have made. `items` are theirs, and the first of them is its id."""

    id: p.Line
    statement: p.Prose
    items: Annotated[tuple[p.Line, ...], Field(min_length=1, max_length=p.MAX_ROWS)]
    stances: Annotated[tuple[Stance, ...], Rows] = ()
    classification: FindingClass = "unconfirmed"


class GroupedItems(p.ReportPart):
    """Items of workers that say the same."""

    statement: p.MaybeProse = ""
    items: Annotated[tuple[p.Line, ...], Field(min_length=1, max_length=p.MAX_ROWS)]


class FindingsFile(p.ReportPart):
    """Which items of workers say the same, as a lead sees it; what is not named stands for itself."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    findings: Annotated[tuple[GroupedItems, ...], Rows]


class ConvergenceState(p.ReportPart):
    """How the findings of a run stand. The last three are copied into the report as they are.

    `analysers` are those whose results count. While it is not `closed`, another round may follow.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    run: p.Line
    analysers: Annotated[tuple[p.Line, ...], Field(max_length=20)]
    closed: bool = False
    findings: Annotated[tuple[DiscussedFinding, ...], Rows]
    round_history: Annotated[tuple[p.Round, ...], Field(max_length=MAX_ROUNDS)] = ()
    round2_skipped_reason: p.MaybeLine | None = None
    final_classification_counts: dict[p.Line, Annotated[int, Field(ge=0)]]


class PlanBodyState(PlanVerification):
    """The verification of a plan's body, as the report has it, and what it was about.

    `fingerprint` stands for the parts that were asked about: where the plan has others now, it was changed since.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    run: p.Line
    plan: p.Line
    fingerprint: p.Line
    analysers: Annotated[tuple[p.Line, ...], Field(max_length=20)]


Stored = TypeVar("Stored", bound=p.ReportPart)


def parse_part(model: type[Stored], values: Mapping[str, Any], what: str) -> Stored | list[DataProblem]:
    """The document, or everything that is wrong with its shape; `what` is what the sentences call it."""
    try:
        return model.model_validate_json(json.dumps(values), by_alias=True, by_name=False)
    except ValidationError as error:
        return describe_errors(error, model, what)


DOCUMENTS: Mapping[str, type[p.ReportPart]] = {
    "convergence": ConvergenceState,
    "findings-file": FindingsFile,
    "verdict-file": VerdictFile,
    "plan-body": PlanBodyState,
}
"""Document -> what it is, by the names under which their schemas are asked for."""


def schema_of_document(name: str) -> dict[str, Any]:
    """The JSON Schema of one of the documents."""
    return DOCUMENTS[name].model_json_schema(by_alias=True)
