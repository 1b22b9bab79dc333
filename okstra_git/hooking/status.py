"""How each hook stands, read from the files alone; `probe` proves it."""

import os
from dataclasses import replace
from pathlib import Path

from okstra_git.commands import word
from okstra_git.git.repo import Git
from okstra_git.hooking.block import KEPT_SUFFIX, find_block, is_shell, render_block, render_line
from okstra_git.hooking.files import HookFile, read_hook
from okstra_git.hooking.model import HOOKS, Done, Hook, Hooks, Place, State
from okstra_git.hooking.place import find_place, is_beside
from okstra_git.hooking.shims import find_crashes, judge_shims, recorded_program

_REGENERATED = "{} generates this file and may drop our lines: run 'git okstra hooks install' after it does"


def inspect_hooks(git: Git) -> Hooks:
    """Everything there is to know without firing a hook."""
    place = find_place(git)
    return survey(git, place, {})


def survey(git: Git, place: Place, done: dict[str, Done]) -> Hooks:
    """The hooks of a place, each with what was just done to it."""
    program = recorded_program(git)
    return Hooks(
        place=place,
        hooks=tuple(replace(judge_hook(git, place, name), done=done.get(name, Done.NOTHING)) for name in HOOKS),
        program=program,
        program_runs=program is not None and program.is_file() and os.access(program, os.X_OK),
        shims=judge_shims(git),
        applicable=git.work_tree is not None or any((git.common_dir / "worktrees").glob("*")),
        crashes=find_crashes(git),
    )


def judge_hook(git: Git, place: Place, name: str) -> Hook:
    """One hook as it stands."""
    file = read_hook(place.scripts / name)
    line = render_line(name, beside=is_beside(git, place.directory))
    if not place.is_ours_to_write:
        return _judge_line(place, name, file, line)
    if file.odd:
        note = f"the hook {file.odd}: add the line to what it runs"
        return Hook(name, State.BLOCKED, file.path, line=line, note=note)
    return _judge_block(git, place, name, file)


def _judge_line(place: Place, name: str, file: HookFile, line: str) -> Hook:
    """A hook of a place that is not ours: a person adds the line, in whatever form."""
    state, note = State.NEEDS_LINE, None
    content = _through_link(file)
    if f"/okstra/hooks/{name}".encode() in content:
        state = State.INSTALLED
        if place.directory == place.scripts and not os.access(file.path, os.X_OK):
            state, note = State.NOT_EXECUTABLE, "git ignores the hook: it is not executable"
    elif content and not is_shell(content):
        note = "the hook is no shell script: run the line in one that calls it"
    elif not content and place.directory == place.scripts:
        note = "make the file with #!/bin/sh, this line, and mode 755"
    return Hook(name, state, file.path, line=line, manager=file.manager, note=note)


def _through_link(file: HookFile) -> bytes:
    try:
        return file.path.read_bytes() if file.odd else file.content or b""
    except OSError:
        return b""


def _judge_block(git: Git, place: Place, name: str, file: HookFile) -> Hook:
    if file.content is None:
        kept = file.path.with_name(name + KEPT_SUFFIX)
        note = f"{kept.name} waits to be run again: install" if kept.exists() else None
        return Hook(name, State.MISSING, file.path, note=note)
    note = _REGENERATED.format(file.manager) if file.manager else None
    found = find_block(file.content)
    if not file.runs:
        return Hook(name, State.NOT_EXECUTABLE, file.path, note=f"git ignores it: chmod +x {word(file.path.name)}")
    if found is None:
        return _judge_stranger(file, name)
    current = render_block(name, beside=is_beside(git, place.directory), origin=found.origin)
    state = State.INSTALLED if found.block.rstrip(b"\r\n") == current.rstrip(b"\n") else State.STALE
    return Hook(name, state, file.path, manager=file.manager, note=note)


def _judge_stranger(file: HookFile, name: str) -> Hook:
    kept = file.path.with_name(name + KEPT_SUFFIX)
    if kept.exists() and not is_shell(file.content or b""):
        note = f"there are two hooks to run, this one and {kept.name}: move one of them away, then install"
        return Hook(name, State.BLOCKED, file.path, note=note)
    return Hook(name, State.FOREIGN, file.path, manager=file.manager, note=_shadow(file.path))


def _shadow(path: Path) -> str | None:
    """Why our lines are gone, when a hook manager has moved them to where it does not pass the input on."""
    for suffix in (".legacy", ".old"):
        moved = path.with_name(path.name + suffix)
        if find_block(read_hook(moved).content or b""):
            return f"our lines were moved to {moved.name}, which gets no input: install again"
    return None
