"""What `convergence` answers."""

from typing_extensions import TypedDict

from okstra_cli.answers.documents import Flaw
from okstra_cli.answers.parts import Facts


class StanceFacts(TypedDict):
    """What a worker said of a finding in a round; round 0 is its result."""

    worker: str
    verdict: str
    reason: str
    round: int


class FindingFacts(TypedDict):
    """A finding, whose items it is made of, and how it stands."""

    id: str
    statement: str
    items: list[str]
    stances: list[StanceFacts]
    classification: str


class StateFacts(TypedDict):
    """The state as its file has it; the last three keys are copied into the report."""

    schema: int
    run: str
    analysers: list[str]
    closed: bool
    findings: list[FindingFacts]
    roundHistory: list[Facts]
    round2SkippedReason: str | None
    finalClassificationCounts: dict[str, int]


class ItemFlaw(TypedDict):
    """Something wrong with an item of a worker's result."""

    path: str
    code: str
    line: int
    message: str
    hint: str


class ConvergenceFacts(TypedDict):
    """`convergence findings`, `show` and `close`. `round` is the one that is to come, null when no other is."""

    run: str
    path: str
    changed: bool
    round: int | None
    missing: list[str]
    problems: list[ItemFlaw]
    state: StateFacts
    next: str


class BatchFacts(TypedDict):
    """What one worker is asked: `prompt` is for it to read, `path` where its file goes, `file` that file to fill in."""

    worker: str
    agent: str
    path: str
    ids: list[str]
    prompt: str
    file: Facts


class RoundToAskFacts(TypedDict):
    """`convergence batch`; without a round to come there is nobody to ask."""

    run: str
    round: int | None
    batches: list[BatchFacts]
    next: str


class VerdictProblem(TypedDict):
    """Something wrong with a verdict file: which, where in it, a rule, a sentence, what would be right."""

    file: str
    path: str
    rule: str
    message: str
    hint: str


class RefusedVerdicts(TypedDict):
    """Beside a refusal of verdict files: everything that is wrong with them."""

    problems: list[VerdictProblem]


class PartFacts(TypedDict):
    """A part of a plan that can be disputed: `P-1-F2` is the second file of stage 1."""

    id: str
    part: str


class PlanItemsFacts(TypedDict):
    """`convergence plan-items`; where plans are not to be verified, `off` is true and nobody is asked."""

    run: str
    off: bool
    plan: str | None
    items: list[PartFacts]
    batches: list[BatchFacts]
    next: str


class VerifiedPart(TypedDict):
    """A part of a plan as the report has it."""

    id: str
    part: str
    verdicts: dict[str, str]
    classification: str
    clarification: str | None


class DissentFacts(TypedDict):
    """An objection to a part, as the report has it."""

    item: str
    worker: str
    reason: str


class PlanVerificationFacts(TypedDict):
    """What is copied to `deliverable.planVerification`."""

    rounds: int
    gate: str
    items: list[VerifiedPart]
    dissent: list[DissentFacts]


class QuestionRow(TypedDict):
    """A row of `clarifications` in the report's data."""

    id: str
    ticketId: str
    kind: str
    statement: str
    expectedForm: str
    blocks: str
    status: str
    userInput: str


class PlanGateFacts(TypedDict):
    """`convergence plan-gate`: `may_approve` says whether the marker stands; `rows` are what section 1 has to have.

    Where plans are not verified, `gate` is null.
    """

    run: str
    off: bool
    gate: str | None
    may_approve: bool
    path: str
    changed: bool
    planVerification: PlanVerificationFacts | None
    rows: list[QuestionRow]
    next: str


class CheckedGateFacts(TypedDict):
    """`convergence plan-gate --check`, also beside a refusal."""

    report: str
    gate: str | None
    may_approve: bool
    problems: list[Flaw]
