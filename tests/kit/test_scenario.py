"""The story language itself: what it writes, what it labels, that two runs agree."""

import os
import time
from pathlib import Path

import pytest

from tests.kit.picture import picture
from tests.kit.scenario import World


def test_labels_keep_the_first_version_and_now_finds_the_rewritten_one(world: World) -> None:
    world.branch("feature")
    world.commit("A")
    after = world.amend({"A.txt": "changed\n"})
    assert world["A"] != after == world.now("A") == world.tip("feature")


def test_two_worlds_with_the_same_story_have_the_same_commits(tmp_path: Path) -> None:
    tips = []
    for name in ("one", "two"):
        world = World.begin(tmp_path / name)
        world.commit("A", {"a.py": "1\n"})
        tips.append(world.tip())
    assert tips[0] == tips[1]


def test_an_interactive_rebase_follows_the_todo_list(world: World) -> None:
    world.branch("feature")
    world.commit("A", {"a": "a\n"})
    world.commit("B", {"b": "b\n"})
    world.commit("F", {"a": "aa\n"})
    world.checkout("main")
    world.commit("M")
    world.checkout("feature")
    world.rebase_i("main", [("pick", "B"), ("pick", "A"), ("fixup", "F")])
    assert picture(world) == "* feature  base M B′ A′\n  main     base M\n"
    assert (world.path / "a").read_text() == "aa\n"


def test_a_reworded_commit_takes_the_given_message(world: World) -> None:
    world.commit("A")
    world.rebase_i("base", [("reword", "A")], message="A, better said")
    assert world.ask("log", "-1", "--format=%s") == "A, better said"


def test_a_failing_git_command_is_an_assertion_with_everything_it_said(world: World) -> None:
    with pytest.raises(AssertionError, match="exited 128, expected 0"):
        world.git("rev-parse", "--verify", "nowhere")
    world.git("rev-parse", "--verify", "nowhere", ok=False)
    assert "fatal" in world.last.err


def test_a_linked_worktree_shares_labels_and_clock(world: World) -> None:
    other = world.worktree("other", "feature", "base")
    other.commit("A")
    assert world["A"] == world.tip("feature") == other.tip()


def test_a_clone_is_a_world_of_its_own(world: World) -> None:
    colleague = world.clone("colleague")
    colleague.commit("A")
    assert world.tip() == world["base"] != colleague.tip()


def test_the_environment_is_sealed(home: Path) -> None:
    assert Path.home() == home
    assert {name for name in os.environ if name.startswith("GIT_")} == {
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT", "GIT_EDITOR", "GIT_PAGER",
    }  # fmt: skip
    assert time.tzname[0] == "UTC"


def test_a_real_hook_reaches_the_program_on_path(world: World, bin_dir: Path) -> None:
    hook = world.write(".git/hooks/post-commit", "#!/bin/sh\ncommand -v git-okstra >&2\n")
    hook.chmod(0o755)
    world.git("commit", "-q", "--allow-empty", "-m", "A")
    assert world.last.err == f"{bin_dir}/git-okstra\n"


def test_files_may_be_bytes_or_deleted(world: World) -> None:
    world.commit("A", {"x/y.bin": b"\0\1"})
    world.commit("B", {"x/y.bin": None})
    assert world.ask("show", "--format=", "--name-status", "HEAD") == "D\tx/y.bin"


def test_making_a_world_is_cheap(tmp_path: Path) -> None:
    World.begin(tmp_path / "warm")
    started = time.perf_counter()
    for nth in range(5):
        World.begin(tmp_path / f"w{nth}")
    assert (time.perf_counter() - started) / 5 < 0.2  # measured 0.02 s; generous for a loaded machine
