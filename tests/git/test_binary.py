"""The git program runs sealed: callers' GIT_* variables, hooks and configuration do not reach it."""

import pytest

from okstra_git.git.binary import GitFailed, GitMissing, run_git
from tests.kit.scenario import World


def test_variables_exported_by_a_hook_do_not_redirect_git(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert run_git(["rev-parse", "HEAD"], cwd=world.path).stdout.decode().strip() == world["base"]


def test_our_own_commands_fire_no_user_hooks(world: World) -> None:
    world.write(".git/hooks/post-commit", "#!/bin/sh\ntouch fired\n").chmod(0o755)
    run_git(["commit", "-q", "--allow-empty", "-m", "A"], cwd=world.path)
    assert not (world.path / "fired").exists()
    run_git(["commit", "-q", "--allow-empty", "-m", "B"], cwd=world.path, sealed=False)
    assert (world.path / "fired").exists()


def test_a_failing_command_is_refused_in_git_s_words(world: World) -> None:
    world.git("rev-parse", "--verify", "nowhere", ok=False)
    with pytest.raises(GitFailed) as refused:
        run_git(["rev-parse", "--verify", "nowhere"], cwd=world.path)
    assert world.last.err
    assert refused.value.message == f"git rev-parse failed: {world.last.err.strip()}"
    assert refused.value.facts["status"] == 128


def test_an_accepted_status_is_an_answer(world: World) -> None:
    assert run_git(["diff", "--quiet", "HEAD"], cwd=world.path, accept=(0, 1)).returncode == 0


def test_a_machine_without_git_gets_one_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(world.path))
    with pytest.raises(GitMissing, match="not found on PATH"):
        run_git(["version"], cwd=world.path)
