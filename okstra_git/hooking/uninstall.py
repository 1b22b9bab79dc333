"""Takes the shims out again: hooks of others come back byte for byte, ours go."""

from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.hooking.block import KEPT_SUFFIX, Found, Origin, find_block
from okstra_git.hooking.files import HookFile, move_hook, read_hook, remove_hook, write_hook
from okstra_git.hooking.model import HOOKS, Done, Hooks
from okstra_git.hooking.place import find_place
from okstra_git.hooking.shims import drop_shims
from okstra_git.hooking.status import survey
from okstra_git.real_paths import real_path

_MOVED_BY_MANAGERS = ("", ".legacy", ".old")


def uninstall_hooks(git: Git) -> Hooks:
    """Remove our lines wherever we put them, also after core.hooksPath was set or a hook manager moved them.

    Lines that a person added to a place that is not ours stay, and do nothing any more. Refuses: `hooks.read-only`.
    """
    place = find_place(git)
    default = git.common_dir / "hooks"
    folders = [place.directory] if place.is_ours_to_write else []
    if real_path(default) == default.absolute():  # never through a link
        folders.append(default)
    done: dict[str, Done] = {}
    for folder in dict.fromkeys(folders):
        for name in HOOKS:
            for suffix in _MOVED_BY_MANAGERS:
                kept = folder / (name + KEPT_SUFFIX)
                result = _take_out(read_hook(folder / (name + suffix)), kept, is_hook=not suffix)
                if not suffix and result is not Done.NOTHING:
                    done[name] = result
    drop_shims(git)
    return survey(git, place, done)


def _take_out(file: HookFile, kept: Path, *, is_hook: bool) -> Done:
    found = find_block(file.content) if file.content is not None else None
    if found is None:
        return Done.NOTHING
    if found.is_untouched:
        return _undo_file(file.path, found, kept, is_hook=is_hook)
    write_hook(file.path, _without_blocks(found), mode=file.mode)
    return Done.TAKEN_OUT


def _undo_file(path: Path, found: Found, kept: Path, *, is_hook: bool) -> Done:
    """A file that holds nothing but ours goes; the hook it stood in for comes back."""
    if found.origin is Origin.KEPT and is_hook and kept.exists():
        move_hook(kept, path)
        return Done.RESTORED
    remove_hook(path)
    return Done.REMOVED


def _without_blocks(found: Found) -> bytes:
    further = find_block(found.rest)
    return _without_blocks(further) if further else found.rest
