"""What changed between two trees: exact lists and their fingerprints, patch ids for ranking, and diffs for people."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pygit2

from okstra_git.digest import fingerprint, multiset_sum
from okstra_git.errors import OkstraError
from okstra_git.git.binary import OFFLINE, GitFailed, run_git
from okstra_git.git.repo import Git, lay_out_scratch
from okstra_git.names import NO_OBJECT

ABSENT = NO_OBJECT
NO_MODE = "000000"
SUBMODULE = "160000"


class Change(NamedTuple):
    """One path that differs: modes are git's octal strings, blobs object ids; an absent side has zeros."""

    path: bytes
    old_mode: str
    new_mode: str
    old: str
    new: str


Delta = tuple[Change, ...]
"""All changes between two trees, sorted by path, without rename detection."""


MANY = 1_500
"""Pairs from which on two processes are quicker than one."""


def diff_trees(git: Git, pairs: Sequence[tuple[str, str]]) -> list[Delta]:
    """The delta of each (old tree, new tree) pair, in one run of `git diff-tree --stdin`, or two for many pairs.

    diff-tree is plumbing: the user's diff settings and attributes do not reach it. Refuses (`GitFailed`) where a tree
    is missing: in a partial clone nothing is fetched.
    """
    if len(pairs) < MANY:
        return _diff(git, pairs) if pairs else []
    middle = len(pairs) // 2
    aside: list[list[Delta] | OkstraError] = []
    helper = Thread(target=lambda: aside.append(_diff_or_refusal(git, pairs[:middle])))
    helper.start()
    second = _diff(git, pairs[middle:])
    helper.join()
    first = aside[0]
    if isinstance(first, OkstraError):
        raise first
    return first + second


def _diff_or_refusal(git: Git, pairs: Sequence[tuple[str, str]]) -> list[Delta] | OkstraError:
    """An exception must not end in a thread, where nobody would notice it."""
    try:
        return _diff(git, pairs)
    except OkstraError as refusal:
        return refusal


def _diff(git: Git, pairs: Sequence[tuple[str, str]]) -> list[Delta]:
    asked = "".join(f"{old} {new}\n" for old, new in pairs).encode()
    arguments = ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none"]
    answer = run_git(arguments, cwd=git.top, stdin=asked, environment=OFFLINE).stdout
    return _parse(answer, pairs)


def _parse(answer: bytes, pairs: Sequence[tuple[str, str]]) -> list[Delta]:
    """Split diff-tree's answer at its `<tree> <tree>` headers; pairs that do not differ print only the header."""
    deltas: list[list[Change]] = [[] for _ in pairs]
    tokens = answer.split(b"\0")
    position, index, end = 0, -1, len(tokens)
    while position < end:
        token = tokens[position]
        if token[:1] == b":":
            old_mode, new_mode, old, new, _ = token[1:].decode().split(" ")
            deltas[index].append(Change(tokens[position + 1], old_mode, new_mode, old, new))
            position += 2
            continue
        header, newline, rest = token.partition(b"\n")
        if header:
            index += 1
            if index == len(pairs) or header.decode(errors="replace") != " ".join(pairs[index]):
                raise _unreadable(pairs[min(index, len(pairs) - 1)])
        if newline:
            tokens[position] = rest
            continue
        position += 1
    if index + 1 < len(pairs):
        raise _unreadable(pairs[index + 1])
    return [tuple(sorted(changes)) for changes in deltas]


def _unreadable(pair: tuple[str, str]) -> GitFailed:
    """diff-tree passes over a pair whose first tree is missing without a word; nothing may be taken for another."""
    return GitFailed(f"the trees {pair[0]} and {pair[1]} could not be compared", hint="git fsck", trees=list(pair))


def compose(*deltas: Delta) -> Delta:
    """The delta of doing these one after the other; paths that end as they began vanish."""
    net: dict[bytes, Change] = {}
    for delta in deltas:
        for change in delta:
            net[change.path] = _joined(net.get(change.path), change)
    return tuple(sorted(c for c in net.values() if (c.old_mode, c.old) != (c.new_mode, c.new)))


def _joined(before: Change | None, after: Change) -> Change:
    if before is None:
        return after
    return Change(after.path, before.old_mode, after.new_mode, before.old, after.new)


def delta_fingerprint(delta: Delta) -> str:
    """128 bits over the sorted list of (path, modes, blobs): equal exactly when the lists are equal."""
    return fingerprint(b"\0".join(b"\0".join((c.path, _sides(c))) for c in delta))


def paths_fingerprint(delta: Delta) -> str:
    """128 bits over the sorted paths."""
    return fingerprint(b"\0".join(change.path for change in delta))


def delta_sum(delta: Delta) -> int:
    """The additive fingerprint of the tree entries that came, minus those that went."""
    came = ((b"%s\0%s %s" % (c.path, c.new_mode.encode(), c.new.encode()), 1) for c in delta if c.new != ABSENT)
    went = ((b"%s\0%s %s" % (c.path, c.old_mode.encode(), c.old.encode()), -1) for c in delta if c.old != ABSENT)
    return multiset_sum([*came, *went])


def _sides(change: Change) -> bytes:
    return f"{change.old_mode} {change.new_mode} {change.old} {change.new}".encode()


def touched(deltas: Iterable[Delta]) -> frozenset[bytes]:
    """Every path in any of the deltas."""
    return frozenset(change.path for delta in deltas for change in delta)


def by_path(delta: Delta) -> Mapping[bytes, Change]:
    """The changes keyed by path."""
    return {change.path: change for change in delta}


def show_path(path: bytes) -> str:
    """A path fit for JSON and messages; bytes that are not UTF-8 are shown escaped."""
    return path.decode("utf-8", "backslashreplace")


PATCH_ALGORITHM = f"libgit2-{pygit2.LIBGIT2_VERSION}"


def patch_id(git: Git, old_tree: str, new_tree: str) -> str | None:
    """libgit2's patch id of the difference of two trees, or None when a tree is missing."""
    try:
        old, new = git.storage.get(old_tree), git.storage[new_tree]
        if not isinstance(new, pygit2.Tree):
            return None
        diff = old.diff_to_tree(new) if isinstance(old, pygit2.Tree) else new.diff_to_tree(swap=True)
        return str(diff.patchid)
    except (KeyError, pygit2.GitError):
        return None


MAX_LINES = 400


def show_difference(git: Git, recorded: str, candidate: str) -> str | None:
    """How the change of `candidate` differs from that of `recorded`, as `git range-diff` shows it, at most 400 lines.

    It is asked where no textconv, filter, attribute or setting can make the difference look like less or like another.
    None where git cannot compare them (a missing commit, a root commit on one side).
    """
    asked = ["range-diff", "--no-color", "--no-notes", "--no-ext-diff", "--no-textconv", "--creation-factor=100"]
    sides = [f"{recorded}^!", f"{candidate}^!"]
    with tempfile.TemporaryDirectory(prefix="okstra-show-") as scratch:
        place = Path(scratch)
        environment = lay_out_scratch(place, git)
        try:
            answer = run_git(asked, revisions=sides, cwd=place, environment=environment, timeout=30)
        except GitFailed:
            return None
    lines = answer.stdout.decode("utf-8", "backslashreplace").splitlines()
    return "\n".join(lines[:MAX_LINES] + (["..."] if len(lines) > MAX_LINES else []))
