"""Rules about what every report has: ids, questions, verdict, next steps, follow-ups, rounds, tickets."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from okstra_git.contract import BLOCKED
from okstra_git.names import find_task_key, is_ulid, quote
from okstra_git.phases import PHASES
from okstra_git.reports.data_rule import DataConflict, DataRule
from okstra_git.reports.skeleton import INSIDE

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData

PLANNING = "implementation-planning"
UNKNOWN = "I don't know"
"""What a field says that nobody could fill."""

_GAP = re.compile(r"<[^<>`]+>")
_GAP_INSIDE = re.compile("|".join(map(re.escape, INSIDE)))

_PLACE = re.compile(r":\d|`[^`]+`|\bexit\b|종료 코드|https?://")


def find_placeholders(data: object) -> Iterator[DataConflict]:
    """Every gap that is left: in the data, or in the JSON that may become them."""
    for path, text in _texts(data, ""):
        gap = _GAP.fullmatch(text.strip()) or _GAP_INSIDE.search(text)
        if gap:
            yield DataConflict(path, f"{gap[0]} is not filled in")


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text of the data with its JSON path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]")
    elif isinstance(value, dict) or hasattr(value, "__dict__"):
        fields = value if isinstance(value, dict) else {_key(name): inner for name, inner in vars(value).items()}
        for name, inner in fields.items():
            yield from _texts(inner, f"{path}.{name}" if path else name)


def _key(attribute: str) -> str:
    first, *others = attribute.split("_")
    return first + "".join(map(str.capitalize, others))


def _task(data: "AnyReportData") -> Iterator[DataConflict]:
    if find_task_key(data.task_key) is None:
        yield DataConflict("taskKey", f"{quote(data.task_key)} is not a task key")
    if not is_ulid(data.run_id):
        yield DataConflict("runId", f"{quote(data.run_id)} is not the id of a run")


def _stage(data: "AnyReportData") -> Iterator[DataConflict]:
    if data.task_type == "final-verification":
        wanted = data.verification_scope == "single-stage"
        about = f"a verification with the scope {data.verification_scope}"
    else:
        wanted, about = data.task_type == "implementation", f"a report of {data.task_type}"
    if wanted and data.stage is None:
        yield DataConflict("stage", f"{about} is about one stage, and stage is null", "write its number")
    if not wanted and data.stage is not None:
        yield DataConflict("stage", f"{about} is about the whole task, and stage is {data.stage}", "write null")


def list_rows(data: "AnyReportData") -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every list of rows that have ids, with its JSON path."""
    yield "clarifications", data.clarifications
    yield "carriedIn", data.carried_in or ()
    yield "evidence.primary", data.evidence.primary
    yield "consensus", data.consensus
    yield "differences", data.differences
    for name in ("requirements", "causes", "candidates"):
        yield f"deliverable.{name}", getattr(data.deliverable, name, ())
    verification = getattr(data.deliverable, "plan_verification", None)
    yield "deliverable.planVerification.items", verification.items if verification else ()


def _ids(data: "AnyReportData") -> Iterator[DataConflict]:
    for path, rows in list_rows(data):
        first: dict[str, int] = {}
        for index, row in enumerate(rows):
            if first.setdefault(row.id, index) != index:
                yield DataConflict(f"{path}[{index}].id", f"{row.id} is the id of {path}[{first[row.id]}] already")
    named: dict[str, int] = {}
    for index, row in enumerate(data.follow_ups):
        if named.setdefault(row.new_task_id, index) != index:
            before = f"followUps[{named[row.new_task_id]}]"
            yield DataConflict(f"followUps[{index}].newTaskId", f"{quote(row.new_task_id)} is that of {before} already")


def _blocking(data: "AnyReportData") -> Iterator[DataConflict]:
    for index, row in enumerate(data.clarifications):
        if row.blocks == "approval" and data.task_type != PLANNING:
            message = f"{row.id} holds up an approval, and a report of {data.task_type} has none"
            yield DataConflict(f"clarifications[{index}].blocks", message)


