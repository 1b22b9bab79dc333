"""A whole task is the group of all its stages: verified together in a worktree of the run, and handed over together."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.kit.answers import Answer
from tests.kit.prepared import KEY, a_brief, code_of, folder, prepare, runs, set_up
from tests.kit.scenario import World

VERIFY = "final-verification"


@pytest.fixture
def shop(world: World) -> World:
    """Stage 2 builds on 1, 3 stands by itself; a brief."""
    set_up(world, {1: (), 2: (1,), 3: ()})
    return world


def build(world: World, number: int, files: dict[str, str] | None = None) -> None:
    """Prepare a stage, commit in its worktree, record it with a carry."""
    prepare(world, "--stage", str(number))
    inside = World(place(world, f"stage-{number}"), labels=world.labels, clock=world.clock)
    inside.commit(f"S{number}", files or {f"src/s{number}.py": f"part {number}\n"})
    carry = world.write(f".okstra/carry-{number}.json", json.dumps({"stage": number, "summary": f"part {number}"}))
    world.okstra("stage", "done", str(number), "--task-key", KEY, "--carry", str(carry))


def place(world: World, name: str) -> Path:
    return world.path.parent / "worktrees" / "shop" / "web" / "login" / name


def packet(world: World, seq: int = 1) -> str:
    return (folder(world) / f"runs/{VERIFY}/instruction-set/{seq:03}/analysis-packet.md").read_text()


def inputs(world: World) -> dict[str, Any]:
    path = folder(world) / f"runs/{VERIFY}/manifests/run-inputs-{VERIFY}-001.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def record(world: World, run: str | None, *flags: str, exit: int = 0, **changes: Any) -> Answer:
    """Write report and data as a lead would, and record them."""
    said = {
        "taskType": VERIFY,
        "runId": run,
        "verificationScope": "whole-task",
        "verdict": {"token": "accepted"},
        "routing": ["release-handoff"],
        "validationEvidence": [{"command": "make test", "exitCode": 0}],
        **changes,
    }
    reports = world.path.parent / "reports"
    reports.mkdir(exist_ok=True)
    (reports / "v.json").write_text(json.dumps({key: value for key, value in said.items() if value is not None}))
    (reports / "v.md").write_text("# V\n\n## 7. Final Verdict\n\nVerdict Token: accepted\n")
    where = ("--report-path", str(reports / "v.md"), "--data-json", str(reports / "v.json"))
    return world.okstra("handoff", "record-verified", "--task-key", KEY, *where, *flags, exit=exit)


def verified(world: World) -> str:
    """All three stages built and verified together; the run's id."""
    for number in (1, 2, 3):
        build(world, number)
    run = str(prepare(world, task_type=VERIFY).json["run"])
    record(world, run)
    return run


def eligible(world: World) -> dict[int, list[str]]:
    found = world.okstra("handoff", "eligible", "--task-key", KEY, "--json").json["stages"]
    return {row["stage"]: row["reasons"] for row in found}


# --- which stages


def test_a_task_with_unfinished_stages_is_refused_by_name_and_the_next_line_takes_what_is_done(shop: World) -> None:
    refused = prepare(shop, task_type=VERIFY, exit=1)
    assert code_of(refused) == "task.unfinished"
    build(shop, 1)
    refused = prepare(shop, task_type=VERIFY, exit=1)
    assert [row["stage"] for row in refused.json["error"]["stages"]] == [2, 3]
    assert "stage 2 is not begun; stage 3 is not begun" in refused.json["error"]["message"]
    line = refused.json["error"]["hint"].splitlines()[-1]
    shop.okstra(*line.removeprefix("git okstra ").split())
    assert "Not in this run: stages 2, 3." in packet(shop)


def test_begun_and_waiting_stages_are_told_apart(shop: World) -> None:
    prepare(shop, "--stage", "1")
    told = prepare(shop, task_type=VERIFY, exit=1).json["error"]
    assert {row["stage"]: row["why"] for row in told["stages"]} == {
        1: "begun, not done", 2: "not begun, waits for stage 1", 3: "not begun",
    }  # fmt: skip


