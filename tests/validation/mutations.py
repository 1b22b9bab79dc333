"""For every rule, sound runs that are broken in exactly that way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile
from tests.validation.bundles import (
    DELIVERABLES,
    PLAN,
    QUESTION,
    REPORT,
    TICKET,
    bundle,
    data_of,
    with_report,
    with_result,
)

Mutation = Callable[[], RunDocuments]

DISCOVERY, ANALYSIS, IMPROVEMENT = "requirements-discovery", "error-analysis", "improvement-discovery"
PLANNING, WORK, VERIFICATION, HANDOFF = "implementation-planning", "implementation", "final-verification", "release-handoff"
CARRIED = PLAN.replace("{status}", "open")


def edited(task_type: str, old: str, new: str, **changes: Any) -> Mutation:
    """A report that was changed by hand, without its data: what the data say is not held against it."""
    return lambda: replace(with_report(bundle(task_type, **changes), old, new), data=None, data_problems=())


def told(task_type: str, **changes: Any) -> Mutation:
    """Other data, and the report that they make."""
    return lambda: bundle(task_type, **changes)


def delivered(task_type: str, **changes: Any) -> Mutation:
    """Other data of the deliverable."""
    return told(task_type, deliverable={**DELIVERABLES[task_type], **changes})


def asked(**changes: Any) -> Mutation:
    """One question that is other than it should be."""
    return told(DISCOVERY, clarifications=[{**QUESTION, **changes}])


def found(**changes: Any) -> Mutation:
    """A row of evidence that is other than it should be."""
    row = data_of(ANALYSIS)["evidence"]["primary"][0]
    return told(ANALYSIS, evidence={"primary": [{**row, **changes}]})


def handed_in(old: str, new: str) -> Mutation:
    """Another result of a worker."""
    return lambda: with_result(bundle(ANALYSIS), old, new)


def of_run(task_type: str, **changes: Any) -> Mutation:
    """The same documents, of another run."""
    return lambda: replace(bundle(task_type), **changes)
