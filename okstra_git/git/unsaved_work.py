"""What a worktree holds that is nowhere else: the one question asked before anything there goes."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.fs.outside import LONGEST_POINTER, require_gits
from okstra_git.git.binary import find_git_dir
from okstra_git.git.diffs import show_path
from okstra_git.git.dirty import operation_in
from okstra_git.git.repo import Git
from okstra_git.git.settings import read_settings
from okstra_git.git.sole_commits import list_module_dirs, list_own_refs, list_sole_commits, list_sole_in_module
from okstra_git.git.worktree_files import Standing, read_standing, weigh
from okstra_git.git.worktrees import (
    LOCKS,
    Worktree,
    find_moved,
    has_staged,
    is_own_lock,
    list_own_settings,
    list_worktrees,
    lock_reason,
    private_dirs,
)
from okstra_git.paths import real_path

Kind = Literal["changed", "untracked", "ignored", "hidden", "filtered", "unreachable", "repository", "submodule",
               "operation", "occupied", "locked", "settings", "unclear"]  # fmt: skip

UNCOMMITTED: frozenset[Kind] = frozenset({"changed", "untracked", "hidden", "operation", "unclear"})
"""Kinds by which what lies in the worktree is not what its commit says, ignored files and filters apart."""

NAMED = 3
LONGEST = 120
"""Paths that a sentence names, and letters of each."""


@dataclass(frozen=True)
class UnsavedItem:
    """What is held, in words, where, how many files and how many bytes.

    `paths` may group files by their directory (`build/`); `files` counts each.
    """

    kind: Kind
    message: str
    paths: tuple[bytes, ...] = ()
    files: int = 0
    size: int = 0


class CachesSeen(NamedTuple):
    """Caches that may go, because they can be made again: where they are, how many files, how many bytes."""

    roots: tuple[bytes, ...] = ()
    files: int = 0
    size: int = 0


NO_CACHES = CachesSeen()


def named(
    kind: Kind, what: str, paths: Sequence[bytes], *, files: int | None = None, size: int = 0
) -> Iterator[UnsavedItem]:
    """One holding of these paths, none where there are none; its sentence names the first few."""
    if not paths:
        return
    first = ", ".join(_short(show_path(path)) for path in paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    count = len(paths) if files is None else files
    much = f" ({count} files, {size_in_words(size)})" if count > len(paths) else ""
    yield UnsavedItem(kind, f"{what}: {first}{more}{much}", tuple(paths), count, size)


def _short(path: str) -> str:
    return path if len(path) <= LONGEST else f"{path[: LONGEST // 2]}…{path[-LONGEST // 2 :]}"


def in_words(items: Sequence[UnsavedItem]) -> str:
    """All of these in one phrase."""
    return "; ".join(dict.fromkeys(item.message for item in items))


def in_groups(paths: Iterable[bytes], folders: Collection[bytes]) -> tuple[bytes, ...]:
    """The paths, with those below one of the folders (`build/`) put together as that folder, the outermost first."""
    groups: dict[bytes, None] = {}
    for path in paths:
        end = path.find(b"/")
        while end >= 0 and path[: end + 1] not in folders:
            end = path.find(b"/", end + 1)
        groups[path[: end + 1] if end >= 0 else path] = None
    return tuple(groups)


def size_in_words(size: int) -> str:
    """`12 bytes`, `3 KiB`, `40 MiB`."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.0f} {name}"
    return f"{size} byte{'' if size == 1 else 's'}"


def ways_out(top: Path, items: Sequence[UnsavedItem]) -> list[str]:
    """For each kind of uncommitted work the line that deals with it; nothing is lost by any of them."""
    kinds = {item.kind for item in items}
    lines: list[str] = []
    if "operation" in kinds:
        lines.append(f"end what git is in the middle of there, as this says: {command('git -C', top)} status")
    if "hidden" in kinds:
        hidden = [os.fsdecode(path) for item in items if item.kind == "hidden" for path in item.paths[:NAMED]]
        for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
            again = command(f"{command('git -C', top)} update-index {flag} --", *hidden)
            lines.append(f"let git see the edits again: {again}")
    if kinds & {"changed", "hidden", "untracked"}:
        lines.append(f"commit what belongs there, or put it aside: {command('git -C', top)} stash --include-untracked")
    return lines


