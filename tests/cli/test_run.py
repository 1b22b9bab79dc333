"""The commands about runs: what they say, what they refuse, and what they leave alone."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from okstra_git.records.runs import Holder
from okstra_git.runs.holder import lead_holder
from tests.cli.conftest import Ask
from tests.cli.runs import FOLDER, approve_plan, claim, prepare, sleeping, start_stage
from tests.cli.shop import KEY, TASK, codes, open_shop, refused, status
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


class Lead:
    """A process that leads runs of a test, and can be killed."""

    def __init__(self) -> None:
        self.process, self.holder = sleeping()

    def die(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def lead() -> Iterator[Lead]:
    made = Lead()
    yield made
    made.die()


def stages(world: World) -> dict[int, Any]:
    (task,) = status(world)["tasks"]
    return {stage["number"]: stage for stage in task["stages"]}


# --- status and stage list


def test_planned_stages_are_pending_until_they_start(shop: World, home: Path) -> None:
    approve_plan(shop, (1, ()), (2, (1,)))
    start_stage(shop, home)
    seen = stages(shop)
    assert [(n, s["state"], s["title"], s["depends_on"]) for n, s in seen.items()] == [
        (1, "started", "part 1", []),
        (2, "pending", "part 2", [1]),
    ]
    assert set(seen[1]) == set(seen[2])
    assert (seen[2]["branch"], seen[2]["worktree"], seen[2]["commit"], seen[2]["lease"]) == (None, None, None, None)
    listed = shop.okstra("stage", "list", *TASK).json["stages"]
    assert [stage["state"] for stage in listed] == ["started", "pending"]
    assert shop.okstra("task", "list").json["tasks"][0]["status"] == "in-progress"


def test_a_live_lease_is_shown_with_its_process(shop: World, home: Path, lead: Lead) -> None:
    start_stage(shop, home)
    run = prepare(shop, lead.holder)
    seen = stages(shop)[1]["lease"]
    assert {**seen, "host": "h"} == {
        "alive": True, "host": "h", "pid": lead.process.pid, "run": run, "name": "sleep", "why": None,
    }  # fmt: skip
    assert status(shop)["problems"] == []
    assert shop.okstra("stage", "list", *TASK).json["stages"][0]["lease"] == seen
    assert f"sleep {lead.process.pid}" in shop.okstra("status", "--text").out


def test_a_dead_lease_is_a_note_and_holds_nothing_up(shop: World, home: Path, lead: Lead) -> None:
    start_stage(shop, home)
    run = prepare(shop, lead.holder)
    lead.die()
    assert (stages(shop)[1]["lease"]["alive"], stages(shop)[1]["lease"]["why"]) == (False, "its process ended")
    (problem,) = status(shop)["problems"]
    assert problem == {
        "code": "run.dead", "task": KEY, "stage": 1, "run": run, "hint": f"git okstra run resume {run} --explain",
        "message": f"run {run} (implementation) is dead: its process ended",
    }  # fmt: skip
    page = shop.okstra("status", "--text").out
    assert page.startswith(f"note: {KEY} stage 1: run {run} (implementation) is dead: its process ended\n")


@pytest.mark.parametrize(
    ("change", "why"),
    [({"boot": "another"}, "the machine was restarted"), ({"born": 1.0}, "its pid belongs to another process now")],
)
def test_a_reboot_and_a_reused_pid_are_told_apart(shop: World, lead: Lead, change: dict[str, Any], why: str) -> None:
    prepare(shop, lead.holder.model_copy(update=change))
    (row,) = shop.okstra("run", "list").json["runs"]
    assert row["life"] == {"state": "dead", "why": why}
    assert why in shop.okstra("run", "list", "--text").out


def test_a_run_of_another_machine_lives_for_its_lease(shop: World, lead: Lead) -> None:
    prepare(shop, lead.holder.model_copy(update={"host": "elsewhere"}), hours_ago=3)
    (row,) = shop.okstra("run", "list").json["runs"]
    assert row["life"] == {"state": "alive", "why": "it runs on another machine"}
    shop.okstra("config", "set", "leaseHours", "2")
    (row,) = shop.okstra("run", "list").json["runs"]
    assert row["life"] == {"state": "dead", "why": "it runs on another machine and gave no sign for 2 hours"}


def test_a_prepare_that_died_is_told(shop: World, lead: Lead) -> None:
    approve_plan(shop, (1, ()))
    run = claim(shop, lead.holder, 1)
    assert stages(shop)[1]["lease"]["alive"] is True
    lead.die()
    assert status(shop)["problems"][0]["message"].startswith(f"the prepare of run {run} (implementation) is dead")


# --- list and show


def test_lists_show_what_is_under_way_and_more_on_request(shop: World, lead: Lead) -> None:
    assert shop.okstra("run", "list", "--text").out.startswith("no run is under way\n")
    assert shop.okstra("run", "list", "--all", "--text").out == "there are no runs, ended ones included\n"
    first = prepare(shop, lead.holder, 1)
    second = prepare(shop, lead.holder, 2)
    shop.okstra("run", "finish", first, "--nonce", "n1")
    assert [row["id"] for row in shop.okstra("run", "list").json["runs"]] == [second]
    assert [row["id"] for row in shop.okstra("run", "list", "--all").json["runs"]] == [second, first]
    assert [row["id"] for row in shop.okstra("run", "list", "--recent", "1").json["runs"]] == [second]
    assert shop.okstra("run", "list", "--all", "--task-key", "shop:web:other").json["runs"] == []
    ended = shop.okstra("run", "list", "--all").json["runs"][1]
    assert (ended["life"], ended["status"]) == (None, "finished")
    refused(shop.okstra("run", "list", "--recent", "-1", exit=129), "usage", status=129)


def test_a_run_is_shown_by_the_beginning_of_its_id(shop: World, lead: Lead, on_terminal: Ask) -> None:
    run = prepare(shop, lead.holder)
    told = shop.okstra("run", "show", run[:12].lower()).json["run"]
    assert (told["id"], told["task"], told["nonce"], told["team"]) == (run, KEY, "n1", "okstra-shop-web-login-s1")
    page = on_terminal("run", "show", run).expect(0).out
    assert f"sleep, pid {lead.process.pid} on " in page
    refused(shop.okstra("run", "show", "nope", exit=1), "run.unknown")
    prepare(shop, lead.holder, 2)
    assert len(shop.okstra("run", "show", run[:4], exit=1).json["error"]["runs"]) == 2


# --- resume


def test_resuming_ones_own_run_prints_what_a_lead_starts_from(shop: World) -> None:
    prepare(shop, lead_holder())
    run = shop.okstra("run", "list").json["runs"][0]["id"]
    lines = shop.okstra("run", "resume", run, "--text").out.splitlines()
    assert lines[:2] == [
        f"okstra task root: {shop.path}/.okstra/tasks/shop/web/login",
        f"okstra instruction-set: {shop.path}/{FOLDER}/instruction-set/001",
    ]
    assert lines[2] == f"run {run} is yours already; its nonce is n1"


def test_other_live_runs_are_named_to_the_one_that_resumes(shop: World, lead: Lead) -> None:
    mine = prepare(shop, lead_holder(), 1)
    prepare(shop, lead.holder, 4)
    prepare(shop, lead.holder, 3)
    told = shop.okstra("run", "resume", mine, "--json")
    assert told.json["concurrent_run_stages"] == [3, 4]
    assert "okstra concurrent-run stages: 3, 4\n" in shop.okstra("run", "resume", mine, "--text").out
    lead.die()
    assert shop.okstra("run", "resume", mine, "--json").json["concurrent_run_stages"] == []
    assert "concurrent-run" not in shop.okstra("run", "resume", mine, "--text").out


def test_resuming_a_dead_run_keeps_what_lies_there_and_shuts_the_former_holder_out(
    shop: World, home: Path, lead: Lead
) -> None:
    stage = start_stage(shop, home)
    run = prepare(shop, lead.holder)
    stage.write("half-done", "x\n")
    refused(shop.okstra("run", "resume", run, "--json", exit=1), "run.holder-lives")
    assert shop.okstra("run", "snapshots").json["snapshots"] == []
    lead.die()
    answer = shop.okstra("run", "resume", run, "--json")
    assert answer.json["changed"] is True
    nonce = answer.json["run"]["nonce"]
    assert len(nonce) == 16
    assert "is kept as snapshot" in answer.err
    (kept,) = shop.okstra("run", "snapshots", *TASK).json["snapshots"]
    assert (kept["run"], kept["stage"], kept["files"], kept["worktree"]) == (run, 1, 1, str(stage.path))
    assert (stage.path / "half-done").read_text() == "x\n"
    refused(shop.okstra("run", "finish", run, "--nonce", "n1", exit=1), "run.stale-nonce")
    shop.okstra("run", "finish", run, "--nonce", nonce)


def test_a_named_process_may_lead_on(shop: World, lead: Lead) -> None:
    other, holder = sleeping()
    run = prepare(shop, lead.holder)
    lead.die()
    try:
        told = shop.okstra("run", "resume", run, "--holder", str(other.pid), "--json").json["run"]["holder"]
        assert Holder(**told) == holder
    finally:
        other.kill()
        other.wait()
    for pid in ("x", "-1", "1" * 12):
        refused(shop.okstra("run", "resume", run, f"--holder={pid}", "--json", exit=129), "usage", status=129)
    refused(shop.okstra("run", "resume", run, "--holder", str(other.pid), "--json", exit=1), "run.no-such-process")


def test_explaining_changes_nothing(shop: World, home: Path, lead: Lead) -> None:
    approve_plan(shop, (1, ()), (2, (1,)), (3, ()))
    stage = start_stage(shop, home)
    run = prepare(shop, lead.holder)
    other = prepare(shop, lead.holder, None, task_type="error-analysis")
    stage.write("half-done", "x\n")
    lead.die()
    before = shop.ask("for-each-ref"), stage.ask("status", "--porcelain")
    told = shop.okstra("run", "resume", "--explain", *TASK).json
    assert (shop.ask("for-each-ref"), stage.ask("status", "--porcelain")) == before
    assert [(row["stage"], row["state"], row["next"]["command"]) for row in told["stages"]] == [
        (1, "started", f"git okstra run resume {run}"),
        (2, "pending", f"git okstra status {KEY}"),
        (3, "pending", f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 3"),
    ]
    assert "1 file not committed" in told["stages"][0]["facts"][1]
    assert [(row["run"], row["next"]["command"]) for row in told["runs"]] == [(other, f"git okstra run resume {other}")]
    page = shop.okstra("run", "resume", run, "--explain", "--text").out
    assert page.startswith("stage 1  started\n  leased by run ")
    assert f"  next: git okstra run resume {run}\n" in page
    assert "stage 2" not in page
    alone = shop.okstra("run", "resume", other, "--explain").json
    assert (alone["stages"], len(alone["runs"])) == ([], 1)
    shop.write("plan.md", "changed\n")
    told = shop.okstra("run", "resume", run, "--explain").json["stages"][0]
    assert told["next"]["command"] == "git okstra plan check plan.md"


def test_a_run_whose_stage_no_plan_has_is_explained_by_itself(shop: World, lead: Lead) -> None:
    approve_plan(shop, (1, ()))
    run = prepare(shop, lead.holder, 2)
    told = shop.okstra("run", "resume", run, "--explain").json
    assert ([row["run"] for row in told["runs"]], told["stages"]) == ([run], [])


def test_resuming_needs_a_run_unless_it_only_explains(shop: World) -> None:
    refused(shop.okstra("run", "resume", "--json", exit=129), "usage", status=129)
    refused(shop.okstra("run", "resume", "--explain", "--task-key", "a:b:c", exit=1), "task.unknown")
    told = shop.okstra("run", "resume", "--explain", *TASK, "--text").out
    assert told == f"{KEY} has no stages and no runs yet\n"


# --- finish and abandon


def test_a_finished_run_can_be_read_from_the_log(shop: World) -> None:
    run = prepare(shop, lead_holder())
    shop.write(f"{FOLDER}/reports/final-001.md", "token: abcDEF123456ghiJKL7890 at /home/ada\n")
    report = f"{FOLDER}/reports/final-001.md"
    told = shop.okstra("run", "finish", run, "--report", report, "--next-phase", "final-verification").json["run"]
    assert (told["status"], told["report"], told["next_phase"]) == ("finished", report, "final-verification")
    index = shop.okstra("run", "show", run, "--archive").json["archive"]
    assert [row["path"] for row in index["files"]] == ["reports/final-001.md"]
    text = shop.okstra("run", "show", run, "--file", "reports/final-001.md", "--text").out
    assert text == "token: [redacted:secret] at ~\n"
    assert "1 home, 1 secret" in shop.okstra("run", "show", run, "--archive", "--text").out
    refused(shop.okstra("run", "show", run, "--file", "x", exit=1), "archive.missing")
    shop.okstra("fsck")


def test_nothing_is_archived_when_that_is_not_wanted(shop: World) -> None:
    run = prepare(shop, lead_holder())
    shop.write(f"{FOLDER}/reports/final-001.md", "x\n")
    assert shop.okstra("run", "finish", run, "--no-archive").json["run"]["archive"] == ""
    refused(shop.okstra("run", "show", run, "--archive", exit=1), "archive.missing")


@pytest.mark.parametrize(
    ("words", "code", "exit"),
    [
        (("--outcome", "won"), "usage", 129),
        (("--report", "nowhere.md"), "report.missing", 1),
        (("--next-phase", "holiday"), "task-type.unknown", 1),
        (("--reason", "a\nb"), "text.refused", 1),
        (("--nonce", "other"), "run.stale-nonce", 1),
        (("--nonce", ""), "run.stale-nonce", 1),
    ],
)
def test_an_end_that_cannot_be_recorded_is_refused(shop: World, words: tuple[str, ...], code: str, exit: int) -> None:
    run = prepare(shop, lead_holder())
    refused(shop.okstra("run", "finish", run, *words, exit=exit), code, status=exit)
    assert shop.okstra("run", "list").json["runs"][0]["status"] == "prepared"


def test_a_real_process_finishes_the_run_it_leads(shop: World) -> None:
    """The holder is the shell script that calls okstra, as an agent's process would be."""
    run = prepare(shop, lead_holder())
    shop.okstra_process("run", "finish", run)
    other, holder = sleeping()
    try:
        run = prepare(shop, holder, 2)
        refused(shop.okstra_process("run", "finish", run, exit=1), "run.not-holder")
    finally:
        other.kill()
        other.wait()


