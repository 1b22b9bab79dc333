"""Each rule of report data: a valid report is broken in exactly that way, and exactly that rule is named."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from okstra_git.phases import PHASES
from okstra_git.reports.data import read_report_data
from okstra_git.reports.rules import RULES
from tests.kit.golden_reports import golden_data

Values = dict[str, Any]


class Mutation(NamedTuple):
    """A report of a task type, how it is broken, and where that is found."""

    rule: str
    task_type: str
    path: str
    change: Callable[[Values], object]


def at(path: str, value: Any) -> Callable[[Values], None]:
    """A change of one value; `clarifications.0.status` names its place."""

    def change(values: Values) -> None:
        *parts, last = path.split(".")
        place: Any = values
        for part in parts:
            place = place[int(part) if part.isdigit() else part]
        place[int(last) if last.isdigit() else last] = value

    return change


def both(*changes: Callable[[Values], object]) -> Callable[[Values], None]:
    def change(values: Values) -> None:
        for each in changes:
            each(values)

    return change


def again(path: str) -> Callable[[Values], None]:
    """The first row of a list a second time."""

    def change(values: Values) -> None:
        place: Any = values
        for part in path.split("."):
            place = place[part]
        place.append(dict(place[0]))

    return change


DISCOVERY, ANALYSIS, IMPROVEMENT, PLANNING, IMPLEMENTATION, VERIFICATION, HANDOFF = PHASES
QUESTION = {
    "id": "C-009", "ticketId": "SHOP-12", "kind": "decision", "statement": "Is it so?", "expectedForm": "yes or no",
    "blocks": "next-phase", "status": "open", "userInput": "",
}  # fmt: skip
APPROVAL = QUESTION | {"blocks": "approval", "statement": "Most of the analysers disagree with P-2-V1 of the plan."}
PENDING = {"prefix": "intent-check:", "text": "for all?", "clarification": "C-002"}
BLOCK = both(at("verdict.token", "blocked"), at("verdict.direction", "hold"))
BLOCKER = {"text": "The index is missing.", "evidence": "`migrations/0009.sql`:3", "followUp": ""}
ITEMS, GATE = "deliverable.planVerification.items", "deliverable.planVerification.gate"
MAJORITY = both(
    at(f"{ITEMS}.1.verdicts", {"claude": "disagree", "codex": "disagree"}),
    at(f"{ITEMS}.1.classification", "majority-disagree"),
    at(f"{ITEMS}.1.clarification", "C-009"),
    at(GATE, "blocked-by-disagreement"),
    at("deliverable.planVerification.dissent", [
        {"item": "P-2-V1", "worker": worker, "reason": "no"} for worker in ("claude", "codex")
    ]),
    at("verdict.token", "rejected"),
    at("verdict.direction", "revise"),
    lambda values: values["clarifications"].append(dict(APPROVAL)),
)  # fmt: skip

MUTATIONS = (
    Mutation("data.placeholder", DISCOVERY, "evidence.primary[0].finding",
             at("evidence.primary.0.finding", "<finding>")),
    Mutation("data.placeholder", DISCOVERY, "clarifications[1].statement",
             at("clarifications.1.statement", "`intent-check:` So? Evidence checked: <path:line>")),
    Mutation("data.placeholder", VERIFICATION, "validationEvidence[0].runBy",
             at("validationEvidence.0.runBy", "<run by>")),
    Mutation("report.task", DISCOVERY, "taskKey", at("taskKey", "login")),
    Mutation("report.task", DISCOVERY, "runId", at("runId", "run 1")),
    Mutation("report.stage", IMPLEMENTATION, "stage", at("stage", None)),
    Mutation("report.stage", PLANNING, "stage", at("stage", 1)),
    Mutation("report.stage", VERIFICATION, "stage", both(
        at("verificationScope", "whole-task"), at("routing", ["release-handoff"]))),
    Mutation("report.ids", DISCOVERY, "evidence.primary[2].id", again("evidence.primary")),
    Mutation("report.ids", DISCOVERY, "followUps[1].newTaskId", again("followUps")),
    Mutation("report.ids", ANALYSIS, "deliverable.causes[3].id", again("deliverable.causes")),
    Mutation("report.ids", PLANNING, f"{ITEMS}[2].id", again(ITEMS)),
    Mutation("report.blocks-approval", DISCOVERY, "clarifications[1].blocks",
             at("clarifications.1.blocks", "approval")),
    Mutation("report.answered", DISCOVERY, "clarifications[0].status", at("clarifications.0.userInput", " ")),
    Mutation("report.carried-in", DISCOVERY, "carriedIn", at("carriedIn", [])),
    Mutation("report.carried-in", ANALYSIS, "carriedIn[1].status", at("carriedIn.1.id", "C-007")),
    Mutation("report.carried-in", ANALYSIS, "carriedIn[1].status", at("carriedIn.1.status", "resolved")),
    Mutation("report.reporter", DISCOVERY, "reporterConfirmation", at("reporterConfirmation", [])),
    Mutation("report.reporter", DISCOVERY, "verdict.token", at("reporterConfirmation", [PENDING])),
    Mutation("report.reporter", DISCOVERY, "reporterConfirmation[0].clarification", both(
        BLOCK, at("reporterConfirmation", [PENDING | {"clarification": "C-008"}]))),
    Mutation("report.reporter", PLANNING, "reporterConfirmation[0].clarification", both(
        BLOCK, at("reporterConfirmation", [PENDING | {"clarification": "C-001"}]))),
    Mutation("report.reporter", ANALYSIS, "carriedIn", both(BLOCK, at("reporterConfirmation", [PENDING]))),
    Mutation("report.blocked-holds", DISCOVERY, "verdict.direction", at("verdict.token", "blocked")),
    Mutation("report.token", DISCOVERY, "verdict.token", at("verdict.token", "conditional-accept")),
    Mutation("report.cited", DISCOVERY, "evidence.primary[0].source",
             at("evidence.primary.0.source", "as everybody knows")),
    Mutation("report.cited", DISCOVERY, "consensus[0].evidence", at("consensus.0.evidence", "see above")),
    Mutation("report.by-hand", DISCOVERY, "followUps[0].autoSpawn", at("followUps.0.autoSpawn", False)),
    Mutation("report.rounds", ANALYSIS, "roundHistory", at("roundHistory.1.round", 3)),
    Mutation("report.rounds", ANALYSIS, "round2SkippedReason", at("round2SkippedReason", "none was needed")),
    Mutation("report.ticket-coverage", DISCOVERY, "ticketCoverage", at("ticketCoverage", {"omit": True})),
    Mutation("report.ticket-coverage", HANDOFF, "ticketCoverage", at("ticketCoverage", {"singleTicket": "SHOP-12"})),
    Mutation("report.ticket-coverage", ANALYSIS, "ticketCoverage.tickets['OPS-7'][0]",
             at("ticketCoverage.tickets.OPS-7", ["E-009"])),
    Mutation("report.tagged", DISCOVERY, "evidence.primary[0].ticketId", at("evidence.primary.0.ticketId", "")),
    Mutation("plan.numbering", PLANNING, "deliverable.stages[2].number", at("deliverable.stages.2.number", 4)),
    Mutation("plan.numbering", PLANNING, "deliverable.stages", at("deliverable.stages", [])),
    Mutation("plan.dependencies", PLANNING, "deliverable.stages[2].dependsOn[0]",
             at("deliverable.stages.2.dependsOn", [7])),
    Mutation("plan.dependencies", PLANNING, "deliverable.stages[0].dependsOn[0]",
             at("deliverable.stages.0.dependsOn", [3])),
    Mutation("plan.classification", PLANNING, f"{ITEMS}[0].classification",
             at(f"{ITEMS}.0.classification", "minority-disagree")),
    Mutation("plan.gate", PLANNING, GATE, at(GATE, "passed")),
    Mutation("plan.gate", PLANNING, "verdict.token", both(MAJORITY, at("verdict.token", "accepted"))),
    Mutation("plan.questions", PLANNING, f"{ITEMS}[1].clarification", at(f"{ITEMS}.1.clarification", "C-001")),
    Mutation("plan.questions", PLANNING, f"{ITEMS}[1].clarification", both(
        MAJORITY, at(f"{ITEMS}.1.clarification", None), lambda values: values["clarifications"].pop())),
    Mutation("plan.questions", PLANNING, f"{ITEMS}[1].clarification", both(
        MAJORITY, lambda values: values["clarifications"].pop())),
    Mutation("plan.questions", PLANNING, f"{ITEMS}[1].clarification",
             both(MAJORITY, at("clarifications.1.blocks", "none"))),
    Mutation("plan.orphans", PLANNING, "clarifications[1].statement",
             lambda values: values["clarifications"].append(APPROVAL)),
    Mutation("plan.dissent", PLANNING, "deliverable.planVerification.dissent",
             at("deliverable.planVerification.dissent", [])),
    Mutation("plan.dissent", PLANNING, "deliverable.planVerification.dissent[1]",
             lambda values: values["deliverable"]["planVerification"]["dissent"].append(
                 {"item": "P-0-A1", "worker": "codex", "reason": "no"})),
    Mutation("discovery.missing", DISCOVERY, "deliverable.missing[0].clarification",
             at("deliverable.missing.0.clarification", "C-009")),
    Mutation("improvement.workers", IMPROVEMENT, "deliverable.candidates[0].sourceWorkers[0]",
             at("deliverable.candidates.0.sourceWorkers", ["lead:F-1"])),
    Mutation("improvement.workers", IMPROVEMENT, "deliverable.candidates[0].sourceWorkers[0]",
             at("deliverable.candidates.0.sourceWorkers", ["claude"])),
    Mutation("implementation.finished", IMPLEMENTATION, "deliverable.commit", at("deliverable.commit", "")),
    Mutation("implementation.finished", IMPLEMENTATION, "validationEvidence", at("validationEvidence", [])),
    Mutation("implementation.rollback", IMPLEMENTATION, "deliverable.rollback.command",
             at("deliverable.rollback.exitCode", None)),
    Mutation("implementation.rollback", IMPLEMENTATION, "deliverable.rollback.reason",
             at("deliverable.rollback.needed", False)),
    Mutation("implementation.unverified", IMPLEMENTATION, "deliverable.unverified", at("databaseVerified", False)),
    Mutation("implementation.unverified", IMPLEMENTATION, "databaseVerified",
             at("deliverable.unverified", ["the index"])),
    Mutation("verification.routing", VERIFICATION, "routing[0]", at("routing", ["release-handoff"])),
    Mutation("verification.conditions", VERIFICATION, "deliverable.conditions",
             at("verdict.token", "conditional-accept")),
    Mutation("verification.conditions", VERIFICATION, "verdict.token",
             at("deliverable.conditions", [{"text": "Watch it.", "gate": ""}])),
    Mutation("verification.blockers", VERIFICATION, "verdict.token", at("deliverable.blockers", [BLOCKER])),
    Mutation("verification.blockers", VERIFICATION, "deliverable.blockers[0].followUp", both(
        at("deliverable.blockers", [BLOCKER | {"followUp": "mend-it"}]), at("verdict.token", "rejected"))),
    Mutation("verification.database", VERIFICATION, "verdict.token", at("databaseVerified", False)),
)  # fmt: skip


def problems_of(values: Values) -> list[tuple[str, str]]:
    result = read_report_data(json.dumps(values).encode())
    return [(each.rule, each.path) for each in result] if isinstance(result, list) else []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: f"{each.rule} at {each.path}")
def test_a_report_broken_in_one_way_breaks_exactly_that_rule(mutation: Mutation) -> None:
    values = golden_data(mutation.task_type)
    assert problems_of(values) == []
    mutation.change(values)
    assert problems_of(values) == [(mutation.rule, mutation.path)]


def test_every_rule_is_broken_by_a_test_and_has_an_id_of_its_own() -> None:
    assert {mutation.rule for mutation in MUTATIONS} == {rule.id for rule in RULES}
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_asks_and_what_mends_a_breach(rule: Any) -> None:
    assert rule.sentence.endswith(".")
    assert set(rule.task_types) <= PHASES.keys()
    mutation = next(each for each in MUTATIONS if each.rule == rule.id)
    values = golden_data(mutation.task_type)
    mutation.change(values)
    result = read_report_data(json.dumps(values).encode())
    assert isinstance(result, list)
    assert all(each.hint and each.message for each in result)


def test_all_problems_are_named_at_once() -> None:
    values = golden_data(VERIFICATION)
    values["databaseVerified"] = False
    values["deliverable"]["blockers"] = [BLOCKER]
    values["routing"] = ["release-handoff"]
    assert [rule for rule, _ in problems_of(values)] == [
        "verification.routing", "verification.blockers", "verification.database",
    ]  # fmt: skip


def test_gaps_are_named_beside_what_is_wrong_with_the_shape() -> None:
    values = golden_data(DISCOVERY)
    values["evidence"]["primary"][0]["finding"] = "<finding>"
    values["verdict"]["token"] = "<accepted | rejected>"
    assert problems_of(values) == [("data.form", "verdict.token"), ("data.placeholder", "evidence.primary[0].finding")]
