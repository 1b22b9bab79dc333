"""Rules of conformance over a sound implementation of stage 1: one break, and exactly that rule fires."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from okstra_git.records.report.data import parse_report_data
from okstra_git.validation import conformance_gate
from okstra_git.validation.rule import RuleFinding, apply_rules
from okstra_git.validation.run_documents import JsonFile, RunDocuments, TextFile
from tests.kit.prepared import a_plan
from tests.validation.claims import RUN, a_claim

ENTRY = {"stageKey": "login-stage-1", "requires": ["database"], "command": "make db"}
OTHER = {"stageKey": "login-stage-2", "requires": ["database"], "command": "make db"}
SHOWN = {"stageKey": "login-stage-1", "command": "make db", "exitCode": 0, "run": RUN}
ROW = {"stageKey": "login-stage-1", "verdict": "PASS", "command": "make db", "exitCode": 0}
CHANGED = ("migrations/1.sql", "src/1.py")


def with_data(documents: RunDocuments, **deliverable: Any) -> RunDocuments:
    values = a_claim()
    listed = [{"path": path, "ticketId": "", "change": "new"} for path in CHANGED]
    values["deliverable"] |= {"diff": listed, "conformance": [ROW]} | deliverable
    data = parse_report_data(values)
    assert not isinstance(data, list), data
    return replace(documents, data=data)


def entries(documents: RunDocuments, *rows: Any) -> RunDocuments:
    return replace(documents, conformance=JsonFile("m.json", {"entries": list(rows)}))


def shown(documents: RunDocuments, *rows: Any) -> RunDocuments:
    return replace(documents, conformance_results=JsonFile("r.json", {"entries": list(rows)}))


def sound() -> RunDocuments:
    base = RunDocuments(
        RUN, "shop:web:login", "implementation", stage=1, folder="x/implementation/stage-1", data_path="d.json",
        plan=TextFile("p.md", a_plan({1: (), 2: ()})), changed=frozenset(CHANGED),
    )  # fmt: skip
    return with_data(shown(entries(base, ENTRY, OTHER), SHOWN))


def findings(documents: RunDocuments) -> list[RuleFinding]:
    return apply_rules(conformance_gate.RULES, documents)


Break = Callable[[RunDocuments], RunDocuments]
BLOCKING = {"verdict": "BLOCKING"}
BREAKS: list[tuple[str, Break, str]] = [
    ("conformance.manifest", lambda d: entries(d, ENTRY, {**OTHER, "command": ""}), "conformance manifest: entries[1]"),
    ("conformance.manifest", lambda d: replace(d, conformance=JsonFile("m.json", refusal="it is no JSON")), "no JSON"),
    (
        "conformance.results",
        lambda d: with_data(shown(d, SHOWN, {"stageKey": "x"}), conformance=[ROW | BLOCKING]),
        "conformance results: entries[1]",
    ),
    (
        "conformance.gate",
        lambda d: with_data(shown(d, {**SHOWN, "exitCode": 2}), conformance=[ROW | BLOCKING]),
        "conformance gate BLOCKING for stage login-stage-1: 'make db' exited 2",
    ),
    ("conformance.gate", lambda d: with_data(shown(d), conformance=[ROW | BLOCKING]), "no result is recorded"),
    (
        "conformance.gate",
        lambda d: with_data(shown(d, {**SHOWN, "run": "X"}), conformance=[ROW | BLOCKING]),
        "of run 'X'",
    ),
    (
        "conformance.surfaces",
        lambda d: entries(d, {**ENTRY, "requires": []}),
        "the diff touches database ('migrations/1.sql')",
    ),
    (
        "conformance.undeclared",
        lambda d: with_data(replace(d, conformance=None), conformance=[]),
        "declares no conformance",
    ),
    ("conformance.stages", lambda d: entries(d, ENTRY, {**OTHER, "stageKey": "login-stage-9"}), "stage 9"),
    ("conformance.report", lambda d: with_data(d, conformance=[]), "the report has no row for login-stage-1"),
    ("conformance.report", lambda d: with_data(d, conformance=[ROW | {"verdict": "WAIVED"}]), "the report says WAIVED"),
    (
        "conformance.report",
        lambda d: with_data(d, conformance=[ROW, {**ROW, "stageKey": "login-stage-2"}]),
        "no such entry",
    ),
    (
        "conformance.files",
        lambda d: with_data(d, diff=[]),
        "change 'migrations/1.sql', 'src/1.py', which the report does not",
    ),
    ("conformance.files", lambda d: replace(d, changed=frozenset({"migrations/1.sql"})), "the report lists 'src/1.py'"),
    (
        "conformance.patterns",
        lambda d: replace(d, project=JsonFile("p.json", {"surfaces": 1})),
        "surfaces must be an object",
    ),
]


def test_a_sound_implementation_breaks_nothing() -> None:
    assert findings(sound()) == []


@pytest.mark.parametrize(("rule", "change", "message"), BREAKS, ids=[f"{row[0]}-{at}" for at, row in enumerate(BREAKS)])
def test_one_break_breaks_one_rule(rule: str, change: Break, message: str) -> None:
    broken = findings(change(sound()))
    assert {each.rule.id for each in broken if each.rule.id != "conformance.gate" or rule == "conformance.gate"} == {
        rule
    }
    assert any(message in each.breach.message for each in broken), broken


def test_every_rule_is_broken_here() -> None:
    assert {rule for rule, _, _ in BREAKS} == {rule.id for rule in conformance_gate.RULES}


def test_a_waiver_lets_the_run_pass_that_carries_it() -> None:
    waived = with_data(
        shown(replace(sound(), waivers={"login-stage-1": "no replica"})), conformance=[ROW | {"verdict": "WAIVED"}]
    )
    assert findings(waived) == []
    assert {each.rule.id for each in findings(replace(waived, waivers={}))} == {
        "conformance.gate",
        "conformance.report",
    }


def test_an_exemption_declares_the_surface_it_names() -> None:
    exempt = {"stageKey": "login-stage-1", "requires": ["database"], "exempt": "renames a class"}
    row = {"stageKey": "login-stage-1", "verdict": "EXEMPT", "command": "", "exitCode": None}
    assert findings(with_data(shown(entries(sound(), exempt)), conformance=[row])) == []


def test_a_report_that_hides_a_file_does_not_hide_its_surface() -> None:
    hidden = entries(with_data(sound(), diff=[{"path": "src/1.py", "ticketId": "", "change": "x"}]))
    assert {each.rule.id for each in findings(hidden)} >= {"conformance.files", "conformance.surfaces"}


def test_a_broken_manifest_ends_the_gate() -> None:
    broken = entries(with_data(shown(sound()), conformance=[]), {**ENTRY, "stageKey": "x"})
    assert {each.rule.id for each in findings(broken)} == {"conformance.manifest"}


def test_a_verification_of_stages_together_looks_at_all_of_them() -> None:
    together = replace(
        sound(), task_type="final-verification", stage=None, stages=(1, 2), data=None, folder="x/final-verification"
    )
    messages = [each.breach.message for each in findings(together)]
    assert messages == ["conformance gate BLOCKING for stage login-stage-2: no result is recorded of 'make db'"]
    assert findings(replace(together, stages=(1,))) == []


def test_of_one_stage_it_looks_at_that_stage_whatever_run_showed_it() -> None:
    alone = replace(sound(), task_type="final-verification", data=None, run="ANOTHER")
    assert findings(alone) == []


def test_other_phases_are_not_judged() -> None:
    assert findings(replace(shown(sound()), task_type="error-analysis", data=None)) == []
