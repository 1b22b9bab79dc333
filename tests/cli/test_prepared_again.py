"""The same call again: the same run while everything stands that it was given, else a new one that says what it is."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit.prepared import KEY, approve, folder, manifest, prepare, runs, set_up
from tests.kit.scenario import World

STAGE = ("--stage", "1")


@pytest.fixture
def shop(world: World) -> World:
    """Stages 1 and 2 side by side, 3 on 1."""
    return set_up(world, {1: (), 2: (), 3: (1,)})


def place(world: World, number: int = 1) -> World:
    """The worktree of a stage."""
    path = world.path.parent / f"worktrees/shop/web/login/stage-{number}"
    return World(path, labels=world.labels, clock=world.clock)


def finish(world: World, number: int, summary: str) -> None:
    """Record the stage, with a carry."""
    carry = world.write(f".okstra/carry-{number}.json", json.dumps({"stage": number, "summary": summary}))
    world.okstra("stage", "done", str(number), "--task-key", KEY, "--carry", str(carry))


def states(world: World) -> list[object]:
    return [run["status"] for run in runs(world)]


# --- what stands


def test_the_same_call_gives_the_same_run_without_a_word(shop: World) -> None:
    first, again = prepare(shop, *STAGE), prepare(shop, *STAGE)
    assert again.json == {**first.json, "again": True}
    assert again.err == ""
    assert states(shop) == ["prepared"]


def test_a_run_that_its_lead_resumed_is_given_again(shop: World) -> None:
    lead = subprocess.Popen(["sleep", "600"])
    first = prepare(shop, *STAGE, "--holder", str(lead.pid)).json
    lead.kill()
    lead.wait()
    nonce = shop.okstra("run", "resume", first["run"], "--json").json["run"]["nonce"]
    again = prepare(shop, *STAGE).json
    assert (again["run"], again["nonce"], again["again"]) == (first["run"], nonce, True)
    assert states(shop) == ["running"]


def test_the_gate_of_a_run_given_again_knows_who_came_since(shop: World) -> None:
    first = prepare(shop, *STAGE).json
    other = subprocess.Popen(["sleep", "600"])
    try:
        prepare(shop, "--stage", "2", "--holder", str(other.pid))
        again = prepare(shop, *STAGE).json
    finally:
        other.kill()
        other.wait()
    assert (again["run"], again["concurrent_run_stages"]) == (first["run"], [2])
    assert "Concurrent-run: no-team background" in again["prompt"]
    after = prepare(shop, *STAGE).json
    assert (after["run"], after["concurrent_run_stages"]) == (first["run"], [])
    assert after["prompt"] == first["prompt"]


def test_views_that_were_deleted_are_there_again(shop: World) -> None:
    prepare(shop, *STAGE)
    place(shop).commit("S1")
    finish(shop, 1, "one")
    first = prepare(shop, "--stage", "3").json
    carried = shop.path / manifest(shop, "manifests/run-inputs", stage=3)["carry"][0]
    carried.unlink()
    (folder(shop) / "task-manifest.json").unlink()
    again = prepare(shop, "--stage", "3").json
    assert again["run"] == first["run"]
    assert json.loads(carried.read_text())["summary"] == "one"
    assert [run["id"] for run in json.loads((folder(shop) / "task-manifest.json").read_text())["runs"]] == [
        first["run"]
    ]


def test_folders_that_were_deleted_are_there_again(shop: World) -> None:
    first = prepare(shop, *STAGE).json
    run = folder(shop) / "runs/implementation/stage-1"
    for name in ("prompts", "worker-results", "reports"):
        (run / name).rmdir()
    assert prepare(shop, *STAGE).json["run"] == first["run"]
    assert all((run / name).is_dir() for name in ("prompts", "worker-results", "reports"))
    (run / "prompts").rmdir()
    (run / "prompts").write_text("in the way")
    error = prepare(shop, *STAGE, exit=1).json["error"]
    assert (error["code"], error["hint"]) == ("bundle.unwritable", "move away what stands in its place, then try again")


# --- what does not


def drop(world: World) -> None:
    shutil.rmtree(place(world).path)


def drop_and_make_empty(world: World) -> None:
    drop(world)
    place(world).path.mkdir()


def drop_by_git(world: World) -> None:
    world.git("worktree", "remove", "-f", "-f", str(place(world).path))


def damage(world: World) -> None:
    (folder(world) / "runs/implementation/stage-1/instruction-set/001/analysis-packet.md").write_text("other\n")


def lose_team_state(world: World) -> None:
    (folder(world) / "runs/implementation/stage-1/state/team-state-implementation-001.json").unlink()


def lose_everything(world: World) -> None:
    shutil.rmtree(folder(world) / "runs")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (drop, "its worktree was gone"),
        (drop_and_make_empty, "its worktree was gone"),
        (drop_by_git, "its worktree was gone"),
        (damage, "its bundle was damaged"),
        (lose_team_state, "its bundle was damaged"),
        (lose_everything, "its bundle was damaged"),
    ],
)
def test_what_is_gone_is_made_again_for_a_new_run_that_says_so(
    shop: World, change: Callable[[World], None], reason: str
) -> None:
    first = prepare(shop, *STAGE).json
    change(shop)
    again = prepare(shop, *STAGE)
    found = again.json
    assert (found["again"], found["run"] != first["run"]) == (False, True)
    assert f"okstra: run {first['run']} is ended: {reason}, and it was prepared again\n" in again.err
    assert (Path(found["worktree"]) / "README").is_file()
    assert place(shop).ask("symbolic-ref", "--short", "HEAD") == "feature/web/login-stage-1"
    assert all(Path(found[name]).exists() for name in ("instruction_set", "resume_script"))
    assert states(shop) == ["abandoned", "prepared"]
    assert prepare(shop, *STAGE).json["run"] == found["run"]


def test_a_carry_that_was_recorded_anew_is_handed_out(shop: World) -> None:
    prepare(shop, *STAGE)
    place(shop).commit("S1")
    finish(shop, 1, "one")
    first = prepare(shop, "--stage", "3").json
    finish(shop, 1, "two")
    again = prepare(shop, "--stage", "3")
    assert again.json["run"] != first["run"]
    assert "left another carry" in again.err
    assert '"two"' in (Path(again.json["instruction_set"]) / "analysis-packet.md").read_text()


def test_a_plan_that_was_approved_anew_makes_a_new_run(shop: World) -> None:
    first = prepare(shop, *STAGE).json
    plan = shop.path / ".okstra/plan.md"
    plan.write_text(plan.read_text().replace("Make it pass.", "Make it pass at once."))
    assert prepare(shop, *STAGE, exit=1).json["error"]["code"] == "plan.changed"
    approve(shop, ".okstra/plan.md")
    again = prepare(shop, *STAGE)
    assert again.json["run"] != first["run"]
    assert f"run {first['run']} is ended: it was prepared again with other inputs" in again.err


# --- a directory that has become something else


def test_a_worktree_with_another_branch_is_refused_with_the_line_that_helps(shop: World) -> None:
    first = prepare(shop, *STAGE).json
    inside = place(shop)
    inside.git("switch", "-qc", "other")
    for more in ((), ("--directive", "anew")):
        error = prepare(shop, *STAGE, *more, exit=1).json["error"]
        assert error["code"] == "worktree.other-branch"
        assert error["message"].endswith("has other checked out, not feature/web/login-stage-1")
    told = shop.okstra("run", "resume", first["run"], "--json", exit=1).json["error"]
    assert (told["code"], told["hint"]) == (error["code"], error["hint"])
    assert states(shop) == ["prepared"]
    inside.git(*error["hint"].split()[3:])
    assert prepare(shop, *STAGE).json["run"] == first["run"]


@pytest.mark.parametrize("line", [("switch", "-q", "--detach"), ("branch", "-m", "feature/web/better")])
def test_a_worktree_without_its_branch_comes_back_by_the_hint(shop: World, line: tuple[str, ...]) -> None:
    first = prepare(shop, *STAGE).json
    place(shop).git(*line)
    hint = prepare(shop, *STAGE, exit=1).json["error"]["hint"]
    place(shop).git(*hint.partition("git -C ")[2].split()[1:])
    assert prepare(shop, *STAGE).json["run"] == first["run"]


def test_a_branch_that_was_deleted_under_its_worktree_comes_back_with_its_commits(shop: World) -> None:
    prepare(shop, *STAGE)
    place(shop).commit("S1")
    shop.git("update-ref", "-d", "refs/heads/feature/web/login-stage-1")
    hint = prepare(shop, *STAGE, exit=1).json["error"]["hint"]
    place(shop).git(*hint.partition("git -C ")[2].split()[1:])
    assert place(shop).ask("log", "-1", "--format=%s") == "S1"
    prepare(shop, *STAGE)


def test_a_worktree_that_was_moved_is_moved_back_by_the_hint(shop: World) -> None:
    first = prepare(shop, *STAGE).json
    shop.git("worktree", "move", "-f", "-f", str(place(shop).path), str(place(shop).path.with_name("moved")))
    for line in (f"git {hint}" for hint in prepare(shop, *STAGE, exit=1).json["error"]["hint"].splitlines()):
        shop.git(*line.split()[2:])
    assert prepare(shop, *STAGE).json["run"] == first["run"]


def test_a_branch_that_is_checked_out_in_the_main_worktree_is_not_taken_from_it(shop: World) -> None:
    prepare(shop, *STAGE)
    drop_by_git(shop)
    shop.git("switch", "-q", "feature/web/login-stage-1")
    error = prepare(shop, *STAGE, exit=1).json["error"]
    assert (error["code"], error["hint"]) == ("worktree.other-branch", f"git -C {shop.path} switch --detach")
    shop.git("switch", "-q", "--detach")
    prepare(shop, *STAGE)


def test_a_directory_with_files_of_somebody_else_is_left_alone(shop: World) -> None:
    prepare(shop, *STAGE)
    drop_by_git(shop)
    shop.write("../worktrees/shop/web/login/stage-1/mine", "x\n")
    assert prepare(shop, *STAGE, exit=1).json["error"]["code"] == "worktree.taken"
    assert (place(shop).path / "mine").read_text() == "x\n"
    assert states(shop) == ["prepared"]


def test_a_worktree_that_lost_its_git_file_is_repaired_by_the_hint(shop: World) -> None:
    first = prepare(shop, *STAGE).json
    place(shop).write("mine", "x\n")
    (place(shop).path / ".git").unlink()
    error = prepare(shop, *STAGE, exit=1).json["error"]
    assert error["code"] == "worktree.taken"
    shop.git(*error["hint"].split()[3:])
    assert prepare(shop, *STAGE).json["run"] == first["run"]
    assert (place(shop).path / "mine").read_text() == "x\n"


# --- what is advised about one's own run


def explained(world: World) -> Any:
    return world.okstra("run", "resume", "--explain", "--task-key", KEY, "--json").json["stages"][0]


def test_what_is_advised_for_ones_own_run_without_a_worktree_works(shop: World) -> None:
    run = prepare(shop, *STAGE).json["run"]
    drop(shop)
    advice = explained(shop)["next"]
    assert advice["command"] == f"git okstra run abandon {run}"
    anew = f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 1"
    assert advice["why"].endswith(anew)
    shop.okstra(*advice["command"].split()[2:])
    shop.okstra(*anew.split()[2:])
    assert place(shop).path.is_dir()


def test_a_worktree_with_another_branch_is_explained(shop: World) -> None:
    prepare(shop, *STAGE)
    place(shop).git("switch", "-qc", "other")
    told = explained(shop)
    assert f"{place(shop).path} has other checked out, not feature/web/login-stage-1" in told["facts"]
    assert told["next"]["command"] == f"git -C {place(shop).path} status"


# --- what was left there


def test_a_run_that_its_lead_gave_up_has_not_died(shop: World) -> None:
    first = prepare(shop, *STAGE).json["run"]
    place(shop).write("half", "x\n")
    again = prepare(shop, *STAGE, "--directive", "another way")
    assert f"run {first} is ended: it was prepared again with other inputs" in again.err
    assert f"Run `{first}` was given up here." in again.json["prompt"]
    assert "died" not in again.json["prompt"].split("## Worktree")[1]


def test_a_run_whose_process_ended_has_died(shop: World) -> None:
    lead = subprocess.Popen(["sleep", "600"])
    first = prepare(shop, *STAGE, "--holder", str(lead.pid)).json["run"]
    lead.kill()
    lead.wait()
    place(shop).write("half", "x\n")
    again = prepare(shop, *STAGE)
    assert f"run {first} is ended: its process ended" in again.err
    assert f"Run `{first}` died here." in again.json["prompt"]


def test_work_that_no_run_left_is_nobodys(shop: World) -> None:
    shop.okstra("stage", "start", "1", "--task-key", KEY, "--base", "main")
    place(shop).write("half", "x\n")
    said = prepare(shop, *STAGE).json["prompt"]
    assert "Work that is not committed was found here, and nobody knows whose it is." in said
    assert "Run ``" not in said


def test_work_that_was_kept_before_its_directory_went_is_remembered(shop: World) -> None:
    first = prepare(shop, *STAGE).json["run"]
    place(shop).write("half", "x\n")
    shop.okstra("run", "abandon", first)
    drop(shop)
    again = prepare(shop, *STAGE)
    (kept,) = shop.okstra("run", "snapshots", "--json").json["snapshots"]
    assert f"snapshot {kept['id']} of " in again.err
    assert f"okstra run restore {kept['id']} --dry-run" in again.err
    assert (
        f"Run `{first}` was given up here. What it had not committed is kept in `{kept['ref']}`" in again.json["prompt"]
    )
    shop.okstra("run", "restore", kept["id"], "--dry-run")


def test_kept_work_that_was_committed_since_is_not_told(shop: World) -> None:
    first = prepare(shop, *STAGE).json["run"]
    place(shop).write("half", "x\n")
    shop.okstra("run", "abandon", first)
    place(shop).git("add", "-A")
    place(shop).git("commit", "-qm", "half")
    drop(shop)
    again = prepare(shop, *STAGE)
    assert "snapshot" not in again.err
    assert "is kept in" not in again.json["prompt"]


def test_what_took_the_place_of_an_ended_run_is_named(shop: World) -> None:
    first = prepare(shop, *STAGE).json["run"]
    second = prepare(shop, *STAGE, "--directive", "another way").json["run"]
    hint = shop.okstra("run", "resume", first, "--json", exit=1).json["error"]["hint"]
    assert hint == f"another run has taken its place: git okstra run show {second}"


def test_a_verification_whose_worktree_went_elsewhere_is_prepared_again_without_it(shop: World) -> None:
    found = prepare(shop, *STAGE).json
    place(shop).commit("S1")
    finish(shop, 1, "one")
    shop.okstra("run", "finish", found["run"])
    first = prepare(shop, *STAGE, task_type="final-verification").json
    assert first["worktree"] == str(place(shop).path)
    place(shop).git("switch", "-qc", "other")
    again = prepare(shop, *STAGE, task_type="final-verification")
    assert again.json["worktree"] is None
    assert f"run {first['run']} is ended: its worktree had another branch checked out" in again.err
    assert "of stage 1 has other checked out, not feature/web/login-stage-1; the run gets none" in again.err
