"""Rounds over findings: who is asked, what answers change, when no other round comes, and what a reason is for."""

import pytest

from okstra_git.convergence.classification import classify, count_classes
from okstra_git.convergence.rounds import batches, before_round, close, next_round, record_round, settle
from okstra_git.records.convergence import CLASSES, ConvergenceState
from tests.convergence.sample import classes, state, verdicts
from tests.kit.refusals import refuses

A, B = "claude:F-1", "codex:1.1"
SPLIT = verdicts(claude={B: "agree"}, codex={A: "disagree"}, gemini={A: "agree", B: "agree"})


@pytest.mark.parametrize(
    ("agree", "disagree", "analysers", "expected"),
    [
        (1, 0, 1, "single-source"),
        (2, 0, 2, "consensus"),
        (3, 0, 3, "consensus"),
        (1, 0, 2, "unconfirmed"),
        (2, 0, 3, "unconfirmed"),
        (0, 0, 2, "unconfirmed"),  # its finder cannot tell any more, and nobody is against it
        (1, 1, 2, "disputed"),  # a tie is no majority
        (2, 2, 4, "disputed"),
        (1, 1, 3, "disputed"),
        (1, 2, 3, "disputed"),
        (2, 1, 3, "majority"),
        (3, 1, 4, "majority"),
        (0, 1, 2, "rejected"),
        (0, 3, 3, "rejected"),
    ],
)
def test_the_class_is_counted(agree: int, disagree: int, analysers: int, expected: str) -> None:
    assert classify(agree, disagree, analysers) == expected


def test_the_first_round_asks_each_analyser_about_what_only_others_found() -> None:
    begun = state(f"{A} {B} gemini:F-1", "claude:F-2", "codex:1.2 gemini:F-3")
    assert classes(begun) == {A: "consensus", "claude:F-2": "unconfirmed", "codex:1.2": "unconfirmed"}
    asked = {batch.worker: [finding.id for finding in batch.findings] for batch in batches(begun, 1)}
    assert asked == {"claude": ["codex:1.2"], "codex": ["claude:F-2"], "gemini": ["claude:F-2"]}


def test_a_round_moves_findings_and_is_written_down() -> None:
    done = record_round(state(A, B), 1, SPLIT)
    assert classes(done) == {A: "majority", B: "consensus"}
    (entry,) = done.round_history
    assert (entry.round, entry.findings, entry.moved) == (1, (A, B), (A, B))
    assert entry.verdicts["gemini"] == {A: "agree", B: "agree"}
    assert done.final_classification_counts == dict.fromkeys(CLASSES, 0) | {"majority": 1, "consensus": 1}
    assert next_round(done) == 2


def test_the_second_round_asks_everybody_about_what_is_contested() -> None:
    done = record_round(state(A, B), 1, SPLIT)
    assert [(each.worker, [finding.id for finding in each.findings]) for each in batches(done, 2)] == [
        ("claude", [A]),
        ("codex", [A]),
        ("gemini", [A]),
    ]
    ended = record_round(done, 2, verdicts(claude={A: "disagree"}, codex={A: "disagree"}, gemini={A: "agree"}))
    assert classes(ended)[A] == "disputed"
    assert (ended.closed, ended.round2_skipped_reason, next_round(ended)) == (True, None, None)


@pytest.mark.parametrize(
    ("begun", "reason"),
    [
        (state(f"{A} {B} gemini:F-1"), "every analyser had made every finding"),
        (state(), "there were no findings"),
        (state(A, analysers=["claude"]), "only claude handed in a result, so nobody could confirm it"),
        (state(analysers=[]), "there were no findings"),
    ],
)
def test_without_a_question_there_is_no_round(begun: ConvergenceState, reason: str) -> None:
    settled = settle(begun)
    assert (settled.closed, settled.round2_skipped_reason, next_round(settled)) == (True, reason, None)
    assert close(begun, "") == settled


def test_a_first_round_that_settles_everything_is_the_last() -> None:
    done = record_round(state(A, analysers=["claude", "codex"]), 1, verdicts(codex={A: "agree"}))
    assert (done.closed, done.round2_skipped_reason) == (True, "no finding was contested after round 1")


def test_who_said_nothing_usable_leaves_findings_unconfirmed() -> None:
    done = record_round(state(A), 1, verdicts(gemini={A: "agree"}))
    assert classes(done) == {A: "unconfirmed"}
    nobody = record_round(state(A), 1, {})
    assert (classes(nobody), nobody.round_history[0].moved, nobody.closed) == ({A: "unconfirmed"}, (), True)


def test_cannot_tell_is_no_side() -> None:
    done = record_round(state(A, analysers=["claude", "codex"]), 1, verdicts(codex={A: "cannot-tell"}))
    assert classes(done) == {A: "unconfirmed"}


def test_the_last_round_can_be_recorded_again_and_counts_once() -> None:
    begun = state(A)
    first = record_round(begun, 1, verdicts(codex={A: "disagree"}, gemini={A: "agree"}))
    second = record_round(first, 2, verdicts(claude={A: "agree"}, codex={A: "agree"}, gemini={A: "agree"}))
    assert classes(second) == {A: "consensus"}
    again = record_round(second, 2, verdicts(claude={A: "agree"}, codex={A: "disagree"}, gemini={A: "agree"}))
    assert (classes(again), len(again.round_history)) == ({A: "majority"}, 2)
    assert record_round(again, 2, verdicts(claude={A: "agree"}, codex={A: "agree"}, gemini={A: "agree"})) == second
    assert before_round(second, 2) == first.model_copy(update={"closed": False})


@pytest.mark.parametrize("number", [0, 2, 3, -1])
def test_other_rounds_are_refused(number: int) -> None:
    with refuses("convergence.other-round"):
        record_round(state(A), number, {})


def test_an_earlier_round_is_refused() -> None:
    done = record_round(record_round(state(A), 1, verdicts(codex={A: "disagree"})), 2, {})
    with refuses("convergence.other-round", match="round 2 can be recorded anew"):
        record_round(done, 1, {})


def test_the_first_round_cannot_be_left_out_and_the_second_needs_a_reason() -> None:
    with refuses("convergence.round-needed"):
        close(state(A), "no time")
    done = record_round(state(A), 1, verdicts(codex={A: "disagree"}))
    with refuses("convergence.round-needed", match="claude:F-1"):
        close(done, "  ")
    closed = close(done, "it is\ncosmetic")
    assert (closed.closed, closed.round2_skipped_reason, next_round(closed)) == (True, "it is cosmetic", None)
    assert close(closed, "another") == closed


def test_a_round_that_was_left_out_can_be_made_up_for() -> None:
    closed = close(record_round(state(A), 1, verdicts(codex={A: "disagree"})), "no time")
    done = record_round(closed, 2, verdicts(codex={A: "agree"}))
    assert (len(done.round_history), done.round2_skipped_reason) == (2, None)


def test_counts_name_every_class() -> None:
    assert count_classes(()) == dict.fromkeys(CLASSES, 0)
