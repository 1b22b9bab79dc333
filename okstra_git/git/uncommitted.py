"""What a worktree holds beyond its commit: staged, changed, deleted, untracked and half-merged files."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.changes import NO_MODE, SUBMODULE
from okstra_git.git.pending import is_rebasing
from okstra_git.git.repo import Git
from okstra_git.names import is_commit_id

LINK, PROGRAM, FILE = "120000", "100755", "100644"
_QUIET = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "false"}
_SIGNS = (("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"))


class Side(NamedTuple):
    """One version of a file: git's octal mode and an object id."""

    mode: str
    oid: str


class Uncommitted(NamedTuple):
    """One path that is not as committed: in HEAD, as staged (None = not there), and its mode in the worktree.

    `modules` is git's word for a submodule's state, `N...` for anything else.
    """

    path: bytes
    head: Side | None
    staged: Side | None
    mode: str
    modules: str = "N..."
    is_conflict: bool = False
    is_untracked: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether the worktree has nothing there."""
        return self.mode == NO_MODE and not self.is_untracked

    @property
    def is_module(self) -> bool:
        """Whether it is a submodule."""
        return self.mode == SUBMODULE or self.modules.startswith("S")


def list_uncommitted(top: Path) -> list[Uncommitted]:
    """Every path of the worktree at `top` that differs from its commit; ignored files are left alone.

    The index is not refreshed. A repository inside that is no submodule is listed as an untracked path with a slash.
    """
    arguments = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"]
    said = run_git(arguments, cwd=top, environment=_QUIET).stdout
    return [_parse(line) for line in said.split(b"\0") if line]


def _parse(line: bytes) -> Uncommitted:
    """A record of git-status(1), porcelain format version 2."""
    if line.startswith(b"? "):
        return Uncommitted(line[2:], None, None, NO_MODE, is_untracked=True)
    if line.startswith(b"u "):
        _, _, modules, *modes, _, ours, _, path = line.split(b" ", 10)
        index = _side(modes[1], ours)
        return Uncommitted(path, index, index, modes[3].decode(), modules.decode(), is_conflict=True)
    _, _, modules, in_head, in_index, mode, head, index_oid, path = line.split(b" ", 8)
    return Uncommitted(path, _side(in_head, head), _side(in_index, index_oid), mode.decode(), modules.decode())


def _side(mode: bytes, oid: bytes) -> Side | None:
    return None if mode.decode() == NO_MODE else Side(mode.decode(), oid.decode())


def under_way(here: Git) -> str:
    """What git is in the middle of in this worktree: `merge`, `rebase`, `cherry-pick`, `revert`, or nothing."""
    if is_rebasing(here):
        return "rebase"
    return next((word for name, word in _SIGNS if (here.git_dir / name).exists()), "")


def merging_with(here: Git) -> list[str]:
    """The commits that a merge under way in this worktree brings in."""
    try:
        return [word for word in (here.git_dir / "MERGE_HEAD").read_text().split() if is_commit_id(word)]
    except OSError:
        return []


def read_node(path: bytes, *, limit: int) -> tuple[str, bytes] | str:
    """(mode, bytes) of a file or a symbolic link exactly as it lies there, no filter asked; else why not, in words."""
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            return LINK, os.readlink(path)
        if not stat.S_ISREG(facts.st_mode):
            return "it is neither a file nor a link"
        if facts.st_size > limit:
            return f"it is larger than {limit >> 20} MiB"
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return PROGRAM if facts.st_mode & 0o100 else FILE, file.read()
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def module_commit(path: bytes) -> str | None:
    """The commit checked out in a submodule, or None."""
    try:
        said = run_git(["rev-parse", "--verify", "-q", "HEAD"], cwd=Path(os.fsdecode(path)), accept=(0, 1))
    except (GitFailed, OSError):
        return None
    found = said.stdout.decode().strip()
    return found if is_commit_id(found) else None


Line = tuple[bytes, Side | None]
"""A path and what stands there; None removes it."""


def write_trees(here: Git, index: Path, *steps: Sequence[Line]) -> list[str]:
    """The tree of HEAD with the first lines, then with the next ones as well, and so on; in an index of our own.

    The worktree's index is neither read nor written.
    """
    settings = {"core.splitIndex": "false", "core.fsmonitor": "false", "core.untrackedCache": "false"}
    environment = {"GIT_INDEX_FILE": str(index), "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    trees: list[str] = []
    try:
        begin = ["read-tree", "HEAD"] if not here.handle.head_is_unborn else ["read-tree", "--empty"]
        run_git(begin, cwd=here.top, environment=environment)
        for lines in steps:
            told = b"".join(_index_line(path, side) for path, side in lines)
            run_git(["update-index", "-z", "--index-info"], cwd=here.top, stdin=told, environment=environment)
            written = run_git(["write-tree", "--missing-ok"], cwd=here.top, environment=environment)
            trees.append(written.stdout.decode().strip())
    finally:
        index.unlink(missing_ok=True)
    return trees


def _index_line(path: bytes, side: Side | None) -> bytes:
    mode, oid = side or (NO_MODE[:1], "0" * 40)
    return f"{mode} {oid}\t".encode() + path + b"\0"
