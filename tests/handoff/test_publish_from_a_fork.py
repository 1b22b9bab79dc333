"""A group pushed to a fork: the pull request is asked for in the repository of its base, with the owner of the fork."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin, handoff, ready
from tests.kit.scenario import World
from tests.kit.stores import NAME

BRANCH = "feature/web/login-group-1"
URL = "https://github.com/shop/shop/pull/7"
GH = """#!/bin/sh
printf '%s\\n' "$*" >>"{asked}"
echo {url}
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A verified stage, assembled; `origin` is the shop's, `mine` the fork of ada, to which pushes go."""
    world = begin(tmp_path / "shop")
    for name, owner in (("origin", "shop"), ("mine", "ada")):
        world.git("init", "-q", "--bare", str(tmp_path / f"{owner}.git"))
        world.git("remote", "add", name, f"https://github.com/{owner}/shop.git")
        world.git("config", f"url.{tmp_path / f'{owner}.git'}.insteadOf", f"https://github.com/{owner}/shop.git")
    world.git("push", "-q", "-u", "origin", "main")
    world.git("config", "remote.pushDefault", "mine")
    ready(world, 1)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main")
    return world


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH.format(asked=tmp_path / "asked", url=URL))
    program.chmod(0o755)
    return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}


def publish(world: World, env: dict[str, str], *words: str, exit: int = 0) -> Any:
    return world.okstra("handoff", "publish", "--task-key", NAME, *words, "--json", exit=exit, env=env).json


def test_the_fork_is_pushed_to_and_the_base_is_asked(world: World, env: dict[str, str], tmp_path: Path) -> None:
    told = publish(world, env, "--yes")
    assert (told["head"], told["repo"], told["url"], told["recorded"]) == (f"ada:{BRANCH}", "shop/shop", URL, True)
    asked = (tmp_path / "asked").read_text()
    assert f"--head=ada:{BRANCH} --base=main" in asked
    assert "--repo=shop/shop" in asked
    assert world.ask("ls-remote", str(tmp_path / "ada.git"), f"refs/heads/{BRANCH}")
    assert not world.ask("ls-remote", str(tmp_path / "shop.git"), f"refs/heads/{BRANCH}")


def test_the_printed_lines_say_the_same(world: World, env: dict[str, str]) -> None:
    push, create, _ = publish(world, env, "--dry-run")["next"]
    assert push.startswith("git push mine ")
    assert f"--head ada:{BRANCH} --base main" in create
    assert create.endswith("--repo shop/shop")
    page = world.okstra("handoff", "publish", "--task-key", NAME, "--dry-run", "--text", env=env).out
    assert "the fork of ada" in page


def test_the_base_has_to_be_where_the_pull_request_goes(world: World, env: dict[str, str], tmp_path: Path) -> None:
    """The fork need not have it."""
    world.ask("--git-dir", str(tmp_path / "shop.git"), "update-ref", "-d", "refs/heads/main")
    error = publish(world, env, "--yes", exit=1)["error"]
    assert (error["code"], "origin" in error["message"]) == ("handoff.base-unpublished", True)


def test_an_odd_repository_is_refused_before_anything_leaves(world: World, env: dict[str, str], tmp_path: Path) -> None:
    assert publish(world, env, "--yes", "--repo", "a;id/x", exit=1)["error"]["code"] == "name.bad"
    assert not (tmp_path / "asked").exists()
    assert not world.ask("ls-remote", str(tmp_path / "ada.git"), f"refs/heads/{BRANCH}")


def test_a_pull_request_of_a_strange_repository_is_warned_of(world: World) -> None:
    line = ("handoff", "record-pr", "--task-key", NAME, "--stages", "1", "--branch", BRANCH, "--url")
    assert "no remote of this clone" not in world.okstra(*line, URL).err
    assert "no remote of this clone" in world.okstra(*line, "https://github.com/else/where/pull/7", exit=None).err