def _answered(data: "AnyReportData") -> Iterator[DataConflict]:
    for index, row in enumerate(data.clarifications):
        if row.status == "answered" and not row.user_input.strip():
            yield DataConflict(f"clarifications[{index}].status", f"{row.id} is answered, and userInput is empty")


def _carried(data: "AnyReportData") -> Iterator[DataConflict]:
    if data.carried_in is not None and not data.carried_in:
        yield DataConflict("carriedIn", "nothing was carried in, and carriedIn is a list", "write null")
    asked = {row.id: row.status for row in data.clarifications}
    for index, row in enumerate(data.carried_in or ()):
        if row.id not in asked:
            if row.status in ("open", "answered"):
                message = f"{row.id} is {row.status} still, and clarifications do not ask it any more"
                yield DataConflict(f"carriedIn[{index}].status", message)
        elif asked[row.id] != row.status:
            message = f"{row.id} is {row.status} here and {asked[row.id]} in clarifications"
            yield DataConflict(f"carriedIn[{index}].status", message)


def _reporter(data: "AnyReportData") -> Iterator[DataConflict]:
    rows = data.reporter_confirmation
    if rows is None:
        return
    if not rows:
        yield DataConflict("reporterConfirmation", "no row waits for the reporter, and it is a list", "write null")
        return
    if data.verdict.token != BLOCKED:
        message = f"rows wait for the reporter, and verdict.token is {data.verdict.token}"
        yield DataConflict("verdict.token", message, f'write "{BLOCKED}"')
    if data.carried_in is not None:
        yield DataConflict("carriedIn", "a run that waits for the reporter carries nothing in", "write null")
    wanted = PHASES[data.task_type].blocks
    asked = {row.id: row for row in data.clarifications}
    for index, row in enumerate(rows):
        path = f"reporterConfirmation[{index}].clarification"
        if row.clarification not in asked:
            yield DataConflict(path, f"clarifications have no {row.clarification}")
        elif asked[row.clarification].blocks != wanted:
            message = f"{row.clarification} has to hold up {wanted}, and holds up {asked[row.clarification].blocks}"
            yield DataConflict(path, message)


def _blocked(data: "AnyReportData") -> Iterator[DataConflict]:
    if data.verdict.token == BLOCKED and data.verdict.direction != "hold":
        yield DataConflict("verdict.direction", f"the verdict is {BLOCKED}, and the direction {data.verdict.direction}")


def _token(data: "AnyReportData") -> Iterator[DataConflict]:
    if data.verdict.token == "conditional-accept" and data.task_type != "final-verification":
        message = f"a report of {data.task_type} has no conditions to accept under"
        yield DataConflict("verdict.token", message)


def _cited(data: "AnyReportData") -> Iterator[DataConflict]:
    cells = [(f"evidence.primary[{index}].source", row.source) for index, row in enumerate(data.evidence.primary)]
    cells += [(f"consensus[{index}].evidence", row.evidence) for index, row in enumerate(data.consensus)]
    for path, text in cells:
        if not _PLACE.search(text) and UNKNOWN not in text:
            yield DataConflict(path, f"{quote(text)} names neither a place nor a command")


def _by_hand(data: "AnyReportData") -> Iterator[DataConflict]:
    steps = "\n".join(data.next_steps)
    for index, row in enumerate(data.follow_ups):
        if not row.auto_spawn and row.new_task_id not in steps:
            message = f"nobody opens {quote(row.new_task_id)}: autoSpawn is false, and no next step names it"
            yield DataConflict(f"followUps[{index}].autoSpawn", message)


def _rounds(data: "AnyReportData") -> Iterator[DataConflict]:
    numbers = [each.round for each in data.round_history]
    if numbers != list(range(1, len(numbers) + 1)):
        yield DataConflict("roundHistory", f"the rounds are {', '.join(map(str, numbers))}")
    if len(numbers) > 1 and data.round2_skipped_reason is not None:
        yield DataConflict(
            "round2SkippedReason", "round 2 was held, and there is a reason for skipping it", "write null"
        )


