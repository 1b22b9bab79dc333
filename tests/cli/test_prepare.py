"""`run prepare` and `render-bundle`: what they answer, what they record, and everything they refuse."""

import json
import shutil
from pathlib import Path

import pytest

from okstra_git.phases import ABOUT_TASK, PHASES
from tests.kit.prepared import KEY, a_brief, a_plan, approve, code_of, folder, manifest, prepare, runs, set_up
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    """Stages 1 and 2 side by side, 3 on 1, 4 on both."""
    return set_up(world, {1: (), 2: (), 3: (1,), 4: (1, 2)})


QA = ".okstra/tasks/shop/web/login/qa"


def finish(world: World, number: int, files: dict[str, str] | None = None) -> None:
    """Commit in the stage's worktree and record the stage with a carry."""
    place = world.path.parent / f"worktrees/shop/web/login/stage-{number}"
    inside = World(place, labels=world.labels, clock=world.clock)
    inside.commit(f"S{number}", files or {f"src/s{number}.py": f"part {number}\n"})
    carry = world.write(f".okstra/carry-{number}.json", json.dumps({"stage": number, "summary": f"part {number}"}))
    world.okstra("stage", "done", str(number), "--task-key", KEY, "--carry", str(carry))


# --- what it answers


def test_the_biggest_ordinary_lead_prompt_has_nine_kilobytes(world: World) -> None:
    """A stage on two others, named at some length, a brief with open questions, a title, a ticket."""
    titles = {1: "Session store in the database", 2: "Tokens that can be taken back", 3: "The login form remembers"}
    text = a_plan({1: (), 2: (), 3: (1, 2)})
    for number, title in titles.items():
        text = text.replace(f"part {number}", title)
    asked = ["intent-check: does this hold for administrators and guests alike?", "terminology: session"]
    set_up(world, {1: (), 2: (), 3: (1, 2)}, brief=a_brief("partial", questions=asked))
    world.write(".okstra/plan.md", text)
    approve(world, ".okstra/plan.md")
    for number in (1, 2):
        prepare(world, "--stage", str(number))
        finish(world, number)
    prompt = prepare(world, "--stage", "3").json["prompt"]
    assert "(a merge of stages 1 and 2)" in prompt
    here = len(str(world.path.parent).encode())
    places = prompt.count(str(world.path.parent))
    assert len(prompt.encode()) - places * max(0, here - len("/home/developer/projects")) <= 9 * 1024


def test_the_labels_come_first_then_the_prompt_to_the_byte(shop: World) -> None:
    answer = shop.okstra("render-bundle", "--task-key", KEY, "--task-type", "implementation", "--stage", "auto")
    first, second, blank, *rest = answer.out.split("\n")
    root = folder(shop)
    assert first == f"okstra task root: {root}"
    assert second == f"okstra instruction-set: {root}/runs/implementation/stage-1/instruction-set/001"
    assert blank == ""
    assert "\n".join(rest) == Path(second.partition(": ")[2], "claude-execution-prompt.md").read_text()


def test_stages_of_other_live_runs_are_the_third_label(shop: World) -> None:
    prepare(shop, "--stage", "auto")
    answer = shop.okstra("run", "prepare", "--task-key", KEY, "--task-type", "implementation", "--stage", "auto")
    assert answer.out.splitlines()[2] == "okstra concurrent-run stages: 1"
    assert "Concurrent-run: no-team background" in answer.out
    state = manifest(shop, "state/team-state", stage=2)
    assert state["teamCreate"] == {"attempted": False, "status": "skipped", "reason": "concurrent-run"}


