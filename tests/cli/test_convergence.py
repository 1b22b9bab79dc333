"""`convergence`: from results of workers to counted findings, and from a draft to the gate of its plan."""

import json
import os
from typing import Any

import pytest

from okstra_cli.commands.schema import DOCUMENTS
from okstra_git.records import convergence
from tests.cli.shop import refused
from tests.kit.answers import Answer
from tests.kit.prepared import KEY, a_plan, folder, prepare, set_up
from tests.kit.scenario import World

RESULTS = {
    "claude": "| ID | Ticket ID | Finding |\n|---|---|---|\n| F-001 | SHOP-12 | sessions are lost |\n"
    "| F-002 | SHOP-12 | no SameSite |\n",
    "codex": "- 1.1 [TICKETID: SHOP-12] the session is dropped\n- without an id\n",
    "gemini": "- [F-1] sessions vanish\n",
}
SAME = ("--same", "claude:F-001,codex:1.1,gemini:F-1")


class Case:
    """A prepared run, its folder, and the lines about it."""

    def __init__(self, world: World, task_type: str, *more: str) -> None:
        self.world, self.type = world, task_type
        prepared = prepare(world, "--workers", "claude,codex,gemini,report-writer", *more, task_type=task_type)
        self.run = prepared.json["run"]
        self.folder = folder(world) / "runs" / task_type

    def ask(self, verb: str, *words: str, exit: int | None = 0, form: str = "--json") -> Answer:
        return self.world.okstra("convergence", verb, "--run", self.run, *words, form, exit=exit)

    def hand_in(self, **results: str) -> None:
        for worker, body in results.items():
            path = self.folder / f"worker-results/{worker}-worker-{self.type}-001.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(
                f"---\nrun: {self.run}\n---\n\n## 1. Findings\n\n{body}\n## 2. Missing information\n\n- none\n"
            )

    def answer(self, verb: str, **against: set[str]) -> None:
        """A verdict file of everybody who is asked, against these ids and for all others."""
        for batch in self.ask(verb).json["batches"]:
            data = batch["file"]
            for entry in data["verdicts"]:
                entry["verdict"] = "disagree" if entry["id"] in against.get(batch["worker"], ()) else "agree"
                entry["reason"] = "src/session.py:12"
            (self.world.path / batch["path"]).write_text(json.dumps(data))

    @property
    def state(self) -> Any:
        return json.loads((self.folder / f"state/convergence-{self.type}-001.json").read_text())


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: ()})


@pytest.fixture
def case(shop: World) -> Case:
    made = Case(shop, "error-analysis")
    made.hand_in(**RESULTS)
    return made


@pytest.fixture
def planning(shop: World) -> Case:
    made = Case(shop, "implementation-planning")
    draft = a_plan({1: ()}).replace("- [ ] Approved\n", "")
    path = made.folder / "reports/final-report-implementation-planning-001.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(draft)
    return made


def test_findings_go_through_two_rounds_into_the_state(case: Case) -> None:
    first = case.ask("findings").json
    assert [finding["id"] for finding in first["state"]["findings"]] == [
        "claude:F-001", "claude:F-002", "codex:1.1", "gemini:F-1",
    ]  # fmt: skip
    assert [(flaw["code"], flaw["line"]) for flaw in first["problems"]] == [("item.no-id", 8)]
    grouped = case.ask("findings", *SAME).json
    assert [finding["classification"] for finding in grouped["state"]["findings"]] == ["consensus", "unconfirmed"]
    assert case.ask("findings", *SAME).json["changed"] is False

    batch = case.ask("batch").json
    assert (batch["round"], [each["agent"] for each in batch["batches"]]) == (
        1,
        ["codex-reverify-r1", "gemini-reverify-r1"],
    )
    assert "no SameSite" in batch["batches"][0]["prompt"]
    case.answer("batch", codex={"claude:F-002"})
    recorded = case.ask("record", "--round", "1").json
    assert recorded["round"] == 2
    assert case.ask("record", "--round", "1").json["changed"] is False

    case.answer("batch")
    ended = case.ask("record", "--round", "2").json
    assert (ended["round"], ended["state"]["closed"]) == (None, True)
    assert case.state == ended["state"]
    assert [entry["moved"] for entry in case.state["roundHistory"]] == [["claude:F-002"], ["claude:F-002"]]
    assert case.state["round2SkippedReason"] is None
    assert case.state["finalClassificationCounts"]["consensus"] == 2
    assert case.ask("show").json["state"] == case.state
    assert case.ask("batch").json["batches"] == []


