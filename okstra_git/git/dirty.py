"""What a worktree holds beyond its commit: staged, changed, deleted, untracked, half-merged, hidden from git status."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.outside import read_gits
from okstra_git.git.binary import GitFailed, exact_environment, run_git
from okstra_git.git.config import Configuration
from okstra_git.git.diffs import NO_MODE, SUBMODULE
from okstra_git.git.refs import is_unborn
from okstra_git.git.refs_by_git import list_signs
from okstra_git.git.repo import Git
from okstra_git.git.tree_objects import FILE, LINK, PROGRAM, identify_node, read_node
from okstra_git.names import NO_OBJECT, is_commit_id


class Side(NamedTuple):
    """One version of a file: git's octal mode and an object id."""

    mode: str
    oid: str


Line = tuple[bytes, Side | None]
"""A path and what is there; None removes it."""


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


class IndexEntry(NamedTuple):
    """One line of `git ls-files -v --stage`: `tag` is lower case for assume-unchanged, `S` for skip-worktree."""

    tag: bytes
    mode: str
    oid: str
    path: bytes

    @property
    def is_flagged(self) -> bool:
        """Whether git status passes it over."""
        return self.tag in _SKIPPED or self.tag.islower()


class Hidden(NamedTuple):
    """A tracked path whose content or mode is not as staged, and of which git status says nothing.

    `found` is its mode in the worktree, zeros where nothing is there; `is_mode_alone`: its content is as staged.
    """

    path: bytes
    mode: str
    oid: str
    found: str
    is_mode_alone: bool = False


def list_uncommitted(
    top: Path,
    *,
    with_ignored: bool = False,
    entries: Sequence[IndexEntry] | None = None,
    beside: Configuration | None = None,
) -> list[Uncommitted]:
    """Every path of the worktree at `top` that differs from its commit; ignored ones on request.

    No setting and no flag in the index narrows this: files that `assume-unchanged` or `skip-worktree` hide are compared
    byte for byte. The index is not refreshed. A repository inside that is not a submodule is an untracked path with a
    slash. `entries` is the index, where it has been read already, and `beside` the configuration of another worktree
    of the repository. Refuses (`GitFailed`) where git cannot say it.
    """
    arguments = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"]
    ignored = ["--ignored=matching"] if with_ignored else []
    answer = run_git([*arguments, *ignored], cwd=top, environment=exact_environment(top)).stdout
    seen = [_parse_status(line) for line in answer.split(b"\0") if line and not line.startswith(b"# ")]
    hidden = list_hidden(top, entries, beside=beside)
    return _merge(seen, hidden) if hidden else seen


def list_hidden(
    top: Path, entries: Sequence[IndexEntry] | None = None, *, beside: Configuration | None = None
) -> list[Hidden]:
    """Edits and deletions of tracked files that git status is kept from seeing.

    Only flagged files are read. A file that a sparse checkout leaves out is not a deletion. Where `core.fileMode` is
    off, a changed right to execute counts if the file system keeps such rights at all.
    """
    answers = _settings(top, beside)
    if entries is None:
        shown = _SHOWN if answers["core.filemode"] else ()
        entries = [_entries(line) for line in _index_lines(top) if not line.startswith(shown)]
    flagged = [entry for entry in entries if entry.is_flagged]
    hidden = list(_edited(top, flagged, is_sparse=answers["core.sparsecheckout"])) if flagged else []
    if not answers["core.filemode"]:
        seen = {entry.path for entry in flagged}
        hidden += _modes(top, [entry for entry in entries if entry.path not in seen])
    return hidden


def list_filtered(top: Path, entries: Sequence[IndexEntry], *, besides: Collection[bytes]) -> list[Hidden]:
    """Files that git status calls unchanged and that a checkout would write otherwise.

    Only files with a configured filter are read, and not those of `besides`. Line ends alone do not count.
    """
    drivers = _drivers(top)
    if not drivers:
        return []
    patterns = [f":(attr:filter={name})" for name in drivers]
    answer = run_git(["ls-files", "-z"], values=patterns, cwd=top, environment=exact_environment(top)).stdout
    meant = set(answer.split(b"\0")) - {b"", *besides}
    return list(_differing(top, [entry for entry in entries if entry.path in meant and entry.mode in (FILE, PROGRAM)]))


