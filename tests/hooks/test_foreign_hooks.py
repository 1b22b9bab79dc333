"""Beside the real pre-commit, lefthook and husky, in either order: what is heard, and what is said where nothing is."""

import os
from pathlib import Path

import pytest

from okstra_git.hooks.install import uninstall_hooks
from okstra_git.hooks.model import HookState
from okstra_git.hooks.probe import probe_hooks
from okstra_git.hooks.status import inspect_hooks
from tests.hooks.conftest import Listener
from tests.kit.answers import run_program
from tests.kit.surroundings import require_tool

PRE_COMMIT = """\
default_install_hook_types: [post-rewrite]
repos:
- repo: local
  hooks:
  - {id: x, name: x, entry: 'true', language: system, stages: [post-rewrite], always_run: true, pass_filenames: false}
"""
LEFTHOOK = "post-rewrite:\n  commands:\n    x:\n      run: 'true'\n"


def manage(listener: Listener, name: str, config: str, text: str) -> None:
    """Install the hooks of this manager."""
    listener.world.write(config, text)
    words = [str(require_tool(name)), *([] if name == "husky" else ["install"])]
    run_program(words, cwd=listener.world.path, environ=os.environ).expect(0)


@pytest.mark.parametrize(
    ("name", "config", "text"),
    [("pre-commit", ".pre-commit-config.yaml", PRE_COMMIT), ("lefthook", "lefthook.yml", LEFTHOOK)],
)
def test_a_manager_that_comes_later_leaves_us_deaf_until_we_install_again(
    installed: Listener, name: str, config: str, text: str
) -> None:
    manage(installed, name, config, text)
    heard = probe_hooks(installed.git)
    assert not heard.is_heard
    assert "install again" in str(heard.why) or "ran no hook of ours" in str(heard.why)
    assert inspect_hooks(installed.git).hooks[0].state is HookState.FOREIGN
    installed.install()
    assert probe_hooks(installed.git).is_heard
    manage(installed, name, config, text)
    assert not probe_hooks(installed.git).is_heard


def with_husky(listener: Listener, script: str) -> Path:
    """Real husky, and our line put into its script for post-rewrite as this form says."""
    manage(listener, "husky", "package.json", "{}")
    hook = listener.install().lines[0]
    hook.path.write_text(script.format(line=hook.line))
    return hook.path


def test_the_first_line_in_husky_is_heard(listener: Listener) -> None:
    with_husky(listener, "# mine\n\n{line}\ncat >/dev/null\n")
    assert inspect_hooks(listener.git).hooks[0].state is HookState.INSTALLED
    assert probe_hooks(listener.git).is_heard


@pytest.mark.parametrize(
    ("before", "why"), [("cat >/dev/null", "had eaten its input"), ("exit 0", "was not reached"), ("false", "was not")]
)
def test_a_later_line_in_husky_is_not_heard_and_the_reason_is_the_true_one(
    listener: Listener, before: str, why: str
) -> None:
    script = with_husky(listener, f"{before}\n{{line}}\n")
    hook, heard = inspect_hooks(listener.git).hooks[0], probe_hooks(listener.git)
    assert (hook.state, heard.is_heard) == (HookState.NOT_FIRST, False)
    assert why in str(heard.why)
    assert str(script) in str(heard.why)


def test_lines_that_stay_in_husky_do_nothing_and_are_named(listener: Listener) -> None:
    script = with_husky(listener, "{line}\n")
    hook = uninstall_hooks(listener.git).hooks[0]
    assert (hook.state, str(script) in str(hook.note)) == (HookState.IDLE, True)
    assert "is not installed" in str(probe_hooks(listener.git).why)
