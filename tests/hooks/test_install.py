"""Installing into real repositories: hooks of others keep their input, their status and, afterwards, their bytes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.hooks.install import install_hooks, uninstall_hooks
from okstra_git.hooks.model import HOOKS, HookChange, HookState
from okstra_git.hooks.probe import probe_hooks
from okstra_git.hooks.scripts import BEGIN, find_block, insert_block, is_shell, render_block, replace_block
from okstra_git.hooks.scripts import Origin as O
from okstra_git.hooks.status import inspect_hooks
from tests.hooks.conftest import Listener
from tests.kit.answers import run_program
from tests.kit.refusals import refuses
from tests.kit.scenario import World
from tests.kit.surroundings import require_tool

READS = 'cat >"$(git rev-parse --git-dir)/heard"\n'


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Names, modes and bytes of a directory's files; links by their target."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, os.readlink(path).encode())
        if path.is_symlink()
        else (path.stat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def states(listener: Listener) -> dict[str, str]:
    return {hook.name: hook.state.value for hook in inspect_hooks(listener.git).hooks}


def amend(listener: Listener) -> str:
    """Rewrite a watched commit; what the user's hook heard."""
    listener.watch(listener.world.tip())
    listener.world.git("commit", "-q", "--amend", "-m", "again", ok=False)
    heard = listener.world.path / ".git/heard"
    return heard.read_text() if heard.exists() else ""


def test_a_bare_hooks_directory_gets_three_small_files(listener: Listener) -> None:
    report = listener.install()
    assert [(hook.name, hook.state, hook.done) for hook in report.hooks] == [
        (name, HookState.INSTALLED, HookChange.CREATED) for name in HOOKS
    ]
    assert report.all_installed
    assert (listener.hooks / "post-rewrite").read_text() == (
        "#!/bin/sh\n"
        "# >>> git-okstra >>>\n"
        "# Lets git-okstra follow rewritten commits; to remove: git okstra hooks uninstall, or delete these lines.\n"
        "# git-okstra made this file; uninstalling removes it when nothing else is in it.\n"
        "okstra_shim=${0%/*}/../okstra/hooks/post-rewrite; "
        '[ ! -f "$okstra_shim" ] || . "$okstra_shim"\n'
        "# <<< git-okstra <<<\n"
    )


def test_installing_again_changes_nothing(installed: Listener) -> None:
    before = snapshot(installed.world.path / ".git")
    report = installed.install()
    assert [hook.done for hook in report.hooks] == [HookChange.NOTHING] * 3
    assert snapshot(installed.world.path / ".git") == before


def test_installing_again_updates_an_older_block_and_older_shims(installed: Listener) -> None:
    path = installed.hooks / "post-rewrite"
    path.write_bytes(path.read_bytes().replace(b"okstra_shim", b"old_name") + b"echo mine\n")
    (installed.private / "hooks/call").write_text("old")
    assert states(installed)["post-rewrite"] == "stale"
    assert inspect_hooks(installed.git).shims is HookState.STALE
    assert installed.install().hooks[0].done is HookChange.UPDATED
    assert path.read_bytes().endswith(b"echo mine\n")
    assert installed.install().all_installed


def test_without_a_hooks_directory_one_is_made(listener: Listener) -> None:
    listener.hooks.rmdir()
    assert listener.install().all_installed


@pytest.mark.parametrize(
    "shebang", ["#!/bin/sh", "#!/bin/sh -eu", "#!/usr/bin/env bash", "#!/bin/bash -e", "#! /bin/dash", ""]
)
def test_a_shell_hook_still_reads_everything(listener: Listener, shebang: str) -> None:
    listener.hook(f"{shebang}\nset -e\n{READS}")
    listener.install()
    old = listener.world.tip()
    assert amend(listener) == f"{old} {listener.world.tip()}\n"
    assert listener.calls() == ["post-rewrite amend"]


@pytest.mark.parametrize("watched", [True, False])
@pytest.mark.parametrize("status", [0, 1, 42])
@pytest.mark.parametrize("shebang", ["#!/bin/sh", "#!/bin/sh -e", "#!/bin/bash"])
def test_a_hook_keeps_its_arguments_and_exit_status(
    listener: Listener, shebang: str, status: int, watched: bool
) -> None:
    path = listener.hook(f'{shebang}\necho "$? $# $1 $(cat)"\nexit {status}\n')
    listener.install()
    listener.watch("A" if watched else "base")
    command = [str(path), "amend"]
    line = f"{listener.world['A']} {listener.world['B']}"
    answer = run_program(command, cwd=listener.world.path, environ=os.environ, stdin=line + "\n")
    assert (answer.exit, answer.out, answer.err) == (status, f"0 1 amend {line}\n", "")
    assert listener.calls() == ["post-rewrite amend"] * watched


