"""Chains our shims into a repository's hooks and takes them out again; hooks of others come back byte for byte."""

from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.hooks.model import HOOKS, HookChange, Hooks
from okstra_git.hooks.scripts import (
    EXECUTABLE,
    KEPT_SUFFIX,
    HookFile,
    Origin,
    OurBlock,
    copy_shims,
    drop_shims,
    find_block,
    is_shell,
    move_hook,
    read_hook,
    record_program,
    remove_hook,
    render_block,
    render_file,
    replace_block,
    share_spool,
    write_hook,
)
from okstra_git.hooks.status import find_location, hooks_with, is_beside
from okstra_git.paths import real_path

_MOVED_BY_MANAGERS = ("", ".legacy", ".old")
"""Endings that hook managers give to a hook which they replace."""


@dataclass(frozen=True)
class HookEdit:
    """What to do with one hook file: `content` to write, after moving the present file to `aside`."""

    done: HookChange = HookChange.NOTHING
    content: bytes | None = None
    mode: int = EXECUTABLE
    aside: Path | None = None


def install_hooks(git: Git, *, program: Path) -> Hooks:
    """Install or bring up to date; `program` is the absolute path of git-okstra.

    Writes nothing where hooks belong to others (`HooksLocation.is_ours_to_write`): the result then holds
    the line to add.
    Running it again changes nothing. Refuses with `hooks.read-only`.
    """
    location = find_location(git)
    copy_shims(git)
    record_program(git, program)
    share_spool(git)
    done: dict[str, HookChange] = {}
    if location.is_ours_to_write:
        beside = is_beside(git, location.directory)
        for name in HOOKS:
            path = location.directory / name
            kept = read_hook(path.with_name(name + KEPT_SUFFIX))
            edit = plan_hook(name, read_hook(path), kept, beside=beside)
            _apply(path, edit)
            done[name] = edit.done
    return hooks_with(git, location, done)


def plan_hook(name: str, file: HookFile, kept: HookFile, *, beside: bool) -> HookEdit:
    """What installing means for this file; `kept` is what stands where a hook would be moved aside to."""
    if file.odd or (file.content is not None and not file.runs):
        return HookEdit()  # never through a link, and never by switching on what its owner switched off
    if file.content is None:
        origin = Origin.MADE if kept.content is None else Origin.KEPT  # KEPT: a crash came between two renames
        return HookEdit(HookChange.CREATED, render_file(name, beside=beside, origin=origin))
    ours = find_block(file.content)
    if ours is not None:
        return _update(file, replace_block(file.content, render_block(name, beside=beside, origin=ours.origin)))
    if is_shell(file.content):
        block = render_block(name, beside=beside, origin=Origin.CHAINED)
        return HookEdit(HookChange.CHAINED, replace_block(file.content, block), file.mode)
    if kept.content is not None or kept.odd:
        return HookEdit()
    return HookEdit(HookChange.MOVED_ASIDE, render_file(name, beside=beside, origin=Origin.KEPT), aside=kept.path)


def _update(file: HookFile, content: bytes) -> HookEdit:
    return HookEdit() if content == file.content else HookEdit(HookChange.UPDATED, content, file.mode)


def _apply(path: Path, edit: HookEdit) -> None:
    if edit.aside is not None:
        move_hook(path, edit.aside)
    if edit.content is not None:
        write_hook(path, edit.content, mode=edit.mode)


def uninstall_hooks(git: Git) -> Hooks:
    """Remove okstra's lines wherever it put them, also after core.hooksPath was set or a hook manager moved them.

    Lines that a person added to a directory of others stay, and do nothing any more. Refuses: `hooks.read-only`.
    """
    location = find_location(git)
    default = git.common_dir / "hooks"
    folders = [location.directory] if location.is_ours_to_write else []
    if real_path(default) == default.absolute():  # never through a link
        folders.append(default)
    done: dict[str, HookChange] = {}
    for folder in dict.fromkeys(folders):
        for name in HOOKS:
            for suffix in _MOVED_BY_MANAGERS:
                aside = folder / (name + KEPT_SUFFIX)
                result = _take_out(read_hook(folder / (name + suffix)), aside, is_hook=not suffix)
                if not suffix and result is not HookChange.NOTHING:
                    done[name] = result
    drop_shims(git)
    return hooks_with(git, location, done)


def _take_out(file: HookFile, aside: Path, *, is_hook: bool) -> HookChange:
    block = find_block(file.content) if file.content is not None else None
    if block is None:
        return HookChange.NOTHING
    if block.is_untouched:
        return _undo_file(file.path, block, aside, is_hook=is_hook)
    write_hook(file.path, _without_blocks(block), mode=file.mode)
    return HookChange.TAKEN_OUT


def _undo_file(path: Path, block: OurBlock, aside: Path, *, is_hook: bool) -> HookChange:
    """A file that contains nothing but okstra's lines goes; the hook it stood in for comes back."""
    if block.origin is Origin.KEPT and is_hook and aside.exists():
        move_hook(aside, path)
        return HookChange.RESTORED
    remove_hook(path)
    return HookChange.REMOVED


def _without_blocks(block: OurBlock) -> bytes:
    further = find_block(block.rest)
    return _without_blocks(further) if further else block.rest
