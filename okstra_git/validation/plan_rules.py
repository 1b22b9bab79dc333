"""Rules of a plan's report: its stages, its verification, and the marker that only a passed gate gives."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.contract import APPROVED_MARKER, HEADING_PLAN_VERIFICATION, PLAN_GATES
from okstra_git.documents.editing import find_box
from okstra_git.names import quote
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_map import parse_plan
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.validation.report_frame import fields_of
from okstra_git.validation.report_reading import ReportRow, find_rows, parts_of, report_of, texts_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

PLANNING = ("implementation-planning",)
PASSED = PLAN_GATES[:2]

_MAJORITY = re.compile(r"majority-disagree\b\W*(C-[0-9]+)?")
_PLAN_ITEM = re.compile(r"\bP-[0-9]+-[A-Z][0-9]+\b")


class ReportedGate(NamedTuple):
    """What the verification of the plan came to, by the report; `line` is where it says so, 0 where it does not."""

    result: str
    line: int


def stages_are_sound(documents: RunDocuments) -> Iterator[Breach]:
    """The plan keeps to the rules that an approval asks for."""
    report = report_of(documents)
    if report is None or _is_blocked(documents):
        return
    for flaw in check_plan(parse_plan(report.document)):
        yield Breach(report.path, flaw.line, flaw.message, flaw.hint)


def gate_is_one(documents: RunDocuments) -> Iterator[Breach]:
    """Section 5.5.9 has one gate result of the contract, unless the verification was switched off."""
    report = report_of(documents)
    if report is None or _is_blocked(documents):
        return
    parts, gate = parts_of(report.document, HEADING_PLAN_VERIFICATION), reported_gate(documents)
    if documents.is_plan_verified and not parts:
        yield Breach(report.path, 0, f"there is no section {HEADING_PLAN_VERIFICATION}")
    elif parts and gate is None:
        yield Breach(report.path, parts[0].line, f"the gate is none of {', '.join(PLAN_GATES)}")


def gate_is_that_of_the_state(documents: RunDocuments) -> Iterator[Breach]:
    """The gate of the report is the one that was computed."""
    report, gate, state = report_of(documents), reported_gate(documents), documents.plan_body
    computed = _computed_gate(documents)
    if report is not None and gate is not None and computed and computed != gate.result:
        assert state is not None
        message = f"the gate is {gate.result} in the report, and {quote(computed)} in {state.path}"
        yield Breach(report.path, gate.line, message)


def marker_follows_the_gate(documents: RunDocuments) -> Iterator[Breach]:
    """The line to tick is there exactly when the gate has passed, or was switched off."""
    report = report_of(documents)
    if report is None:
        return
    box, gate = find_box(report.document, APPROVED_MARKER), reported_gate(documents)
    result = _computed_gate(documents) or (gate.result if gate is not None else "")
    if _is_blocked(documents):
        may, why = False, "the plan is blocked"
    elif not documents.is_plan_verified:
        may, why = True, "the verification of plans was switched off"
    else:
        may, why = result in PASSED, f"the gate is {quote(result)}" if result else "there is no gate"
    if box is not None and not may:
        yield Breach(report.path, box.line, f"a line '- [ ] {APPROVED_MARKER}', and {why}", "take the line out")
    elif box is None and may:
        yield Breach(report.path, 0, f"no line '- [ ] {APPROVED_MARKER}', and {why}")


def disagreements_are_questions(documents: RunDocuments) -> Iterator[Breach]:
    """Each item that a majority disagrees with names one row of section 1 of its own, which blocks the approval.

    Of a report with data the data are asked the same.
    """
    report = report_of(documents)
    if report is None or documents.data is not None:
        return
    rows = {row.id: row for row in list_clarifications(report.document)}
    linked = [(row, name) for row, name in _disagreements(documents)]
    uses = Counter(name for _, name in linked if name)
    for row, name in linked:
        item = quote(row.cells.get("item", "").strip() or "an item")
        if not name:
            yield Breach(report.path, row.line, f"{item} names no question of section 1")
        elif name not in rows:
            yield Breach(report.path, row.line, f"{item} names {name}, which section 1 does not have")
        elif rows[name].blocks.casefold() != "approval":
            yield Breach(report.path, row.line, f"{item} names {name}, which does not block the approval")
        elif uses[name] > 1:
            yield Breach(report.path, row.line, f"{item} shares {name} with another item")


def questions_of_items_are_linked(documents: RunDocuments) -> Iterator[Breach]:
    """A row of section 1 that is about an item of the plan is named by that item."""
    report = report_of(documents)
    if report is None or documents.data is not None:
        return
    linked = {name for _, name in _disagreements(documents)}
    for row in list_clarifications(report.document):
        about = _PLAN_ITEM.search(row.statement)
        if about and row.is_open and row.blocks.casefold() == "approval" and row.id not in linked:
            message = f"{row.id} is about {about[0]}, and no item of {HEADING_PLAN_VERIFICATION} names it"
            yield Breach(report.path, row.line, message)


def reported_gate(documents: RunDocuments) -> ReportedGate | None:
    """The gate result that section 5.5.9 names: an item `Gate result: passed`, whatever the label's language."""
    report = report_of(documents)
    for part in parts_of(report.document, HEADING_PLAN_VERIFICATION) if report is not None else ():
        for line, text in texts_of(part):
            word = text.rpartition(":")[2].strip(" `*_.")
            if ":" in text and word in PLAN_GATES:
                return ReportedGate(word, line)
    return None


def _computed_gate(documents: RunDocuments) -> str:
    """The gate of the state file, where it is one of this run; empty where nothing says."""
    values = documents.plan_body.values if documents.plan_body is not None else None
    if values is None or values.get("run") != documents.run:
        return ""
    gate = values.get("gate")
    return gate if isinstance(gate, str) else ""


def _disagreements(documents: RunDocuments) -> Iterator[tuple[ReportRow, str]]:
    """Items that a majority disagrees with, each with the question that it names, if any."""
    report = report_of(documents)
    for row in find_rows(report.document, HEADING_PLAN_VERIFICATION, "Classification") if report is not None else ():
        found = _MAJORITY.search(row.cells.get("classification", ""))
        if found:
            yield row, found[1] or ""


def _is_blocked(documents: RunDocuments) -> bool:
    report = report_of(documents)
    found = fields_of(report.document, "Final Verdict") if report is not None else None
    return found is not None and found[1].get("Verdict Token") == "blocked"


RULES = (
    RunRule("plan.stages", "The plan keeps to every rule of `plan check`.", "git okstra plan check {report}",
         stages_are_sound, task_types=PLANNING),
    RunRule("plan.gate-result", "The verification of the plan has one gate result of the contract.",
         "okstra report render {data}", gate_is_one, task_types=PLANNING),
    RunRule("plan.gate-state", "The gate of the report is the one that was computed.",
         "copy the gate from the state file into the report data, then: okstra report render {data}",
         gate_is_that_of_the_state, task_types=PLANNING),
    RunRule("plan.marker", "The line to tick is there exactly when the gate has passed, or was switched off.",
         "okstra report render {data}", marker_follows_the_gate, task_types=PLANNING),
    RunRule("plan.disagreement", "Each disagreement of a majority names a question of its own that blocks approval.",
         "add the row to clarifications and name it in the item", disagreements_are_questions, task_types=PLANNING),
    RunRule("plan.question", "A question about an item of the plan is named by that item.",
         "name it in the item's Classification, or set its Status to resolved", questions_of_items_are_linked,
         task_types=PLANNING),
)  # fmt: skip
