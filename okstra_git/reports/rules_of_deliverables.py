"""Rules about what the other task types deliver: inputs, candidates, changes, verifications."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from okstra_git.contract import EXECUTORS, GROUP_HANDOFF
from okstra_git.names import quote
from okstra_git.reports.data_rule import DataConflict, DataRule

if TYPE_CHECKING:
    from okstra_git.records.report.data import (
        DiscoveryData,
        ImplementationData,
        ImprovementData,
        VerificationData,
    )

_ACCEPTED = ("accepted", "conditional-accept")


def _missing(data: "DiscoveryData") -> Iterator[DataConflict]:
    asked = {row.id for row in data.clarifications}
    for index, row in enumerate(data.deliverable.missing):
        if row.clarification and row.clarification not in asked:
            yield DataConflict(
                f"deliverable.missing[{index}].clarification", f"clarifications have no {row.clarification}"
            )


def _workers(data: "ImprovementData") -> Iterator[DataConflict]:
    for index, row in enumerate(data.deliverable.candidates):
        for place, pair in enumerate(row.source_workers):
            worker, colon, item = pair.partition(":")
            if worker not in EXECUTORS or not colon or not item.strip():
                path = f"deliverable.candidates[{index}].sourceWorkers[{place}]"
                yield DataConflict(path, f"{quote(pair)} is not a worker and one of its items")


def _rollback(data: "ImplementationData") -> Iterator[DataConflict]:
    rollback = data.deliverable.rollback
    ran = bool(rollback.command.strip()) and rollback.exit_code is not None
    if not rollback.needed:
        if not rollback.reason.strip():
            yield DataConflict(
                "deliverable.rollback.reason", "no rollback was tried, and nothing says why none is needed"
            )
    elif not ran and "implementation-planning" not in data.routing:
        message = "stored state changes, no dry run of the rollback was made, and the plan is not sent back"
        hint = "run it and record command and exitCode, or add implementation-planning to routing"
        yield DataConflict("deliverable.rollback.command", message, hint)


def _unverified(data: "ImplementationData") -> Iterator[DataConflict]:
    if data.database_verified is False and not data.deliverable.unverified:
        message = "the database was not verified, and unverified names nothing"
        yield DataConflict("deliverable.unverified", message, "name what no database has run")
    if data.database_verified is not False and data.deliverable.unverified:
        message = "unverified names parts of a database change, and databaseVerified is not false"
        yield DataConflict("databaseVerified", message, "write false")


def _finished(data: "ImplementationData") -> Iterator[DataConflict]:
    if data.verdict.token != "accepted":
        return
    if not data.deliverable.commit:
        yield DataConflict("deliverable.commit", "the change is accepted, and no commit is named")
    if not data.validation_evidence:
        yield DataConflict("validationEvidence", "the change is accepted, and no command shows that it works")


def _routing(data: "VerificationData") -> Iterator[DataConflict]:
    if data.verification_scope == "single-stage" and "release-handoff" in data.routing:
        message = f"a verification of one stage routes to {GROUP_HANDOFF}, and never to plain release-handoff"
        yield DataConflict(f"routing[{data.routing.index('release-handoff')}]", message)


def _conditions(data: "VerificationData") -> Iterator[DataConflict]:
    token, conditions = data.verdict.token, data.deliverable.conditions
    if token == "conditional-accept" and not conditions:
        yield DataConflict("deliverable.conditions", "the verdict is conditional-accept, and there is no condition")
    if token == "accepted" and conditions:
        yield DataConflict("verdict.token", "the verdict is accepted, and there are conditions")


def _blockers(data: "VerificationData") -> Iterator[DataConflict]:
    if data.verdict.token in _ACCEPTED and data.deliverable.blockers:
        yield DataConflict("verdict.token", f"the verdict is {data.verdict.token}, and there are blockers")
    named = {row.new_task_id for row in data.follow_ups}
    for index, blocker in enumerate(data.deliverable.blockers):
        if blocker.follow_up and blocker.follow_up not in named:
            message = f"followUps have no {quote(blocker.follow_up)}"
            yield DataConflict(f"deliverable.blockers[{index}].followUp", message, "add it there, or leave this empty")


def _database(data: "VerificationData") -> Iterator[DataConflict]:
    if data.verdict.token in _ACCEPTED and data.database_verified is False:
        yield DataConflict("verdict.token", "a change whose database part is not verified cannot be accepted")


_VERIFICATION, _IMPLEMENTATION = ("final-verification",), ("implementation",)

RULES = (
    DataRule("discovery.missing", "The question that asks for a missing input is in clarifications.",
             'add it there, or write ""', _missing, ("requirements-discovery",)),
    DataRule("improvement.workers", "The sources of a candidate are pairs of a worker and its item.",
             f"write claude:F-001; workers are {', '.join(EXECUTORS)}", _workers, ("improvement-discovery",)),
    DataRule("implementation.finished", "An accepted change has a commit, and commands that show that it works.",
             "name them, or do not accept the change", _finished, _IMPLEMENTATION),
    DataRule("implementation.rollback", "Where stored state changes, the rollback was tried or the plan is sent back; "
             "elsewhere it is said why none is needed.", "say why", _rollback, _IMPLEMENTATION),
    DataRule("implementation.unverified", "What of a database change was not run is named, exactly where the database "
             "was not verified.", "", _unverified, _IMPLEMENTATION),
    DataRule("verification.routing", "A verification of one stage never routes to a plain release-handoff.",
             f'write "{GROUP_HANDOFF}"', _routing, _VERIFICATION),
    DataRule("verification.conditions", "A verdict is conditional-accept exactly where conditions are spelled out.",
             'spell them out, or write "accepted" without any', _conditions, _VERIFICATION),
    DataRule("verification.blockers", "A verdict that accepts has no blockers, and what takes a blocker up is a "
             "follow-up.", 'write "rejected", or take them out', _blockers, _VERIFICATION),
    DataRule("verification.database", "A change whose database part is not verified is not accepted.",
             'write "rejected"', _database, _VERIFICATION),
)  # fmt: skip
"""In the order of the report."""
