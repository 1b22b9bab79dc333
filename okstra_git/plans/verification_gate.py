"""Whether a plan may carry the marker `Approved`: what the verification of its body came to, and who says so."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from okstra_git.contract import APPROVED_MARKER, HEADING_PLAN_VERIFICATION, PLAN_GATES, allows_approval
from okstra_git.documents.editing import find_box
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import Document, Section
from okstra_git.documents.problems import Flaw
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.names import quote
from okstra_git.reports.clarifications import list_clarifications

if TYPE_CHECKING:
    from okstra_git.records.report.deliverables import PlanVerification

VERIFY = "git okstra convergence plan-items --run RUN, then plan-gate"
NOT_VERIFIED = "not-verified"
"""In the place of a gate: the plan was to be verified, and nobody has recorded that it was."""

_REPORT_NAME = re.compile(r"final-report-implementation-planning-(\d{3,})\.md")
REPORTS = "runs/implementation-planning/reports"
"""The folder of reports that plans are in, from the task's."""

STATE_NAME = "plan-body-verification.json"
"""The file beside the reports of a planning that has what the verification came to."""

_CLASS = re.compile(r"(majority-disagree|minority-disagree|agree)(?:\s*(?:→|->)\s*(C-\d{3}))?")
_PART = re.compile(r"\bP-\d{1,6}-[ADFSVER]\d{1,4}\b")
REMEDY = "plan again with what was answered, or with --no-plan-verification"


def read_gate(document: Document) -> tuple[str, int] | None:
    """The gate that a report itself names in `Plan Body Verification`, with its line; None where it names none."""
    section = document.find(HEADING_PLAN_VERIFICATION)
    for item in section.items if section else ():
        value = item.text.partition(":")[2].strip().casefold()
        if item.depth == 0 and value in PLAN_GATES:
            return value, item.line
    return None


def gate_on_record(root: Root, plan: str) -> str | None:
    """The gate that was recorded for the report at this path; `NOT_VERIFIED` where its run was to verify the plan and
    has not; None for a plan that was not to be verified.

    A plan that is no report of a run is nobody's to verify.
    """
    folder, _, name = plan.rpartition("/")
    report = _REPORT_NAME.fullmatch(name)
    if report is None or not folder.endswith(REPORTS):
        return None
    phase = folder.removesuffix("/reports")
    state = _values(root, f"{phase}/state/{STATE_NAME}")
    gate = state.get("gate")
    if state.get("plan", plan) == plan and isinstance(gate, str):  # states of older runs name no plan
        return gate
    inputs = _values(root, f"{phase}/manifests/run-inputs-implementation-planning-{report[1]}.json")
    return NOT_VERIFIED if inputs.get("planVerification") is True else None


def verified_fingerprint(root: Root, plan: str) -> str | None:
    """What stands for the parts that were verified of the report at this path; None where nothing of it is recorded."""
    folder, _, name = plan.rpartition("/")
    if _REPORT_NAME.fullmatch(name) is None or not folder.endswith(REPORTS):
        return None
    state = _values(root, f"{folder.removesuffix('/reports')}/state/{STATE_NAME}")
    fingerprint = state.get("fingerprint")
    return fingerprint if state.get("plan") == plan and isinstance(fingerprint, str) else None


def _values(root: Root, path: str) -> dict[str, Any]:
    """What the file says; nothing where it cannot be read as an object."""
    try:
        data = root.find_bytes(path)
        return read_plain_object(data) if data is not None else {}
    except (PathRefused, NotPlain):
        return {}


def check_gate(document: Document, recorded: str | None = None) -> Iterator[Flaw]:
    """What forbids an approval: the gate that was `recorded`, or the one that the report names (None = none).

    Where both are there, they are the same; a report that says better of itself was changed by hand.
    """
    box, named = find_box(document, APPROVED_MARKER), read_gate(document)
    if recorded == NOT_VERIFIED:
        if box is not None or named is not None:
            line = named[1] if named is not None else box.line if box is not None else 1
            yield Flaw("plan.not-verified", line, "the plan was to be verified, and no gate was recorded", VERIFY)
        return
    if recorded is not None and named is not None and named[0] != recorded:
        message = f"the gate is {named[0]} here, but the verification of the plan came to {recorded}"
        yield Flaw("plan.gate-differs", named[1], message, "copy it from the recorded state, and render the report")
    gate = recorded or (named[0] if named else None)
    if not allows_approval(gate) and box is not None:
        message = f"the line '[ ] {APPROVED_MARKER}' must not be there: the verification of the plan came to {gate}"
        yield Flaw("plan.gate-blocks", box.line, message, REMEDY)


