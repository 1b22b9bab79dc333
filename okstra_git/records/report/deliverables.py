"""Section 5 of a report: what each task type delivers."""

from typing import Annotated, Literal

from pydantic import Field

from okstra_git.records.report.parts import (
    MAX_ROWS,
    ClarificationId,
    ExitCode,
    Line,
    MaybeLine,
    MaybeProse,
    Prose,
    ReportPart,
    SourceItems,
    StageNumber,
    TaskType,
)

MaybeExitCode = ExitCode | None


class RequirementRow(ReportPart):
    """An outcome that somebody wants, and how anybody can see that it is there."""

    id: Annotated[str, Field(pattern=r"^Q-[0-9]{3}$")]
    ticket_id: MaybeLine
    requirement: Line
    observed_by: Line
    source: Line


class TermRow(ReportPart):
    """A word of the brief and the canonical term for it."""

    ticket_id: MaybeLine
    term: Line
    canonical: Line


class MissingInput(ReportPart):
    """What was not given, what it would change, and the question that asks for it (empty where none does)."""

    ticket_id: MaybeLine
    needs: Line
    changes: Line
    clarification: Annotated[str, Field(pattern=r"^(C-[0-9]{3})?$")]


class Assumption(ReportPart):
    """Something known, assumed or unknown, and what breaks if it is wrong."""

    ticket_id: MaybeLine
    certainty: Literal["known", "assumed", "unknown"]
    statement: Line
    if_wrong: MaybeLine


class RequirementsDiscovery(ReportPart):
    """What is wanted, in terms that can be checked, and where knowledge ends. `resuming` is for the next phase."""

    requirements: Annotated[tuple[RequirementRow, ...], Field(max_length=MAX_ROWS)]
    terms: Annotated[tuple[TermRow, ...], Field(max_length=MAX_ROWS)]
    missing: Annotated[tuple[MissingInput, ...], Field(max_length=MAX_ROWS)]
    boundary: Annotated[tuple[Assumption, ...], Field(max_length=MAX_ROWS)]
    resuming: Prose


class CauseRow(ReportPart):
    """One link of the chain from cause to symptom."""

    id: Annotated[str, Field(pattern=r"^K-[0-9]{3}$")]
    ticket_id: MaybeLine
    link: Line
    certainty: Literal["shown", "likely", "unknown"]
    source: Line


class RuledOut(ReportPart):
    """A cause that was considered, and the observation against it."""

    ticket_id: MaybeLine
    cause: Line
    observation: Line


class Border(ReportPart):
    """Where the explanation ends."""

    ticket_id: MaybeLine
    statement: Line


class Diagnostic(ReportPart):
    """A step that would tell more: what each outcome would mean, and what it costs."""

    ticket_id: MaybeLine
    step: Line
    outcomes: Line
    cost: Line


class ErrorAnalysis(ReportPart):
    """Why it fails, as far as evidence reaches, and what to look at next."""

    causes: Annotated[tuple[CauseRow, ...], Field(max_length=MAX_ROWS)]
    ruled_out: Annotated[tuple[RuledOut, ...], Field(max_length=MAX_ROWS)]
    boundary: Annotated[tuple[Border, ...], Field(max_length=MAX_ROWS)]
    diagnostics: Annotated[tuple[Diagnostic, ...], Field(max_length=MAX_ROWS)]


class CandidateRow(ReportPart):
    """A possible improvement; priority 1 comes first."""

    id: Annotated[str, Field(pattern=r"^I-[0-9]{3}$")]
    lens: Literal["correctness", "reliability", "performance", "security", "maintainability", "usability", "cost"]
    candidate: Line
    evidence: Line
    benefit: Line
    effort: Line
    risk: Line
    source_workers: SourceItems
    suggested_task_type: TaskType
    priority: Annotated[int, Field(ge=1, le=9_999)]


class ImprovementDiscovery(ReportPart):
    """What could be better, in order; `order_note` says what would change the order."""

    candidates: Annotated[tuple[CandidateRow, ...], Field(max_length=MAX_ROWS)]
    order_note: Prose


class Alternative(ReportPart):
    """An approach that was not taken, and why."""

    alternative: Line
    reason: Line


class PlannedFile(ReportPart):
    """A file that a stage touches; `note` such as `new`."""

    path: Line
    note: MaybeLine = ""


class PlannedStep(ReportPart):
    """A step of a stage; `code` is shown as a block below it."""

    ticket_id: MaybeLine = ""
    text: Prose
    code: MaybeProse = ""


class PlannedCheck(ReportPart):
    """A command that shows that a stage is right, and the exit code that it then has."""

    command: Line
    exit_code: ExitCode


class StagePlan(ReportPart):
    """One stage of the plan. The exit contract is what later stages may rely on."""

    number: StageNumber
    title: Line
    depends_on: tuple[StageNumber, ...]
    files: Annotated[tuple[PlannedFile, ...], Field(min_length=1, max_length=MAX_ROWS)]
    steps: Annotated[tuple[PlannedStep, ...], Field(min_length=1, max_length=MAX_ROWS)]
    validation: Annotated[tuple[PlannedCheck, ...], Field(min_length=1, max_length=MAX_ROWS)]
    exit_contract: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MAX_ROWS)]
    rollback: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MAX_ROWS)]


