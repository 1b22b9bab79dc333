"""Directories that another clone's records name: shown with whose they are, never looked into, made or removed."""

import os
from pathlib import Path
from typing import Any

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.store.stage_ranges import fingerprint_ranges
from tests.cli.shop import KEY, TASK, open_shop, record_stage, stage_place
from tests.kit.foreign_logs import EVE, fetched_log
from tests.kit.scenario import World

HOLDER = {"host": "elsewhere", "boot": "b", "pid": 1, "born": 1.0, "name": "x"}
RUN = "7ZZZ00000000000000000000RN"
BRANCH = "feature/web/login-stage-1"


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


def reserved(path: Path | str, scope: str = "stage-7", branch: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "place.reserved", "scope": scope, "branch": branch, "worktree": str(path), **more}


def released(scope: str = "stage-7", branch: str = "x") -> dict[str, Any]:
    return {"type": "place.released", "scope": scope, "branch": branch}


def a_run(path: Path | str, **claimed: Any) -> list[dict[str, Any]]:
    claim = {"type": "run.claimed", "run": RUN, "task_type": "final-verification", "seq": 1, "holder": HOLDER}
    given = {
        "nonce": "0123456789abcdef",
        "folder": ".okstra/runs",
        "instruction_set": ".okstra/i",
        "team": "t",
        "branch": "",
        "worktree": str(path),
    }
    return [claim | claimed, {"type": "run.prepared", "run": RUN, "holder": HOLDER, **given}]


def mine(shop: World) -> Path:
    """A worktree that I made myself, and that holds nothing which is nowhere else."""
    return shop.worktree("mine", "mine").path


def made(shop: World) -> Path:
    """A worktree that okstra made for stage 1, which has only just begun."""
    shop.okstra("stage", "start", "1", *TASK, "--base", "main")
    return Path(shop.okstra("worktree", "list").json["worktrees"][0]["worktree"])


def test_no_row_of_a_stranger_makes_a_worktree_go(shop: World) -> None:
    paths = [mine(shop), made(shop), shop.path]
    begun = {"type": "stage.started", "stage": 7, "branch": "x", "base": shop.tip("main"), "base_ref": "main"}
    facts, number = [begun], 10
    for path in paths:
        for spelled in (f"{path}", f"{path}/.", f"{path}/../{path.name}", f"/{path}"):
            for kind in ("stage", "group", "verification"):
                number += 1
                facts += [reserved(spelled, f"{kind}-{number}"), released(f"{kind}-{number}")]
    fetched_log(shop, *facts, task="evil/web/other")
    rows = shop.okstra("worktree", "prune").json["worktrees"]
    assert [row for row in rows if row["removed"]] == []
    assert all(path.is_dir() for path in paths)


def test_a_row_of_a_stranger_is_shown_with_whose_it_is(shop: World) -> None:
    path = mine(shop)
    fetched_log(shop, reserved(path))
    (row,) = shop.okstra("worktree", "list").json["worktrees"]
    assert (row["worktree"], row["own"], row["writer"], row["exists"]) == (str(path), False, EVE, None)
    assert row["checkout"] is None
    assert f"{path} (of clone {EVE})" in shop.okstra("worktree", "list", "--text").out


def test_a_worktree_that_okstra_made_is_known_by_its_lock_when_the_writer_is_new(shop: World) -> None:
    path = made(shop)
    (shop.path / ".git/okstra/writer").unlink()
    shop.okstra("init", "--no-hooks")
    shop.okstra("worktree", "release", *TASK, "--stage", "1")
    (row,) = shop.okstra("worktree", "list", "--released").json["worktrees"]
    assert (row["own"], row["exists"]) == (True, True)
    (gone,) = shop.okstra("worktree", "prune").json["worktrees"]
    assert gone["removed"], gone
    assert not path.exists()


def prune(shop: World) -> Any:
    (row,) = shop.okstra("worktree", "prune").json["worktrees"]
    return row


def test_a_release_by_another_clone_leaves_my_worktree_until_i_release_it(shop: World) -> None:
    path = made(shop)
    fetched_log(shop, released("stage-1", BRANCH))
    row = prune(shop)
    assert not row["removed"]
    assert path.is_dir()
    line = row["reason"].partition("; if it may go: git okstra ")[2].split()
    assert line == ["worktree", "release", "--task-key", KEY, "--stage", "1"]
    assert len(shop.okstra(*line).json["released"]) == 1
    assert shop.okstra(*line).json["released"] == []
    assert prune(shop)["removed"]
    assert not path.exists()


def test_a_claim_that_another_clone_took_over_and_gave_up_leaves_my_worktree(shop: World) -> None:
    path = made(shop)
    fetched_log(shop, released("stage-1", BRANCH), reserved(path, "stage-1", BRANCH), released("stage-1", BRANCH))
    assert not prune(shop)["removed"]
    assert path.is_dir()


def test_my_own_release_counts_whatever_another_clone_adds(shop: World) -> None:
    path = made(shop)
    shop.okstra("worktree", "release", *TASK, "--stage", "1")
    fetched_log(shop, released("stage-1", BRANCH))
    assert prune(shop)["removed"]
    assert not path.exists()


def commit_there(shop: World, path: Path) -> str:
    """A commit in the stage's worktree, recorded; its id."""
    there = World(path, labels=shop.labels, clock=shop.clock)
    there.commit("W", {"work": "work\n"})
    shop.okstra("stage", "done", "1", *TASK)
    return there.tip()