@dataclass(frozen=True)
class UnsavedWork:
    """Everything found in one worktree; `standing` has its files one by one, None where there are none to read.

    `sole` are commits that only this worktree leads to; `has_modules`: git removes it only when forced to.
    """

    found: tuple[UnsavedItem, ...] = ()
    caches: CachesSeen = NO_CACHES
    standing: Standing | None = None
    sole: tuple[str, ...] = ()
    has_modules: bool = False

    @property
    def uncommitted(self) -> tuple[UnsavedItem, ...]:
        """What makes the tree there differ from its commit; ignored files are not part of it."""
        return self.of(UNCOMMITTED)

    @property
    def keeping(self) -> tuple[UnsavedItem, ...]:
        """What speaks against removing the worktree."""
        stuck = self.standing.inventory.unwritable if self.standing else []
        return (*self.found, *named("unclear", "nothing can be removed from a directory that is not writable", stuck))

    def of(self, kinds: frozenset[Kind]) -> tuple[UnsavedItem, ...]:
        """Those of the given kinds."""
        return tuple(item for item in self.found if item.kind in kinds)


def read_unsaved_work(
    git: Git, worktree: Worktree, *, others: Sequence[Worktree] | None = None, own_lock: str = ""
) -> UnsavedWork:
    """What is in this worktree, or in git's private directory of it, and nowhere else; changes nothing.

    Untracked and ignored files whatever the user's settings, edits that flags hide, commits that no branch has,
    repositories inside, an operation under way, locks of others. What cannot be read counts as held (`unclear`).
    `others` are the repository's worktrees, when they are known already; `own_lock` is the reason of a lock that the
    caller made itself and does not count.
    """
    items: list[UnsavedItem] = []
    standing: Standing | None = None
    sole: tuple[str, ...] = ()
    private: Path | None = None
    with _doubting(items, "what git knows of it cannot be read"):
        private = _private_dir(git, worktree, items)
    with _doubting(items, "its files cannot be read"):
        standing = _standing(git, worktree, items)
    with _doubting(items, "what lives inside cannot be read"):
        items += _inside(git, worktree, list_worktrees(git) if others is None else others)
    if private is not None:
        with _doubting(items, "what only it leads to cannot be read"):
            items += _of_private(git, private, is_main=private == git.common_dir, own_lock=own_lock)
            sole = tuple(list_sole_commits(git, private)) if private != git.common_dir else ()
            items += _sole(sole)
        with _doubting(items, "what its directory held cannot be read"):
            items += _left_behind(git, worktree, private) if not os.path.lexists(worktree.path) else ()
    modules = bool(standing and standing.modules) or (private is not None and _has_modules(git, private))
    return UnsavedWork(tuple(items), _caches(standing), standing, sole, modules)


@contextmanager
def _doubting(items: list[UnsavedItem], what: str) -> Iterator[None]:
    """Doubt keeps: what cannot be read is a holding."""
    try:
        yield
    except (OkstraError, OSError, ValueError) as error:
        items.append(UnsavedItem("unclear", f"{what}: {error}"))


def _private_dir(git: Git, worktree: Worktree, items: list[UnsavedItem]) -> Path | None:
    """git's own directory of the worktree, the common one for the main worktree."""
    private = find_git_dir(worktree.path) if not worktree.path.is_symlink() else None
    if private is not None and real_path(private) == git.common_dir:
        return git.common_dir
    if private is not None and real_path(private).parent == git.common_dir / "worktrees":
        pointer = os.fsdecode(require_gits(private / "gitdir", LONGEST_POINTER)).rstrip("\n")
        if real_path(private / pointer) == real_path(worktree.path / ".git"):
            return private
    if worktree.path.is_dir():
        items.append(UnsavedItem("unclear", "its .git does not lead to its place in this repository"))
    return private_dirs(git).get(real_path(worktree.path))


def _standing(git: Git, worktree: Worktree, items: list[UnsavedItem]) -> Standing | None:
    path = worktree.path
    if path.is_symlink():
        items.append(UnsavedItem("unclear", "its directory is a symbolic link"))
        return None
    if not path.is_dir():
        if os.path.lexists(path):
            items.append(UnsavedItem("unclear", "something that is not a directory is in its place"))
        return None
    caches = {os.fsencode(folder.strip("/")) for folder in read_settings(git).cache}
    standing = read_standing(path, named=caches)
    items += _lying(standing)
    return standing


def _lying(standing: Standing) -> Iterator[UnsavedItem]:
    """What the files of a worktree come to."""
    changed = tuple(change.path for change in standing.changes if not change.is_hidden)
    inside = standing.inventory
    repositories = [path + b"/" for path in inside.repositories]
    new = (*standing.untracked, *(folder for folder in repositories if not standing.is_ignored(folder[:-1])))
    ignored = in_groups(standing.ignored, standing.folders)
    yield from named("changed", "it has changes that are not committed", changed)
    yield from named("hidden", "it has edits that git status does not show", standing.hidden)
    filtered = [change.path for change in standing.filtered]
    yield from named("filtered", "a filter keeps part of its files out of git", filtered)
    yield from named("untracked", "it has files that are not committed", new, size=weigh(standing.top, new))
    yield from named("ignored", "it has ignored files that are nowhere else", ignored,
                     files=len(standing.ignored), size=weigh(standing.top, standing.ignored))  # fmt: skip
    yield from named("repository", "it has repositories of their own inside", repositories)
    yield from named("untracked", "it has something that is neither a file nor a link", inside.special)
    yield from named("unclear", "it has another file system inside", inside.mounts)
    for path, why in inside.sealed:
        yield from named("unclear", f"part of it cannot be read ({why})", (path,))
    for path, module in standing.modules:
        yield from _in_module(standing.top, path, module)


