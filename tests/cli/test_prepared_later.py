"""A prepared run later on: resumed with gates made anew, ended with its task's documents told, questions remembered."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.prepared import KEY, folder, manifest, prepare, set_up
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: ()})


@pytest.fixture
def lead() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a run until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_a_resumed_run_has_its_new_nonce_in_prompt_and_documents(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    first = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    lead.kill()
    lead.wait()
    resumed = shop.okstra("run", "resume", first["run"], "--json").json
    nonce = resumed["run"]["nonce"]
    assert nonce != first["nonce"]
    assert f"--nonce {nonce}" in resumed["prompt"]
    assert first["nonce"] not in resumed["prompt"]
    assert manifest(shop, "manifests/run-context")["run"]["nonce"] == nonce
    refused = shop.okstra("run", "finish", first["run"], "--nonce", first["nonce"], "--json", exit=1).json
    assert refused["error"]["code"] == "run.stale-nonce"
    shop.okstra("run", "finish", first["run"], "--nonce", nonce)


def test_a_run_that_waited_gets_its_team_once_the_other_has_ended(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    other = prepare(shop, "--stage", "1").json
    waiting = prepare(shop, "--stage", "2", "--holder", str(lead.pid)).json
    assert "Concurrent-run: no-team background" in waiting["prompt"]
    shop.okstra("run", "finish", other["run"])
    lead.kill()
    lead.wait()
    resumed = shop.okstra("run", "resume", waiting["run"], "--text")
    assert "okstra concurrent-run stages:" not in resumed.out
    assert "Concurrent-run: no-team background" not in resumed.out
    assert "okstra-shop-web-login-s2" in resumed.out
    assert manifest(shop, "state/team-state", stage=2)["teamCreate"] is None


def test_the_resume_script_takes_the_run_for_the_shell_that_calls_it(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    script = Path(found["resume_script"])
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)
    task = json.loads((folder(shop) / "task-manifest.json").read_text())
    assert shop.path / task["latestResumeCommandPath"] == script


def test_the_end_of_a_run_is_told_in_its_tasks_documents(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    shop.okstra("run", "finish", found["run"], "--next-phase", "final-verification")
    task = json.loads((folder(shop) / "task-manifest.json").read_text())
    assert [run["status"] for run in task["runs"]] == ["finished"]
    assert task["nextRecommendedPhase"] == "final-verification"
    assert "finished" in (folder(shop) / "task-index.md").read_text()


def test_a_run_that_ends_before_its_stage_is_done_says_so(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    ended = shop.okstra("run", "finish", found["run"])
    assert f"stage 1 is not recorded as done; when it is: git okstra stage done 1 --task-key {KEY}" in ended.err


def test_a_run_that_ends_with_work_in_its_worktree_says_so(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    inside = World(Path(found["worktree"]), labels=shop.labels, clock=shop.clock)
    inside.commit("S1")
    shop.okstra("stage", "done", "1", "--task-key", KEY)
    inside.write("forgotten", "x\n")
    ended = shop.okstra("run", "finish", found["run"])
    assert "1 uncommitted file; no record has that" in ended.err


def test_an_abandoned_run_frees_its_stage_and_its_bundle_stays(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    shop.okstra("run", "abandon", found["run"])
    assert Path(found["instruction_set"]).is_dir()
    assert prepare(shop, "--stage", "auto").json["stage"] == 1


def test_open_questions_of_the_last_report_are_remembered(shop: World) -> None:
    found = prepare(shop, task_type="error-analysis").json
    Path(found["report"]).write_text(
        "## 1. Clarification Items\n\n"
        "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |\n"
        "|---|---|---|---|---|---|---|---|\n"
        "| C-001 | 12 | decision | Which one? | one of | next-phase | open | |\n"
        "| C-002 | 12 | decision | And this? | yes/no | none | open | |\n"
    )
    answer = prepare(shop, task_type="implementation-planning")
    assert "open questions that hold up the next phase: C-001; answer them" in answer.err
    carried = prepare(shop, "--clarification-response", found["report"], task_type="implementation-planning")
    assert "open questions" not in carried.err


def test_the_short_ids_of_the_list_name_their_runs(shop: World) -> None:
    for number in (1, 2):
        prepare(shop, "--stage", str(number))
    rows = [line.split()[0] for line in shop.okstra("run", "list", "--text").out.splitlines()[1:]]
    assert all(10 <= len(row) <= 26 for row in rows)
    stages = [shop.okstra("run", "show", row, "--json").json["run"]["stage"] for row in rows]
    assert stages == [2, 1]


def test_a_carry_is_recorded_without_secrets(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    World(Path(found["worktree"]), clock=shop.clock).commit("S1")
    shop.write("carry.json", '{"stage": 1, "summary": "ask with ghp_abcdefghijklmnopqrstuvwxyz0123456789"}')
    done = shop.okstra("stage", "done", "1", "--task-key", KEY, "--carry", "carry.json")
    assert "recorded without 1 " in done.err
    log = shop.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log")
    assert "ghp_" not in shop.ask("show", f"{log}:tasks/shop/web/login/events.jsonl")


def test_inside_a_stages_worktree_the_task_needs_no_name(shop: World) -> None:
    place = Path(prepare(shop, "--stage", "1").json["worktree"])
    inside = World(place, labels=shop.labels, clock=shop.clock)
    found = inside.okstra("run", "prepare", "--task-type", "error-analysis", "--json").json
    assert (found["task"], found["task_root"]) == (KEY, str(folder(shop)))


def test_plan_verification_can_be_switched_off_for_a_run_and_for_the_clone(shop: World) -> None:
    prepare(shop, "--no-plan-verification", task_type="implementation-planning")
    shop.okstra("config", "set", "plan-verification", "off")
    prepare(shop, "--directive", "again", task_type="implementation-planning")
    for seq in ("001", "002"):
        path = folder(shop) / f"runs/implementation-planning/manifests/run-inputs-implementation-planning-{seq}.json"
        assert json.loads(path.read_text())["planVerification"] is False


def finish_stage(shop: World, found: Any) -> None:
    World(Path(found["worktree"]), labels=shop.labels, clock=shop.clock).commit("S1")
    shop.write(".okstra/c.json", '{"stage": 1}')
    shop.okstra("stage", "done", "1", "--task-key", KEY, "--carry", ".okstra/c.json")


def follow(shop: World, hint: str) -> None:
    """Run the line that a hint names, behind its words."""
    shop.okstra(*hint[hint.index("git okstra ") :].split()[2:])


@pytest.mark.parametrize("line", [("run", "resume"), ("run", "abandon")])
def test_what_is_said_of_a_finished_run_can_be_followed(shop: World, line: tuple[str, ...]) -> None:
    found = prepare(shop, "--stage", "1").json
    shop.okstra("run", "finish", found["run"])
    hints = [shop.okstra(*line, found["run"], "--json", exit=1).json["error"]["hint"]]
    assert hints[0].startswith("a new one: git okstra run prepare")
    finish_stage(shop, prepare(shop, "--stage", "1").json)
    hints.append(shop.okstra(*line, found["run"], "--json", exit=1).json["error"]["hint"])
    assert hints[1] == f"its stage is done: git okstra stage show 1 --task-key {KEY}"
    shop.okstra("task", "close", KEY)
    told = shop.okstra(*line, found["run"], "--json", exit=1).json["error"]["hint"]
    assert told.endswith(f"git okstra task open {KEY}")
    follow(shop, hints[1])
    follow(shop, told)


def test_a_branch_in_the_way_of_a_prepare_is_taken_up_by_the_hint(shop: World) -> None:
    shop.git("branch", "feature/web/login-stage-1")
    refused = prepare(shop, "--stage", "1", exit=1).json["error"]
    assert refused["code"] == "branch.exists"
    follow(shop, refused["hint"])
    found = prepare(shop, "--stage", "1").json
    assert found["branch"] == "feature/web/login-stage-1"
    assert Path(found["worktree"]).is_dir()


def test_only_a_resumed_run_is_told_that_it_was_resumed(shop: World) -> None:
    said = "The run was resumed: workers that are `completed` there already keep their results"
    found = prepare(shop, "--stage", "1").json
    assert said not in found["prompt"]
    assert said not in prepare(shop, "--stage", "1").json["prompt"]
    shop.okstra("run", "abandon", found["run"])
    process = subprocess.Popen(["sleep", "300"])
    run = prepare(shop, "--stage", "1", "--holder", str(process.pid)).json["run"]
    process.kill()
    process.wait()
    assert said in shop.okstra("run", "resume", run, "--json").json["prompt"]


# --- what changed around a run that is led on


def test_a_resume_names_what_its_bundle_lacks(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    assert shop.okstra("run", "resume", found["run"]).err == ""
    (Path(found["instruction_set"]) / "analysis-packet.md").unlink()
    told = shop.okstra("run", "resume", found["run"]).err
    assert "of its bundle is missing or changed: .okstra/tasks/shop/web/login/runs/implementation/" in told
    assert f"git okstra run abandon {found['run']}, then git okstra run prepare --task-key {KEY}" in told


def test_a_resume_says_that_the_plan_is_not_the_one_it_was_prepared_from(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    plan = shop.path / ".okstra/plan.md"
    plan.write_text(plan.read_text().replace("Make it pass.", "Make it pass at once."))
    assert (
        "the plan .okstra/plan.md was changed after it was approved" in shop.okstra("run", "resume", found["run"]).err
    )
    shop.okstra("plan", "approve", ".okstra/plan.md", "--task-key", KEY)
    assert "another plan was approved since the run was prepared" in shop.okstra("run", "resume", found["run"]).err


def test_a_resume_beside_a_dependency_that_was_changed_says_so(world: World) -> None:
    shop = set_up(world, {1: (), 2: (1,)})
    first = prepare(shop, "--stage", "1").json
    finish_stage(shop, first)
    second = prepare(shop, "--stage", "2").json
    assert shop.okstra("run", "resume", second["run"]).err == ""
    below = World(Path(first["worktree"]), labels=shop.labels, clock=shop.clock)
    below.write("S1.txt", "something else\n")
    below.git("add", "-A")
    below.git("commit", "-q", "--amend", "-m", "S1 changed")
    told = shop.okstra("run", "resume", second["run"]).err
    assert "stage 1, on which stage 2 builds, needs a decision: content changed" in told


def test_the_end_of_a_run_of_a_closed_task_asks_for_no_commit(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    shop.okstra("task", "close", KEY)
    assert "not recorded as done" not in shop.okstra("run", "finish", found["run"]).err
