"""A sound run of each task type breaks nothing; broken in one way it breaks the one rule that asks for that."""

import pytest

from okstra_git.phases import PHASES
from okstra_git.validation import conformance_gate, data_rules
from okstra_git.validation.rule import apply_rules
from okstra_git.validation.run_documents import RunDocuments
from okstra_git.validation.table import RULES
from tests.validation.bundles import bundle
from tests.validation.mutations import MUTATIONS, Mutation

WARNINGS = {rule.id for rule in RULES if rule.severity == "warning"}
CASES = [
    pytest.param(rule, mutation, id=f"{rule}-{number}")
    for rule, mutations in MUTATIONS.items()
    for number, mutation in enumerate(mutations, 1)
]


def broken(documents: RunDocuments) -> dict[str, list[str]]:
    """The rules that are broken, and how."""
    told: dict[str, list[str]] = {}
    for finding in apply_rules(RULES, documents):
        told.setdefault(finding.rule.id, []).append(finding.breach.message)
    return told


@pytest.mark.parametrize("task_type", PHASES)
def test_a_sound_run_breaks_nothing(task_type: str) -> None:
    assert broken(bundle(task_type)) == {}


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_one_mistake_breaks_one_rule(rule: str, mutation: Mutation) -> None:
    """Reports that were edited by hand have no data here; a failure may make a report harder to read, too."""
    ids = broken(mutation())
    beside = {"report.data-missing"} | (WARNINGS if rule not in WARNINGS else set())
    assert rule in ids, ids
    assert {*ids} - (beside - {rule}) == {rule}, ids


def test_every_rule_has_a_mistake_that_breaks_it() -> None:
    """Those of the conformance gate are in tests/validation/test_conformance.py, those of data in tests/reports."""
    own = {rule.id for rule in RULES} - {rule.id for rule in (*conformance_gate.RULES, *data_rules.OF_DATA)}
    assert own == set(MUTATIONS)


def test_ids_of_rules_are_their_own() -> None:
    ids = [rule.id for rule in RULES]
    assert sorted(set(ids)) == sorted(ids)


def test_every_finding_has_a_remedy() -> None:
    for mutations in MUTATIONS.values():
        for finding in apply_rules(RULES, mutations[0]()):
            assert finding.hint
            assert not any(gap in finding.hint for gap in ("{data}", "{run}", "{report}"))