def test_what_is_not_done_may_be_left_out_and_is_named_in_the_bundle(shop: World) -> None:
    build(shop, 1)
    prepare(shop, "--leave-unfinished", task_type=VERIFY)
    text = packet(shop)
    assert "| 3 | part 3 | not begun | - | - | - | none | none | none |" in text
    assert "Not in this run: stages 2, 3." in text
    assert inputs(shop)["stages"] == [1]


@pytest.mark.parametrize(("flags", "code", "exit"), [
    (("--stages", "1,2"), "task.unfinished", 1),
    (("--stages", "9"), "stage.unknown", 1),
    (("--stages", "1,"), "usage", 129),
    (("--stages", "x"), "name.bad", 1),
    (("--stage", "1", "--stages", "1"), "usage.phase", 129),
    (("--stage", "1", "--leave-unfinished"), "usage.phase", 129),
])  # fmt: skip
def test_stages_that_cannot_be_taken_are_refused(shop: World, flags: tuple[str, ...], code: str, exit: int) -> None:
    build(shop, 1)
    assert code_of(prepare(shop, *flags, task_type=VERIFY, exit=exit)) == code
    assert not place(shop, "verification-1").exists()


def test_a_handoff_of_nothing_is_refused_too_and_the_profile_names_the_stages(shop: World) -> None:
    shop.write("brief.md", a_brief() + "\n## Source Verification Report\n\nreport.md\n")
    brief = ("--brief", "brief.md")
    assert code_of(prepare(shop, *brief, task_type="release-handoff", exit=1)) == "task.unfinished"
    build(shop, 1)
    found = prepare(shop, *brief, "--stages", "1", task_type="release-handoff").json
    profile = Path(found["instruction_set"], "analysis-profile.md").read_text()
    assert f"okstra handoff assemble --task-key {KEY} --stages 1 --base main" in profile
    assert "git and gh" not in profile


def test_other_phases_take_no_stages(shop: World) -> None:
    assert code_of(prepare(shop, "--stages", "1", task_type="error-analysis", exit=129)) == "usage.phase"


# --- the place