def test_a_checkout_hook_that_fails_still_fails_the_checkout(listener: Listener) -> None:
    listener.hook("#!/bin/sh\nexit 3\n", "post-checkout")
    listener.install()
    listener.world.git("checkout", "-q", "main", ok=False)
    assert listener.world.last.exit == 1  # git's own number for it


def test_a_python_hook_is_moved_aside_and_reads_everything(listener: Listener) -> None:
    script = (
        f"#!{sys.executable}\nimport sys\nopen('.git/heard', 'w').write(sys.stdin.read() + ' '.join(sys.argv[1:]))\n"
    )
    listener.hook(script, mode=0o750)
    before = snapshot(listener.hooks)
    assert listener.install().hooks[0].done is HookChange.MOVED_ASIDE
    assert listener.install().hooks[0].done is HookChange.NOTHING
    old = listener.world.tip()
    assert amend(listener) == f"{old} {listener.world.tip()}\namend"
    assert listener.calls() == ["post-rewrite amend"]
    assert uninstall_hooks(listener.git).hooks[0].done is HookChange.RESTORED
    assert snapshot(listener.hooks) == before


def test_a_hook_moved_aside_keeps_its_exit_status(listener: Listener) -> None:
    path = listener.hook(f"#!{sys.executable}\nraise SystemExit(7)\n", "post-checkout")
    listener.install()
    run_program([str(path), "a", "b", "1"], cwd=listener.world.path, environ=os.environ).expect(7)


def test_a_crash_between_moving_aside_and_writing_is_completed(listener: Listener) -> None:
    path = listener.hook(f"#!{sys.executable}\nprint('x')\n")
    before = snapshot(listener.hooks)
    path.rename(path.with_name("post-rewrite.okstra-kept"))
    assert listener.install().all_installed
    uninstall_hooks(listener.git)
    assert snapshot(listener.hooks) == before


def test_two_hooks_for_one_place_are_never_overwritten(listener: Listener) -> None:
    listener.hook("#!/usr/bin/perl\n1;\n")
    listener.hook("#!/usr/bin/perl\n2;\n", "post-rewrite.okstra-kept")
    before = snapshot(listener.hooks)
    hook = listener.install().hooks[0]
    assert (hook.state, hook.done) == (HookState.BLOCKED, HookChange.NOTHING)
    assert {name: snapshot(listener.hooks)[name] for name in before} == before


def test_a_hook_that_is_switched_off_stays_off_and_is_reported(listener: Listener) -> None:
    listener.hook("#!/bin/sh\nfalse\n", mode=0o644)
    before = snapshot(listener.hooks)
    hook = listener.install().hooks[0]
    assert (hook.state, hook.note) == (HookState.NOT_EXECUTABLE, "git ignores it: chmod +x post-rewrite")
    assert snapshot(listener.hooks)["post-rewrite"] == before["post-rewrite"]


def test_a_link_is_never_written_through(listener: Listener, tmp_path: Path) -> None:
    shared = tmp_path / "shared-hook"
    shared.write_text("#!/bin/sh\necho shared\n")
    (listener.hooks / "post-rewrite").symlink_to(shared)
    hook = listener.install().hooks[0]
    assert hook.state is HookState.BLOCKED
    assert hook.line is not None
    assert (shared.read_text(), (listener.hooks / "post-rewrite").is_symlink()) == ("#!/bin/sh\necho shared\n", True)


# --- other people's hook managers


def test_a_pre_commit_hook_keeps_working_and_comes_back(listener: Listener) -> None:
    generated = (
        "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n# ID: 0123\n\n"
        'ARGS=(hook-impl --hook-type=post-rewrite)\nHERE="$(cd "$(dirname "$0")" && pwd)"\n'
        f'ARGS+=(--hook-dir "$HERE" -- "$@")\n{READS}'
    )
    listener.hook(generated)
    before = snapshot(listener.hooks)
    hook = listener.install().hooks[0]
    assert (hook.state, hook.manager) == (HookState.INSTALLED, "pre-commit")
    assert "run 'git okstra hooks install' after it does" in str(hook.note)
    assert amend(listener).count("\n") == 1
    uninstall_hooks(listener.git)
    assert snapshot(listener.hooks) == before