def list_index(top: Path) -> list[IndexEntry]:
    """Every entry of the index of the worktree at `top`, conflict stages included; refuses a damaged index."""
    return [_entries(line) for line in _index_lines(top)]


def is_checked_out(top: Path, entry: IndexEntry, mode: str) -> bool:
    """Whether it has the bytes that a checkout would write here, line ends and filters applied."""
    if mode == FILE and entry.mode == LINK:
        mode = LINK  # a file system without links (core.symlinks)
    node = read_node(os.path.join(os.fsencode(top), entry.path), limit=1 << 40)
    if mode != entry.mode or isinstance(node, str):
        return False
    asked = ["cat-file", "--filters", f"--path={os.fsdecode(entry.path)}"]
    answer = run_git(asked, revisions=[entry.oid], cwd=top, environment=exact_environment(top), accept=(0, 128))
    return answer.returncode == 0 and answer.stdout == node[1]


def module_commit(path: bytes) -> str | None:
    """The commit checked out in a submodule, or None."""
    try:
        answer = run_git(["rev-parse", "--verify", "-q", "HEAD"], cwd=Path(os.fsdecode(path)), accept=(0, 1))
    except (GitFailed, OSError):
        return None
    oid = answer.stdout.decode().strip()
    return oid if is_commit_id(oid) else None


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
        begin = ["read-tree", "--empty"] if is_unborn(here) else ["read-tree", "HEAD"]
        run_git(begin, cwd=here.top, environment=environment)
        for lines in steps:
            index_lines = b"".join(_index_line(path, side) for path, side in lines)
            run_git(["update-index", "-z", "--index-info"], cwd=here.top, stdin=index_lines, environment=environment)
            written = run_git(["write-tree", "--missing-ok"], cwd=here.top, environment=environment)
            trees.append(written.stdout.decode().strip())
    finally:
        index.unlink(missing_ok=True)
    return trees


def under_way(here: Git) -> str:
    """What git is in the middle of in this worktree: `merge`, `rebase`, `am`, `cherry-pick` …, or nothing."""
    return operation_in(here.git_dir)


def operation_in(git_dir: Path) -> str:
    """What git is in the middle of in the worktree that has this git directory, or nothing."""
    if (git_dir / "rebase-apply" / "applying").exists():
        return "am"
    if any((git_dir / name).is_dir() for name in ("rebase-merge", "rebase-apply")):
        return "rebase"
    elsewhere = list_signs(git_dir)
    return next((word for name, word in _SIGNS if (git_dir / name).exists() or name in elsewhere), "")


def merging_with(here: Git) -> list[str]:
    """The commits that a merge under way in this worktree brings in."""
    text = (read_gits(here.git_dir / "MERGE_HEAD") or b"").decode("ascii", "replace")
    return [word for word in text.split() if is_commit_id(word)]


def _merge(seen: list[Uncommitted], hidden: list[Hidden]) -> list[Uncommitted]:
    """What git status said and what is hidden from it, one line a path."""
    known = {change.path: change for change in seen}
    for edit in hidden:
        side = Side(edit.mode, edit.oid)
        line = known.get(edit.path) or Uncommitted(edit.path, side, side, edit.found)
        known[edit.path] = line._replace(mode=edit.found, is_hidden=True)
    return list(known.values())


def _parse_status(line: bytes) -> Uncommitted:
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


def _index_line(path: bytes, side: Side | None) -> bytes:
    mode, oid = side or (NO_MODE[:1], NO_OBJECT)
    return f"{mode} {oid}\t".encode() + path + b"\0"


_SKIPPED = (b"S", b"s")
_SHOWN = (b"H ", b"M ")
"""How lines of most entries begin, and of sides of a conflict: nothing hides those."""


def _index_lines(top: Path) -> list[bytes]:
    answer = run_git(["ls-files", "-v", "--stage", "-z"], cwd=top, environment=exact_environment(top)).stdout
    return answer.removesuffix(b"\0").split(b"\0") if answer else []


def _entries(line: bytes) -> IndexEntry:
    facts, _, path = line.partition(b"\t")
    tag, mode, oid, _ = facts.split(b" ")
    return IndexEntry(tag, mode.decode(), oid.decode(), path)