@pytest.mark.parametrize("task_type", PHASES)
def test_every_task_type_is_prepared(shop: World, task_type: str) -> None:
    shop.write("brief.md", a_brief() + "\n## Source Verification Report\n\nreport.md\n")
    if task_type in ABOUT_TASK:
        prepare(shop, "--stage", "1")
        finish(shop, 1)
    flags = ["--leave-unfinished"] if task_type in ABOUT_TASK else []
    found = prepare(shop, "--brief", "brief.md", *flags, task_type=task_type).json
    assert found["task_type"] == task_type
    assert Path(found["instruction_set"], "claude-execution-prompt.md").read_text() == found["prompt"]
    assert {run["status"] for run in runs(shop)} == {"prepared"}
    assert "{{" not in found["prompt"]


def test_the_original_flags_are_taken(shop: World) -> None:
    shop.okstra(
        "render-bundle", "--workspace-root", ".", "--project-root", ".", "--project-id", "shop", "--task-group", "web",
        "--task-id", "login", "--work-category", "feature", "--task-type", "implementation", "--render-only",
        "--brief-path", ".okstra/briefs/web/login.md", "--base-ref", "main", "--approved-plan", ".okstra/plan.md",
        "--stage", "1", "--executor", "codex", "--workers", "claude,codex,report-writer", "--lead-model", "opus",
        "--executor-model", "", "--claude-model", "default", "--codex-model", "gpt-5", "--gemini-model", "",
        "--report-writer-model", "haiku", "--directive", "Mind the clock.", "--related-tasks", "shop:web:logout",
        "--clarification-response", "", "--pr-template-path", "",
    )  # fmt: skip
    inputs = manifest(shop, "manifests/run-inputs")
    assert (inputs["executor"]["id"], inputs["directive"]) == ("codex", "Mind the clock.")
    assert inputs["relatedTasks"] == ["shop:web:logout"]


# --- selection and bases


def test_auto_takes_the_earliest_stage_that_is_ready(shop: World) -> None:
    assert [prepare(shop, "--stage", "auto").json["stage"] for _ in range(2)] == [1, 2]
    refused = prepare(shop, "--stage", "auto", exit=1)
    assert code_of(refused) == "stage.none-ready"
    finish(shop, 1)
    assert prepare(shop).json["stage"] == 3


def test_a_stage_begins_on_what_it_depends_on(shop: World) -> None:
    prepare(shop, "--stage", "1")
    finish(shop, 1)
    found = prepare(shop, "--stage", "3").json
    assert found["base"] == shop.tip("feature/web/login-stage-1")
    assert (Path(found["worktree"]) / "src/s1.py").read_text() == "part 1\n"
    assert '"summary": "part 1"' in (Path(found["instruction_set"]) / "analysis-packet.md").read_text()


def test_a_stage_on_two_others_begins_on_their_merge(shop: World) -> None:
    for number in (1, 2):
        prepare(shop, "--stage", str(number))
        finish(shop, number)
    answer = prepare(shop, "--stage", "4")
    place = Path(answer.json["worktree"])
    assert (place / "src/s1.py").exists()
    assert (place / "src/s2.py").exists()
    assert "begins on a merge of" in answer.err


def test_a_base_that_lacks_a_dependency_is_said(shop: World) -> None:
    prepare(shop, "--stage", "1")
    finish(shop, 1)
    answer = prepare(shop, "--stage", "3", "--base-ref", "main")
    assert "main does not contain stage 1" in answer.err


def test_a_prepare_from_a_linked_worktree_writes_to_the_projects_folder(shop: World) -> None:
    inside = shop.worktree("elsewhere", "side")
    assert prepare(inside, "--stage", "1").json["task_root"] == str(folder(shop))
    assert not (inside.path / ".okstra").exists()


# --- again


def test_the_same_call_again_gives_the_same_run(shop: World) -> None:
    one, other = (prepare(shop, "--stage", "2") for _ in range(2))
    assert (one.json["run"], one.json["prompt"]) == (other.json["run"], other.json["prompt"])
    assert (one.json["again"], other.json["again"]) == (False, True)
    assert len(runs(shop)) == 1