def test_all_stages_lie_together_in_a_detached_worktree_that_is_given_back(shop: World) -> None:
    for number in (1, 2, 3):
        build(shop, number)
    found = prepare(shop, task_type=VERIFY).json
    here = place(shop, "verification-1")
    assert sorted(path.name for path in (here / "src").glob("s*.py")) == ["s1.py", "s2.py", "s3.py"]
    assert shop.ask("-C", str(here), "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    commit, tree = shop.ask("-C", str(here), "rev-parse", "HEAD", "HEAD^{tree}").split()
    for text in (str(here), commit, tree, "stages 1, 2, 3, put together on `main`"):
        assert text in found["prompt"]
    rows = shop.okstra("worktree", "list", "--json").json["worktrees"]
    assert ("verification-1", str(here)) in [(row["scope"], row["worktree"]) for row in rows]
    ref = f"refs/okstra/verification/{KEY.replace(':', '/')}/{found['run']}"
    assert shop.ask("rev-parse", ref) == commit
    shop.okstra("run", "finish", found["run"])
    assert not here.exists()
    rows = shop.okstra("worktree", "list", "--json").json["worktrees"]
    assert "verification-1" not in [row["scope"] for row in rows]
    assert ref not in shop.ask("for-each-ref", "--format=%(refname)")
    assert shop.okstra("fsck", "--json").json["findings"] == []


def test_a_worktree_that_holds_something_stays_and_goes_by_prune_once_it_is_empty(shop: World) -> None:
    build(shop, 1)
    run = prepare(shop, "--stages", "1", task_type=VERIFY).json["run"]
    here = place(shop, "verification-1")
    (here / "notes.txt").write_text("mine\n")
    assert "was not removed: it has files that are not committed" in shop.okstra("run", "finish", run).err
    assert (here / "notes.txt").read_text() == "mine\n"
    assert shop.okstra("worktree", "prune", "--json").json["worktrees"][-1]["removed"] is False
    (here / "notes.txt").unlink()
    shop.okstra("worktree", "prune")
    assert not here.exists()


def test_prune_leaves_the_place_of_an_open_run_alone(shop: World) -> None:
    build(shop, 1)
    prepare(shop, "--stages", "1", task_type=VERIFY)
    told = shop.okstra("worktree", "prune", "--json").json["worktrees"]
    assert [row["reason"] for row in told if "verification" in row["worktree"]] == ["its run is not over"]


def test_the_same_call_again_is_the_same_run_and_another_stage_makes_another(shop: World) -> None:
    build(shop, 1)
    first = prepare(shop, "--leave-unfinished", task_type=VERIFY).json["run"]
    assert prepare(shop, "--leave-unfinished", task_type=VERIFY).json["run"] == first
    build(shop, 3)
    second = prepare(shop, "--leave-unfinished", task_type=VERIFY).json["run"]
    assert second != first
    assert not place(shop, "verification-1").exists()
    assert (place(shop, "verification-2") / "src" / "s3.py").is_file()


def test_stages_that_contradict_each_other_are_named_with_paths_and_nothing_is_made(shop: World) -> None:
    build(shop, 1, {"src/a.py": "one\n"})
    build(shop, 3, {"src/a.py": "three\n"})
    before = len(runs(shop))
    refused = prepare(shop, "--stages", "1,3", task_type=VERIFY, exit=2)
    assert code_of(refused) == "handoff.conflict"
    assert refused.json["error"]["conflicts"] == [{"stages": [1, 3], "path": "src/a.py", "kind": "add/add"}]
    assert "stages 1 and 3: 'src/a.py' (add/add)" in refused.json["error"]["hint"]
    assert len(runs(shop)) == before
    assert not place(shop, "verification-1").exists()


def test_a_directory_in_the_way_is_refused_and_left_alone(shop: World) -> None:
    build(shop, 1)
    here = place(shop, "verification-1")
    here.mkdir(parents=True)
    (here / "mine.txt").write_text("mine\n")
    assert code_of(prepare(shop, "--stages", "1", task_type=VERIFY, exit=1)) == "worktree.taken"
    assert (here / "mine.txt").read_text() == "mine\n"


def test_a_run_that_is_resumed_finds_its_directory_again(shop: World) -> None:
    build(shop, 1)
    run = prepare(shop, "--stages", "1", task_type=VERIFY).json["run"]
    shutil.rmtree(place(shop, "verification-1"))
    shop.okstra("run", "resume", run)
    assert (place(shop, "verification-1") / "src" / "s1.py").is_file()


# --- the bundle


def test_the_table_says_everything_of_each_stage(shop: World) -> None:
    build(shop, 1)
    first = next(run["id"] for run in runs(shop) if run["stage"] == 1)
    report = shop.write(".okstra/tasks/shop/web/login/runs/implementation/stage-1/reports/r.md", "# R\n")
    shop.okstra("run", "finish", first, "--report", str(report))
    prepare(shop, "--stages", "1", task_type=VERIFY)
    text, tip = packet(shop), shop.ask("rev-parse", "feature/web/login-stage-1")
    row = next(line for line in text.splitlines() if line.startswith("| 1 |"))
    for cell in (tip, shop.ask("rev-parse", f"{tip}^{{tree}}"), "feature/web/login-stage-1", "reports/r.md"):
        assert cell in row
    (carry,) = inputs(shop)["carry"]
    assert carry in row
    assert json.loads((shop.path / carry).read_text())["stage"] == 1
    assert "```markdown\n---" in text  # the brief is what is verified against


def test_one_stage_names_its_commit_tree_report_and_carry(shop: World) -> None:
    build(shop, 1)
    found = prepare(shop, "--stage", "1", task_type=VERIFY).json
    tip = shop.ask("rev-parse", "feature/web/login-stage-1")
    assert tip in found["prompt"]
    assert tip in packet(shop)
    assert "## Left by stage 1" in packet(shop)
    (carry,) = inputs(shop)["carry"]
    assert carry.endswith("carry/stage-1.json")
    assert f"okstra handoff record-verified --task-key {KEY} --stage 1 --report-path" in found["prompt"]


# --- recorded, and handed over


def test_verified_together_they_leave_together_and_only_together(shop: World) -> None:
    verified(shop)
    assert eligible(shop) == {1: [], 2: [], 3: []}
    found = shop.okstra("handoff", "eligible", "--task-key", KEY, "--json").json
    assert found["suggested_groups"] == [[1, 2, 3]]
    states = shop.okstra("status", "--json").json["tasks"][0]["stages"]
    assert [row["state"] for row in states] == ["verified"] * 3
    alone = shop.okstra("handoff", "assemble", "--task-key", KEY, "--stages", "3", "--base", "main", exit=1)
    assert code_of(alone) == "handoff.verified-together"
    whole = shop.okstra("handoff", "assemble", "--task-key", KEY, "--stages", "1,2,3", "--base", "main", "--json").json
    run = next(run["id"] for run in runs(shop) if run["task_type"] == VERIFY)
    assert whole["commit"] == shop.ask("rev-parse", f"refs/okstra/verification/{KEY.replace(':', '/')}/{run}")


def test_a_stage_that_changed_takes_the_verification_of_all_with_it(shop: World) -> None:
    verified(shop)
    inside = World(place(shop, "stage-3"), labels=shop.labels, clock=shop.clock)
    inside.commit("S3b", {"src/s3.py": "other\n"})
    carry = shop.write(".okstra/carry-3.json", '{"stage": 3}')
    shop.okstra("stage", "done", "3", "--task-key", KEY, "--carry", str(carry))
    assert eligible(shop) == {
        1: ["verification-stale"], 2: ["verification-stale", "dependency-missing"], 3: ["verification-stale"],
    }  # fmt: skip
    states = shop.okstra("status", "--json").json["tasks"][0]["stages"]
    assert [row["state"] for row in states] == ["done"] * 3


def test_a_stage_verified_by_itself_may_still_leave_by_itself(shop: World) -> None:
    for number in (1, 2, 3):
        build(shop, number)
    record(shop, None, "--stage", "3", verificationScope="single-stage", stage=3, routing=[])
    record(shop, prepare(shop, task_type=VERIFY).json["run"])
    shop.okstra("handoff", "assemble", "--task-key", KEY, "--stages", "3", "--base", "main")
    alone = shop.okstra("handoff", "assemble", "--task-key", KEY, "--stages", "1", "--base", "main", exit=1)
    assert code_of(alone) == "handoff.verified-together"


def test_what_changed_since_it_was_put_together_is_not_recorded(shop: World) -> None:
    for number in (1, 2, 3):
        build(shop, number)
    run = prepare(shop, task_type=VERIFY).json["run"]
    inside = World(place(shop, "stage-3"), labels=shop.labels, clock=shop.clock)
    inside.commit("S3b", {"src/s3.py": "other\n"})
    shop.okstra("stage", "done", "3", "--task-key", KEY, "--carry", str(shop.path / ".okstra/carry-3.json"))
    refused = record(shop, run, exit=1)
    assert code_of(refused) == "handoff.tree-differs"
    assert refused.json["error"]["stages"] == [3]


def test_what_was_changed_in_the_worktree_is_not_what_was_put_together(shop: World) -> None:
    build(shop, 1)
    run = prepare(shop, "--stages", "1", task_type=VERIFY).json["run"]
    here = place(shop, "verification-1")
    (here / "src" / "s1.py").write_text("mended\n")
    assert code_of(record(shop, run, exit=1)) == "handoff.tree-differs"
    World(here, labels=shop.labels, clock=shop.clock).git("commit", "-qam", "mended")
    assert code_of(record(shop, run, exit=1)) == "handoff.tree-differs"


@pytest.mark.parametrize(("changes", "code"), [
    ({"verificationScope": "single-stage", "stage": 1}, "evidence.wrong-scope"),
    ({"verificationScope": "all"}, "evidence.wrong-scope"),
    ({"verdict": {"token": "conditional-accept"}}, "evidence.not-accepted"),
    ({"stage": 2}, "evidence.wrong-stage"),
    ({"taskType": "implementation"}, "evidence.wrong-task-type"),
])  # fmt: skip
def test_data_that_do_not_verify_the_whole_task_are_refused(shop: World, changes: dict[str, Any], code: str) -> None:
    build(shop, 1)
    run = prepare(shop, "--stages", "1", task_type=VERIFY).json["run"]
    refused = record(shop, run, exit=1, **changes).json["error"]
    assert code in [each["code"] for each in refused["problems"]]


def test_without_a_run_that_put_stages_together_there_is_nothing_to_record(shop: World) -> None:
    build(shop, 1)
    assert code_of(record(shop, None, exit=1)) == "handoff.not-assembled"
    single = prepare(shop, "--stage", "1", task_type=VERIFY).json["run"]
    assert code_of(record(shop, single, exit=1)) == "handoff.not-assembled"


def test_recording_again_changes_nothing(shop: World) -> None:
    run = verified(shop)
    assert record(shop, run).json["changed"] is False


def test_whole_task_data_for_one_stage_are_refused_and_the_hint_says_how(shop: World) -> None:
    build(shop, 1)
    run = prepare(shop, "--stages", "1", task_type=VERIFY).json["run"]
    refused = record(shop, run, "--stage", "1", exit=1).json["error"]
    assert "leave --stage out" in refused["hint"]


def test_the_pull_request_says_what_was_verified_together_and_whether_that_leaves(shop: World) -> None:
    verified(shop)
    group = ("--task-key", KEY, "--stages", "1,2,3")
    shop.git("remote", "add", "origin", str(shop.path.parent / "far.git"))
    shop.okstra("handoff", "assemble", *group, "--base", "main")
    body = shop.okstra("handoff", "publish", *group, "--dry-run", "--json").json["body"]
    assert "**Stages 1–3, verified together**" in body
    assert "Delivered: Exactly the files that were verified." in body
    assert "not verified" not in body, "each stage leaves in the tree that was verified"
    shop.commit("moved", {"other.txt": "moved\n"})
    told = shop.okstra("handoff", "assemble", *group, "--base", "main").err
    assert "that was not verified as a whole" in told
    again = shop.okstra("handoff", "publish", *group, "--dry-run", "--json")
    assert "The branch has another tree" in again.json["body"]
    assert "that was not verified as a whole" in again.err


def test_the_same_report_for_what_was_put_together_anew_needs_again(shop: World) -> None:
    verified(shop)
    shop.commit("moved", {"other.txt": "moved\n"})
    record(shop, None)  # without a run it is about the newest one, for which it was recorded before
    prepare(shop, task_type=VERIFY)
    refused = record(shop, None, exit=1)
    assert code_of(refused) == "evidence.same-report"
    assert record(shop, None, "--again").json["verified"]["again"]


def test_the_handoff_of_single_stages_may_be_recommended_at_the_end(shop: World) -> None:
    build(shop, 1)
    run = prepare(shop, "--stage", "1", task_type=VERIFY).json["run"]
    token = "release-handoff(stage-group)"
    assert shop.okstra("run", "finish", run, "--next-phase", token, "--json").json["run"]["next_phase"] == token
    other = prepare(shop, "--stage", "1", task_type=VERIFY).json["run"]
    assert code_of(shop.okstra("run", "finish", other, "--next-phase", "handoff", exit=1)) == "task-type.unknown"


def test_the_prepared_run_says_what_it_looks_at(shop: World) -> None:
    build(shop, 1)
    found = prepare(shop, "--stages", "1", task_type=VERIFY).json
    here = place(shop, "verification-1")
    commit, tree = shop.ask("-C", str(here), "rev-parse", "HEAD", "HEAD^{tree}").split()
    assert (found["branch"], found["worktree"], found["stages"]) == (None, str(here), [1])
    assert found["verifies"] == {"commit": commit, "tree": tree}
    assert f"looks at   stage 1, {commit[:10]}" in shop.okstra("run", "show", found["run"], "--text").out
