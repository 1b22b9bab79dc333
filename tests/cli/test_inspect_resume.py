"""By which command work is taken up again: what the task's documents say, and what the ledger says of that."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ask
from tests.cli.runs import sleeping
from tests.cli.shop import record_stage
from tests.kit.answers import run_program
from tests.kit.prepared import KEY, folder, prepare, set_up
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

TASK = ("--task-key", KEY)
KEYS = {
    "ok", "schema", "task", "command", "run", "script", "facts", "next", "choices", "others", "next_phase",
    "work_status", "left", "notes",
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> World:
    """A task with an approved plan of two stages that do not need each other."""
    return set_up(world, {1: (), 2: ()})


@pytest.fixture
def lead() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a run, until a test kills it."""
    process, _ = sleeping()
    yield process
    process.kill()
    process.wait()


def die(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def resume(world: World) -> Any:
    told = world.okstra("inspect", "resume", *TASK).json
    assert set(told) == KEYS
    return told


def prepared(world: World, lead: "subprocess.Popen[bytes]", *more: str, task_type: str = "implementation") -> str:
    words = more if more or task_type != "implementation" else ("--stage", "1")
    return str(prepare(world, *words, "--holder", str(lead.pid), task_type=task_type).json["run"])


def script(world: World, stage: int = 1, number: int = 1) -> Path:
    place = folder(world) / f"runs/implementation/stage-{stage}/sessions"
    return place / f"claude-resume-implementation-{number:03}.sh"


def test_a_dead_run_is_taken_up_by_the_script_that_the_manifest_names(
    shop: World, lead: "subprocess.Popen[bytes]", on_terminal: Ask
) -> None:
    run = prepared(shop, lead)
    die(lead)
    told = resume(shop)
    assert (told["command"], told["run"]["id"]) == (f"sh {script(shop)}", run)
    assert told["script"] == {"path": str(script(shop).relative_to(shop.path)), "found_by": "manifest"}
    assert told["next"]["command"] == f"git okstra run resume {run}"
    offered = [(each["what"], each["recommended"]) for each in told["choices"]]
    assert offered == [("continue", True), ("begin-anew", False)]
    anew = f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 1"
    assert told["choices"][1]["command"] == anew
    assert (told["others"], told["notes"]) == ([], [])
    page = on_terminal("inspect", "resume", *TASK).expect(0).out
    assert f"\nsh {script(shop)}\n" in page
    assert f"\nor: {anew}\n" in page


def test_the_command_really_resumes(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    die(lead)
    environ = shop.environ({"PATH": f"{program_dir()}{os.pathsep}{os.environ['PATH']}"})
    done = run_program(["sh", "-c", resume(shop)["command"]], cwd=shop.path.parent, environ=environ)
    assert "claude " in done.expect(0).out
    assert shop.okstra("run", "show", run).json["run"]["status"] == "running"


def test_a_script_that_is_refused_says_why(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    shop.okstra("run", "abandon", run, "--force")
    environ = shop.environ({"PATH": f"{program_dir()}{os.pathsep}{os.environ['PATH']}"})
    done = run_program(["sh", str(script(shop))], cwd=shop.path, environ=environ).expect(1)
    assert (done.out, f"run {run} ended as abandoned" in done.err) == ("", True)


@pytest.mark.parametrize(("place", "status"), [(0, "running"), (1, "abandoned")])
def test_each_offered_command_does_what_it_says(
    shop: World, lead: "subprocess.Popen[bytes]", place: int, status: str
) -> None:
    run = prepared(shop, lead)
    die(lead)
    shop.okstra(*resume(shop)["choices"][place]["command"].split()[2:])
    assert shop.okstra("run", "show", run).json["run"]["status"] == status


def test_every_command_that_is_offered_about_a_done_stage_works(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    place = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    stage = World(Path(place["worktree"]), labels=shop.labels, clock=shop.clock)
    stage.commit("S1")
    stage.okstra("stage", "done", "1", *TASK)
    die(lead)
    choices = resume(stage)["choices"]
    assert [each["what"] for each in choices] == ["continue", "abandon"]
    for each in choices:
        stage.okstra(*each["command"].split()[2:])
    assert shop.okstra("run", "show", place["run"]).json["run"]["status"] == "abandoned"


@pytest.mark.parametrize(
    ("task_type", "next"), [("implementation", f"plan show --task-key {KEY}"), ("error-analysis", "run abandon")]
)
def test_where_the_documents_are_gone_that_is_said_and_every_command_works(
    shop: World, lead: "subprocess.Popen[bytes]", task_type: str, next: str
) -> None:
    run = prepared(shop, lead, task_type=task_type)
    die(lead)
    shutil.rmtree(shop.path / ".okstra")
    told = resume(shop)
    assert told["command"] is None
    assert told["notes"] == [
        f"the documents of run {run} are gone",
        "the brief '.okstra/briefs/web/login.md' is not here; put it back, or name another one with --brief-path",
        "the plan '.okstra/plan.md' is not here; put it back as it was approved, or approve another: "
        f"git okstra plan approve FILE --task-key {KEY}",
    ]
    assert told["next"]["command"].startswith(f"git okstra {next}")
    assert [each["what"] for each in told["choices"]] == ["abandon"]
    for command in (told["next"]["command"], told["choices"][0]["command"]):
        shop.okstra(*command.split()[2:])
    shop.okstra(*resume(shop)["next"]["command"].split()[2:])
    assert shop.okstra("run", "show", run).json["run"]["status"] == "abandoned"


def test_a_run_whose_worktree_is_gone_is_begun_anew_and_gets_it_back(
    shop: World, lead: "subprocess.Popen[bytes]"
) -> None:
    place = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    stage = World(Path(place["worktree"]), labels=shop.labels, clock=shop.clock)
    stage.write("kept.py", "x\n")
    stage.git("add", "-A")
    stage.git("commit", "-qm", "half of it")
    die(lead)
    shutil.rmtree(stage.path)
    told = resume(shop)
    anew = f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 1"
    assert (told["command"], told["next"]["command"]) == (None, anew)
    assert [(each["what"], each["command"]) for each in told["choices"]] == [("begin-anew", anew)]
    refused = shop.okstra("run", "resume", place["run"], "--json", exit=1).json["error"]
    assert (refused["code"], refused["hint"]) == ("run.worktree-gone", anew)
    assert shop.okstra("run", "show", place["run"]).json["run"]["nonce"] == place["nonce"]
    shop.okstra(*anew.split()[2:])
    assert (stage.path / "kept.py").read_text() == "x\n"


@pytest.mark.parametrize("is_done", [False, True])
def test_a_run_whose_own_documents_are_gone_is_not_led_on(
    shop: World, lead: "subprocess.Popen[bytes]", is_done: bool
) -> None:
    place = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    if is_done:
        stage = World(Path(place["worktree"]), labels=shop.labels, clock=shop.clock)
        stage.commit("S1")
        stage.okstra("stage", "done", "1", *TASK)
    die(lead)
    shutil.rmtree(folder(shop))
    told = resume(shop)
    assert (told["command"], told["notes"]) == (None, [f"the documents of run {place['run']} are gone"])
    offered = [(each["what"], each["recommended"]) for each in told["choices"]]
    assert offered == ([("abandon", True)] if is_done else [("begin-anew", True), ("abandon", False)])
    assert told["next"]["command"] == told["choices"][0]["command"]
    assert "its documents are gone" in told["next"]["why"]
    shop.okstra(*told["next"]["command"].split()[2:])
    assert shop.okstra("run", "show", place["run"]).json["run"]["status"] == "abandoned"


def test_an_analysis_that_is_begun_anew_stays_open(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead, task_type="error-analysis")
    die(lead)
    anew = resume(shop)["choices"][1]
    assert "stays open until it is abandoned" in anew["why"]
    shop.okstra(*anew["command"].split()[2:])
    assert [each["id"] for each in resume(shop)["others"]] == [run]


def test_a_run_that_somebody_leads_is_left_alone(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    told = resume(shop)
    assert (told["command"], told["choices"], told["run"]["id"]) == (None, [], run)
    assert told["next"] == {"command": f"git okstra run show {run}", "why": "somebody is at work there; leave it alone"}


def test_ones_own_run_counts_before_the_latest(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    mine = prepare(shop, "--stage", "1").json["run"]
    other = prepared(shop, lead, "--stage", "2")
    told = resume(shop)
    assert (told["run"]["id"], told["command"]) == (mine, f"sh {script(shop)}")
    assert [choice["what"] for choice in told["choices"]] == ["continue"]
    (left_alone,) = told["others"]
    assert (left_alone["id"], left_alone["next"]["command"]) == (other, f"git okstra run show {other}")


def test_in_a_stages_worktree_the_run_of_that_stage_is_meant(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    place = prepare(shop, "--stage", "1", "--holder", str(lead.pid)).json
    prepared(shop, lead, "--stage", "2")
    die(lead)
    stage = World(Path(place["worktree"]), labels=shop.labels, clock=shop.clock)
    assert stage.okstra("inspect", "resume").json["run"]["id"] == place["run"]
    assert resume(shop)["run"]["stage"] == 2


def test_without_a_manifest_the_newest_script_counts(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    first = prepared(shop, lead, "--stage", "1")
    second = prepared(shop, lead, "--stage", "2")
    die(lead)
    (folder(shop) / "task-manifest.json").unlink()
    os.utime(script(shop, 1), (2_000_000_000, 2_000_000_000))
    told = resume(shop)
    assert (told["run"]["id"], told["script"]["found_by"]) == (first, "newest")
    assert told["command"] == f"sh {script(shop, 1)}"
    os.utime(script(shop, 2), (2_100_000_000, 2_100_000_000))
    assert resume(shop)["run"]["id"] == second


def test_the_name_of_a_script_is_never_made_up(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    """Sessions number their scripts by themselves, so a script may bear any number."""
    run = prepared(shop, lead)
    die(lead)
    (folder(shop) / "task-manifest.json").unlink()
    moved = script(shop, number=417)
    script(shop).rename(moved)
    assert (resume(shop)["command"], resume(shop)["run"]["id"]) == (f"sh {moved}", run)
    moved.unlink()
    told = resume(shop)
    assert (told["command"], told["script"]) == (f"git okstra run resume {run}", None)


def test_the_ledger_wins_over_a_manifest_of_a_run_that_ended(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    before = (folder(shop) / "task-manifest.json").read_bytes()
    shop.okstra("run", "abandon", run, "--force")
    (folder(shop) / "task-manifest.json").write_bytes(before)
    told = resume(shop)
    assert (told["command"], told["run"], told["script"]) == (None, None, None)
    assert f"the task manifest has run {run} as 'prepared'; by the ledger it is abandoned" in told["notes"]
    assert any("which ended as abandoned; the ledger counts" in note for note in told["notes"])
    anew = f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 1"
    assert told["next"]["command"] == anew
    page = shop.okstra("inspect", "resume", *TASK, "--text").out
    why = f"nothing of {KEY} can be resumed: its last run ended as abandoned ({run[:12]})"
    assert page.splitlines()[:2] == [why, f"next: {anew}"]


def test_after_a_report_the_recommended_phase_comes_next(shop: World) -> None:
    run = prepare(shop, task_type="error-analysis").json["run"]
    shop.okstra("run", "finish", run, "--next-phase", "implementation-planning")
    told = resume(shop)
    assert told["next"]["command"] == f"git okstra run prepare --task-key {KEY} --task-type implementation-planning"
    assert (told["command"], told["next_phase"]) == (None, "implementation-planning")
    assert told["notes"] == []


def test_a_plan_that_changed_keeps_a_run_from_being_resumed(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    prepared(shop, lead)
    die(lead)
    shop.write(".okstra/plan.md", "changed\n")
    told = resume(shop)
    assert (told["command"], told["choices"]) == (None, [])
    assert told["next"]["command"] == "git okstra plan check .okstra/plan.md"


@pytest.mark.parametrize("named", ["/etc/passwd", "../../../x.sh", ".okstra/evil.sh", "gone.sh", "", 7, None])
def test_a_manifest_that_names_something_else_is_not_followed(
    shop: World, lead: "subprocess.Popen[bytes]", named: object
) -> None:
    run = prepared(shop, lead)
    die(lead)
    shop.write(".okstra/evil.sh", f"okstra run resume {run}\n")
    manifest = folder(shop) / "task-manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "latestResumeCommandPath": named}))
    told = resume(shop)
    assert (told["command"], told["script"]["found_by"]) == (f"sh {script(shop)}", "newest")
    assert bool(told["notes"]) == (isinstance(named, str) and named != "")


def test_a_script_that_leads_out_by_a_link_is_not_followed(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    die(lead)
    shop.write("evil.sh", script(shop).read_text())
    script(shop).unlink()
    script(shop).symlink_to(shop.path / "evil.sh")
    assert resume(shop)["command"] == f"git okstra run resume {run}"


def test_a_script_of_another_place_is_not_used(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    die(lead)
    script(shop).write_text(script(shop).read_text().replace(str(shop.path), "/elsewhere"))
    told = resume(shop)
    assert (told["command"], told["script"]) == (f"git okstra run resume {run}", None)
    assert "was made for another place" in told["notes"][0]


def test_a_script_of_a_run_that_nobody_knows_is_not_used(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    run = prepared(shop, lead)
    die(lead)
    script(shop).write_text(script(shop).read_text().replace(run, "0" * 26))
    told = resume(shop)
    assert (told["run"]["id"], told["command"]) == (run, f"git okstra run resume {run}")
    assert "which the ledger does not know" in told["notes"][0]


def test_a_task_without_runs_says_what_comes_first(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", KEY)
    first = f"git okstra run prepare --task-key {KEY} --task-type requirements-discovery"
    assert (resume(world)["command"], resume(world)["next"]["command"]) == (None, first)
    page = world.okstra("inspect", "resume", *TASK, "--text").out
    assert page.splitlines() == [
        f"nothing of {KEY} can be resumed: it has no runs", f"next: {first}", "      nothing was done on the task yet",
    ]  # fmt: skip
    record_stage(world, 1, "feature/login")
    verify = f"git okstra run prepare --task-key {KEY} --task-type final-verification --stage 1"
    assert resume(world)["next"]["command"] == verify
    world.okstra("task", "close", KEY)
    assert resume(world)["next"]["command"] == f"git okstra task open {KEY}"
    assert resume(world)["work_status"] == "done"


def test_a_directory_with_spaces_is_quoted(lead: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    shop = set_up(World.begin(tmp_path / "my shop's"), {1: ()})
    prepared(shop, lead)
    die(lead)
    told = resume(shop)
    assert told["script"] is not None
    run_program(["sh", "-nc", told["command"]], cwd=tmp_path, environ=shop.environ()).expect(0)
    assert told["command"].startswith("sh '")