def _coverage(data: "AnyReportData") -> Iterator[DataConflict]:
    omits = hasattr(data.ticket_coverage, "omit")
    if omits and PHASES[data.task_type].tags_tickets:
        message = f"a report of {data.task_type} tags tickets, and ticketCoverage omits them"
        yield DataConflict("ticketCoverage", message, 'write {"singleTicket": "…"} or {"tickets": {"…": ["E-001"]}}')
    if not omits and data.task_type in ("final-verification", "release-handoff"):
        yield DataConflict("ticketCoverage", f"a report of {data.task_type} tags no tickets", 'write {"omit": true}')
    known = {row.id for _, rows in list_rows(data) for row in rows}
    for ticket, ids in getattr(data.ticket_coverage, "tickets", {}).items():
        for index, each in enumerate(ids):
            if each not in known:
                path = f"ticketCoverage.tickets[{quote(ticket)}][{index}]"
                yield DataConflict(path, f"{quote(each)} is not a row of the report")


def _tagged(data: "AnyReportData") -> Iterator[DataConflict]:
    if not PHASES[data.task_type].tags_tickets:
        return
    for path, rows in list_rows(data):
        for index, row in enumerate(rows):
            if hasattr(row, "ticket_id") and not row.ticket_id.strip():
                yield DataConflict(f"{path}[{index}].ticketId", f"{row.id} is tagged with no ticket")


RULES = (
    DataRule("data.placeholder", "No gap of the skeleton is left.",
             "write what is meant in its place, or take the row out", find_placeholders),
    DataRule("report.task", "The task key and the id of the run are well-formed.",
             "copy taskKey and runId from the skeleton: git okstra report new --run R", _task),
    DataRule("report.stage", "A stage is named exactly where the run is about one.", "", _stage),
    DataRule("report.ids", "Every id is given once among rows of its kind, and so is the name of every new task.",
             "give the later row an id of its own", _ids),
    DataRule("report.blocks-approval", "Only questions of implementation-planning hold up an approval.",
             'write "next-phase" or "none"', _blocking),
    DataRule("report.answered", "A question that is answered has its answer in userInput.",
             'write the answer, or "open"', _answered),
    DataRule("report.carried-in", "Questions carried in are there only if there are any, and the ones that still wait "
             "are asked again with the same id and status.",
             "add the question to clarifications with this id and status", _carried),
    DataRule("report.reporter", "A report that waits for its reporter is blocked, carries nothing in, and asks for "
             "every row by a question that holds up the phase.",
             "add the question to clarifications, and name it here", _reporter),
    DataRule("report.blocked-holds", "The direction of a blocked report is hold.", 'write "hold"', _blocked),
    DataRule("report.token", "Only a final verification is accepted under conditions.",
             'write "accepted", "rejected" or "blocked"', _token),
    DataRule("report.cited", "Evidence names its place: a path and line, a command in backticks, or an address.",
             f"write `src/a.py`:12, or a command with its exit code, or: {UNKNOWN}", _cited),
    DataRule("report.by-hand", "A follow-up that is not opened by okstra is named in a next step.",
             "name newTaskId in nextSteps, or set autoSpawn", _by_hand),
    DataRule("report.rounds", "Rounds are numbered 1, 2, 3 …, and a reason for skipping round 2 is given only "
             "without one.", "copy both from the state of the convergence", _rounds),
    DataRule("report.ticket-coverage", "Tickets are covered as the task type has it, by rows of the report.",
             "name rows by their ids, such as E-001", _coverage),
    DataRule("report.tagged", "Rows have a ticket id where the task type tags tickets.",
             'write the ticket, else the task id, else "unknown"', _tagged),
)  # fmt: skip
"""In the order of the report."""
