"""A branch from `adopt` to the server, without init, task, plan, brief or report."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from okstra_git.contract import WORKER_MARK
from tests.kit.scenario import World


@pytest.fixture
def shop(tmp_path: Path) -> World:
    """A clone of a server, and the branch `topic` on what was fetched."""
    origin = World.begin(tmp_path / "origin")
    shutil.copytree(origin.path / ".git", tmp_path / "server.git")
    World(tmp_path / "server.git").git("config", "core.bare", "true")
    origin.git("clone", "-q", str(tmp_path / "server.git"), str(tmp_path / "shop"))
    world = World(tmp_path / "shop", labels=origin.labels, clock=origin.clock)
    world.branch("topic")
    world.commit("A")
    return world


def published(world: World, *options: str, exit: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = world.okstra("handoff", "publish", "--push-only", "--yes", *options, exit=exit).json
    return answer


def on_server(world: World, branch: str = "topic") -> str | None:
    listed = world.ask("ls-remote", "origin", f"refs/heads/{branch}").split()
    return listed[0] if listed else None


def test_adopt_work_done_publish(shop: World) -> None:
    shop.okstra("adopt")
    shop.commit("B")
    assert published(shop, exit=1)["error"]["code"] == "handoff.unrecorded"
    shop.okstra("stage", "done")
    shop.okstra("handoff", "publish", "--push-only", "--dry-run")
    assert on_server(shop) is None
    published(shop)
    assert on_server(shop) == shop["B"]
    (text,) = shop.path.glob(".okstra/**/group-1.md")
    assert "not verified" in text.read_text()


def test_the_pull_request_is_called_like_the_newest_commit(shop: World) -> None:
    shop.okstra("adopt")
    assert "A" in shop.okstra("handoff", "publish", "--push-only", "--dry-run").json["title"]


def test_an_amend_after_publishing_never_makes_okstra_put_the_branch_back(shop: World) -> None:
    shop.okstra("adopt")
    published(shop)
    new = shop.amend({}, "-m", "A, said better")
    shown = shop.okstra("handoff", "status", terminal=True).out
    assert "branch --force" not in shown
    assert "reset --keep" not in shown
    assert "error" in published(shop, exit=1)
    published(shop, "--replace")
    assert on_server(shop) == new


def test_a_squash_of_it_is_seen_and_nothing_of_it_is_pruned(shop: World) -> None:
    shop.okstra("adopt")
    published(shop)
    shop.checkout("main")
    shop.git("merge", "-q", "--squash", "topic")
    shop.git("commit", "-q", "-m", "A (#1)")
    shop.git("push", "-q", "origin", "main")
    shop.okstra("handoff", "status")
    stages = shop.okstra("status", "--json").json["tasks"][0]["stages"]
    assert [stage["state"] for stage in stages] == ["landed"]
    assert shop.okstra("worktree", "prune").json["worktrees"] == []
    assert shop.tip("topic") == shop["A"]


def test_an_adopted_branch_may_leave_without_a_verification(shop: World) -> None:
    shop.okstra("adopt")
    assert [stage["eligible"] for stage in shop.okstra("handoff", "eligible").json["stages"]] == [True]
    shown = shop.okstra("handoff", "eligible", terminal=True).out
    assert "next: git okstra handoff publish --task-key shop:adopted:topic" in shown


def test_an_agent_that_nobody_watches_cannot_publish(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.okstra("adopt")
    monkeypatch.setenv(WORKER_MARK, "0c709f3edf90b7dc")
    assert published(shop, exit=1)["error"]["code"] == "handoff.unattended"
    assert on_server(shop) is None
    assert shop.okstra("handoff", "publish", "--push-only", "--dry-run").json["ok"] is True
