"""Verifications and pull requests on record: bound to trees, idempotent, refused, closed and replaced."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import REPORT, begin, data_json, handoff, ready, reasons, stage, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME

URL = "https://forge.example/shop/pull/7"
OTHER = "https://forge.example/shop/pull/8"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return begin(tmp_path / "shop")


def code(world: World, command: str, *flags: str) -> str:
    found: str = handoff(world, command, *flags, exit=1)["error"]["code"]
    return found


def states(world: World) -> dict[int, str]:
    rows = world.okstra("stage", "list", "--task-key", NAME, "--json").json["stages"]
    return {row["number"]: row["state"] for row in rows}


def record_pr(world: World, stages: str = "1", url: str = URL, *flags: str, exit: int = 0) -> Any:
    return handoff(world, "record-pr", "--stages", stages, "--branch", "s1", "--url", url, *flags, exit=exit)


def events(world: World) -> list[str]:
    log = world.ask("for-each-ref", "--format=%(objectname)", "refs/okstra/log/")
    lines = world.ask("show", f"{log}:tasks/shop/web/login/events.jsonl").splitlines()
    return [json.loads(line)["fact"]["type"] for line in lines]


# --- verified


def test_a_verification_is_bound_to_commit_and_tree_with_its_evidence(world: World) -> None:
    head = stage(world, 1)
    said = verify(
        world, 1, validationEvidence=[{"command": "make test", "exitCode": 0}, {"command": "x", "exitCode": 3}]
    )
    found = said.json["verified"]
    assert (found["commit"], found["tree"]) == (head, world.ask("rev-parse", f"{head}^{{tree}}"))
    assert found["evidence"] == [{"command": "make test", "exitCode": 0}, {"command": "x", "exitCode": 3}]
    assert found["data_blob"] == world.ask("hash-object", str(world.path.parent / "reports" / "stage-1.json"))
    assert "1 of 2 checks failed" in said.err
    assert states(world) == {1: "verified"}


def test_the_same_verification_twice_is_one_event(world: World) -> None:
    stage(world, 1)
    assert [verify(world, 1).json["changed"] for _ in range(2)] == [True, False]
    assert events(world).count("stage.verified") == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"taskType": "implementation"}, "evidence.wrong-task-type"),
        ({"verificationScope": "whole-task"}, "evidence.wrong-scope"),
        ({"stage": 2}, "evidence.wrong-stage"),
        ({"verdict": {"token": "rejected"}}, "evidence.not-accepted"),
        ({"verdict": {"token": "conditional-accept"}}, "evidence.not-accepted"),
        ({"routing": ["release-handoff", "release-handoff(stage-group)"]}, "evidence.routing"),
    ],
)
def test_a_report_that_does_not_verify_the_stage_is_refused(
    world: World, changes: dict[str, Any], problem: str
) -> None:
    stage(world, 1)
    error = verify(world, 1, exit=1, **changes).json["error"]
    assert problem in [one["code"] for one in error["problems"]]
    assert "stage.verified" not in events(world)


def test_missing_files_are_refused(world: World) -> None:
    stage(world, 1)
    flags = ["--stage", "1", "--report-path", "no.md", "--data-json", "no.json"]
    assert code(world, "record-verified", *flags) == "report.missing"


def test_a_branch_that_went_on_was_not_what_is_recorded(world: World) -> None:
    stage(world, 1)
    world.commit("more")
    assert verify(world, 1, exit=1).json["error"]["code"] == "handoff.tree-differs"
    verify(world, 1, flags=["--commit", "HEAD~1"])
    assert states(world) == {1: "verified"}


def refused_for(world: World) -> tuple[str, list[str]]:
    """The code and the kinds of what lies there and was verified along."""
    error = verify(world, 1, exit=1).json["error"]
    return error["code"], error["kinds"]


def test_what_lies_around_was_verified_too_and_is_refused(world: World) -> None:
    stage(world, 1)
    world.write("notes.txt", "new")
    assert refused_for(world) == ("handoff.tree-differs", ["untracked"])
    world.write("f1.txt", "edited")
    assert refused_for(world) == ("handoff.tree-differs", ["changed", "untracked"])


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_status_does_not_show_is_refused(world: World, flag: str) -> None:
    stage(world, 1)
    world.git("update-index", flag, "f1.txt")
    world.write("f1.txt", "edited")
    assert refused_for(world) == ("handoff.tree-differs", ["hidden"])
    (world.path / "f1.txt").unlink()
    assert refused_for(world) == ("handoff.tree-differs", ["hidden"])


def test_a_setting_does_not_hide_new_files(world: World) -> None:
    stage(world, 1)
    world.git("config", "status.showUntrackedFiles", "no")
    world.write("notes.txt", "new")
    assert refused_for(world) == ("handoff.tree-differs", ["untracked"])


def test_ignored_files_caches_and_the_report_itself_are_no_part_of_a_tree(world: World) -> None:
    stage(world, 1)
    world.write(".git/info/exclude", "*.log\n")
    world.write("out.log", "ignored")
    world.write("__pycache__/app.cpython-312.pyc", b"\0")
    world.write("r.md", REPORT.format(verdict="accepted"))
    world.write("r.json", json.dumps(data_json(1)))
    handoff(world, "record-verified", "--stage", "1", "--report-path", "r.md", "--data-json", "r.json")
    assert states(world) == {1: "verified"}


def why_next(world: World) -> str:
    """Why `run resume --explain` names the next command of the first stage."""
    said = world.okstra("run", "resume", "--explain", "--task-key", NAME, "--json").json
    return str(said["stages"][0]["next"]["why"])


def test_an_amend_of_the_message_keeps_it_and_an_amend_of_content_does_not(world: World) -> None:
    ready(world, 1)
    world.amend({}, "-m", "another message")
    assert reasons(world) == {1: []}
    world.amend({"f1.txt": "other\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    assert reasons(world) == {1: ["verification-stale"]}
    text = world.okstra("status", "--text").out
    assert "verify again" in text
    note = json.loads(world.ask("notes", "--ref=okstra", "show", "s1"))
    assert note["verified"] == "stale"
    assert why_next(world) == "it has changed since it was verified"


def test_a_rebase_that_changes_the_tree_is_told_to_unsettle_it(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    world.commit("M")
    world.git("rebase", "-q", "main", "s1")
    said = world.okstra("handoff", "eligible", "--task-key", NAME, "--json")
    assert "its verification does not stand any more" in said.err
    assert said.json["stages"][0]["reasons"] == ["verification-stale"]


def test_with_replay_carry_it_stands_across_a_rebase(world: World) -> None:
    ready(world, 1)
    world.okstra("config", "set", "okstra.verificationCarry", "replay")
    world.checkout("main")
    world.commit("M")
    world.git("rebase", "-q", "main", "s1")
    said = world.okstra("handoff", "eligible", "--task-key", NAME, "--json")
    assert "its verification stands" in said.err
    assert said.json["stages"][0]["reasons"] == []
    note = json.loads(world.ask("notes", "--ref=okstra", "show", "s1"))
    assert note["verified"] == "carried"


def test_secrets_in_commands_are_not_recorded(world: World) -> None:
    stage(world, 1)
    secret = "ghp_" + "a1B2" * 9
    said = verify(world, 1, validationEvidence=[{"command": f"TOKEN={secret} make test", "exitCode": 1}])
    assert secret[:12] not in said.err + said.out
    log = world.ask("for-each-ref", "--format=%(objectname)", "refs/okstra/log/")
    assert secret not in world.ask("show", f"{log}:tasks/shop/web/login/events.jsonl")


# --- pull requests


def test_a_pull_request_holds_its_stages_and_is_recorded_once(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    assert record_pr(world, "1,2")["changed"] is True
    assert record_pr(world, "2,1", f"{URL}/")["changed"] is False
    assert states(world) == {1: "in-pr", 2: "in-pr"}
    assert events(world).count("pr.recorded") == 1
    row = world.okstra("status", "--json").json["tasks"][0]["stages"][0]
    assert row["pr"] == {"url": URL, "state": "open", "group": "1-2", "branch": "s1"}
    assert reasons(world) == {1: ["already-in-pr"], 2: ["already-in-pr"]}


def test_closing_it_lets_the_stages_leave_again(world: World) -> None:
    ready(world, 1)
    record_pr(world)
    closed = world.okstra("handoff", "record-closed", "--url", URL, "--reason", "too large", "--json").json
    assert (closed["changed"], closed["pr"]["status"], closed["pr"]["reason"]) == (True, "closed", "too large")
    assert states(world) == {1: "verified"}
    assert world.okstra("handoff", "record-closed", "--url", URL, "--json").json["changed"] is False
    assert record_pr(world, "1", OTHER)["changed"] is True


def test_one_that_replaces_another(world: World) -> None:
    ready(world, 1)
    record_pr(world)
    error = record_pr(world, "1", OTHER, exit=1)["error"]
    assert error["code"] == "handoff.already-in-pr"
    record_pr(world, "1", OTHER, "--supersedes", URL)
    found = {pr["url"]: (pr["status"], pr["replaced_by"]) for pr in handoff(world, "status")["tasks"][0]["prs"]}
    assert found == {URL: ("superseded", OTHER), OTHER: ("open", None)}
    assert states(world) == {1: "in-pr"}


def test_closing_one_that_nobody_recorded_names_it(world: World) -> None:
    ready(world, 1)
    error = world.okstra("handoff", "record-closed", "--url", URL, "--json", exit=1).json["error"]
    assert (error["code"], URL in error["message"]) == ("pr.unknown", True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pull/7",
        "ftp://f.example/1",
        "https://",
        "https://user:pw@f.example/1",
        "https://f.example/a b",
        "x\n",
        "https://f.example/$(id)",
        "https://f.example/a;b",
    ],
)
def test_an_address_that_is_none(world: World, url: str) -> None:
    ready(world, 1)
    assert record_pr(world, "1", url, exit=1)["error"]["code"] == "pr.bad-url"


def test_what_cannot_be_in_a_pull_request(world: World) -> None:
    ready(world, 1)
    world.okstra("stage", "start", "2", "--task-key", NAME, "--base", "main", "--branch", "s1x", exit=0)
    assert record_pr(world, "2", exit=1)["error"]["code"] == "stage.not-done"
    assert record_pr(world, "9", exit=1)["error"]["code"] == "stage.unknown"
    record_pr(world)
    assert record_pr(world, "1,2", exit=1)["error"]["code"] in ("stage.not-done", "pr.differs")
    assert handoff(world, "record-closed", "--url", OTHER, exit=1)["error"]["code"] == "pr.unknown"


def test_an_unverified_stage_is_recorded_with_a_warning(world: World) -> None:
    stage(world, 1)
    said = world.okstra("handoff", "record-pr", "--task-key", NAME, "--stages", "1", "--branch", "s1", "--url", URL)
    assert "no verification that stands" in said.err
    assert states(world) == {1: "in-pr"}
    assert why_next(world) == "nobody verified what is in its pull request"


def test_release_after_partial_pull_requests(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main")
    record_pr(world, "1")
    freed = world.okstra("worktree", "release", "--task-key", NAME, "--cascade", "--json").json["released"]
    assert sorted(row["scope"] for row in freed) == ["group-1", "stage-1", "stage-2"]
    assert states(world) == {1: "in-pr", 2: "verified"}
    assert handoff(world, "assemble", "--stages", "2", "--base", "main")["merged"] == [2]


def test_status_tells_what_changed_since_a_group_was_assembled(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main")
    assert handoff(world, "status")["tasks"][0]["groups"][0]["changed"] == []
    world.commit("M")
    world.checkout("s1")
    world.amend({"f1.txt": "other\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    group = handoff(world, "status")["tasks"][0]["groups"][0]
    assert (group["state"], [one["code"] for one in group["changed"]]) == ("assembled", ["stage-changed", "base-moved"])


def test_the_old_flags_alone_name_the_task(world: World) -> None:
    ready(world, 1)
    folder = ".okstra/tasks/shop/web/login/runs/implementation"
    found = world.okstra("handoff", "eligible", "--plan-run-root", folder, "--json").json
    assert found["task"] == NAME
