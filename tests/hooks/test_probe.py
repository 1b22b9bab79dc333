"""The probe fires a real amend: it hears what git would make us hear, and leaves nothing behind."""

from pathlib import Path

import pytest

from okstra_git.hooks.model import ProbeResult
from okstra_git.hooks.probe import probe_hooks
from tests.hooks.conftest import Listener
from tests.hooks.test_install import husky, snapshot

HEARD = ProbeResult(here=True, linked=True)


def test_an_installed_hook_is_heard_and_nothing_is_left(installed: Listener) -> None:
    installed.watch("B")
    before = snapshot(installed.world.path)
    assert probe_hooks(installed.git) == HEARD
    assert snapshot(installed.world.path) == before
    assert installed.world.ask("worktree", "list").count("\n") == 0
    assert (installed.calls(), installed.spooled()) == ([], [])
    installed.world.git("fsck", "--strict")
    assert "unreachable" not in installed.world.ask("fsck", "--unreachable", "--no-reflogs")


def test_without_hooks_nothing_is_heard(listener: Listener) -> None:
    heard = probe_hooks(listener.git)
    assert (heard.here, heard.linked) == (False, False)
    assert "git ran no hook of ours" in str(heard.why)


def test_an_unborn_branch_is_no_obstacle(listener: Listener, tmp_path: Path) -> None:
    unborn = Listener(type(listener.world).empty(tmp_path / "unborn"), listener.program, listener.calls_file)
    unborn.install()
    assert probe_hooks(unborn.git) == HEARD


def test_a_hooks_path_switched_off_is_not_heard(installed: Listener) -> None:
    installed.world.git("config", "core.hooksPath", "/dev/null")
    assert probe_hooks(installed.git).here is False


def test_a_hook_that_eats_the_input_is_named(installed: Listener) -> None:
    path = installed.hooks / "post-rewrite"
    path.write_bytes(path.read_bytes().replace(b"#!/bin/sh\n", b"#!/bin/sh\ncat >/dev/null\n"))
    heard = probe_hooks(installed.git)
    assert (heard.here, heard.complete) == (True, False)
    assert "eaten" in str(heard.why)


def test_a_hook_of_the_users_that_ends_early_is_noticed(installed: Listener) -> None:
    path = installed.hooks / "post-rewrite"
    path.write_bytes(path.read_bytes().replace(b"#!/bin/sh\n", b"#!/bin/sh\nexit 0\n"))
    assert probe_hooks(installed.git).here is False


def test_husky_is_heard_here_but_not_in_linked_worktrees(listener: Listener) -> None:
    husky(listener)
    for hook in listener.install().lines:
        hook.path.write_text(f"{hook.line}\n")
    heard = probe_hooks(listener.git)
    assert (heard.here, heard.linked) == (True, False)
    assert "linked worktrees" in str(heard.why)


def test_a_tracked_hooks_directory_is_heard_everywhere(listener: Listener) -> None:
    listener.world.git("config", "core.hooksPath", ".githooks")
    for hook in listener.install().lines:
        path = listener.world.write(f".githooks/{hook.name}", f"#!/bin/sh\n{hook.line}\n")
        path.chmod(0o755)
    listener.world.commit("hooks", {})
    assert probe_hooks(listener.git) == HEARD


def test_from_a_linked_worktree(installed: Listener) -> None:
    linked = installed.world.worktree("linked", "other")
    assert probe_hooks(Listener(linked, installed.program, installed.calls_file).git) == HEARD


def test_a_bare_repository_has_nothing_to_prove(listener: Listener) -> None:
    bare = listener.world.clone("bare.git", "--bare")
    heard = probe_hooks(Listener(bare, listener.program, listener.calls_file).git)
    assert (heard.here, heard.linked) == (None, None)


@pytest.mark.parametrize("setting", ["commit.gpgSign=true", "core.bare=false", "commit.verbose=true"])
def test_settings_of_the_users_do_not_matter(installed: Listener, setting: str) -> None:
    installed.world.git("config", *setting.split("="))
    assert probe_hooks(installed.git) == HEARD


def test_a_refusing_pre_commit_hook_does_not_matter(installed: Listener) -> None:
    installed.hook("#!/bin/sh\nexit 1\n", "pre-commit")
    assert probe_hooks(installed.git) == HEARD
