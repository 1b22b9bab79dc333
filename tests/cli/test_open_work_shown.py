"""What lies open in the worktrees of stages is shown before anybody runs into it: status, worktree list, doctor."""

import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from okstra_git.stages import worktrees
from tests.cli.shop import TASK, codes, open_shop, stage_of, stage_place, status
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def stage(shop: World, home: Path) -> World:
    """The worktree of stage 1 with one commit, recorded."""
    shop.okstra("stage", "start", "1", *TASK, "--base", "main")
    there = World(stage_place(home, 1), labels=shop.labels, clock=shop.clock)
    there.commit("one", {"one": "1\n"})
    shop.okstra("stage", "done", "1", *TASK)
    return there


def listed(world: World) -> Any:
    return world.okstra("worktree", "list").json["worktrees"][0]["checkout"]


def doctor(world: World) -> dict[str, tuple[str, str]]:
    found = world.okstra("doctor", exit=None).json["findings"]
    return {one["code"]: (one["severity"], one["message"]) for one in found if one["code"].startswith("worktree.")}


def text(world: World, *words: str) -> str:
    return world.okstra(*words, "--text", exit=None).out


def test_a_clean_worktree_on_its_branch_is_no_matter(shop: World, stage: World) -> None:
    expected = {"path": str(stage.path), "branch": "feature/web/login-stage-1", "head": stage.tip(), "operation": None,
                "uncommitted": 0}  # fmt: skip
    assert stage_of(shop, 1)["checkout"] == listed(shop) == expected
    assert status(shop)["problems"] == []
    assert doctor(shop) == {}
    assert "uncommitted" not in text(shop, "status") + text(shop, "worktree", "list")


def test_work_beside_a_stage_that_is_done_needs_somebody(shop: World, stage: World) -> None:
    stage.write("two", "2\n")
    stage.write("three", "3\n")
    assert listed(shop)["uncommitted"] == stage_of(shop, 1)["checkout"]["uncommitted"] == 2
    (problem,) = status(shop)["problems"]
    assert (problem["code"], problem["stage"]) == ("worktree.dirty", 1)
    assert "2 uncommitted" in text(shop, "status")
    assert "2 uncommitted" in text(shop, "worktree", "list")
    assert doctor(shop)["worktree.dirty"][0] == "warning"


def test_work_in_a_stage_that_is_worked_on_is_told_and_is_no_problem(shop: World, stage: World, home: Path) -> None:
    shop.okstra("stage", "start", "2", *TASK, "--base", "main")
    (stage_place(home, 2) / "two").write_text("2\n")
    assert status(shop)["problems"] == []
    assert "1 uncommitted" in text(shop, "status")
    assert doctor(shop)["worktree.dirty"][0] == "info"
    assert stage


@pytest.mark.parametrize(("how", "clause"), [(("--detach",), "detached"), (("-c", "my-own"), "on my-own")])
def test_another_branch_or_none_is_told(shop: World, stage: World, how: tuple[str, ...], clause: str) -> None:
    stage.git("switch", "-q", *how)
    assert codes(status(shop)["problems"]) == ["worktree.elsewhere"]
    assert clause in text(shop, "status")
    assert clause in text(shop, "worktree", "list")
    severity, message = doctor(shop)["worktree.elsewhere"]
    assert (severity, clause in message) == ("warning", True)
    hint = status(shop)["problems"][0]["hint"]
    assert hint.startswith("git -C ")
    stage.git(*hint.split()[3:])
    assert status(shop)["problems"] == []


def test_the_way_back_from_a_detached_head_takes_its_commits_along(shop: World, stage: World) -> None:
    stage.git("switch", "-q", "--detach")
    stage.commit("two", {"two": "2\n"})
    hint = status(shop)["problems"][0]["hint"]
    for line in hint.split(" && "):
        shop.git(*shlex.split(line)[1:])
    assert stage.tip("feature/web/login-stage-1") == stage["two"]
    assert status(shop)["problems"] == []


def test_an_operation_is_told_and_a_rebase_is_not_called_detached(shop: World, stage: World) -> None:
    shop.commit("other", {"one": "other\n"})
    stage.git("rebase", "-q", "main", ok=False)
    said = text(shop, "status")
    assert "a rebase is under way" in said
    assert "detached" not in said
    assert listed(shop)["operation"] == "rebase"
    assert "worktree.elsewhere" not in doctor(shop)


def test_a_branch_adopted_and_checked_out_here_is_looked_at(shop: World) -> None:
    shop.branch("f")
    shop.okstra("stage", "start", "1", *TASK, "--base", "main", "--branch", "f", "--no-worktree")
    shop.write("two", "2\n")
    assert stage_of(shop, 1)["checkout"]["uncommitted"] == 1
    shop.git("switch", "-q", "main")
    assert stage_of(shop, 1)["checkout"] is None
    assert status(shop)["problems"] == []


def test_a_worktree_that_is_gone_or_broken_does_not_stop_the_others(shop: World, stage: World, home: Path) -> None:
    shop.okstra("stage", "start", "2", *TASK, "--base", "main")
    shutil.rmtree(stage_place(home, 2))
    index = stage.path / Path(stage.ask("rev-parse", "--git-path", "index"))
    index.write_bytes(b"broken")
    assert stage_of(shop, 2)["checkout"] is None
    assert stage_of(shop, 1)["checkout"]["uncommitted"] is None
    assert "cannot be read" in text(shop, "status")
    assert "cannot be read" in text(shop, "worktree", "list")


def test_not_every_worktree_of_very_many_is_read(
    shop: World, stage: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.okstra("stage", "start", "2", *TASK, "--base", "main")
    for number in (1, 2):
        (stage_place(home, number) / "new").write_text("x\n")
    monkeypatch.setattr(worktrees, "MAX_READ", 1)
    seen = [stage_of(shop, number)["checkout"] for number in (1, 2)]
    assert [one["uncommitted"] for one in seen] == [1, None]
    assert stage
    assert shop.okstra("worktree", "list").json["worktrees"][1]["checkout"]["uncommitted"] == 1


def test_a_released_stage_says_so(shop: World, stage: World) -> None:
    shop.okstra("stage", "start", "2", *TASK, "--base", "main")
    for number in ("1", "2"):
        assert stage_of(shop, int(number))["released"] is False
        shop.okstra("stage", "release", number, *TASK)
        assert stage_of(shop, int(number))["released"] is True
    for words in (("status",), ("stage", "list", *TASK), ("task", "show", TASK[1])):
        said = text(shop, *words)
        assert "done, released" in said
        assert "started, released" in said
    assert "started, released" in text(shop, "stage", "show", "2", *TASK)
    shop.okstra("stage", "start", "2", *TASK)
    assert stage_of(shop, 2)["released"] is False
    assert stage