def _settings(top: Path, beside: Configuration | None) -> dict[str, bool]:
    """The two switches that matter here, as git reads them."""
    if beside is not None:
        shared = {name: beside.shared_switch(name, usual=usual) for name, usual in _USUAL.items()}
        if None not in shared.values():
            return {name: bool(value) for name, value in shared.items()}
    asked = ["config", "--type=bool", "--get-regexp", r"^core\.(filemode|sparsecheckout)$"]
    answer = run_git(asked, cwd=top, environment=exact_environment(top), accept=(0, 1)).stdout.decode(errors="replace")
    values = dict(line.split(" ", 1) for line in answer.splitlines() if " " in line)
    return {name: values.get(name, usual) == "true" for name, usual in _USUAL.items()}


_USUAL = {"core.filemode": "true", "core.sparsecheckout": "false"}


def _edited(top: Path, flagged: Sequence[IndexEntry], *, is_sparse: bool) -> Iterator[Hidden]:
    for entry in flagged:
        place = os.path.join(os.fsencode(top), entry.path)
        if not os.path.lexists(place):
            if not (entry.tag in _SKIPPED and is_sparse):
                yield Hidden(entry.path, entry.mode, entry.oid, NO_MODE)
            continue
        if entry.mode == SUBMODULE and os.path.isdir(place):
            if os.path.lexists(os.path.join(place, b".git")) and module_commit(place) != entry.oid:
                yield Hidden(entry.path, entry.mode, entry.oid, SUBMODULE)
            continue
        node = identify_node(place)
        if node is None:
            yield Hidden(entry.path, entry.mode, entry.oid, entry.mode)
        elif node != (entry.mode, entry.oid) and not is_checked_out(top, entry, node[0]):
            yield Hidden(entry.path, entry.mode, entry.oid, node[0], is_mode_alone=node[1] == entry.oid)


def _modes(top: Path, entries: Sequence[IndexEntry]) -> list[Hidden]:
    """Files whose right to execute is not as staged, unless the file system gives all files the same right."""
    hidden: list[Hidden] = []
    rights: set[bool] = set()
    for entry in entries:
        if entry.mode not in (FILE, PROGRAM):
            continue
        try:
            facts = os.lstat(os.path.join(os.fsencode(top), entry.path))
        except OSError:
            continue
        is_program = bool(facts.st_mode & 0o100) and facts.st_mode & 0o170000 == 0o100000
        rights.add(is_program)
        if is_program != (entry.mode == PROGRAM):
            hidden.append(
                Hidden(entry.path, entry.mode, entry.oid, PROGRAM if is_program else FILE, is_mode_alone=True)
            )
    return hidden if len(rights) == 2 or _has_plain_pointer(top) else []


def _has_plain_pointer(top: Path) -> bool:
    """Whether git's own pointer file is not executable, while some file here is: then rights mean something."""
    return (top / ".git").is_file() and not os.access(top / ".git", os.X_OK)


FAITHFUL = frozenset({"lfs"})
"""Filters whose stored form names the exact bytes, which they keep in the common git directory."""
_DRIVER = re.compile(rb"filter\.(.+)\.(?:clean|process)\Z", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+\Z")


def _drivers(top: Path) -> list[str]:
    asked = ["config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$"]
    answer = run_git(asked, cwd=top, environment=exact_environment(top), accept=(0, 1)).stdout
    names = {os.fsdecode(match[1]) for line in answer.split(b"\0") if (match := _DRIVER.match(line))}
    return sorted(name for name in names - FAITHFUL if _PLAIN.match(name))


def _differing(top: Path, entries: Sequence[IndexEntry]) -> Iterator[Hidden]:
    for entry in entries:
        node = identify_node(os.path.join(os.fsencode(top), entry.path))
        if node is None or node[1] == entry.oid or is_checked_out(top, entry, entry.mode):
            continue
        yield Hidden(entry.path, entry.mode, entry.oid, node[0])


_SIGNS = (
    ("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"),
    ("sequencer", "series of cherry-picks or reverts"),
    ("BISECT_START", "bisect"), ("BISECT_LOG", "bisect"),
    ("NOTES_MERGE_PARTIAL", "merge of notes"),
)  # fmt: skip