def test_abandoning_keeps_what_is_not_committed(shop: World, home: Path, lead: Lead) -> None:
    stage = start_stage(shop, home)
    run = prepare(shop, lead.holder)
    stage.write("half-done", "x\n")
    answer = shop.okstra("run", "abandon", run, exit=1)
    assert "pid" in refused(answer, "run.holder-lives")
    told = shop.okstra("run", "abandon", run, "--force", "--reason", "it hangs").json
    assert (told["run"]["status"], told["run"]["reason"], told["changed"]) == ("abandoned", "it hangs", True)
    assert told["snapshot"]["files"] == 1
    assert (stage.path / "half-done").exists()
    again = shop.okstra("run", "abandon", run).json
    assert (again["changed"], again["snapshot"]) == (False, None)
    assert stages(shop)[1]["lease"] is None
    assert codes(status(shop)["problems"]) == []


def test_a_worktree_that_cannot_be_read_does_not_keep_a_run_alive(shop: World, home: Path, lead: Lead) -> None:
    stage = start_stage(shop, home)
    run = prepare(shop, lead.holder)
    Path(stage.ask("rev-parse", "--path-format=absolute", "--git-path", "index")).write_bytes(b"garbage")
    lead.die()
    answer = shop.okstra("run", "abandon", run)
    assert answer.json["changed"] is True
    assert "could not be kept" in answer.err


