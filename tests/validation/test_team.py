"""Rules of the team's state over one that is in order: one break, and exactly that rule fires."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from okstra_git.validation import team
from okstra_git.validation.rule import apply_rules
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile

ROSTER = ("claude", "codex", "report-writer")
State = dict[str, Any]


def state() -> State:
    """Of a run that ended well."""
    return {
        "runId": "R1", "nonce": "n1", "teamName": "okstra-x", "teamCreate": {"attempted": True, "status": "ok"},
        "workers": {id: {"status": "completed", "reason": None} for id in ROSTER},
    }  # fmt: skip


def broken(values: State | None, **changes: Any) -> set[str]:
    """The ids of the rules that are broken."""
    documents = RunDocuments(
        "R1", "shop:web:login", "implementation", nonce="n1", team="okstra-x", folder="f", workers=ROSTER,
        report=TextFile("r.md", "# Report\n"), team_state=JsonFile("t.json", values) if values is not None else None,
    )  # fmt: skip
    return {finding.rule.id for finding in apply_rules(team.RULES, replace(documents, **changes))}


def put(*path: str, value: Any) -> Callable[[State], object]:
    def change(values: State) -> None:
        for step in path[:-1]:
            values = values.setdefault(step, {})
        values[path[-1]] = value

    return change


MADE, WRITER = "teamCreate", "report-writer"
BREAKS = [
    ("team.stale", put("nonce", value="n0")),
    ("team.stale", put("runId", value="R0")),
    ("team.name", put("teamName", value="okstra-y")),
    ("team.create", put(MADE, value=None)),
    ("team.create", put(MADE, value={"attempted": True, "status": "fine"})),
    ("team.create", put(MADE, value={"attempted": True, "status": "error"})),
    ("team.create", put(MADE, value={"attempted": True, "status": "error", "error": " "})),
    ("team.create", put(MADE, value={"attempted": False, "status": "ok"})),
    ("team.create", put(MADE, value={"attempted": False, "status": "skipped", "reason": "no need"})),
    ("team.dispatch", put("workers", "codex", "teamName", value=None)),
    ("team.worker-status", put("workers", "codex", "status", value=None)),
    ("team.worker-status", put("workers", "codex", "status", value="running")),
    ("team.worker-reason", put("workers", "codex", value={"status": "timeout", "reason": ""})),
    ("team.agent-name", put("workers", "codex", "agentName", value="codex")),
    ("team.reverify", put("workers", "codex", "reverify", value=[{"round": 1, "agentName": "codex-worker"}])),
    (
        "team.reverify",
        put(
            "workers",
            "codex",
            value={
                "status": "completed",
                "modelExecutionValue": "a",
                "reverify": [{"round": 2, "agentName": "codex-reverify-r2", "model": "b"}],
            },
        ),
    ),
    ("team.shape", put("lead", value=7)),
    ("team.roster", put("workers", "gemini", value={"status": "completed"})),
    ("team.report-author", put("workers", WRITER, value={"status": "error", "reason": "session resume constraint"})),
    (
        "team.report-author",
        put("workers", WRITER, value={"status": "not-run", "reason": "it is no longer alive"}),
    ),
]


def test_a_team_in_order_breaks_nothing() -> None:
    assert broken(state()) == set()


@pytest.mark.parametrize(("rule", "change"), BREAKS, ids=[f"{row[0]}-{at}" for at, row in enumerate(BREAKS)])
def test_one_break_breaks_one_rule(rule: str, change: Callable[[State], object]) -> None:
    values = state()
    change(values)
    assert broken(values) == {rule}


def test_every_rule_is_broken_here() -> None:
    assert {rule for rule, _ in BREAKS} | {"team.state"} == {rule.id for rule in team.RULES}


def test_a_state_that_is_gone_or_no_object_is_said_so() -> None:
    assert broken(None) == {"team.state"}
    assert broken(None, team_state=JsonFile("t.json", refusal="it is not JSON")) == {"team.state"}


@pytest.mark.parametrize(
    "change",
    [
        put(MADE, value={"attempted": True, "status": "error", "error": "Team creation is off"}),
        put(MADE, value={"attempted": False, "status": "skipped", "reason": "concurrent-run"}),
    ],
)
def test_without_a_team_everybody_may_be_dispatched_by_itself(change: Callable[[State], object]) -> None:
    values = state()
    change(values)
    for row in values["workers"].values():
        row["teamName"] = None
    assert broken(values) == set()


def test_a_report_writer_may_be_dispatched_after_its_team_has_gone() -> None:
    values = state()
    put("workers", WRITER, "teamName", value=None)(values)
    assert broken(values) == set()


def test_a_lead_writes_after_a_dispatch_that_failed_for_a_reason_that_was_seen() -> None:
    values = state()
    put("workers", WRITER, value={"status": "timeout", "reason": "no answer after 20 minutes"})(values)
    assert broken(values) == set()


def test_a_run_without_a_report_has_no_author() -> None:
    values = state()
    put("workers", WRITER, value={"status": "not-run", "reason": "session resume constraint"})(values)
    assert broken(values, report=None) == set()


@pytest.mark.parametrize(
    "values", [{}, {"workers": []}, {"workers": {"claude": 1}}, {"teamCreate": 1, "workers": None}]
)
def test_a_state_of_another_form_breaks_rules_and_nothing_else(values: State) -> None:
    assert broken(values) >= {"team.worker-status"}
