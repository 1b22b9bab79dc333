"""`validate`: all that is wrong with what a run left, together, and the rules that said so."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from okstra_git.validation.table import RULES
from tests.kit.prepared import code_of, prepare, set_up
from tests.kit.scenario import World
from tests.validation.bundles import RESULT, data_of

FOLDER = ".okstra/tasks/shop/web/login/runs/error-analysis"
REPORT = f"{FOLDER}/reports/final-report-error-analysis-001.md"
DATA = f"{FOLDER}/reports/final-report-error-analysis-001.data.json"
WORKERS = ("claude-worker", "codex-worker", "report-writer-worker")


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: ()})


def finish(shop: World, changes: Mapping[str, Any] | None = None) -> str:
    """An analysis with everything that it owes; its run."""
    run = str(prepare(shop, task_type="error-analysis").json["run"])
    nonce = json.loads((shop.path / FOLDER / "manifests/run-manifest-error-analysis-001.json").read_text())["nonce"]
    shop.write(DATA, json.dumps({**data_of("error-analysis"), "runId": run, "nonce": nonce, **(changes or {})}))
    for worker in WORKERS:
        if worker != WORKERS[2]:
            shop.write(f"{FOLDER}/worker-results/{worker}-error-analysis-001.md", RESULT.format(worker=worker))
        shop.write(f"{FOLDER}/worker-results/{worker}-audit-error-analysis-001.md", "- brief.md, to its end\n")
    _end_workers(shop)
    shop.okstra("report", "render", DATA)
    return run


def _end_workers(shop: World) -> None:
    path = shop.path / FOLDER / "state/team-state-error-analysis-001.json"
    state = json.loads(path.read_text())
    state["teamCreate"] = {"attempted": True, "status": "ok"}
    for row in state["workers"].values():
        row["status"] = "completed"
    path.write_text(json.dumps(state))


def rules_of(answer: Any) -> list[str]:
    return [each["rule"] for each in (*answer["failures"], *answer["warnings"])]


def test_a_run_that_left_what_it_owes_holds(shop: World) -> None:
    run = finish(shop)
    answer = shop.okstra("validate", "run", "--json", exit=None)
    assert rules_of(answer.json) == []
    assert (answer.exit, answer.json["ok"], answer.json["run"]) == (0, True, run)
    assert shop.okstra("validate", "run", "--text").out.endswith(f"run {run} holds\n")


def test_a_run_without_report_fails_and_says_what_to_do(shop: World) -> None:
    run = prepare(shop, task_type="error-analysis").json["run"]
    answer = shop.okstra("validate", "run", "--json", exit=1).json
    assert (answer["ok"], answer["run"], answer["error"]["code"]) == (False, run, "validation.failed")
    assert {"report.data-missing", "report.missing", "team.worker-status"} == set(rules_of(answer))
    assert all(each["remedy"] for each in answer["failures"])
    page = shop.okstra("validate", "run", run, "--text", exit=1)
    assert "report.missing" in page.out


def test_everything_that_is_wrong_comes_together(shop: World) -> None:
    finish(shop, {"nextSteps": ["Get the sign-off.", "By hand: session-banner"]})
    report = shop.path / REPORT
    report.write_text(report.read_text().replace("| accepted | proceed |", "| accepted | hold |", 1))
    (shop.path / FOLDER / "worker-results/claude-worker-audit-error-analysis-001.md").unlink()
    answer = shop.okstra("validate", "run", "--json", exit=1).json
    assert rules_of(answer) == ["report.agrees", "report.card", "audit.missing", "text.authority"]
    assert answer["counts"] == {"failures": 3, "warnings": 1}


def test_warnings_fail_where_one_is_strict(shop: World) -> None:
    finish(shop, {"nextSteps": ["Get the sign-off.", "By hand: session-banner"]})
    assert rules_of(shop.okstra("validate", "run", "--json").json) == ["text.authority"]
    assert code_of(shop.okstra("validate", "run", "--strict", "--json", exit=1)) == "validation.failed"


def test_an_answer_of_a_person_is_theirs(shop: World) -> None:
    finish(shop)
    shop.okstra("report", "answer", "C-001", "--value", "30", "--report", REPORT, exit=None)
    report = shop.path / REPORT
    report.write_text(report.read_text().replace("| open |  |", "| answered | 30 |"))
    assert rules_of(shop.okstra("validate", "run", "--json", exit=None).json) == []


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "latin-1", "large"])
def test_what_is_not_a_document_is_a_finding(shop: World, kind: str, tmp_path: Path) -> None:
    finish(shop)
    for place in (shop.path / REPORT, shop.path / DATA):
        place.unlink()
        if kind == "pipe":
            os.mkfifo(place)
        elif kind == "link":
            (tmp_path / "secret").write_text("secret words")
            place.symlink_to(tmp_path / "secret")
        elif kind == "folder":
            place.mkdir()
        else:
            place.write_bytes(b"caf\xe9" if kind == "latin-1" else b"x" * ((5 << 20) + 1))
    answer = shop.okstra("validate", "run", "--json", exit=1)
    assert rules_of(answer.json) == ["report.data-shape", "report.missing"]
    assert "secret words" not in answer.out


def test_a_task_without_runs_is_refused(shop: World) -> None:
    assert code_of(shop.okstra("validate", "run", "--json", exit=1)) == "validation.no-run"


def test_rules_are_listed(shop: World) -> None:
    listed = [rule["id"] for rule in shop.okstra("validate", "rules", "--json").json["rules"]]
    assert {rule.id for rule in RULES} < set(listed)


def test_a_plan_is_checked_as_plan_and_as_report(shop: World) -> None:
    assert rules_of(shop.okstra("validate", "plan-stages", ".okstra/plan.md", "--json").json) == []
    shop.write("plan.md", "# Plan\n\n### Stage Map\n\n| Stage | Title | Depends on |\n|---|---|---|\n| 1 | A | 2 |\n")
    answer = shop.okstra("validate", "plan-stages", "plan.md", "--json", exit=1).json
    assert set(rules_of(answer)) == {"plan.stages"}
    assert code_of(shop.okstra("validate", "plan-stages", "no.md", "--json", exit=1)) == "report.missing"


def test_candidates_are_checked_by_themselves(shop: World) -> None:
    shop.write("r.md", "## 5.9 Improvement Candidates\n\n| ID | Lens |\n|---|---|\n| I-1 | beauty |\n")
    answer = shop.okstra("validate", "improvement", "r.md", "--json", exit=1).json
    assert rules_of(answer) == ["improvement.columns"]
    shop.write("r.md", "# Nothing\n")
    assert rules_of(shop.okstra("validate", "improvement", "r.md", "--json", exit=1).json) == ["report.deliverable"]


def test_the_whole_project_is_held_against_its_log(shop: World) -> None:
    run = finish(shop)
    sound = shop.okstra("validate", "workflow", "--json", exit=None).json
    assert [each["message"] for each in sound["failures"]] == []
    manifest = shop.path / FOLDER / "manifests/run-manifest-error-analysis-001.json"
    prompt = shop.path / FOLDER / "instruction-set/001/analysis-profile.md"
    prompt.write_text("do something else\n")
    manifest.write_text(manifest.read_text().replace(run, "01J00000000000000000000000"))
    answer = shop.okstra("validate", "workflow", "--json", exit=1).json
    assert set(rules_of(answer)) == {"workflow.manifest", "workflow.bundle"}


def test_a_page_is_held_against_its_report(shop: World) -> None:
    finish(shop)
    views = ("validate", "report-views", REPORT, "--json")
    assert rules_of(shop.okstra(*views).json) == []
    shop.okstra("report", "view", REPORT)
    page, report = (shop.path / REPORT).with_suffix(".html"), shop.path / REPORT
    assert rules_of(shop.okstra(*views).json) == []
    sound = report.read_text()
    report.write_text(sound.replace("| open |  |", "| answered | 30 |"))
    assert rules_of(shop.okstra(*views).json) == ["view.answered"]
    report.write_text(sound.replace("How long may", "How often may"))
    assert rules_of(shop.okstra(*views, exit=1).json) == ["view.changed"]
    report.write_text(sound.replace("| C-001 | SHOP-12 | decision", "| C-002 | SHOP-12 | decision"))
    assert rules_of(shop.okstra(*views, exit=1).json) == ["view.missing", "view.extra"]
    page.write_text("<p>mine</p>")
    assert rules_of(shop.okstra(*views, exit=1).json) == ["view.unreadable"]
    page.unlink()
    os.mkfifo(page)
    assert rules_of(shop.okstra(*views, exit=1).json) == ["view.unreadable"]