def test_a_manager_that_moves_our_hook_away_is_noticed_and_cleaned_up_after(installed: Listener) -> None:
    path = installed.hooks / "post-rewrite"
    path.rename(path.with_name("post-rewrite.legacy"))
    theirs = installed.hook("#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n")
    text = theirs.read_bytes()
    hook = inspect_hooks(installed.git).hooks[0]
    assert hook.state is HookState.FOREIGN
    assert "moved to post-rewrite.legacy" in str(hook.note)
    assert installed.install().all_installed
    uninstall_hooks(installed.git)
    assert {name: content for name, (_, content) in snapshot(installed.hooks).items()} == {"post-rewrite": text}


def test_a_lefthook_hook_is_chained(listener: Listener) -> None:
    generated = (
        '#!/bin/sh\n\nif [ "$LEFTHOOK" = "0" ]; then\n  exit 0\nfi\n\n'
        f'call_lefthook()\n{{\n  :\n}}\n\ncall_lefthook run "post-rewrite" "$@"\n{READS}'
    )
    listener.hook(generated)
    hook = listener.install().hooks[0]
    assert (hook.state, hook.done, hook.manager) == (HookState.INSTALLED, HookChange.CHAINED, "lefthook")
    assert amend(listener).count("\n") == 1
    assert listener.calls() == ["post-rewrite amend"]


