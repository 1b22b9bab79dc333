"""Chains the shims into the hooks of a repository, or says which line a person has to add."""

from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.hooking.block import (
    KEPT_SUFFIX,
    Origin,
    find_block,
    is_shell,
    render_block,
    render_file,
    replace_block,
)
from okstra_git.hooking.files import EXECUTABLE, HookFile, move_hook, read_hook, write_hook
from okstra_git.hooking.model import HOOKS, Done, Hooks
from okstra_git.hooking.place import find_place, is_beside
from okstra_git.hooking.shims import copy_shims, record_program, share_spool
from okstra_git.hooking.status import survey


@dataclass(frozen=True)
class Change:
    """What to do with one hook file: `content` to write, after moving the present file to `aside`."""

    done: Done = Done.NOTHING
    content: bytes | None = None
    mode: int = EXECUTABLE
    aside: Path | None = None


def install_hooks(git: Git, *, program: Path) -> Hooks:
    """Install or bring up to date; `program` is the absolute path of git-okstra.

    Writes nothing where hooks belong to others (`Place.is_ours_to_write`): the answer then holds the line to add.
    Running it again changes nothing. Refuses with `hooks.read-only`.
    """
    place = find_place(git)
    copy_shims(git)
    record_program(git, program)
    share_spool(git)
    done: dict[str, Done] = {}
    if place.is_ours_to_write:
        beside = is_beside(git, place.directory)
        for name in HOOKS:
            path = place.directory / name
            kept = read_hook(path.with_name(name + KEPT_SUFFIX))
            change = decide(name, read_hook(path), kept, beside=beside)
            _execute(path, change)
            done[name] = change.done
    return survey(git, place, done)


def decide(name: str, file: HookFile, kept: HookFile, *, beside: bool) -> Change:
    """What installing means for this file; `kept` is what stands where a hook would be moved aside to."""
    if file.odd or (file.content is not None and not file.runs):
        return Change()  # never through a link, and never by switching on what its owner switched off
    if file.content is None:
        origin = Origin.MADE if kept.content is None else Origin.KEPT  # KEPT: a crash came between two renames
        return Change(Done.CREATED, render_file(name, beside=beside, origin=origin))
    found = find_block(file.content)
    if found is not None:
        return _update(file, replace_block(file.content, render_block(name, beside=beside, origin=found.origin)))
    if is_shell(file.content):
        block = render_block(name, beside=beside, origin=Origin.CHAINED)
        return Change(Done.CHAINED, replace_block(file.content, block), file.mode)
    if kept.content is not None or kept.odd:
        return Change()
    return Change(Done.MOVED_ASIDE, render_file(name, beside=beside, origin=Origin.KEPT), aside=kept.path)


def _update(file: HookFile, content: bytes) -> Change:
    return Change() if content == file.content else Change(Done.UPDATED, content, file.mode)


def _execute(path: Path, change: Change) -> None:
    if change.aside is not None:
        move_hook(path, change.aside)
    if change.content is not None:
        write_hook(path, change.content, mode=change.mode)
