"""What `plan` and `brief` answer."""

from collections.abc import Sequence

from typing_extensions import TypedDict


class PlanStage(TypedDict):
    """A stage as a plan has it."""

    number: int
    title: str
    depends_on: list[int]
    files: list[str]


class PlanFile(TypedDict):
    """A plan as its file has it."""

    path: str
    blob: str
    stages: list[PlanStage]


class Flaw(TypedDict):
    """Something wrong with a document, by its line."""

    code: str
    line: int
    message: str
    hint: str
    stage: int | None


class CheckedPlan(TypedDict):
    """`plan check`, also beside a refusal."""

    plan: PlanFile
    problems: list[Flaw]


class ApprovalAhead(TypedDict):
    """`plan approve --dry-run`."""

    task: str
    plan: PlanFile
    dry_run: bool
    file_changes: bool


class ApprovedPlan(TypedDict):
    """`plan approve`."""

    task: str
    plan: PlanFile
    changed: bool


class ShownPlanStage(PlanStage):
    """A stage of an approved plan, and how it stands."""

    state: str


class PlanFacts(TypedDict):
    """An approved plan; `found` is the blob of its file now, null where there is none."""

    path: str
    approved: str
    found: str | None
    unchanged: bool
    commit: str | None
    by: str
    at: str | None
    stages: list[ShownPlanStage]


class ShownPlan(TypedDict):
    """`plan show`."""

    task: str
    plan: PlanFacts


class NewBrief(TypedDict):
    """`brief new`."""

    path: str
    next: str


class PromotedQuestion(TypedDict):
    """A question that becomes a clarification item of the report."""

    prefix: str
    text: str
    line: int
    kind: str
    blocks: str
    recommended: str


class PendingQuestion(TypedDict):
    """A question that the reporter has to answer before the phase may begin."""

    prefix: str
    text: str
    line: int


class BriefGate(TypedDict):
    """Whether a phase may begin on the brief."""

    state: str
    may_proceed: bool
    promoted: list[PromotedQuestion]
    pending: list[PendingQuestion]


class BriefFlaw(Flaw):
    """Something wrong with a brief, and the command that mends it, null where only a person can."""

    next: str | None


class CheckedBrief(TypedDict):
    """`brief check`, also beside a refusal."""

    path: str
    title: str
    ticket: str | None
    task_type: str
    gate: BriefGate
    problems: list[BriefFlaw]
    next: str | None


class EditedBrief(TypedDict):
    """`brief add`, `brief ask` and the gate by `brief confirm`; `left` are numbers of the reporter's questions."""

    path: str
    dry_run: bool
    changed: bool
    gate: str
    left: list[int]
    diff: Sequence[str]
    next: str


class AnsweredBrief(EditedBrief):
    """`brief confirm --question`."""

    question: int
    id: str
    date: str
    answer: str


class Question(TypedDict):
    """A question of a brief by its number."""

    question: int
    prefix: str
    text: str
    line: int


class AnsweredQuestion(Question):
    """A question with its answer."""

    id: str
    date: str
    answer: str


class BriefQuestions(TypedDict):
    """`brief confirm` without an answer: what is to be asked, what else is open, what is answered."""

    path: str
    gate: str
    questions: list[Question]
    others: list[Question]
    answered: list[AnsweredQuestion]
    next: str


class EditedTerm(TypedDict):
    """`brief term`."""

    path: str
    term: str
    meaning: str
    dry_run: bool
    changed: bool
    diff: Sequence[str]
