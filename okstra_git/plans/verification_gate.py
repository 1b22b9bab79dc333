"""Whether a plan may carry the marker `Approved`: what the verification of its body came to, and who says so."""

from collections.abc import Iterator

from okstra_git.contract import APPROVED_MARKER, HEADING_PLAN_VERIFICATION, PLAN_GATES
from okstra_git.documents.editing import find_box
from okstra_git.documents.markdown import Document
from okstra_git.documents.problems import Flaw

_PASSED = PLAN_GATES[:2]
_AFTER = "mend the plan and verify it again, or prepare the planning with --no-plan-verification"


def allows_approval(gate: str | None) -> bool:
    """Whether the marker stands in a plan with this gate; None = its body was not to be verified.

    >>> allows_approval("passed-with-dissent"), allows_approval("aborted-non-result"), allows_approval(None)
    (True, False, True)
    """
    return gate is None or gate in _PASSED


def read_gate(document: Document) -> tuple[str, int] | None:
    """The gate that a report itself names in `Plan Body Verification`, with its line; None where it names none."""
    section = document.find(HEADING_PLAN_VERIFICATION)
    for item in section.items if section else ():
        value = item.text.partition(":")[2].strip().casefold()
        if item.depth == 0 and value in PLAN_GATES:
            return value, item.line
    return None


def check_gate(document: Document, recorded: str | None = None) -> Iterator[Flaw]:
    """What forbids the marker: the gate that the report names, or the one that was `recorded` for it (None = none)."""
    box, named = find_box(document, APPROVED_MARKER), read_gate(document)
    line = named[1] if named else (box.line if box else 1)
    if recorded is not None and named is not None and named[0] != recorded:
        message = f"the report says that the verification of the plan came to {named[0]}; recorded is {recorded}"
        yield Flaw("plan.gate-differs", line, message, "render the report from the recorded state: " + _AFTER)
    gate = recorded or (named[0] if named else None)
    if box is not None and not allows_approval(gate):
        message = f"the verification of the plan came to {gate}, so there must be no line '[ ] {APPROVED_MARKER}'"
        yield Flaw("plan.gate-blocks", box.line, message, _AFTER)