def test_a_landing_that_only_another_clone_saw_leaves_my_worktree(shop: World) -> None:
    path = made(shop)
    tip = commit_there(shop, path)
    arrival = {"type": "stage.landed", "stage": 1, "recorded": tip, "target": "main", "landed": shop.tip("main")}
    fetched_log(shop, arrival | {"how": "squash"})
    row = prune(shop)
    assert not row["removed"]
    assert path.is_dir()
    shop.okstra("worktree", "release", *TASK, "--stage", "1")
    assert prune(shop)["removed"]


def test_a_landing_that_this_clone_sees_as_well_lets_it_go(shop: World) -> None:
    path = made(shop)
    tip = commit_there(shop, path)
    shop.git("merge", "-q", "--squash", BRANCH)
    shop.git("commit", "-qm", "squashed")
    arrival = {"type": "stage.landed", "stage": 1, "recorded": tip, "target": "main", "landed": shop.tip("main")}
    fetched_log(shop, arrival | {"how": "squash"})
    assert prune(shop)["removed"]
    assert not path.exists()


def test_a_record_that_another_clone_moved_into_main_leaves_my_worktree(shop: World) -> None:
    path = made(shop)
    tip = commit_there(shop, path)
    other = fingerprint_ranges(open_repository(shop.path), [(None, shop.tip("main"))])[0].model_dump(mode="json")
    moved = {"type": "stage.moved", "stage": 1, "old": tip, "range": other, "proof": "replay", "landed": True}
    fetched_log(shop, moved)
    row = prune(shop)
    assert not row["removed"], row
    assert path.is_dir()


def test_an_abandoned_run_of_a_stranger_takes_no_worktree_with_it(shop: World) -> None:
    path = mine(shop)
    place = reserved(path, "verification-1", "", phase="final-verification")
    fetched_log(shop, *a_run(path), place)
    shop.okstra("run", "abandon", RUN, "--force")
    assert path.is_dir()


def test_a_resumed_run_of_a_stranger_makes_nothing(shop: World, tmp_path: Path) -> None:
    path = tmp_path / "not there"
    commit, tree = shop.tip("main"), shop.ask("rev-parse", "main^{tree}")
    assembled = {"base": commit, "base_ref": "main", "commit": commit, "tree": tree, "stages": [1]}
    fetched_log(shop, *a_run(path, assembled=assembled), reserved(path, "verification-1", ""))
    answer = shop.okstra("run", "resume", RUN, "--force", exit=None)
    assert "a bug in okstra" not in answer.out, answer
    assert not path.exists()


def test_recording_a_stage_does_not_make_a_strangers_path_ours(shop: World) -> None:
    path = mine(shop)
    record_stage(shop, 1, "own")
    shop.git("branch", "-m", "own", "renamed")
    fetched_log(shop, released("stage-1", "own"), reserved(path, "stage-1", "own"))
    shop.okstra("stage", "done", "1", *TASK, "--branch", "renamed")
    (row,) = shop.okstra("worktree", "list").json["worktrees"]
    assert (row["branch"], row["own"], row["worktree"]) == ("renamed", True, None)


def test_my_run_keeps_its_directory_whatever_a_stranger_records_of_it(shop: World, tmp_path: Path) -> None:
    made(shop)
    elsewhere = tmp_path / "elsewhere"
    given = a_run(elsewhere)[1]
    claimed = {"type": "run.claimed", "run": RUN, "task_type": "implementation", "seq": 1, "stage": 1, "holder": HOLDER}
    place = stage_place(Path(os.environ["HOME"]), 1)
    fetched_log(shop, claimed, given | {"branch": BRANCH, "worktree": str(place)}, writer="7YYYYYYYYYYYYYYYYYYYYYYYYY")
    fetched_log(
        shop,
        given | {"branch": BRANCH},
        released("stage-1", BRANCH),
        reserved(elsewhere, "stage-1", BRANCH),
    )
    assert shop.okstra("run", "show", RUN).json["run"]["worktree"] == str(place)


LOOKS = [
    ("status",), ("worktree", "list"), ("worktree", "repair", "--dry-run"), ("doctor",), ("stage", "list", *TASK),
    ("stage", "show", "1", *TASK), ("inspect", "resume", KEY), ("inspect", "run", RUN), ("inspect", "context", KEY),
    ("run", "show", RUN), ("run", "resume", RUN, "--explain"), ("handoff", "status", *TASK), ("task", "list"),
    ("stage", "done", "1", *TASK), ("worktree", "prune"), ("run", "list"),
]  # fmt: skip


def test_nothing_at_a_strangers_path_is_looked_at(shop: World, tmp_path: Path) -> None:
    """A repository whose configuration would run a program when git is asked about it, and a loop of links."""
    trap, ran = World.begin(tmp_path / "trap"), tmp_path / "ran"
    trap.git("config", "core.fsmonitor", f"touch {ran}; false")
    (tmp_path / "loop").symlink_to("loop")
    record_stage(shop, 1, "own")
    for path in (trap.path, tmp_path / "loop", Path("/proc/self/fd/0"), Path("/" + "x" * 5000)):
        fetched_log(
            shop, released("stage-1", "own"), reserved(path, "stage-1", "own"), *a_run(path, stage=1),
            reserved(path, "verification-1", ""),
        )  # fmt: skip
        for line in LOOKS:
            answer = shop.okstra(*line, exit=None)
            assert "a bug in okstra" not in answer.out, (path, line, answer)
    assert not ran.exists()


def test_a_stage_that_a_stranger_holds_is_refused_with_whose_it_is(shop: World, tmp_path: Path) -> None:
    fetched_log(shop, reserved(tmp_path / "theirs", "stage-1", BRANCH))
    error = shop.okstra("stage", "start", "1", *TASK, exit=1).json["error"]
    assert error["code"] == "place.reserved"
    assert error["message"] == f"stage 1 is reserved by clone {EVE} on branch {BRANCH}, in {tmp_path}/theirs there"
