"""Rules about the deliverable of implementation-planning: its stages, and what became of its verification."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from okstra_git.contract import PLAN_GATES
from okstra_git.reports.data_rule import DataConflict, DataRule

if TYPE_CHECKING:
    from okstra_git.records.report.data import PlanningData
    from okstra_git.records.report.deliverables import PlanItem

PLANNING = ("implementation-planning",)
_ITEM = re.compile(r"\bP-\d{1,6}-[ADFSVER]\d{1,4}\b")
_STAGES = "deliverable.stages"
_VERIFICATION = "deliverable.planVerification"


def _numbers(data: "PlanningData") -> Iterator[DataConflict]:
    numbers = [stage.number for stage in data.deliverable.stages]
    for index, (number, wanted) in enumerate(zip(numbers, range(1, len(numbers) + 1), strict=True)):
        if number != wanted:
            yield DataConflict(f"{_STAGES}[{index}].number", f"the number here is {number}, and {wanted} is its turn")
            return
    if not numbers and data.verdict.token == "accepted":
        yield DataConflict(_STAGES, "the verdict is accepted, and the plan has no stage")


def _dependencies(data: "PlanningData") -> Iterator[DataConflict]:
    numbers = {stage.number for stage in data.deliverable.stages}
    for index, stage in enumerate(data.deliverable.stages):
        for place, other in enumerate(stage.depends_on):
            path = f"{_STAGES}[{index}].dependsOn[{place}]"
            if other not in numbers:
                yield DataConflict(path, f"stage {stage.number} depends on stage {other}, which the plan does not have")
            elif other >= stage.number:
                yield DataConflict(
                    path, f"stage {stage.number} depends on stage {other}, which does not come before it"
                )


def _classes(data: "PlanningData") -> Iterator[DataConflict]:
    for path, item in _items(data):
        against = list(item.verdicts.values()).count("disagree")
        is_majority = 2 * against > len(item.verdicts)
        wanted = "majority-disagree" if is_majority else "minority-disagree" if against else "agree"
        if item.classification != wanted:
            message = (
                f"{against} of {len(item.verdicts)} disagree with {item.id}, and it is classified {item.classification}"
            )
            yield DataConflict(f"{path}.classification", message, f'write "{wanted}"')


def _gate(data: "PlanningData") -> Iterator[DataConflict]:
    verification = data.deliverable.plan_verification
    if verification is None:
        return
    counts = Counter(item.classification for item in verification.items)
    if not any(item.verdicts for item in verification.items):
        wanted = "aborted-non-result"
    elif counts["majority-disagree"]:
        wanted = "blocked-by-disagreement"
    else:
        wanted = "passed-with-dissent" if counts["minority-disagree"] else "passed"
    if verification.gate != wanted:
        message = f"the gate is {verification.gate}, and the items come to {wanted}"
        yield DataConflict(f"{_VERIFICATION}.gate", message)
    if data.verdict.token == "accepted" and verification.gate not in PLAN_GATES[:2]:
        yield DataConflict("verdict.token", f"the verdict is accepted, and the gate is {verification.gate}")


def _questions(data: "PlanningData") -> Iterator[DataConflict]:
    asked = {row.id: row for row in data.clarifications}
    linked: dict[str, str] = {}
    for path, item in _items(data):
        place = f"{path}.clarification"
        if item.classification != "majority-disagree":
            if item.clarification is not None:
                yield DataConflict(
                    place, f"{item.id} is classified {item.classification} and has a question", "write null"
                )
            continue
        if item.clarification is None:
            yield DataConflict(place, f"a majority disagrees with {item.id}, and no question asks about it")
        elif item.clarification not in asked:
            yield DataConflict(place, f"clarifications have no {item.clarification}")
        elif asked[item.clarification].blocks != "approval":
            yield DataConflict(place, f"{item.clarification} does not hold up the approval", 'its blocks is "approval"')
        elif linked.setdefault(item.clarification, item.id) != item.id:
            yield DataConflict(place, f"{item.clarification} is the question of {linked[item.clarification]} already")


def _orphans(data: "PlanningData") -> Iterator[DataConflict]:
    linked = {item.id: item.clarification for _, item in _items(data)}
    for index, row in enumerate(data.clarifications):
        for name in _ITEM.findall(row.statement) if row.blocks == "approval" else ():
            if linked.get(name) != row.id:
                yield DataConflict(
                    f"clarifications[{index}].statement", f"{row.id} asks about {name}, which does not name it"
                )


def _dissent(data: "PlanningData") -> Iterator[DataConflict]:
    verification = data.deliverable.plan_verification
    if verification is None:
        return
    voted = {
        (item.id, worker)
        for item in verification.items
        for worker, verdict in item.verdicts.items()
        if verdict == "disagree"
    }
    logged = [(each.item, each.worker) for each in verification.dissent]
    for index, (item, worker) in enumerate(logged):
        if (item, worker) not in voted:
            yield DataConflict(f"{_VERIFICATION}.dissent[{index}]", f"{worker} did not disagree with {item}")
    for item, worker in sorted(voted - set(logged)):
        yield DataConflict(f"{_VERIFICATION}.dissent", f"the objection of {worker} to {item} is missing")


def _items(data: "PlanningData") -> Iterator[tuple[str, "PlanItem"]]:
    verification = data.deliverable.plan_verification
    for index, item in enumerate(verification.items if verification else ()):
        yield f"{_VERIFICATION}.items[{index}]", item


RULES = (
    DataRule("plan.numbering", "Stages are numbered 1, 2, 3 … without gaps, and an accepted plan has some.",
             "number them in order", _numbers, PLANNING),
    DataRule("plan.dependencies", "Stages depend on earlier stages of the plan, and so never in a circle.",
             "name earlier stages only", _dependencies, PLANNING),
    DataRule("plan.classification", "The class of a part follows from the verdicts on it.",
             "count the verdicts again", _classes, PLANNING),
    DataRule("plan.gate", "The gate follows from the classes of the parts, and an accepted plan has passed it.",
             "copy it from the state of the plan's verification", _gate, PLANNING),
    DataRule("plan.questions", "Each part that a majority disagrees with has one question of its own that holds up the "
             "approval, and no other part has one.", "add a row to clarifications, and name it here",
             _questions, PLANNING),
    DataRule("plan.orphans", "A question about a part of the plan is named by that part.",
             "name the question at the part, or take the question out", _orphans, PLANNING),
    DataRule("plan.dissent", "The log of dissent has every objection, and no other.",
             "copy it from the state of the plan's verification", _dissent, PLANNING),
)  # fmt: skip
"""In the order of the report."""
