"""What lies in a worktree right now as a tree, uncommitted and untracked files included; nothing there is touched."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pygit2

from okstra_git.errors import OkstraError
from okstra_git.git.diffs import NO_MODE, SUBMODULE, show_path
from okstra_git.git.dirty import Line, Side, Uncommitted, list_uncommitted, module_commit
from okstra_git.git.history import resolve_head
from okstra_git.git.objects import EMPTY_TREE, tree_of, write_blob
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.tree_objects import UnusualTree, edit_tree, read_node
from okstra_git.git.unsaved_work import in_groups
from okstra_git.git.worktree_files import Standing

FILE_LIMIT = 50 << 20
TOTAL_LIMIT = 512 << 20
"""Bytes of one file and of all files that are taken in; what is larger is left out and listed."""
IGNORED_LIMIT = 128 << 20
"""Bytes of all ignored files that are taken in."""

_AT_ONCE = 8


class Limits(NamedTuple):
    """Bytes of one file and of all together, and what all together are called."""

    file: int = FILE_LIMIT
    total: int = TOTAL_LIMIT
    whole: str = "what is uncommitted"


class Content(NamedTuple):
    """The commit checked out and the tree of what lies there; `problem` says why uncommitted work is not in it.

    `left_out` says which files are not in it and why.
    """

    head: str | None
    tree: str
    is_dirty: bool
    problem: str = ""
    left_out: tuple[str, ...] = ()


@dataclass
class Gathered:
    """Files that are not as committed, as lines for an index, and those that could not be taken in."""

    lines: list[Line] = field(default_factory=list)
    ignored: int = 0
    size: int = 0
    left_out: list[str] = field(default_factory=list)

    def leave(self, path: bytes, why: str) -> None:
        """Do without this path."""
        self.left_out.append(f"{show_path(path)}: {why}")


def worktree_tree(worktree: Path, *, beside: Git | None = None) -> Content:
    """The content of a worktree as a tree: HEAD's where everything is committed.

    Files that are not ignored count, committed or not, with the line ends that a commit would give them. Only loose
    objects are written, and only for what is not committed; where that is impossible, or git cannot say what changed,
    the tree is that of HEAD and `problem` says so. `beside` is another worktree of the same repository. Refuses a
    directory that is not a repository.
    """
    here = open_repository(worktree, beside=beside)
    head = resolve_head(here)
    plain = tree_of(here, head) if head else EMPTY_TREE
    changes: list[Uncommitted] = []
    try:
        changes = list_uncommitted(here.top, beside=beside.configuration if beside else None)
        if not changes:
            return Content(head, plain, is_dirty=False)
        gathered = gather(here.top, changes, lambda path, data: _put(here, path, data), Limits())
        tree = edit_tree(here, plain, gathered.lines)
    except (OkstraError, UnusualTree) as refusal:
        return Content(head, plain, is_dirty=bool(changes), problem=str(refusal))
    return Content(head, tree, is_dirty=True, left_out=tuple(gathered.left_out))


def worktree_trees(git: Git, worktrees: Sequence[Path]) -> dict[Path, Content]:
    """`worktree_tree` of each worktree of this repository, several at a time; one that cannot be read is missing."""

    def read(worktree: Path) -> Content | None:
        try:
            return worktree_tree(worktree, beside=git)
        except OkstraError:
            return None

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as several:
        contents = list(several.map(read, worktrees))
    return {path: content for path, content in zip(worktrees, contents, strict=True) if content is not None}


def _put(here: Git, path: bytes, data: bytes) -> str:
    """Line ends as a commit would have them; other filters run programs and are not asked."""
    if b"\r\n" in data and b"\0" not in data:
        try:
            return str(here.handle.create_blob_fromworkdir(os.fsdecode(path)))
        except (pygit2.GitError, KeyError, ValueError, OSError):
            return write_blob(here, data)
    return write_blob(here, data)


def gather(top: Path, changes: Iterable[Uncommitted], put: Callable[[bytes, bytes], str], limits: Limits) -> Gathered:
    """Read every changed file of the worktree at `top`; `put` (path, data) makes its blob."""
    gathered = Gathered()
    for change in changes:
        path = os.path.join(os.fsencode(top), change.path)
        if change.is_gone:
            gathered.lines.append((change.path, None))
        elif change.is_module:
            _keep_module(gathered, change, path)
        elif change.path.endswith(b"/"):
            gathered.leave(change.path, "it is a repository of its own")
        else:
            _keep_file(gathered, change, path, put, limits)
    return gathered


def gather_all(standing: Standing, put: Callable[[bytes, bytes], str], limits: tuple[Limits, Limits]) -> Gathered:
    """Read all that lies in a worktree and is not committed, ignored files last and under limits of their own."""
    new = [Uncommitted(path, None, None, NO_MODE, is_untracked=True) for path in standing.untracked]
    gathered = gather(standing.top, [*standing.changes, *standing.filtered, *new], put, limits[0])
    ignored = [Uncommitted(path, None, None, NO_MODE, is_ignored=True) for path in standing.ignored]
    more = gather(standing.top, ignored, put, limits[1])
    gathered.lines += more.lines
    gathered.size, gathered.ignored = gathered.size + more.size, len(more.lines)
    gathered.left_out += _by_folder(more.left_out, standing.folders)
    known = {change.path for change in standing.changes}
    for path, why in _beyond_files(standing):
        if path.rstrip(b"/") not in known:
            gathered.leave(path, why)
    return gathered


def _by_folder(left_out: Sequence[str], folders: Collection[bytes]) -> Iterator[str]:
    """One line for each ignored directory of which several files are left out."""
    groups: dict[str, list[str]] = {}
    for line in left_out:
        path = os.fsencode(line.partition(": ")[0])
        groups.setdefault(show_path(in_groups([path], folders)[0]), []).append(line)
    for name, lines in groups.items():
        why = lines[0].partition(": ")[2]
        yield lines[0] if len(lines) == 1 else f"{name}: {len(lines)} ignored files, of the first {why}"


def _beyond_files(standing: Standing) -> Iterator[tuple[bytes, str]]:
    """What lies there and cannot be kept as a file."""
    inside = standing.inventory
    yield from ((path + b"/", "it is a repository of its own") for path in inside.repositories)
    yield from ((path, "it is neither a file nor a link") for path in inside.special)
    yield from ((path + b"/", "it is another file system") for path in inside.mounts)
    yield from ((path, f"it cannot be read: {why}") for path, why in inside.sealed)
    for path, module in standing.modules:
        if not module.is_plain:
            yield path + b"/", "changes inside the submodule that are not committed there"


def _keep_module(gathered: Gathered, change: Uncommitted, path: bytes) -> None:
    commit = module_commit(path)
    if commit is None:
        gathered.leave(change.path, "the submodule has no commit checked out")
        return
    gathered.lines.append((change.path, Side(SUBMODULE, commit)))
    if "M" in change.modules[2:] or "U" in change.modules[2:]:
        gathered.leave(change.path, "changes inside the submodule that are not committed there")


def _keep_file(
    gathered: Gathered, change: Uncommitted, path: bytes, put: Callable[[bytes, bytes], str], limits: Limits
) -> None:
    node = read_node(path, limit=min(limits.file, limits.total - gathered.size))
    if isinstance(node, str):
        full = gathered.size > limits.total - limits.file and "larger" in node
        gathered.leave(change.path, f"{limits.whole} would exceed {limits.total >> 20} MiB" if full else node)
        return
    mode, data = node
    known = change.mode if change.mode not in (NO_MODE, SUBMODULE) and change.mode[:2] == mode[:2] else mode
    gathered.lines.append((change.path, Side(known, put(change.path, data))))
    gathered.size += len(data)