def test_the_second_round_is_left_out_for_a_reason_only(case: Case) -> None:
    case.ask("findings", *SAME)
    assert "round 1" in refused(case.ask("close", "--skip-round-2", "no", exit=1), "convergence.round-needed")
    case.answer("batch", codex={"claude:F-002"})
    case.ask("record", "--round", "1")
    refused(case.ask("close", exit=1), "convergence.round-needed")
    closed = case.ask("close", "--skip-round-2", "it is cosmetic").json
    assert closed["state"]["round2SkippedReason"] == "it is cosmetic"
    assert case.ask("close").json["changed"] is False


def test_findings_are_not_grouped_anew_after_a_round(case: Case) -> None:
    case.ask("findings", *SAME)
    case.answer("batch")
    case.ask("record", "--round", "1")
    assert case.ask("findings", *SAME).json["changed"] is False
    refused(case.ask("findings", "--same", "claude:F-001,codex:1.1", exit=1), "convergence.begun")


def test_all_that_is_wrong_with_verdict_files_is_listed_and_nothing_is_recorded(case: Case) -> None:
    case.ask("findings", *SAME)
    before = case.state
    batch = case.ask("batch", "--worker", "codex").json["batches"][0]
    (case.world.path / batch["path"]).write_text(json.dumps({**batch["file"], "round": 2}))
    answer = case.ask("record", "--round", "1", exit=1)
    refused(answer, "convergence.verdicts")
    assert [(each["file"], each["rule"]) for each in answer.json["problems"]] == [
        (batch["path"], "data.form"),
        (batch["path"], "verdict.misfiled"),
        (batch["path"].replace("codex", "gemini"), "verdict.missing"),
    ]
    page = case.ask("record", "--round", "1", exit=1, form="--text")
    assert "did you mean" in page.out or "write 1" in page.out
    assert case.state == before


def test_files_may_lie_elsewhere_and_workers_may_be_left_out(case: Case) -> None:
    case.ask("findings", *SAME)
    case.answer("batch")
    path = case.folder / "worker-results/codex-reverify-r1-error-analysis-001.json"
    elsewhere = case.world.path / "said.json"
    path.rename(elsewhere)
    twice = case.world.path / "again.json"
    twice.write_bytes(elsewhere.read_bytes())
    again = case.ask("record", "--round", "1", "said.json", "again.json", "--without", "gemini", exit=1)
    assert [(each["file"], each["rule"]) for each in again.json["problems"]] == [("again.json", "verdict.same-worker")]
    done = case.ask("record", "--round", "1", "said.json", "--without", "Gemini-worker").json
    assert [finding["classification"] for finding in done["state"]["findings"]] == ["consensus", "unconfirmed"]
    refused(case.ask("record", "--round", "1", "--without", "claude", exit=1), "worker.unknown")


@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "large", "deep"])
def test_a_hostile_verdict_file_is_refused_without_waiting(case: Case, kind: str) -> None:
    case.ask("findings", *SAME)
    case.answer("batch")
    path = case.folder / "worker-results/codex-reverify-r1-error-analysis-001.json"
    content = path.read_bytes()
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        outside = case.world.path.parent / "outside.json"
        outside.write_bytes(content)
        path.symlink_to(outside)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(content + b" " * (6 << 20) if kind == "large" else b'{"a":' * 90_000)
    answer = case.ask("record", "--round", "1", exit=1)
    assert [each["rule"] for each in answer.json["problems"]] == ["verdict.unreadable"]


def test_who_handed_in_nothing_does_not_count(shop: World) -> None:
    case = Case(shop, "error-analysis")
    case.hand_in(claude=RESULTS["claude"])
    answer = case.ask("findings").json
    assert answer["missing"] == ["codex", "gemini"]
    assert {finding["classification"] for finding in answer["state"]["findings"]} == {"single-source"}
    assert answer["state"]["round2SkippedReason"] == "only claude handed in a result, so nobody could confirm it"


def test_a_second_assignment_adds_to_the_first(case: Case) -> None:
    path = case.folder / "worker-results/codex-worker-error-analysis-001-2.md"
    path.write_text("## 1. Findings\n\n- 1.1 the session is dropped on refresh\n- 1.2 retries\n")
    found = {each["id"]: each["statement"] for each in case.ask("findings").json["state"]["findings"]}
    assert (found["codex:1.1"], found["codex:1.2"]) == ("the session is dropped on refresh", "retries")


