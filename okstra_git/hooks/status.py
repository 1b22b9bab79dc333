"""Where git takes hooks from, and the state of each as its file shows it; probe proves it."""

import os
from dataclasses import replace
from pathlib import Path

from okstra_git.commands import word
from okstra_git.git.binary import run_git
from okstra_git.git.ignored import is_ignored
from okstra_git.git.repo import Git
from okstra_git.hooks.model import HOOKS, WITH_INPUT, Hook, HookChange, Hooks, HooksLocation, HookState, LocationKind
from okstra_git.hooks.scripts import (
    KEPT_SUFFIX,
    HookFile,
    find_block,
    find_crashes,
    inspect_shims,
    is_first_line,
    is_shell,
    read_hook,
    recorded_program,
    render_block,
    render_line,
)
from okstra_git.paths import real_path


def find_location(git: Git) -> HooksLocation:
    """The hooks directory as this worktree sees it, by the user's own configuration."""
    setting = git.configuration.find("core.hooksPath")
    configured, scope = (setting.value, setting.scope) if setting else (None, None)
    answer = run_git(["rev-parse", "--git-path", "hooks"], cwd=git.top, sealed=False).stdout
    directory = git.top / Path(_text(answer))
    kind = _kind(git, directory)
    problem = _problem(configured, kind) if configured else None
    return HooksLocation(directory, kind, configured, scope, problem)


def is_beside(git: Git, directory: Path) -> bool:
    """Whether a hook in this directory finds okstra's shims one level up, without asking git."""
    return real_path(directory) == (git.common_dir / "hooks").absolute()


_REGENERATED = "{} generates this file and may drop our lines: run 'git okstra hooks install' after it does"


def inspect_hooks(git: Git) -> Hooks:
    """Everything there is to know without firing a hook."""
    location = find_location(git)
    return hooks_with(git, location, {})


def hooks_with(git: Git, location: HooksLocation, done: dict[str, HookChange]) -> Hooks:
    """The hooks in this location, each with what was just done to it."""
    program = recorded_program(git)
    return Hooks(
        location=location,
        hooks=tuple(
            replace(inspect_hook(git, location, name), done=done.get(name, HookChange.NOTHING)) for name in HOOKS
        ),
        program=program,
        program_runs=program is not None and program.is_file() and os.access(program, os.X_OK),
        shims=inspect_shims(git),
        applicable=git.work_tree is not None or any((git.common_dir / "worktrees").glob("*")),
        crashes=find_crashes(git),
    )


def inspect_hook(git: Git, location: HooksLocation, name: str) -> Hook:
    """The state of one hook."""
    file = read_hook(location.scripts / name)
    line = render_line(name, beside=is_beside(git, location.directory))
    if not location.is_ours_to_write:
        return _inspect_line(location, name, file, line, is_live=inspect_shims(git) is not HookState.MISSING)
    if file.odd:
        note = f"the hook {file.odd}: add the line to what it runs"
        return Hook(name, HookState.BLOCKED, file.path, line=line, note=note)
    return _inspect_block(git, location, name, file)


def _kind(git: Git, directory: Path) -> LocationKind:
    real = real_path(directory)
    if (directory / "h").is_file() and directory.name == "_":
        return LocationKind.HUSKY
    if real.is_relative_to(real_path(git.common_dir)):
        return LocationKind.DEFAULT
    if git.work_tree is None or not real.is_relative_to(real_path(git.work_tree)):
        return LocationKind.OUTSIDE
    return LocationKind.IGNORED if _is_ignored(git, real) else LocationKind.TRACKED


def _is_ignored(git: Git, directory: Path) -> bool:
    """Whether nothing there is tracked, nor ever will be by accident."""
    tracked = run_git(["ls-files", "-z"], paths=[str(directory)], cwd=git.top).stdout
    return not tracked and is_ignored(git.top, directory / "post-rewrite") is True


