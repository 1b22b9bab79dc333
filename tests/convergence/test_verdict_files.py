"""Verdict files: what is forgiven, and everything that is wrong with one, each with its place."""

import json
from typing import Any

import pytest

from okstra_git.convergence.verdict_files import PLAN_WORDS, VerdictRequest, read_verdicts, skeleton
from okstra_git.records.convergence import WorkerVerdict

ASKED = VerdictRequest("R1", 1, "codex", ("claude:F-001", "claude:F-002"))
FIRST = {"id": "claude:F-001", "verdict": "agree", "reason": "src/a.py:1"}
SECOND = {"id": "claude:F-002", "verdict": "disagree", "reason": "src/b.py:2"}


def file(*verdicts: Any, **changed: Any) -> bytes:
    whole = {"schema": 1, "run": "R1", "round": 1, "worker": "codex", "verdicts": list(verdicts), **changed}
    return json.dumps(whole).encode()


def problems(data: bytes, asked: VerdictRequest = ASKED) -> list[tuple[str, str]]:
    read = read_verdicts(data, asked)
    assert isinstance(read, list)
    assert all(problem.message for problem in read)
    return [(problem.rule, problem.path) for problem in read]


def test_a_file_is_read_in_the_order_of_the_questions() -> None:
    assert read_verdicts(file(SECOND, FIRST), ASKED) == {
        "claude:F-001": WorkerVerdict(id="claude:F-001", verdict="agree", reason="src/a.py:1"),
        "claude:F-002": WorkerVerdict(id="claude:F-002", verdict="disagree", reason="src/b.py:2"),
    }


@pytest.mark.parametrize(
    "data",
    [
        file(FIRST, SECOND, worker=" Codex-Worker"),
        file({**FIRST, "id": "Claude: f-001"}, {**SECOND, "verdict": " DISAGREE "}),
        file({"id": "claude:F-001", "verdict": "Agree"}, SECOND),
        b"\xef\xbb\xbf" + file(FIRST, SECOND),
    ],
)
def test_case_spaces_and_a_reason_for_agreement_are_not_asked_for(data: bytes) -> None:
    read = read_verdicts(data, ASKED)
    assert isinstance(read, dict)
    assert [verdict.verdict for verdict in read.values()] == ["agree", "disagree"]


def test_cannot_tell_may_be_written_in_words() -> None:
    read = read_verdicts(file(FIRST, {**SECOND, "verdict": "Cannot tell"}), ASKED)
    assert isinstance(read, dict)
    assert read["claude:F-002"].verdict == "cannot-tell"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [("verdict.unreadable", "")]),
        (b"[]", [("verdict.unreadable", "")]),
        (b"\xff", [("verdict.unreadable", "")]),
        (b"```json\n{}\n```", [("verdict.unreadable", "")]),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, [("verdict.unreadable", "")]),
        (b"[" * 200_000, [("verdict.unreadable", "")]),
        (b'{"run": NaN}', [("verdict.unreadable", "")]),
        (b'{"run": 1, "run": 2}', [("verdict.unreadable", "")]),
        (b" " * (5 << 20) + file(FIRST, SECOND), [("verdict.unreadable", "")]),
        (file(FIRST, SECOND, run="R2"), [("verdict.misfiled", "run")]),
        (file(FIRST, SECOND, round=2), [("verdict.misfiled", "round")]),
        (file(FIRST, SECOND, worker="gemini"), [("verdict.misfiled", "worker")]),
        (file(FIRST, SECOND, schema=2), [("data.form", "schema")]),
        (file(FIRST, SECOND, round="1"), [("data.form", "round")]),
        (file(FIRST, SECOND, verdicts={}), [("data.form", "verdicts")]),
        (file(FIRST), [("verdict.unanswered", "verdicts (claude:F-002)")]),
        (file(FIRST, FIRST, SECOND), [("verdict.duplicate", "verdicts[1].id")]),
        (file(FIRST, SECOND, {**FIRST, "id": "claude:F-009"}), [("verdict.unknown-id", "verdicts[2].id")]),
        (file(FIRST, {**SECOND, "verdict": "maybe"}), [("data.form", "verdicts[1].verdict")]),
        (file(FIRST, {**SECOND, "reason": " "}), [("verdict.no-reason", "verdicts[1].reason")]),
        (file(FIRST, {**SECOND, "reasn": "x"}), [("data.unknown-key", "verdicts[1].reasn")]),
        (file(FIRST, SECOND, "agree"), [("data.form", "verdicts[2]")]),
        (
            file(FIRST, SECOND, {"id": 3}),
            [("data.form", "verdicts[2].id"), ("data.missing-key", "verdicts[2].verdict")],
        ),
    ],
)
def test_what_is_wrong_has_its_place(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert problems(data) == expected


def test_everything_is_reported_at_once_with_what_would_be_right() -> None:
    read = read_verdicts(file({**SECOND, "id": "claude:F-003", "reason": ""}, run="R2", extra=1), ASKED)
    assert isinstance(read, list)
    assert {(problem.path, problem.hint) for problem in read} >= {
        ("run", "write R1"),
        ("verdicts[0].id", "did you mean claude:F-002?"),
        ("verdicts[0].reason", "say why, with a path and line"),
    }
    assert {problem.rule for problem in read} == {
        "data.unknown-key", "verdict.misfiled", "verdict.unknown-id", "verdict.unanswered", "verdict.no-reason",
    }  # fmt: skip


def test_a_skeleton_names_every_id_and_is_not_taken_for_an_answer() -> None:
    asked = VerdictRequest("R1", 1, "codex", ("P-1-F1",), PLAN_WORDS)
    assert skeleton(asked)["verdicts"][0]["verdict"] == "agree | disagree"
    assert problems(json.dumps(skeleton(asked)).encode(), asked) == [("data.form", "verdicts[0].verdict")]
    filled = {**skeleton(asked)["verdicts"][0], "verdict": "disagree"}
    assert problems(file(filled), asked) == [("verdict.no-reason", "verdicts[0].reason")]


def test_of_a_plan_everybody_takes_a_side() -> None:
    asked = VerdictRequest("R1", 1, "codex", ("P-1-F1",), PLAN_WORDS)
    data = file({"id": "P-1-F1", "verdict": "cannot-tell", "reason": "no idea"})
    assert problems(data, asked) == [("verdict.word", "verdicts[0].verdict")]


def test_many_unknown_ids_do_not_take_long() -> None:
    many = tuple(f"claude:F-{n}" for n in range(400))
    data = file(*({"id": f"codex:{n}", "verdict": "agree"} for n in range(400)))
    assert len(problems(data, VerdictRequest("R1", 1, "codex", many))) == 800