def test_a_findings_file_says_it_too(case: Case) -> None:
    group = {"statement": "Sessions are lost", "items": ["claude:F-001", "gemini:F-1"]}
    case.world.write("groups.json", json.dumps({"schema": 1, "findings": [group]}))
    found = case.ask("findings", "--file", "groups.json").json["state"]["findings"]
    assert (found[0]["statement"], found[0]["items"]) == ("Sessions are lost", ["claude:F-001", "gemini:F-1"])
    case.world.write("groups.json", json.dumps({"schema": 1, "findings": [{"items": ["claude:F-9"]}]}))
    refused(case.ask("findings", "--file", "groups.json", exit=1), "convergence.findings")
    case.world.write("groups.json", "[]")
    refused(case.ask("findings", "--file", "groups.json", exit=1), "convergence.findings")


@pytest.mark.parametrize("content", ["", "[]", '{"schema": 1}', '{"schema": 1, "run": "other"}'])
def test_a_state_that_is_none_is_not_taken_for_one(case: Case, content: str) -> None:
    case.ask("findings", *SAME)
    (case.folder / "state/convergence-error-analysis-001.json").write_text(content)
    refused(case.ask("show", exit=1), "convergence.state")
    refused(case.ask("findings", *SAME, exit=1), "convergence.state")


def test_an_ended_run_is_shown_and_not_changed(case: Case) -> None:
    refused(case.ask("show", exit=1), "convergence.none")
    case.ask("findings", *SAME)
    case.world.okstra("run", "abandon", case.run, "--force", "--no-archive")
    assert case.ask("show").json["state"] == case.state
    refused(case.ask("findings", "--same", "claude:F-001,codex:1.1", exit=1), "convergence.run-ended")


def test_a_plan_goes_from_its_parts_to_a_gate_that_holds(planning: Case) -> None:
    parts = [item["id"] for item in planning.ask("plan-items").json["items"]]
    assert parts == ["P-1-D1", "P-1-F1", "P-1-S1", "P-1-S2", "P-1-V1", "P-1-E1", "P-1-R1"]
    planning.answer("plan-items", codex={"P-1-F1"})
    gate = planning.ask("plan-gate").json
    assert (gate["gate"], gate["may_approve"], gate["rows"]) == ("passed-with-dissent", True, [])
    assert planning.ask("plan-gate").json["changed"] is False

    planning.answer("plan-items", codex={"P-1-F1"}, gemini={"P-1-F1"})
    gate = planning.ask("plan-gate").json
    assert (gate["gate"], gate["may_approve"]) == ("blocked-by-disagreement", False)
    assert [(row["id"], row["blocks"]) for row in gate["rows"]] == [("C-001", "approval")]
    kept = json.loads((planning.folder / "state/plan-body-verification.json").read_text())
    assert {key: kept[key] for key in ("rounds", "gate", "items", "dissent")} == gate["planVerification"]


def test_a_plan_that_is_blocked_is_not_approved_whatever_is_written_into_it(planning: Case) -> None:
    planning.answer("plan-items", codex={"P-1-F1"}, gemini={"P-1-F1"})
    planning.ask("plan-gate")
    report = planning.folder / "reports/final-report-implementation-planning-001.md"
    report.write_text(report.read_text() + "\n### 5.5.9 Plan Body Verification\n\n- Gate: passed\n\n- [ ] Approved\n")
    approve = ("plan", "approve", str(report.relative_to(planning.world.path)), "--task-key", KEY, "--json")
    answer = planning.world.okstra(*approve, exit=1)
    refused(answer, "plan.gate-blocks")
    checked = planning.world.okstra("plan", "check", approve[2], "--json", exit=1).json
    assert {"plan.gate-differs", "plan.gate-blocks"} <= {each["code"] for each in checked["problems"]}
    assert "--add-marker" not in planning.world.okstra("plan", "check", approve[2], "--text", exit=1).err
    held = planning.ask("plan-gate", "--check", exit=1)
    refused(held, "convergence.report")
    assert "plan.question-missing" in {each["code"] for each in held.json["problems"]}


def test_a_plan_that_was_to_be_verified_is_not_approved_before(planning: Case) -> None:
    report = planning.folder / "reports/final-report-implementation-planning-001.md"
    report.write_text(report.read_text().replace("# Plan\n", "# Plan\n\n- [ ] Approved\n"))
    approve = ("plan", "approve", str(report.relative_to(planning.world.path)), "--task-key", KEY, "--json")
    refused(planning.world.okstra(*approve, exit=1), "plan.gate-blocks")
    planning.answer("plan-items")
    planning.ask("plan-gate")
    assert planning.world.okstra(*approve).json["changed"] is True


