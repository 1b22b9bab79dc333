"""The copies of the shims in the common git directory, and the program they call."""

import os
import shutil
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.git.sharing import is_shared, share
from okstra_git.hooks.files import read_hook, remove_hook, write_hook
from okstra_git.hooks.model import HOOKS, HookState
from okstra_git.shipped import hooks_directory
from okstra_git.spool import DIRECTORY

SHIMS = (*HOOKS, "spool", "call")


def copy_shims(git: Git) -> None:
    """Bring the copies up to date; those that are current are not written."""
    for name in SHIMS:
        shipped = (hooks_directory() / name).read_bytes()
        copy = read_hook(_shims(git) / name)
        if copy.content != shipped or not copy.runs:
            write_hook(copy.path, shipped)


def share_spool(git: Git) -> None:
    """In a shared repository, make the folder of events here: the shims would make it for their own user alone."""
    if is_shared(git.common_dir):
        folder = git.private_dir / DIRECTORY
        folder.mkdir(parents=True, exist_ok=True)
        share(folder)


def inspect_shims(git: Git) -> HookState:
    """Installed, stale or missing."""
    copies = [read_hook(_shims(git) / name) for name in SHIMS]
    if any(file.content is None for file in copies):
        return HookState.MISSING
    shipped = [(hooks_directory() / name).read_bytes() for name in SHIMS]
    return HookState.INSTALLED if [file.content for file in copies] == shipped else HookState.STALE


def drop_shims(git: Git) -> None:
    """Remove copies, recorded program and crash log; waiting events stay, for they are facts."""
    for name in SHIMS:
        remove_hook(_shims(git) / name)
    for name in ("program", "hook.log", "hook.log.old"):
        remove_hook(git.private_dir / name)
    shutil.rmtree(_shims(git), ignore_errors=True)


def record_program(git: Git, program: Path) -> None:
    """Write where git-okstra is, for hooks that run with a poorer PATH than a terminal's."""
    wanted = os.fsencode(program) + b"\n"
    file = git.private_dir / "program"
    if read_hook(file).content != wanted:
        write_hook(file, wanted, mode=0o644)


def recorded_program(git: Git) -> Path | None:
    """The git-okstra that the hooks call first."""
    content = read_hook(git.private_dir / "program").content
    return Path(os.fsdecode(content.partition(b"\n")[0])) if content else None


def find_crashes(git: Git) -> Path | None:
    """The log of crashed hook runs, when there is one."""
    log = git.private_dir / "hook.log"
    return log if log.exists() else None


def _shims(git: Git) -> Path:
    return git.private_dir / "hooks"