def _in_module(top: Path, path: bytes, module: Standing) -> Iterator[UnsavedItem]:
    private = find_git_dir(module.top)
    if private is None or real_path(private).is_relative_to(real_path(top)):
        yield from named("repository", "it has repositories of their own inside", (path + b"/",))
    held = [item for item in _lying(module) if item.kind != "changed"]
    changed = [change for change in module.changes if not change.is_hidden]
    if changed or held:
        words = ", ".join(dict.fromkeys(item.message.removeprefix("it has ").partition(":")[0] for item in held))
        contents = words or "changes that are not committed"
        yield from named("submodule", f"a submodule has {contents}", (path,), size=sum(item.size for item in held))


def _inside(git: Git, worktree: Worktree, others: Sequence[Worktree]) -> Iterator[UnsavedItem]:
    """Other worktrees, and this repository itself, where they live below the directory."""
    top = real_path(worktree.path)
    below = [
        other.path for other in others if other.path != worktree.path and real_path(other.path).is_relative_to(top)
    ]
    yield from named("repository", "other worktrees live inside it", [os.fsencode(path) for path in below])
    if real_path(git.common_dir).is_relative_to(top) and real_path(git.common_dir) != top / ".git":
        yield from named("repository", "the repository itself lives inside it", [os.fsencode(git.common_dir)])


def _of_private(git: Git, private: Path, *, is_main: bool, own_lock: str) -> Iterator[UnsavedItem]:
    """What git's directory of the worktree says."""
    operation = operation_in(private)
    if operation:
        yield UnsavedItem("operation", f"git is in the middle of a {operation} there")
    held = [name for name in LOCKS if (private / name).exists()]
    if held:
        yield UnsavedItem("operation", f"a git command is at work there, or left {held[0]} behind")
    if is_main:
        return
    reason = lock_reason(private)
    if reason is not None and not is_own_lock(reason) and (not own_lock or reason != own_lock):
        yield UnsavedItem("locked", f"somebody locked it: {reason}" if reason else "somebody locked it")
    refs, keys = list_own_refs(private), list_own_settings(git, private)
    yield from named("unreachable", "it has refs of its own", [os.fsencode(name) for name in refs])
    yield from named("settings", "it has settings of its own", [os.fsencode(key) for key in keys])
    for module in list_module_dirs(private):
        yield from _of_module(private, module)


def _of_module(private: Path, module: Path) -> Iterator[UnsavedItem]:
    name = os.fsencode(module.relative_to(private / "modules"))
    operation, sole = operation_in(module), list_sole_in_module(module)
    if operation:
        yield from named("submodule", f"git is in the middle of a {operation} in a submodule", (name,))
    if sole:
        count = "a commit" if len(sole) == 1 else f"{len(sole)} commits"
        yield from named("submodule", f"a submodule has {count} that no remote has", (name,))


def _has_modules(git: Git, private: Path) -> bool:
    return private != git.common_dir and (private / "modules").is_dir()


def _sole(commits: Sequence[str]) -> Iterator[UnsavedItem]:
    if commits:
        count = "a commit" if len(commits) == 1 else f"{len(commits)} commits"
        listed = tuple(os.fsencode(oid[:10]) for oid in commits)
        yield from named("unreachable", f"it leads to {count} that no branch has", listed)


def _left_behind(git: Git, worktree: Worktree, private: Path) -> Iterator[UnsavedItem]:
    """What a worktree whose directory is gone still holds."""
    moved = find_moved(worktree.path, private)
    if moved is not None:
        yield from named("occupied", "its directory seems to have been moved", (os.fsencode(moved),))
    if has_staged(git, private):
        yield UnsavedItem("changed", "it has staged changes that are not committed")


def _caches(standing: Standing | None) -> CachesSeen:
    if standing is None:
        return CachesSeen()
    roots, files, size = (
        list(standing.caches.roots),
        len(standing.caches.files),
        weigh(standing.top, standing.caches.files),
    )
    for path, module in standing.modules:
        inner = _caches(module)
        roots += [path + b"/" + root for root in inner.roots]
        files, size = files + inner.files, size + inner.size
    return CachesSeen(tuple(roots), files, size)
