"""What holds of the arithmetic whatever anybody says, found by trying."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.contract import allows_approval
from okstra_git.convergence.classification import classify
from okstra_git.convergence.plan_gate import classify_part, gate_of
from okstra_git.convergence.rounds import batches, next_round, record_round
from okstra_git.records.convergence import CLASSES, ConvergenceState, VerdictWord
from tests.convergence.sample import THREE, classes, state, verdicts

WORDS: tuple[VerdictWord, ...] = ("agree", "disagree", "cannot-tell")
groups = st.lists(st.sets(st.sampled_from(THREE), min_size=1), max_size=6)
chances = st.randoms(use_true_random=False)
unhurried = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def begun(made_by: list[set[str]]) -> ConvergenceState:
    """A finding for each set of workers."""
    return state(*(" ".join(f"{worker}:F-{n}" for worker in sorted(workers)) for n, workers in enumerate(made_by)))


@unhurried
@given(groups, chances)
def test_rounds_end_and_every_finding_has_one_class(made_by: list[set[str]], chance) -> None:  # type: ignore[no-untyped-def]
    current, rounds = begun(made_by), 0
    while (number := next_round(current)) is not None:
        answers = {
            batch.worker: {finding.id: chance.choice(WORDS) for finding in batch.findings}
            for batch in batches(current, number)
            if chance.random() > 0.2
        }
        recorded = record_round(current, number, verdicts(**answers))
        assert record_round(recorded, number, verdicts(**answers)) == recorded
        current, rounds = recorded, rounds + 1
    assert rounds <= 2
    assert sum(current.final_classification_counts.values()) == len(made_by)
    assert set(classes(current).values()) <= set(CLASSES)
    assert current.model_validate_json(current.model_dump_json(by_alias=True)) == current


@unhurried
@given(groups, chances)
def test_what_was_said_counts_not_the_order_of_workers(made_by: list[set[str]], chance) -> None:  # type: ignore[no-untyped-def]
    current = begun(made_by)
    if next_round(current) is None:
        return
    said = {
        batch.worker: {finding.id: chance.choice(WORDS) for finding in batch.findings} for batch in batches(current, 1)
    }
    turned = dict(reversed(said.items()))
    one, other = record_round(current, 1, verdicts(**said)), record_round(current, 1, verdicts(**turned))
    assert classes(one) == classes(other)
    assert one.round_history[0].moved == other.round_history[0].moved


@unhurried
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_class_follows_from_the_three_counts(agree: int, disagree: int, silent: int) -> None:
    analysers = agree + disagree + silent
    name = classify(agree, disagree, analysers)
    assert (name == "consensus") == (analysers != 1 and not disagree and agree == analysers)
    assert (name in ("majority", "disputed")) == (analysers > 1 and agree > 0 and disagree > 0)
    if name == "majority":
        assert agree > disagree + silent


@unhurried
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=8))
def test_a_gate_passes_when_no_part_has_a_majority_against_it(parts: list[list[bool]]) -> None:
    names = [classify_part(part.count(False), len(part)) for part in parts]
    gate = gate_of(names, 3)
    assert allows_approval(gate) == all(part.count(False) < 2 for part in parts)
    assert (gate == "passed") == all(all(part) for part in parts)
    worse = [[False, *part[1:]] for part in parts]
    assert allows_approval(gate) or not allows_approval(gate_of([classify_part(w.count(False), 3) for w in worse], 3))
