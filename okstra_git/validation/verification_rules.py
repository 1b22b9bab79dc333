"""Rules of a final verification: its scope, where it routes, and what an acceptance must not pass over."""

from collections.abc import Iterator

from okstra_git.contract import VERDICTS, VERIFICATION_SCOPES
from okstra_git.names import quote
from okstra_git.phases import phase_of_routing
from okstra_git.records.report.data import VerificationData
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

VERIFICATION = ("final-verification",)
ACCEPTED, CONDITIONAL = VERDICTS[:2]


def scope_is_that_of_the_run(documents: RunDocuments) -> Iterator[Breach]:
    """What was verified is what the run was prepared for."""
    data = _data(documents)
    if data is None:
        return
    if documents.scope in VERIFICATION_SCOPES and data.verification_scope != documents.scope:
        message = f"verificationScope is {quote(data.verification_scope)}, and the run's is {quote(documents.scope)}"
        yield Breach(documents.data_path, 0, message)


def acceptance_routes_on(documents: RunDocuments) -> Iterator[Breach]:
    """Only what was accepted is handed over."""
    data = _data(documents)
    if data is None or data.verdict.token in (ACCEPTED, CONDITIONAL):
        return
    for name in data.routing:
        if phase_of_routing(name) == "release-handoff":
            yield Breach(documents.data_path, 0, f"the verdict is {data.verdict.token}, and routing names {name}")


def gates_hold_up_their_phase(documents: RunDocuments) -> Iterator[Breach]:
    """A condition that is a gate keeps the run from routing to the phase that it holds up."""
    data = _data(documents)
    if data is None:
        return
    routes = {phase_of_routing(name) for name in data.routing} | set(data.routing)
    for condition in data.deliverable.conditions:
        if condition.gate.strip() in routes:
            message = f"the condition {quote(condition.text)} holds up {condition.gate}, and routing names it"
            yield Breach(documents.data_path, 0, message)


def checks_have_held(documents: RunDocuments) -> Iterator[Breach]:
    """Nothing is accepted without conditions that did not hold."""
    data = _data(documents)
    failed = [check for check in data.deliverable.checks if not check.held] if data is not None else []
    if data is not None and data.verdict.token == ACCEPTED and failed:
        yield Breach(documents.data_path, 0, f"accepted, and {quote(failed[0].checked)} did not hold")


def acceptance_has_evidence(documents: RunDocuments) -> Iterator[Breach]:
    """An acceptance rests on commands that were run, and all of them ended well."""
    data = _data(documents)
    if data is None or data.verdict.token != ACCEPTED:
        return
    if not data.validation_evidence:
        yield Breach(documents.data_path, 0, "accepted without a command that was run (validationEvidence is empty)")
    for each in data.validation_evidence:
        if each.exit_code != 0:
            yield Breach(documents.data_path, 0, f"accepted, and {quote(each.command)} ended with {each.exit_code}")


def _data(documents: RunDocuments) -> VerificationData | None:
    data = documents.data
    return data if data is not None and data.task_type == "final-verification" else None


_AGAIN = "mend the report data, then: okstra report render {data}"

RULES = (
    RunRule("verification.scope", "A verification has the scope that its run was prepared for.", _AGAIN,
         scope_is_that_of_the_run, task_types=VERIFICATION),
    RunRule("verification.rejected-routing", "What was not accepted does not route to a release handoff.", _AGAIN,
         acceptance_routes_on, task_types=VERIFICATION),
    RunRule("verification.gate", "A condition that is a gate keeps the phase out of the routing.", _AGAIN,
         gates_hold_up_their_phase, task_types=VERIFICATION),
    RunRule("verification.held", "What was accepted has held.", _AGAIN, checks_have_held, task_types=VERIFICATION),
    RunRule("verification.evidence", "An acceptance rests on commands that ended well.", _AGAIN,
         acceptance_has_evidence, task_types=VERIFICATION),
)  # fmt: skip