def check_verification(document: Document, recorded: "PlanVerification | None") -> Iterator[Flaw]:
    """Everything in a report that does not fit the verification of its plan; None = it was not to be verified.

    The table names every part with its class, and each part that a majority is against has a question of its own in
    section 1, which holds up the approval.
    """
    yield from check_gate(document, recorded.gate if recorded is not None else None)
    if recorded is None:
        return
    section = document.find(HEADING_PLAN_VERIFICATION)
    if section is None:
        hint = "copy the recorded state to deliverable.planVerification, and render the report"
        yield Flaw("plan.not-verified", 1, f"there is no section '{HEADING_PLAN_VERIFICATION}'", hint)
        return
    rows = _verdict_rows(section)
    yield from _table_flaws(section, rows, recorded)
    yield from _link_flaws(document, section, recorded, rows)


class _VerdictRow(NamedTuple):
    classification: str
    clarification: str | None
    line: int


def _verdict_rows(section: Section) -> dict[str, _VerdictRow]:
    """The table of verdicts by the ids of its first column."""
    rows: dict[str, _VerdictRow] = {}
    for table in section.tables:
        for row in table.rows:
            match = _CLASS.fullmatch(row.cells[-1].strip()) if row.cells else None
            if match is not None:
                rows.setdefault(row.cells[0].strip(), _VerdictRow(match[1], match[2], row.line))
    return rows


def _table_flaws(section: Section, rows: Mapping[str, _VerdictRow], recorded: "PlanVerification") -> Iterator[Flaw]:
    """Rows that the table lacks, has beyond the recorded ones, or that say another class than is recorded."""
    for item in recorded.items:
        row = rows.get(item.id)
        right = item.classification + (f" → {item.clarification}" if item.clarification else "")
        if row is None:
            message = f"the table of verdicts has no row {item.id}"
            yield Flaw("plan.verdict-missing", section.line, message, f"its Classification is: {right}")
        elif (row.classification, row.clarification) != (item.classification, item.clarification):
            message = f"{item.id} is not classified as recorded"
            yield Flaw("plan.verdict-differs", row.line, message, f"its Classification is: {right}")
    known = {item.id for item in recorded.items}
    for id, row in rows.items():
        if id not in known:
            yield Flaw("plan.verdict-unknown", row.line, f"{quote(id)} was not verified", "take the row out")


def _link_flaws(
    document: Document, section: Section, recorded: "PlanVerification", rows: Mapping[str, _VerdictRow]
) -> Iterator[Flaw]:
    """Questions that parts lack, share, or that hold nothing up; questions about parts that no majority is against."""
    questions = {row.id: row for row in list_clarifications(document)}
    asked = {item.clarification: item.id for item in recorded.items if item.clarification}
    for id, part in asked.items():
        line = rows[part].line if part in rows else section.line
        if id not in questions:
            hint = "add the row that 'git okstra convergence plan-gate' names"
            yield Flaw("plan.question-missing", line, f"section 1 has no row {id}, which {part} needs", hint)
        elif questions[id].blocks.casefold() != "approval":
            message = f"{id} has to hold up the approval, because a majority is against {part}"
            yield Flaw("plan.question-open", questions[id].line, message, "write approval into its column Blocks")
    for id, row in questions.items():
        about = _PART.search(row.statement) if row.blocks.casefold() == "approval" and id not in asked else None
        if about is not None and row.status.casefold() not in ("resolved", "obsolete"):
            message = f"{quote(id)} asks about {about[0]}, which no majority is against"
            yield Flaw("plan.question-orphan", row.line, message, "set its status to obsolete, or take it out")