def _problem(configured: str, kind: LocationKind) -> str | None:
    if configured.startswith(("/", "~")) or kind not in (
        LocationKind.HUSKY,
        LocationKind.IGNORED,
        LocationKind.OUTSIDE,
    ):
        return None
    return (
        f"core.hooksPath is the relative path {configured}, and nothing tracked is there: "
        "in linked worktrees git finds no hooks at all"
    )


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "surrogateescape").removesuffix("\n")


def _inspect_line(location: HooksLocation, name: str, file: HookFile, line: str, *, is_live: bool) -> Hook:
    """A hook in a directory that okstra does not write to: a person adds the line, in whatever form."""
    content = _through_link(file)
    mark = f"/okstra/hooks/{name}"
    if mark.encode() in content:
        state, note = _judge_line(location, file, is_first=is_first_line(content, mark), is_live=is_live)
        return Hook(name, state, file.path, line=line, manager=file.manager, note=note)
    note = None
    if content and not is_shell(content):
        note = "the hook is not a shell script: run the line in one that calls it"
    elif not content and location.directory == location.scripts:
        note = "make the file with #!/bin/sh, this line, and mode 755"
    return Hook(name, HookState.NEEDS_LINE, file.path, line=line, manager=file.manager, note=note)


def _judge_line(
    location: HooksLocation, file: HookFile, *, is_first: bool, is_live: bool
) -> tuple[HookState, str | None]:
    """The state of a line that a person added: where it stands matters for the hook that gets an input."""
    if not is_live:
        return (
            HookState.IDLE,
            f"the line in {file.path} was added by hand and stays; it does nothing until hooks are installed",
        )
    if location.directory == location.scripts and not os.access(file.path, os.X_OK):
        return HookState.NOT_EXECUTABLE, "git ignores the hook: it is not executable"
    if file.path.name == WITH_INPUT and not is_first:
        return HookState.NOT_FIRST, "what stands before our line may read the input or end the hook"
    return HookState.INSTALLED, None


def _through_link(file: HookFile) -> bytes:
    try:
        return file.path.read_bytes() if file.odd else file.content or b""
    except OSError:
        return b""


def _inspect_block(git: Git, location: HooksLocation, name: str, file: HookFile) -> Hook:
    if file.content is None:
        aside = file.path.with_name(name + KEPT_SUFFIX)
        note = f"{aside.name} waits to be run again: install" if aside.exists() else None
        return Hook(name, HookState.MISSING, file.path, note=note)
    note = _REGENERATED.format(file.manager) if file.manager else None
    block = find_block(file.content)
    if not file.runs:
        return Hook(name, HookState.NOT_EXECUTABLE, file.path, note=f"git ignores it: chmod +x {word(file.path.name)}")
    if block is None:
        return _inspect_foreign(file, name)
    current = render_block(name, beside=is_beside(git, location.directory), origin=block.origin)
    state = HookState.INSTALLED if block.block.rstrip(b"\r\n") == current.rstrip(b"\n") else HookState.STALE
    return Hook(name, state, file.path, manager=file.manager, note=note)


def _inspect_foreign(file: HookFile, name: str) -> Hook:
    aside = file.path.with_name(name + KEPT_SUFFIX)
    if aside.exists() and not is_shell(file.content or b""):
        note = f"there are two hooks to run, this one and {aside.name}: move one of them away, then install"
        return Hook(name, HookState.BLOCKED, file.path, note=note)
    return Hook(name, HookState.FOREIGN, file.path, manager=file.manager, note=_shadow(file.path))


def _shadow(path: Path) -> str | None:
    """Why our lines are gone, when a hook manager has moved them to where it does not pass the input on."""
    for suffix in (".legacy", ".old"):
        moved = path.with_name(path.name + suffix)
        if find_block(read_hook(moved).content or b""):
            return f"our lines were moved to {moved.name}, which gets no input: install again"
    return None