# --- snapshots and restore


def test_a_snapshot_is_put_back_where_it_was_or_elsewhere(shop: World, home: Path, lead: Lead, tmp_path: Path) -> None:
    stage = start_stage(shop, home)
    run = prepare(shop, lead.holder)
    stage.write("half-done", "x\n")
    stage.write("README", "changed\n")
    lead.die()
    kept = shop.okstra("run", "abandon", run).json["snapshot"]["id"]
    stage.git("reset", "-q", "--hard")
    stage.git("clean", "-qfd")
    planned = shop.okstra("run", "restore", kept[:14], "--dry-run").json
    assert (planned["dry_run"], (stage.path / "half-done").exists()) == (True, False)
    done = shop.okstra("run", "restore", kept).json
    assert [(row["path"], row["does"]) for row in done["files"]] == [("README", "replace"), ("half-done", "write")]
    assert (stage.path / "README").read_text() == "changed\n"
    stage.write("half-done", "mine\n")
    refused(shop.okstra("run", "restore", kept, exit=1), "restore.refused")
    assert (stage.path / "half-done").read_text() == "mine\n"
    page = shop.okstra("run", "restore", kept, "--into", str(tmp_path / "back"), "--text").out
    assert page == f"written: README\nwritten: half-done\nin {tmp_path / 'back'}\n"
    refused(shop.okstra("run", "restore", kept, "--into", str(tmp_path / "back"), exit=1), "restore.place")
    shop.git("worktree", "remove", "-f", "-f", str(stage.path))
    refused(shop.okstra("run", "restore", kept, exit=1), "restore.place")
    refused(shop.okstra("run", "restore", "nope", exit=1), "snapshot.unknown")


def test_snapshots_stay_when_their_task_has_none(shop: World) -> None:
    assert shop.okstra("run", "snapshots", *TASK, "--text").out == "nothing was kept\n"


def test_a_snapshot_is_not_pushed_with_the_log(shop: World, home: Path, lead: Lead, tmp_path: Path) -> None:
    stage = start_stage(shop, home)
    run = prepare(shop, lead.holder)
    stage.write("half-done", "x\n")
    lead.die()
    shop.okstra("run", "abandon", run)
    shop.git("init", "-q", "--bare", str(tmp_path / "hub"))
    shop.git("push", "-q", str(tmp_path / "hub"), "refs/okstra/log/*:refs/okstra/log/*")
    there = subprocess.run(["git", "for-each-ref"], cwd=tmp_path / "hub", capture_output=True, text=True, check=True)
    assert "refs/okstra/log/" in there.stdout
    assert "snapshot" not in there.stdout
    shop.git("config", "remote.origin.url", str(tmp_path / "hub"))
    shop.git("config", "remote.origin.push", "refs/okstra/snapshot/*:refs/okstra/snapshot/*")
    assert "publishes snapshots" in json.dumps(shop.okstra("doctor", exit=None).json)