class PlanItem(ReportPart):
    """A part of the plan that could be disputed, and what each analyser said of it."""

    id: Annotated[str, Field(pattern=r"^P-[0-9]{1,6}-[ADFSVER][0-9]{1,4}$")]
    part: Line
    verdicts: dict[Line, Literal["agree", "disagree"]]
    classification: Literal["agree", "minority-disagree", "majority-disagree"]
    clarification: ClarificationId | None


class Dissent(ReportPart):
    """An objection: to which item, whose, and why."""

    item: Line
    worker: Line
    reason: Line


class PlanVerification(ReportPart):
    """What the round over the body of the plan came to."""

    rounds: Literal[1]
    gate: Literal["passed", "passed-with-dissent", "blocked-by-disagreement", "aborted-non-result"]
    items: Annotated[tuple[PlanItem, ...], Field(max_length=MAX_ROWS)]
    dissent: Annotated[tuple[Dissent, ...], Field(max_length=MAX_ROWS)]


class ImplementationPlanning(ReportPart):
    """The plan, stage by stage. `plan_verification` is null where it was switched off."""

    approach: Prose
    alternatives: Annotated[tuple[Alternative, ...], Field(max_length=MAX_ROWS)]
    stages: Annotated[tuple[StagePlan, ...], Field(max_length=MAX_ROWS)]
    plan_verification: PlanVerification | None


class FileChange(ReportPart):
    """A file that the stage changed: what, and why."""

    path: Line
    ticket_id: MaybeLine
    change: Line


class DoneStep(ReportPart):
    """A step of the plan and what became of it: done, changed or left out, and why."""

    ticket_id: MaybeLine
    step: Line
    outcome: Line


class TestFirst(ReportPart):
    """A test that was seen failing before the change and passing after it."""

    __test__ = False

    ticket_id: MaybeLine
    test: Line
    failing: Line
    passing: Line


class Exemption(ReportPart):
    """A step without a test of its own, and why it needs none."""

    step: Line
    reason: Line


class OutOfPlan(ReportPart):
    """A file that was changed although the plan does not name it."""

    ticket_id: MaybeLine
    path: Line
    reason: Line


class Rollback(ReportPart):
    """The dry run of undoing the change: needed where stored state changes; else `reason` says why not."""

    needed: bool
    command: MaybeLine
    exit_code: MaybeExitCode
    output: MaybeProse
    reason: MaybeLine


class ConformanceResult(ReportPart):
    """How one entry of the conformance manifest came out."""

    stage_key: Line
    verdict: Literal["PASS", "BLOCKING", "WAIVED", "EXEMPT"]
    command: MaybeLine
    exit_code: MaybeExitCode


class Implementation(ReportPart):
    """What was changed, how it was shown to work, and what was left. `unverified` names what no database has run."""

    commit: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")]
    branch: MaybeLine
    diff: Annotated[tuple[FileChange, ...], Field(max_length=MAX_ROWS)]
    steps: Annotated[tuple[DoneStep, ...], Field(max_length=MAX_ROWS)]
    tests_first: Annotated[tuple[TestFirst, ...], Field(max_length=MAX_ROWS)]
    exemptions: Annotated[tuple[Exemption, ...], Field(max_length=MAX_ROWS)]
    out_of_plan: Annotated[tuple[OutOfPlan, ...], Field(max_length=MAX_ROWS)]
    rollback: Rollback
    conformance: Annotated[tuple[ConformanceResult, ...], Field(max_length=MAX_ROWS)]
    unverified: Annotated[tuple[Line, ...], Field(max_length=MAX_ROWS)]


class VerifiedPoint(ReportPart):
    """One thing that was checked of a stage, by a command or by reading (then without exit code)."""

    stage: StageNumber | None
    commit: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")]
    checked: Line
    command: MaybeLine
    exit_code: MaybeExitCode
    held: bool


class Blocker(ReportPart):
    """What stands against accepting, its evidence, and the follow-up that takes it up."""

    text: Line
    evidence: Line
    follow_up: MaybeLine


class Condition(ReportPart):
    """What an acceptance depends on; `gate` is the phase that it holds up, empty where it holds up none."""

    text: Line
    gate: MaybeLine


class FinalVerification(ReportPart):
    """What was verified of the stages, and what stands against them."""

    checks: Annotated[tuple[VerifiedPoint, ...], Field(max_length=MAX_ROWS)]
    blockers: Annotated[tuple[Blocker, ...], Field(max_length=MAX_ROWS)]
    conditions: Annotated[tuple[Condition, ...], Field(max_length=MAX_ROWS)]
    remarks: Annotated[tuple[Line, ...], Field(max_length=MAX_ROWS)]


class HandoffGate(ReportPart):
    """A precondition of handing over, what was found, and whether it held."""

    gate: Line
    finding: Line
    held: bool


class PublishedBranch(ReportPart):
    """A branch that was pushed, with its pull request where there is one; `stages` empty = the whole task."""

    stages: tuple[StageNumber, ...]
    branch: Line
    base: Line
    commit: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
    url: MaybeLine


class ReleaseHandoff(ReportPart):
    """What was checked before handing over, what the user chose, and what was published."""

    gates: Annotated[tuple[HandoffGate, ...], Field(max_length=MAX_ROWS)]
    choice: Prose
    published: Annotated[tuple[PublishedBranch, ...], Field(max_length=MAX_ROWS)]
