"""What a worktree holds beyond its commit: staged, changed, hidden, deleted, untracked and half-merged files."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.outside import read_gits
from okstra_git.git.binary import exact_environment, run_git
from okstra_git.git.config import Configuration
from okstra_git.git.diffs import NO_MODE, SUBMODULE
from okstra_git.git.hidden_edits import Hidden, IndexEntry, list_hidden
from okstra_git.git.repo import Git
from okstra_git.names import is_commit_id

_SIGNS = (
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "series of cherry-picks or reverts"),
    ("BISECT_START", "bisect"),
    ("BISECT_LOG", "bisect"),
    ("NOTES_MERGE_PARTIAL", "merge of notes"),
)


class Side(NamedTuple):
    """One version of a file: git's octal mode and an object id."""

    mode: str
    oid: str


class Uncommitted(NamedTuple):
    """One path that is not as committed: in HEAD, as staged (None = not there), and its mode in the worktree.

    `modules` is git's word for a submodule's state, `N...` for anything else. `is_unstaged`: the worktree has it other
    than the index. `is_hidden`: a flag in the index keeps
    git status from seeing it. An ignored path that ends in a slash is a whole directory.
    """

    path: bytes
    head: Side | None
    staged: Side | None
    mode: str
    modules: str = "N..."
    is_conflict: bool = False
    is_unstaged: bool = False
    is_untracked: bool = False
    is_hidden: bool = False
    is_ignored: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether the worktree has nothing there."""
        return self.mode == NO_MODE and not self.is_untracked and not self.is_ignored

    @property
    def is_module(self) -> bool:
        """Whether it is a submodule."""
        return self.mode == SUBMODULE or self.modules.startswith("S")


def list_uncommitted(
    top: Path,
    *,
    with_ignored: bool = False,
    entries: Sequence[IndexEntry] | None = None,
    configuration: Configuration | None = None,
) -> list[Uncommitted]:
    """Every path of the worktree at `top` that differs from its commit; ignored ones on request.

    No setting and no flag in the index narrows this: files that `assume-unchanged` or `skip-worktree` hide are compared
    byte for byte. The index is not refreshed. A repository inside that is not a submodule is an untracked path with a
    slash. `entries` is the index, where it has been read already, and `configuration` that of another worktree of the
    repository. Refuses (`GitFailed`) where git cannot say it.
    """
    arguments = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"]
    ignored = ["--ignored=matching"] if with_ignored else []
    answer = run_git([*arguments, *ignored], cwd=top, environment=exact_environment(top)).stdout
    seen = [_parse(line) for line in answer.split(b"\0") if line and not line.startswith(b"# ")]
    hidden = list_hidden(top, entries, configuration=configuration)
    return _merge(seen, hidden) if hidden else seen


def _merge(seen: list[Uncommitted], hidden: list[Hidden]) -> list[Uncommitted]:
    """What git status said and what is hidden from it, one line a path."""
    known = {change.path: change for change in seen}
    for edit in hidden:
        side = Side(edit.mode, edit.oid)
        line = known.get(edit.path) or Uncommitted(edit.path, side, side, edit.found)
        known[edit.path] = line._replace(mode=edit.found, is_hidden=True)
    return list(known.values())


def _parse(line: bytes) -> Uncommitted:
    """A record of git-status(1), porcelain format version 2."""
    if line.startswith((b"? ", b"! ")):
        is_ignored = line.startswith(b"!")
        return Uncommitted(line[2:], None, None, NO_MODE, is_untracked=not is_ignored, is_ignored=is_ignored)
    if line.startswith(b"u "):
        _, _, modules, *modes, _, ours, _, path = line.split(b" ", 10)
        index = _side(modes[1], ours)
        return Uncommitted(path, index, index, modes[3].decode(), modules.decode(), is_conflict=True, is_unstaged=True)
    _, signs, modules, in_head, in_index, mode, head, index_oid, path = line.split(b" ", 8)
    sides = _side(in_head, head), _side(in_index, index_oid)
    return Uncommitted(path, *sides, mode.decode(), modules.decode(), is_unstaged=not signs.endswith(b"."))


def _side(mode: bytes, oid: bytes) -> Side | None:
    return None if mode.decode() == NO_MODE else Side(mode.decode(), oid.decode())


def under_way(here: Git) -> str:
    """What git is in the middle of in this worktree: `merge`, `rebase`, `am`, `cherry-pick` …, or nothing."""
    return operation_in(here.git_dir)


def operation_in(git_dir: Path) -> str:
    """What git is in the middle of in the worktree that has this git directory, or nothing."""
    if (git_dir / "rebase-apply" / "applying").exists():
        return "am"
    if any((git_dir / name).is_dir() for name in ("rebase-merge", "rebase-apply")):
        return "rebase"
    return next((word for name, word in _SIGNS if (git_dir / name).exists()), "")


def merging_with(here: Git) -> list[str]:
    """The commits that a merge under way in this worktree brings in."""
    text = (read_gits(here.git_dir / "MERGE_HEAD") or b"").decode("ascii", "replace")
    return [word for word in text.split() if is_commit_id(word)]


Line = tuple[bytes, Side | None]
"""A path and what is there; None removes it."""


def write_trees(here: Git, index: Path, *steps: Sequence[Line]) -> list[str]:
    """The tree of HEAD with the first lines, then with the next ones as well, and so on; in an index of our own.

    The worktree's index is neither read nor written.
    """
    settings = {"core.protectNTFS": "false", "core.protectHFS": "false", "core.splitIndex": "false"}
    settings |= {"core.fsmonitor": "false", "core.untrackedCache": "false"}
    environment = {"GIT_INDEX_FILE": str(index), "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    trees: list[str] = []
    try:
        begin = ["read-tree", "HEAD"] if not here.handle.head_is_unborn else ["read-tree", "--empty"]
        run_git(begin, cwd=here.top, environment=environment)
        for lines in steps:
            index_lines = b"".join(_index_line(path, side) for path, side in lines)
            run_git(["update-index", "-z", "--index-info"], cwd=here.top, stdin=index_lines, environment=environment)
            written = run_git(["write-tree", "--missing-ok"], cwd=here.top, environment=environment)
            trees.append(written.stdout.decode().strip())
    finally:
        index.unlink(missing_ok=True)
    return trees


def _index_line(path: bytes, side: Side | None) -> bytes:
    mode, oid = side or (NO_MODE[:1], "0" * 40)
    return f"{mode} {oid}\t".encode() + path + b"\0"