@pytest.mark.parametrize("task_type", ["error-analysis", "implementation-planning"])
def test_a_phase_without_stages_is_retried_too(shop: World, task_type: str) -> None:
    one, other = (prepare(shop, task_type=task_type).json["run"] for _ in range(2))
    assert one == other


def test_other_inputs_make_another_run(shop: World) -> None:
    prepare(shop, "--stage", "1")
    other = prepare(shop, "--stage", "1", "--directive", "Mind the clock.").json
    assert other["seq"] == "002"
    assert [run["status"] for run in runs(shop)] == ["abandoned", "prepared"]


def test_a_spoilt_bundle_is_made_again(shop: World) -> None:
    first = prepare(shop, "--stage", "1").json
    Path(first["instruction_set"], "analysis-packet.md").unlink()
    second = prepare(shop, "--stage", "1").json
    assert second["again"] is False
    assert Path(second["instruction_set"], "analysis-packet.md").exists()


def test_numbers_are_local_to_their_category(shop: World) -> None:
    reports = folder(shop) / "runs/error-analysis/reports"
    reports.mkdir(parents=True)
    (reports / "final-report-error-analysis-004.md").write_text("old\n")
    found = prepare(shop, task_type="error-analysis").json
    assert found["seq"] == "001"
    assert found["report"].endswith("final-report-error-analysis-005.md")


# --- history


def test_proven_moves_are_settled_and_told(shop: World) -> None:
    prepare(shop, "--stage", "1")
    finish(shop, 1)
    shop.commit("M", {"main.py": "m\n"})
    place = World(shop.path.parent / "worktrees/shop/web/login/stage-1", clock=shop.clock)
    place.git("rebase", "-q", "main")
    answer = prepare(shop, "--stage", "3")
    assert "stage 1 of shop:web:login followed" in answer.err
    assert answer.json["base"] == place.tip()


def test_a_stage_begins_on_its_target_once_what_it_depends_on_has_landed(shop: World) -> None:
    prepare(shop, "--stage", "1")
    finish(shop, 1)
    shop.commit("M", {"main.py": "m\n"})
    shop.git("merge", "-q", "--squash", "feature/web/login-stage-1")
    shop.git("commit", "-q", "-m", "Squashed (#1)")
    later = shop.commit("later", {"later.py": "l\n"})
    answer = prepare(shop, "--stage", "3")
    assert "okstra: stage 1 of shop:web:login landed in main (same-delta)\n" in answer.err
    assert answer.json["base"] == later
    assert "does not contain" not in answer.err


def test_changed_content_stops_it_with_the_command_to_run(shop: World) -> None:
    prepare(shop, "--stage", "1")
    finish(shop, 1)
    place = World(shop.path.parent / "worktrees/shop/web/login/stage-1", clock=shop.clock)
    place.amend({"src/s1.py": "something else\n"})
    refused = prepare(shop, "--stage", "3", exit=2)
    assert code_of(refused) == "history.stale"
    said = refused.json["error"]["message"]
    assert "Recorded stage SHAs no longer match the git history" in said
    command = f"okstra git-reconcile --task-key {KEY} --check --json"
    assert command in said
    assert shop.okstra(*command.split()[1:], exit=2).json["items"][0]["stage"] == 1
    shop.okstra("git-reconcile", "--task-key", KEY, "--apply", "--stage", "1", "--use-ref", "feature/web/login-stage-1")
    assert prepare(shop, "--stage", "3").json["base"] == place.tip()


def test_moves_stay_settled_when_a_question_then_stops_it(shop: World) -> None:
    for number in (1, 2):
        prepare(shop, "--stage", str(number))
        finish(shop, number)
    first, second = (World(shop.path.parent / f"worktrees/shop/web/login/stage-{n}", clock=shop.clock) for n in (1, 2))
    first.git("commit", "-q", "--amend", "-m", "other words")
    second.amend({"src/s2.py": "something else\n"})
    refused = prepare(shop, "--stage", "4", exit=2)
    assert [item["stage"] for item in refused.json["error"]["items"]] == [2]
    assert shop.okstra("stage", "show", "1", "--task-key", KEY, "--json").json["stage"]["commit"] == first.tip()