def husky(listener: Listener) -> Path:
    """The layout of husky 9: a generated, ignored directory whose hooks run the scripts one level up."""
    generated = listener.world.path / ".husky/_"
    generated.mkdir(parents=True)
    (generated / ".gitignore").write_text("*")
    (generated / "h").write_text(
        'script=$(dirname "$(dirname "$0")")/$(basename "$0")\n[ -f "$script" ] || exit 0\nsh -e "$script" "$@"\n'
    )
    for name in HOOKS:
        (generated / name).write_text('#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
        (generated / name).chmod(0o755)
    listener.world.git("config", "core.hooksPath", ".husky/_")
    return generated.parent


def test_husky_gets_no_file_but_the_line_to_add(listener: Listener) -> None:
    scripts = husky(listener)
    before = snapshot(scripts)
    report = listener.install()
    assert (snapshot(scripts), list(listener.hooks.iterdir())) == (before, [])
    assert [(hook.state, hook.path) for hook in report.lines] == [
        (HookState.NEEDS_LINE, scripts / name) for name in HOOKS
    ]
    assert "in linked worktrees git finds no hooks at all" in str(report.location.problem)


def test_the_line_added_for_husky_hears_and_leaves_the_input(listener: Listener) -> None:
    scripts = husky(listener)
    for hook in listener.install().lines:
        hook.path.write_text(f"{hook.line}\n{READS}")
    assert states(listener) == dict.fromkeys(HOOKS, "installed")
    assert amend(listener).count("\n") == 1
    assert listener.calls() == ["post-rewrite amend"]
    assert scripts.is_dir()


def test_the_line_is_harmless_in_a_clone_without_okstra(listener: Listener) -> None:
    husky(listener)
    hook = listener.install().lines[0]
    hook.path.write_text(f"{hook.line}\n{READS}")
    uninstall_hooks(listener.git)
    assert amend(listener).count("\n") == 1
    assert (listener.world.last.exit, listener.world.last.err) == (0, "")


@pytest.mark.parametrize("relative", [True, False])
def test_a_tracked_hooks_directory_is_not_written(listener: Listener, relative: bool) -> None:
    folder = listener.world.path / ".githooks"
    folder.mkdir()
    listener.world.commit("hooks", {".githooks/post-merge": "#!/bin/sh\n"})
    listener.world.git("config", "core.hooksPath", ".githooks" if relative else str(folder))
    before = snapshot(folder)
    report = listener.install()
    assert snapshot(folder) == before
    assert {hook.state for hook in report.hooks} == {HookState.NEEDS_LINE}
    assert report.location.problem is None


def test_a_line_in_a_hook_that_git_ignores_is_not_enough(listener: Listener) -> None:
    listener.world.git("config", "core.hooksPath", ".githooks")
    hook = listener.install().lines[0]
    path = listener.world.write(".githooks/post-rewrite", f"#!/bin/sh\n{hook.line}\n")
    assert states(listener)["post-rewrite"] == "not-executable"
    path.chmod(0o755)
    assert states(listener)["post-rewrite"] == "installed"
    amend(listener)
    assert listener.calls() == ["post-rewrite amend"]


def test_a_global_hooks_directory_is_not_written(listener: Listener, home: Path) -> None:
    folder = home / "hooks"
    folder.mkdir()
    listener.world.git("config", "--global", "core.hooksPath", "~/hooks")
    report = listener.install()
    assert (list(folder.iterdir()), list(listener.hooks.iterdir())) == ([], [])
    assert (report.location.scope, report.location.configured, report.location.directory) == (
        "global",
        "~/hooks",
        folder,
    )
    assert len(report.lines) == 3


def test_an_ignored_directory_of_this_clone_is_ours_to_write(listener: Listener) -> None:
    (listener.world.path / ".git/info/exclude").write_text("my-hooks/\n")
    folder = listener.world.path / "my-hooks"
    folder.mkdir()
    listener.world.git("config", "core.hooksPath", str(folder))
    assert listener.install().all_installed
    amend(listener)
    assert listener.calls() == ["post-rewrite amend"]
    uninstall_hooks(listener.git)
    assert list(folder.iterdir()) == []


def test_a_hooks_directory_that_links_into_the_work_tree_is_not_written(listener: Listener) -> None:
    listener.world.commit("hooks", {"githooks/post-rewrite": "#!/bin/sh\n"})
    listener.hooks.rmdir()
    listener.hooks.symlink_to("../githooks")
    before = snapshot(listener.world.path / "githooks")
    assert len(listener.install().lines) == 3
    uninstall_hooks(listener.git)
    assert snapshot(listener.world.path / "githooks") == before


def test_a_linked_worktree_installs_for_all(listener: Listener) -> None:
    linked = listener.world.worktree("linked", "other")
    inside = Listener(linked, listener.program, listener.calls_file)
    assert install_hooks(inside.git, program=listener.program).all_installed
    amend(listener)
    assert listener.calls() == ["post-rewrite amend"]


def test_a_bare_repository_is_told_that_no_hook_fires_there(listener: Listener) -> None:
    bare = listener.world.clone("bare.git", "--bare")
    report = install_hooks(Listener(bare, listener.program, listener.calls_file).git, program=listener.program)
    assert (report.applicable, report.all_installed) == (False, True)
    worktree = bare.worktree("from bare", "other", "B")
    inside = Listener(worktree, listener.program, listener.calls_file)
    assert inspect_hooks(inside.git).applicable
    inside.watch("B")
    worktree.amend()
    assert listener.calls() == ["post-rewrite amend"]


def test_the_recorded_program_is_checked(installed: Listener) -> None:
    assert inspect_hooks(installed.git).program == installed.program
    installed.program.chmod(0o644)
    report = inspect_hooks(installed.git)
    assert (report.program_runs, report.all_installed) == (False, False)


# --- a place that cannot be written


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """Be somebody who may read `folder` and not write it."""
    root = os.geteuid() == 0
    saved = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")] if path.is_dir()}
    for path in saved:
        path.chmod(0o555)
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in saved.items():
            path.chmod(mode)


def test_a_read_only_repository_is_refused_in_one_sentence(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        world = World.begin(Path(scratch) / "world")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        git = Listener(world, listener.program, listener.calls_file).git
        if os.geteuid() == 0:
            run_program(["chown", "-R", "65534", scratch], cwd=world.path, environ=os.environ).expect(0)
        with nobody(git.common_dir), refuses("hooks.read-only") as refused:
            install_hooks(git, program=listener.program)
        with nobody(git.common_dir), refuses("hooks.read-only"):
            probe_hooks(git)
        assert refused.value.code == "hooks.read-only"
        assert "it is read-only for us" in refused.value.message
        assert not git.private_dir.exists()


# --- byte for byte


@pytest.mark.parametrize(
    "script",
    [
        b"#!/bin/sh\necho hi\n",
        b"#!/bin/sh\necho hi",
        b"#!/bin/sh",
        b"#!/bin/sh\n",
        b"#!/bin/sh\necho hi\r\necho there\r\n",
        b"#!/bin/sh\r\necho hi\r\n",
        b"echo no shebang",
        b"",
        b"#!/bin/sh\n\n\n# >>> git-okstra >>>\nnever closed\n",
        b"#!/usr/bin/env python3\nprint('x')",
        b"\x7fELF\0\0binary",
        "#!/bin/bash\n# ünï\n".encode("latin-1"),
    ],
)
@pytest.mark.parametrize("mode", [0o755, 0o700, 0o775])
def test_uninstalling_restores_every_byte_and_mode(listener: Listener, script: bytes, mode: int) -> None:
    for name in HOOKS:
        listener.hook(script, name, mode)
    before = snapshot(listener.world.path / ".git")
    assert listener.install().all_installed
    listener.install()
    uninstall_hooks(listener.git)
    assert snapshot(listener.world.path / ".git") == before


def test_uninstalling_removes_the_block_and_keeps_later_edits(installed: Listener) -> None:
    path = installed.hooks / "post-rewrite"
    path.write_bytes(path.read_bytes().replace(b"#!/bin/sh\n", b"#!/bin/bash\n# mine\n") + b"echo mine\n")
    assert uninstall_hooks(installed.git).hooks[0].done is HookChange.TAKEN_OUT
    assert path.read_bytes() == b"#!/bin/bash\n# mine\necho mine\n"


def test_uninstalling_an_edited_wrapper_goes_on_running_the_hook_moved_aside(listener: Listener) -> None:
    listener.hook("#!/usr/bin/perl\n1;\n")
    listener.install()
    path = listener.hooks / "post-rewrite"
    path.write_bytes(path.read_bytes().replace(b"exec ", b"echo mine\nexec "))
    uninstall_hooks(listener.git)
    assert path.read_text() == '#!/bin/sh\necho mine\nexec "${0%/*}/post-rewrite.okstra-kept" "$@"\n'
    assert path.with_name("post-rewrite.okstra-kept").read_text() == "#!/usr/bin/perl\n1;\n"


def test_uninstalling_leaves_no_trace_but_waiting_events(installed: Listener) -> None:
    amend(installed)
    uninstall_hooks(installed.git)
    assert sorted(path.name for path in installed.private.iterdir()) == ["spool", "watch"]
    assert list(installed.hooks.iterdir()) == []


def test_uninstalling_what_was_never_installed_changes_nothing(listener: Listener) -> None:
    listener.hook("#!/bin/sh\necho mine\n")
    before = snapshot(listener.world.path / ".git")
    uninstall_hooks(listener.git)
    assert snapshot(listener.world.path / ".git") == before


def test_uninstalling_finds_our_lines_after_the_hooks_path_was_changed(installed: Listener, tmp_path: Path) -> None:
    installed.world.git("config", "core.hooksPath", str(tmp_path / "elsewhere"))
    uninstall_hooks(installed.git)
    assert list(installed.hooks.iterdir()) == []


scripts = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=200).map(lambda body: b"#!/bin/sh\n" + body),
    st.lists(st.sampled_from([b"#!/bin/sh", b"\n", b"\r\n", b"x", b"# <<< git-okstra <<<", b" "])).map(b"".join),
).filter(lambda script: BEGIN not in script)


