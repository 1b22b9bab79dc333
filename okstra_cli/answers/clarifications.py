"""What `report clarifications`, `report answer` and `report answers` answer."""

from typing_extensions import TypedDict

from okstra_cli.answers.documents import Flaw


class ReportQuestion(TypedDict):
    """A row of the clarification table; `choices` are the answers that its expected form names."""

    id: str
    ticket: str
    kind: str
    statement: str
    expected: str
    choices: list[str]
    blocks: str
    status: str
    answer: str
    line: int


class ReportQuestions(TypedDict):
    """`report clarifications`: `waiting` are the ids that nobody has answered, `next` the line to go on with."""

    report: str
    task: str | None
    questions: list[ReportQuestion]
    waiting: list[str]
    problems: list[Flaw]
    next: str | None


class AnsweredReport(TypedDict):
    """`report answer`: the row as it is now; `changed` says whether the edit changes the file, written or not."""

    report: str
    task: str | None
    id: str
    status: str
    answer: str
    changed: bool
    dry_run: bool
    diff: list[str]
    waiting: list[str]
    next: str | None


class AnswerProblem(TypedDict):
    """What is wrong with a file of answers: the place in it, the rule, and what would be right."""

    path: str
    rule: str
    message: str
    hint: str


class ImportedAnswers(TypedDict):
    """`report answers`, also beside a refusal; `changed` are the ids whose rows the file changes."""

    report: str
    task: str | None
    file: str
    changed: list[str]
    dry_run: bool
    diff: list[str]
    waiting: list[str]
    problems: list[AnswerProblem]
    next: str | None