# --- refusals


@pytest.mark.parametrize(
    ("more", "task_type", "code", "exit"),
    [
        ((), "implementaton", "task-type.unknown", 1),
        (("--stage", "9"), "implementation", "stage.unknown-in-plan", 1),
        (("--stage", "3"), "implementation", "stage.waits", 1),
        (("--stage", "x"), "implementation", "name.bad", 1),
        (("--base-ref", "nowhere"), "implementation", "ref.unresolvable", 1),
        (("--base-ref", "nowhere"), "error-analysis", "ref.unresolvable", 1),
        (("--brief", "nowhere.md"), "error-analysis", "brief.missing", 1),
        (("--approved-plan", "README"), "implementation", "plan.other", 1),
        (("--clarification-response", "nowhere.md"), "error-analysis", "file.missing", 1),
        (("--qa-waiver", ""), "implementation", "waiver.malformed", 1),
        (("--qa-waiver", "login-stage-9:why"), "implementation", "waiver.unknown-stage", 1),
        (("--executor", "copilot"), "implementation", "worker.unknown", 1),
        (("--workers", "copilot"), "error-analysis", "worker.unknown", 1),
        (("--lead-model", "-x"), "error-analysis", "model.bad", 1),
        (("--stage", "1"), "error-analysis", "usage.phase", 129),
        (("--stage", "1"), "final-verification", "stage.unknown", 1),
        (("--holder", "x"), "error-analysis", "usage", 129),
        (("--holder", "999999999"), "error-analysis", "run.no-such-process", 1),
    ],
)
def test_a_refusal_has_its_code_and_claims_nothing(
    shop: World, more: tuple[str, ...], task_type: str, code: str, exit: int
) -> None:
    assert code_of(prepare(shop, *more, task_type=task_type, exit=exit)) == code
    assert runs(shop) == []
    assert not (shop.path.parent / "worktrees").exists()
    assert not (folder(shop) / "runs").exists()