@given(script=scripts, beside=st.booleans())
@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
def test_a_block_goes_in_and_out_without_a_trace(script: bytes, beside: bool) -> None:
    older = render_block("post-merge", beside=not beside, origin=O.CHAINED)
    block = render_block("post-rewrite", beside=beside, origin=O.CHAINED)
    there = replace_block(insert_block(script, older), block)
    assert there == insert_block(script, block) == replace_block(there, block)
    found = find_block(there)
    assert found is not None
    assert (found.rest, found.origin) == (script, O.CHAINED)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (b"#!/bin/sh", True),
        (b"#!/usr/bin/env -S bash -e\n", True),
        (b"#!/usr/bin/env A=1 dash\n", True),
        (b"#!/bin/busybox sh\n", True),
        (b"#!/opt/homebrew/bin/bash\n", True),
        (b"echo plain text", True),
        (b"#!/bin/zsh\n", False),
        (b"#!/usr/bin/env python3\n", False),
        (b"#!/bin/sh\r\n", False),
        (b"#!\n", False),
        (b"MZ\x90", False),
        (b"#!/bin/sh\n\0", False),
    ],
)
def test_only_shell_scripts_get_a_block(script: bytes, expected: bool) -> None:
    assert is_shell(script) is expected


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_the_created_hook_runs_in_every_shell(installed: Listener, shell: str) -> None:
    words = [str(require_tool(shell)), *(["sh"] if shell == "busybox" else [])]
    installed.watch("A")
    line = f"{installed.world['A']} {installed.world['B']}\n"
    command = [*words, ".git/hooks/post-rewrite", "amend"]
    run_program(command, cwd=installed.world.path, environ=os.environ, stdin=line).expect(0)
    assert installed.calls() == ["post-rewrite amend"]


@pytest.mark.parametrize(("mask", "mode"), [(0o027, 0o750), (0o077, 0o700), (0o022, 0o755), (0o002, 0o775)])
def test_a_hook_of_ours_has_the_rights_that_the_umask_leaves(listener: Listener, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        listener.install()
        listener.install()
    finally:
        os.umask(before)
    made = [path for path in listener.hooks.iterdir() if not path.name.endswith(".sample")]
    assert {path.stat().st_mode & 0o777 for path in made} == {mode & 0o755}
    for path in (listener.private / "hooks").iterdir():
        assert path.stat().st_mode & 0o777 & mask == 0