def test_a_plan_that_was_changed_after_its_verification_is_said_to_be(planning: Case) -> None:
    report = planning.folder / "reports/final-report-implementation-planning-001.md"
    report.write_text(report.read_text().replace("# Plan\n", "# Plan\n\n- [ ] Approved\n"))
    planning.answer("plan-items")
    planning.ask("plan-gate")
    name = str(report.relative_to(planning.world.path))
    assert "after its body was verified" not in planning.world.okstra("plan", "check", name, "--text").err
    report.write_text(report.read_text().replace("1. ", "1. First of all: ", 1))
    for line in (("plan", "check", name, "--text"), ("plan", "approve", name, "--task-key", KEY, "--text")):
        assert "was changed after its body was verified" in planning.world.okstra(*line).err


def test_without_an_answer_the_plan_was_not_verified(planning: Case) -> None:
    gate = planning.ask("plan-gate", *(f"--without={worker}" for worker in ("claude", "codex", "gemini"))).json
    assert (gate["gate"], gate["may_approve"], gate["rows"]) == ("aborted-non-result", False, [])


def test_where_it_is_switched_off_the_commands_say_so(shop: World) -> None:
    case = Case(shop, "implementation-planning", "--no-plan-verification")
    assert case.ask("plan-items").json["off"] is True
    assert case.ask("plan-gate").json | {"run": ""} == {
        "ok": True, "schema": 1, "run": "", "off": True, "gate": None, "may_approve": True, "changed": False,
        "path": ".okstra/tasks/shop/web/login/runs/implementation-planning/state/plan-body-verification.json",
        "planVerification": None, "rows": [], "next": case.ask("plan-items").json["next"],
    }  # fmt: skip
    assert "not verified" in case.ask("plan-gate", form="--text").out


def test_other_phases_have_no_plan_and_a_planning_may_have_no_draft(case: Case, planning: Case) -> None:
    refused(case.ask("plan-items", exit=129), "usage.phase", status=129)
    (planning.folder / "reports/final-report-implementation-planning-001.md").unlink()
    refused(planning.ask("plan-items", exit=1), "report.missing")
    planning.world.write("empty.md", "# Nothing\n")
    refused(planning.ask("plan-items", "empty.md", exit=1), "convergence.no-parts")


def test_pages_say_what_comes_next(case: Case, planning: Case) -> None:
    assert "next, round 1: git okstra convergence batch" in case.ask("findings", *SAME, form="--text").out
    assert "# Re-verification, round 1: codex" in case.ask("batch", form="--text").out
    assert "P-1-F1" in planning.ask("plan-items", form="--text").out
    assert "# Verification of the plan: codex" in planning.ask("plan-items", "--worker", "codex", form="--text").out
    planning.answer("plan-items", codex={"P-1-F1"}, gemini={"P-1-F1"})
    page = planning.ask("plan-gate", form="--text").out
    assert "section 1 needs C-001 (Blocks: approval)" in page


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_has_a_schema_and_the_files_keep_to_it(case: Case, name: str) -> None:
    assert set(DOCUMENTS) == set(convergence.DOCUMENTS)
    schema = case.world.okstra("schema", name, "--json").json["json_schema"]
    assert schema["additionalProperties"] is False
    case.ask("findings", *SAME)
    if name == "convergence":
        assert set(schema["properties"]) == set(case.state)


@pytest.mark.parametrize("kind", ["fifo", "link", "empty", "binary", "large"])
def test_a_result_that_cannot_be_read_counts_for_nothing_and_nobody_waits(case: Case, kind: str) -> None:
    path = case.folder / "worker-results/codex-worker-error-analysis-001.md"
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        outside = case.world.path.parent / "outside.md"
        outside.write_text("## 1. Findings\n\n- [F-1] planted\n")
        path.symlink_to(outside)
    else:
        path.write_bytes({"empty": b"\n", "binary": b"\xff\xfe\0", "large": b"- [F-1] x\n" * 600_000}[kind])
    answer = case.ask("findings").json
    assert answer["missing"] == ["codex"]
    assert answer["state"]["analysers"] == ["claude", "gemini"]


def test_what_a_worker_wrote_is_text_wherever_it_is_shown(case: Case) -> None:
    case.hand_in(codex="- [F-1] \x1b[31mred\x1b[0m ``` # heading <script>alert(1)</script>\n")
    batch = case.ask("findings", form="--text")
    assert "\x1b[31m" not in batch.out
    prompt = case.ask("batch", "--worker", "claude").json["batches"][0]["prompt"]
    assert [line for line in prompt.splitlines() if line.startswith(("# ", "```"))] == [
        "# Re-verification, round 1: claude", "```json", "```",
    ]  # fmt: skip