def test_a_task_that_nobody_opened_is_refused(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    assert code_of(prepare(world, task_type="error-analysis", exit=1)) == "task.unknown"


def test_a_stage_that_is_not_done_cannot_be_verified_by_itself(shop: World) -> None:
    prepare(shop, "--stage", "1")
    assert code_of(prepare(shop, "--stage", "1", task_type="final-verification", exit=1)) == "stage.not-done"
    finish(shop, 1)
    found = prepare(shop, "--stage", "1", task_type="final-verification").json
    assert (found["stage"], found["branch"]) == (1, "feature/web/login-stage-1")
    assert "single-stage" in found["prompt"] + Path(found["instruction_set"], "analysis-profile.md").read_text()


def test_a_closed_task_is_refused(shop: World) -> None:
    shop.okstra("task", "close", KEY)
    assert code_of(prepare(shop, exit=1)) == "task.closed"


@pytest.mark.parametrize("gate", ["pending", "", "later"])
def test_a_brief_that_waits_for_its_reporter_is_refused_in_every_phase(shop: World, gate: str) -> None:
    shop.write("waiting.md", a_brief(gate, questions=["intent-check: for everybody?"]))
    for task_type in ("requirements-discovery", "implementation"):
        refused = prepare(shop, "--brief", "waiting.md", task_type=task_type, exit=2)
        assert code_of(refused) == "brief.pending"
        assert refused.json["error"]["pending"][0]["text"] == "for everybody?"
    assert runs(shop) == []


def test_a_plan_that_nobody_approved_is_refused(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", KEY)
    refused = prepare(world, exit=1)
    assert code_of(refused) == "plan.unapproved"
    assert refused.json["error"]["hint"] == f"git okstra plan approve FILE --task-key {KEY}"


def test_a_refusal_in_text_says_its_code_to_programs(shop: World) -> None:
    line = ("render-bundle", "--task-key", KEY, "--task-type", "implementation", "--stage", "9")
    refused = shop.okstra(*line, exit=1)
    assert refused.out == ""
    assert refused.err.splitlines()[1] == "code: stage.unknown-in-plan"
    assert "code:" not in shop.okstra("stage", "show", "9", "--task-key", KEY, "--text", exit=1).err
    assert json.loads(shop.okstra(*line, "--json", exit=1).out)["error"]["code"] == "stage.unknown-in-plan"


def test_a_plan_that_waits_for_its_approval_is_named_wherever_it_is_missed(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", KEY)
    world.write(".okstra/brief.md", a_brief())
    planning = prepare(world, "--brief-path", ".okstra/brief.md", task_type="implementation-planning").json["run"]
    report = str(world.okstra("run", "show", planning).json["run"]["folder"]) + "/reports/plan.md"
    world.write(report, a_plan({1: ()}))
    world.okstra("run", "finish", planning, "--report", report, "--next-phase", "implementation")
    approve = f"git okstra plan approve {report} --task-key {KEY}"
    assert prepare(world, exit=1).json["error"]["hint"] == approve
    assert world.okstra("plan", "show", KEY, exit=1).json["error"]["hint"] == approve
    assert world.okstra("inspect", "resume", "--task-key", KEY).json["next"]["command"] == approve
    world.okstra(*approve.split()[2:])
    assert prepare(world).json["ok"]


def test_a_plan_changed_after_its_approval_is_refused_with_both_ids(shop: World) -> None:
    approved = shop.ask("hash-object", ".okstra/plan.md")
    shop.write(".okstra/plan.md", a_plan({1: ()}))
    refused = prepare(shop, exit=1)
    assert code_of(refused) == "plan.changed"
    found = shop.ask("hash-object", ".okstra/plan.md")
    assert (refused.json["error"]["approved"], refused.json["error"]["found"]) == (approved, found)
    assert approved in refused.json["error"]["message"]
    assert found in refused.json["error"]["message"]


def test_a_missing_carry_is_refused(shop: World) -> None:
    place = Path(prepare(shop, "--stage", "1").json["worktree"])
    World(place, clock=shop.clock).commit("S1")
    shop.okstra("stage", "done", "1", "--task-key", KEY)
    assert code_of(prepare(shop, "--stage", "3", exit=1)) == "carry.missing"
    assert [run["stage"] for run in runs(shop)] == [1]


def test_a_carry_that_lies_where_the_prompt_says_is_found(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    World(Path(found["worktree"]), clock=shop.clock).commit("S1")
    context = manifest(shop, "manifests/run-context")
    shop.write(context["paths"]["carry_out"], '{"stage": 1}\n')
    shop.okstra("stage", "done", "1", "--task-key", KEY)
    assert prepare(shop, "--stage", "3").json["stage"] == 3


def test_a_file_that_changed_since_the_approval_asks_a_person(shop: World) -> None:
    shop.commit("M", {"src/s1.py": "somebody was faster\n"})
    refused = prepare(shop, "--stage", "1", exit=2)
    assert code_of(refused) == "plan.drifted"
    assert refused.json["error"]["files"] == [{"path": "src/s1.py", "kind": "appeared"}]
    approve(shop, ".okstra/plan.md")
    assert prepare(shop, "--stage", "1").json["stage"] == 1


def test_dependencies_in_conflict_ask_a_person(shop: World) -> None:
    for number in (1, 2):
        prepare(shop, "--stage", str(number))
        finish(shop, number, {"both.py": f"by {number}\n"})
    refused = prepare(shop, "--stage", "4", exit=2)
    assert code_of(refused) == "base.conflict"
    assert refused.json["error"]["hint"].endswith("with --base-ref")


def test_a_branch_of_another_task_is_refused(shop: World) -> None:
    shop.git("branch", "feature/web/login-stage-1")
    shop.okstra("task", "open", "shop:web:other")
    shop.okstra("stage", "start", "1", "--task-key", "shop:web:other", "--base", "main", "--branch",
                "feature/web/login-stage-1", "--no-worktree")  # fmt: skip
    assert code_of(prepare(shop, "--stage", "1", exit=1)) == "branch.owned"


def test_a_dirty_directory_that_was_released_is_refused(shop: World) -> None:
    place = Path(prepare(shop, "--stage", "1").json["worktree"])
    shop.okstra("run", "abandon", runs(shop)[0]["id"])
    shop.okstra("stage", "release", "1", "--task-key", KEY)
    (place / "left.py").write_text("not committed\n")
    assert code_of(prepare(shop, "--stage", "1", exit=1)) == "worktree.dirty"
    assert (place / "left.py").exists()


def test_a_waiver_is_recorded_with_the_run_and_its_inputs(shop: World) -> None:
    shop.write(f"{QA}/conformance-manifest.json", '{"entries": [{"stageKey": "login-stage-1"}]}')
    prepare(shop, "--stage", "1", "--qa-waiver", "login-stage-1:the replica is down: known")
    inputs = manifest(shop, "manifests/run-inputs")
    assert inputs["qaWaivers"] == [{"stageKey": "login-stage-1", "reason": "the replica is down: known"}]
    [event] = [e for e in shop.okstra("log", "--json").json["events"] if e["fact"]["type"] == "run.prepared"]
    assert event["fact"]["waivers"] == [{"stage_key": "login-stage-1", "reason": "the replica is down: known"}]
    assert event["by"]


def test_what_tells_how_the_project_is_deployed_stands_in_the_packet(shop: World) -> None:
    for name in ("Makefile", "compose.yaml", "k8s/web.yaml", ".github/workflows/test.yml"):
        shop.write(name, "x\n")
    packet = Path(prepare(shop, "--stage", "1").json["instruction_set"], "analysis-packet.md").read_text()
    assert "## Configuration and deployment\n\n" in packet
    for line in (
        "- build: `Makefile`",
        "- ci: `.github/workflows/test.yml`",
        "- container: `compose.yaml`",
        "- deploy: `k8s/`",
    ):
        assert f"{line}\n" in packet


# --- clarifications


def test_an_answered_report_is_carried_in(shop: World) -> None:
    shop.write("answered.md", "## 1. Clarification Items\n\nanswers\n")
    found = prepare(shop, "--clarification-response", "answered.md", task_type="error-analysis").json
    copy = Path(found["instruction_set"], "clarification-response.md")
    assert copy.read_text() == "## 1. Clarification Items\n\nanswers\n"
    shop.write("answered.md", "edited later\n")
    assert "answers" in copy.read_text()


def test_the_last_report_is_answered_in_the_editor_and_carried_in(shop: World) -> None:
    first = prepare(shop, "--directive", "Mind the clock.", task_type="error-analysis").json
    Path(first["report"]).write_text("## 1. Clarification Items\n")
    editor = shop.write("edit.sh", '#!/bin/sh\necho "the answer" >> "$1"\n')
    editor.chmod(0o755)
    env = {"GIT_EDITOR": str(editor)}
    found = shop.okstra("render-bundle", "--resume-clarification", "--task-key", KEY, "--json", env=env).json
    assert (found["task_type"], found["seq"]) == ("error-analysis", "002")
    assert Path(found["instruction_set"], "clarification-response.md").read_text().endswith("the answer\n")
    assert any("Mind the clock." in file.read_text() for file in Path(found["instruction_set"]).iterdir())


def test_without_editor_or_terminal_the_report_to_answer_is_named(shop: World) -> None:
    first = prepare(shop, task_type="error-analysis").json
    Path(first["report"]).write_text("## 1. Clarification Items\n")
    env = dict.fromkeys(("GIT_EDITOR", "VISUAL", "EDITOR"), "")
    refused = shop.okstra("run", "prepare", "--resume-clarification", "--task-key", KEY, "--json", exit=1, env=env)
    assert code_of(refused) == "editor.missing"
    assert first["report"] in refused.json["error"]["hint"]


def test_before_any_report_there_is_nothing_to_answer(shop: World) -> None:
    refused = shop.okstra("run", "prepare", "--resume-clarification", "--task-key", KEY, "--json", exit=1)
    assert code_of(refused) == "report.missing"


# --- leftovers


def test_what_a_dead_run_left_uncommitted_stays_and_is_kept(shop: World) -> None:
    first = prepare(shop, "--stage", "1").json
    place = Path(first["worktree"])
    (place / "half.py").write_text("half done\n")
    second = prepare(shop, "--stage", "1", "--directive", "Go on.")
    assert (place / "half.py").read_text() == "half done\n"
    [kept] = shop.okstra("run", "snapshots", "--json").json["snapshots"]
    assert kept["id"] in second.err
    assert f"refs/okstra/snapshot/{kept['id']}" in second.json["prompt"]
    assert shop.ask("show", f"refs/okstra/snapshot/{kept['id']}:half.py") == "half done"


def test_a_stage_started_by_hand_is_gone_on_with(shop: World) -> None:
    shop.okstra("stage", "start", "1", "--task-key", KEY, "--base", "main")
    found = prepare(shop, "--stage", "1").json
    assert found["branch"] == "feature/web/login-stage-1"


def test_an_adopted_branch_is_worked_on_where_it_is_checked_out(shop: World) -> None:
    inside = shop.worktree("mine", "mine")
    shop.okstra("stage", "start", "1", "--task-key", KEY, "--base", "main", "--branch", "mine", "--no-worktree")
    found = prepare(shop, "--stage", "1").json
    assert (found["branch"], found["worktree"]) == ("mine", str(inside.path))


# --- surroundings


@pytest.mark.parametrize("text", ["{", "[]", '{"qaCommands": {"db-test": 1}}', "\xff"])
def test_a_project_file_that_cannot_be_read_is_refused(shop: World, text: str) -> None:
    shop.write(".okstra/project.json", text.encode("latin-1"))
    refused = prepare(shop, "--stage", "1", exit=1)
    assert code_of(refused) == "document.broken"
    assert runs(shop) == []


def test_qa_commands_of_the_project_reach_the_executor(shop: World) -> None:
    shop.write(".okstra/project.json", '{"qaCommands": {"db-test": "make db-test"}}')
    found = prepare(shop, "--stage", "1").json
    assert any("make db-test" in file.read_text() for file in Path(found["instruction_set"]).iterdir())


def test_a_conformance_manifest_names_what_may_be_waived(shop: World) -> None:
    shop.write(f"{QA}/conformance-manifest.json", '{"entries": [{"stageKey": "Login-stage-7"}]}')
    refused = prepare(shop, "--stage", "1", "--qa-waiver", "login-stage-1:planned, not declared", exit=1)
    assert code_of(refused) == "waiver.unknown-stage"
    assert refused.json["error"]["hint"] == "entries: Login-stage-7"
    assert prepare(shop, "--stage", "1", "--qa-waiver", "Login-stage-7:known").json["stage"] == 1


@pytest.mark.parametrize("manifest", [None, "{}", '{"entries": []}', '{"entries": [{"stageKey": 1}, 2]}'])
def test_where_nothing_was_declared_nothing_can_be_waived(shop: World, manifest: str | None) -> None:
    if manifest is not None:
        shop.write(f"{QA}/conformance-manifest.json", manifest)
    refused = prepare(shop, "--stage", "1", "--qa-waiver", "login-stage-1:why", exit=1)
    assert code_of(refused) == "waiver.unknown-stage"
    assert refused.json["error"]["hint"].startswith("leave --qa-waiver out: ")


@pytest.mark.parametrize(
    ("row", "noted"),
    [
        ("", "answered.md has no clarification items, so it answers nothing"),
        ("| C-001 | 12 | whim | Which? | one | none | answered | A |", "'whim' is not a value of Kind"),
        ("| one | 12 | decision | Which? | one | none | answered | A |", "'one' is not an id"),
        ("| C-001 | 12 | decision | Which? | one | none | answered | A |", ""),
    ],
)
def test_answers_that_nobody_can_take_up_are_remarked(shop: World, row: str, noted: str) -> None:
    head = "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |"
    table = f"{head}\n|---|---|---|---|---|---|---|---|\n{row}\n" if row else "nothing\n"
    shop.write("answered.md", f"## 1. Clarification Items\n\n{table}")
    told = prepare(shop, "--clarification-response", "answered.md", task_type="error-analysis").err
    assert noted in told
    assert ("answered.md" in told) == bool(noted)


def test_a_related_task_that_nobody_knows_is_remarked(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:logout")
    told = prepare(shop, "--related-tasks", "shop:web:logout,shop:web:nothing", task_type="error-analysis").err
    assert "not known here: shop:web:nothing; it is named as related all the same" in told


def test_an_editor_that_fails_runs_nothing_again(shop: World) -> None:
    first = prepare(shop, task_type="error-analysis").json
    Path(first["report"]).write_text("## 1. Clarification Items\n")
    again = ("run", "prepare", "--resume-clarification", "--task-key", KEY, "--json")
    refused = shop.okstra(*again, exit=1, env={"GIT_EDITOR": "false"})
    assert code_of(refused) == "editor.failed"
    assert len(runs(shop)) == 1


def test_a_bare_repository_has_no_place_for_a_run(shop: World) -> None:
    bare = shop.clone("bare", "--bare")
    bare.okstra("init", "--project-id", "shop", "--no-hooks")
    bare.okstra("task", "open", KEY)
    refused = prepare(bare, task_type="error-analysis", exit=1)
    assert code_of(refused) == "project.bare"


def test_a_bare_repository_with_a_worktree_has_one(shop: World) -> None:
    bare = shop.clone("bare", "--bare")
    inside = bare.worktree("beside", "main")
    inside.okstra("init", "--project-id", "shop", "--no-hooks")
    inside.okstra("task", "open", KEY)
    inside.write("brief.md", a_brief())
    found = prepare(inside, "--brief", "brief.md", task_type="error-analysis").json
    assert found["task_root"] == str(folder(inside))


def test_a_repository_in_an_odd_place_is_prepared_like_any_other(world: World, tmp_path: Path) -> None:
    odd = World(tmp_path / "my shop ü'x $HOME", clock=world.clock)
    world.git("clone", "-q", str(world.path), str(odd.path))
    found = prepare(set_up(odd, {1: ()}), "--stage", "1").json
    assert Path(found["instruction_set"], "claude-execution-prompt.md").is_file()
    assert Path(found["worktree"], "README").is_file()


def test_a_worktree_that_was_deleted_by_hand_is_made_again(shop: World) -> None:
    place = Path(prepare(shop, "--stage", "1").json["worktree"])
    World(place, clock=shop.clock).commit("half")
    shutil.rmtree(place)
    again = prepare(shop, "--stage", "1", "--directive", "Go on.").json
    assert (Path(again["worktree"]) / "half.txt").is_file()


def test_without_its_documents_a_retry_makes_them_anew(shop: World) -> None:
    first = prepare(shop, "--stage", "1").json
    shutil.rmtree(folder(shop))
    second = prepare(shop, "--stage", "1").json
    assert (second["again"], Path(second["instruction_set"]).is_dir()) == (False, True)
    assert second["run"] != first["run"]
