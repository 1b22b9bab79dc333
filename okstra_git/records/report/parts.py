"""What the data of every report is made of: verdict, questions, evidence, follow-ups, rounds.

Keys are camelCase in JSON and snake_case here. Everything is strict: a number is not a text, a key that nobody knows is
a mistake, and nothing is left out. `Line` is what fits into a cell of a table; `Prose` may have several paragraphs.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MAX_LINE, MAX_PROSE, MAX_ROWS = 20_000, 64 << 10, 20_000

Line = Annotated[str, Field(max_length=MAX_LINE, pattern=r"\S")]
"""Some text, not blank; its line breaks become spaces where it is shown."""

MaybeLine = Annotated[str, Field(max_length=MAX_LINE)]
Prose = Annotated[str, Field(max_length=MAX_PROSE, pattern=r"\S")]
MaybeProse = Annotated[str, Field(max_length=MAX_PROSE)]
ExitCode = Annotated[int, Field(ge=-(1 << 31), lt=1 << 32)]
StageNumber = Annotated[int, Field(ge=1, le=999_999)]

ClarificationId = Annotated[str, Field(pattern=r"^C-[0-9]{3}$")]
Kind = Literal["material", "decision", "data-point"]
Blocks = Literal["approval", "next-phase", "none"]
Status = Literal["open", "answered", "resolved", "obsolete"]
Token = Literal["accepted", "conditional-accept", "rejected", "blocked"]
Direction = Literal["proceed", "revise", "hold", "stop"]
TaskType = Literal[
    "requirements-discovery",
    "error-analysis",
    "improvement-discovery",
    "implementation-planning",
    "implementation",
    "final-verification",
    "release-handoff",
]
Routing = Literal[TaskType, "release-handoff(stage-group)"]


class ReportPart(BaseModel):
    """A piece of a report's data, as its writer wrote it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, validate_by_name=True, defer_build=True
    )


class ReportVerdict(ReportPart):
    """How the run judges its object; card and section 7 are both made of it. `reasons` rest on rows of the report."""

    token: Token
    direction: Direction
    reasons: Prose


class CarriedRow(ReportPart):
    """A question of the report before, held against what this run found; `answer` is empty where nobody answered."""

    id: ClarificationId
    answer: MaybeProse
    finding: Line
    status: Status


class PendingRow(ReportPart):
    """What the reporter has not confirmed: a row of the brief, and the question of section 1 that asks for it."""

    prefix: Line
    text: Line
    clarification: ClarificationId


class ClarificationRow(ReportPart):
    """One row of section 1, the eight columns in their order; `user_input` is empty until a person answers."""

    id: ClarificationId
    ticket_id: MaybeLine
    kind: Kind
    statement: Line
    expected_form: Line
    blocks: Blocks
    status: Status
    user_input: MaybeLine


SourceItems = Annotated[tuple[Line, ...], Field(max_length=MAX_ROWS)]
"""Pairs `worker:item` that a row stems from, such as `claude:F-001`."""


class EvidenceRow(ReportPart):
    """A row of primary evidence: what was found, and where (path and line, or command and exit code)."""

    id: Annotated[str, Field(pattern=r"^E-[0-9]{3}$")]
    ticket_id: MaybeLine = ""
    finding: Line
    source: Line
    source_items: SourceItems


class EvidenceSection(ReportPart):
    """Section 2."""

    primary: Annotated[tuple[EvidenceRow, ...], Field(max_length=MAX_ROWS)]


class ConsensusRow(ReportPart):
    """What workers agree on."""

    id: Annotated[str, Field(pattern=r"^C-[0-9]{3}$")]
    ticket_id: MaybeLine = ""
    finding: Line
    evidence: Line
    source_items: SourceItems


class Position(ReportPart):
    """What one worker holds; `item` is the pair `worker:item`."""

    item: Line
    position: Line


class DifferenceRow(ReportPart):
    """A question on which workers differ, and what was decided about it."""

    id: Annotated[str, Field(pattern=r"^D-[0-9]{3}$")]
    ticket_id: MaybeLine = ""
    question: Line
    positions: Annotated[tuple[Position, ...], Field(min_length=1, max_length=MAX_ROWS)]
    decision: Line


class FollowUpRow(ReportPart):
    """Something found and not delivered; with `auto_spawn` a task is opened for it."""

    origin: Line
    new_task_id: Line
    suggested_task_type: TaskType
    scope: Line
    reason: Line
    auto_spawn: bool


class SingleTicket(ReportPart):
    """Everything in the report belongs to one ticket."""

    single_ticket: Line


class ManyTickets(ReportPart):
    """Which rows belong to which ticket, by their ids."""

    tickets: dict[Line, tuple[Line, ...]]


class NoTickets(ReportPart):
    """This task type tags no tickets."""

    omit: Literal[True]


TicketCoverage = SingleTicket | ManyTickets | NoTickets


class Round(ReportPart):
    """A round of re-verification: what was asked about, who answered what, and which findings changed their class."""

    round: Annotated[int, Field(ge=1, le=99)]
    findings: tuple[Line, ...]
    verdicts: dict[Line, dict[Line, Line]]
    moved: tuple[Line, ...]


class CommandResult(ReportPart):
    """A command that was run, how it ended, by whom, and the line of its output that matters."""

    command: Line
    exit_code: ExitCode
    run_by: MaybeLine = ""
    line: MaybeLine = ""
