"""Commits as values: lookups, ancestry and bounded walks, by libgit2 and, where only git can read a commit, by git."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import pygit2
from pygit2.enums import SortMode

from okstra_git.errors import OkstraError
from okstra_git.fs.outside import read_gits
from okstra_git.git.binary import OFFLINE, GitFailed, refuse_damage, run_git
from okstra_git.git.objects import EMPTY_TREE, MissingObject, find_raw_commit, has_object, read_commit
from okstra_git.git.raw_objects import RawCommit, parse_ident
from okstra_git.git.refs import find_quietly
from okstra_git.git.repo import Git
from okstra_git.names import CommitId, is_commit_id

UNREADABLE = (KeyError, ValueError, pygit2.GitError)
"""What a walk raises when an object on its way is missing or damaged."""


class Step(NamedTuple):
    """One commit of a walk."""

    oid: str
    parents: tuple[str, ...]


def walk_ids(
    git: Git, include: Iterable[str], exclude: Iterable[str], *, ordered: bool = True, first_parent: bool = False
) -> Iterator[Step]:
    """Commits reachable from `include` and not from `exclude`, children before parents if `ordered`.

    Missing excluded commits are ignored. Raises `UNREADABLE` when anything else on the way cannot be read.
    """
    wanted, hidden = list(include), [oid for oid in exclude if find_raw_commit(git, oid)]
    yielded: set[str] = set()
    try:
        for step in _by_library(git, wanted, hidden, ordered=ordered, first_parent=first_parent):
            yielded.add(step.oid)
            yield step
    except KeyError:
        raise
    except (ValueError, pygit2.GitError) as error:
        for step in _by_program(git, wanted, hidden, error, first_parent=first_parent):
            if step.oid not in yielded:
                yield step


def is_ancestor(git: Git, tip: str, commit: str) -> bool:
    """Whether `commit` is an ancestor of `tip`; False when history between them cannot be read."""
    try:
        return bool(git.handle.descendant_of(pygit2.Oid(hex=tip), pygit2.Oid(hex=commit)))
    except KeyError:
        return False
    except (ValueError, pygit2.GitError):
        asked, two = ["merge-base", "--is-ancestor"], [commit, tip]
        answer = run_git(asked, revisions=two, cwd=git.top, environment=OFFLINE, accept=(0, 1, 128))
        return answer.returncode == 0


def find_fork(git: Git, first: str, second: str) -> str | None:
    """A best common ancestor; None where there is none or history cannot be read."""
    try:
        fork = git.handle.merge_base(pygit2.Oid(hex=first), pygit2.Oid(hex=second))
        return str(fork) if fork else None
    except KeyError:
        return None
    except (ValueError, pygit2.GitError):
        pair = [first, second]
        answer = run_git(["merge-base"], revisions=pair, cwd=git.top, environment=OFFLINE, accept=(0, 1, 128))
        return answer.stdout.decode().strip() or None


LONGEST_TEXT = 10_000
"""Bytes of a name, an address or a message; only their beginnings are looked at."""


class CommitFacts(NamedTuple):
    """What okstra needs of one commit; `time` is author time in seconds since 1970, `offset` minutes east of UTC."""

    oid: CommitId
    tree: str
    parents: tuple[CommitId, ...]
    author: str
    email: str
    time: int
    offset: int
    subject: str


def find_commit(git: Git, oid: str) -> CommitFacts | None:
    """The facts of a commit, or None when it (or anything under that id) is not a readable commit."""
    commit = find_raw_commit(git, oid)
    return _facts(oid, commit) if commit else None


def parent_tree(git: Git, facts: CommitFacts) -> str | None:
    """The tree of the first parent, the empty tree for a root, None when the parent is missing."""
    if not facts.parents:
        return EMPTY_TREE
    parent = find_commit(git, facts.parents[0])
    return parent.tree if parent else None


def walk(git: Git, include: Iterable[str], exclude: Iterable[str], *, limit: int) -> tuple[list[CommitFacts], bool]:
    """Commits reachable from `include` and not from `exclude`, parents first, and whether all of them were read.

    Missing excluded commits are ignored; at most `limit` commits nearest to the tips are returned.
    """
    commits: list[CommitFacts] = []
    try:
        for step in walk_ids(git, include, exclude):
            facts = find_commit(git, step.oid)
            if facts is None or len(commits) >= limit:
                return commits[::-1], False
            commits.append(facts)
    except UNREADABLE:
        return commits[::-1], False
    return commits[::-1], True


def is_whole_above(git: Git, tips: Iterable[str], root: str | None, *, limit: int) -> bool:
    """Whether everything that may descend from `root` in the history of the tips is in this clone.

    Always, unless the clone is shallow; then only where a walk from the tips down to `root` meets no cut.
    """
    if not git.is_shallow:
        return True
    if root is None or find_commit(git, root) is None:
        return False
    cuts = set(os.fsdecode(read_gits(git.common_dir / "shallow") or b"").split())
    seen, complete = walk(git, tips, [root], limit=limit)
    return complete and not any(commit.oid in cuts for commit in seen)


def unreachable(git: Git, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
    """Those of `commits` that none of the tips contains; one walk answers for all of them. Missing ones included."""
    wanted = set(commits) - set(tips)
    present = [oid for oid in wanted if has_object(git, oid)]
    if not present or not tips:
        return wanted
    try:
        outside = {step.oid for step in walk_ids(git, present, tips, ordered=False)}
    except UNREADABLE:
        outside = {oid for oid in present if not any(contains(git, tip, oid) for tip in tips)}
    return {oid for oid in wanted if oid in outside} | (wanted - set(present))


def descendants(git: Git, commits: Iterable[str], ancestor: str, *, limit: int = 20_000) -> set[str]:
    """Those of `commits` that contain `ancestor`, itself included; one walk answers for all of them.

    Missing ones never do, nor does one whose way to the ancestor is longer than what `limit` lets be read.
    """
    wanted = set(commits)
    present = [oid for oid in wanted if has_object(git, oid)]
    if not present or not has_object(git, ancestor):
        return set()
    holding = {ancestor}
    for commit in walk(git, present, [ancestor], limit=limit)[0]:
        if not holding.isdisjoint(commit.parents):
            holding.add(commit.oid)
    return wanted & holding


def held_by(git: Git, asked: Iterable[tuple[str, str]], hidden: Iterable[str]) -> set[tuple[str, str]]:
    """Those of the pairs (tip, commit) in which the tip has the commit in its history; one walk answers for all.

    Nothing that `hidden` contains is walked, so a commit in there is held by nobody. Every tip is a bit that is handed
    down from children to parents: of the line A-B with the tips A and B, A is handed the bit of B besides its own.
    """
    pairs = set(asked)
    tips = {tip: 1 << place for place, tip in enumerate(sorted({tip for tip, _ in pairs}))}
    present = [oid for oid in {*tips, *(commit for _, commit in pairs)} if has_object(git, oid)]
    try:
        masks = _hand_down(walk_ids(git, present, hidden), tips) if present else {}
    except UNREADABLE:
        return {(tip, commit) for tip, commit in pairs if contains(git, tip, commit)}
    return {(tip, commit) for tip, commit in pairs if masks.get(commit, 0) & tips[tip]}


def contains(git: Git, tip: str, commit: str) -> bool:
    """Whether `commit` is `tip` or one of its ancestors; False when either is missing."""
    if tip == commit:
        return find_commit(git, tip) is not None
    return is_ancestor(git, tip, commit)


def first_parents(git: Git, tip: str, hidden: Iterable[str], *, limit: int) -> list[CommitId]:
    """The tip and its first parents, newest first, as far as none of `hidden` contains them; at most `limit`.

    What cannot be read ends the line.
    """
    line: list[CommitId] = []
    try:
        for step in walk_ids(git, [tip], hidden, first_parent=True):
            if len(line) >= limit:
                break
            line.append(CommitId(step.oid))
    except UNREADABLE:
        return line
    return line


def is_on_line(git: Git, tip: str, commit: str, *, limit: int) -> bool:
    """Whether the commit is the tip or one of its first parents, looked for at most `limit` steps back."""
    if tip == commit:
        return True
    above = first_parents(git, tip, [commit], limit=limit) if contains(git, tip, commit) else []
    lowest = find_commit(git, above[-1]) if above else None
    return lowest is not None and lowest.parents[:1] == (commit,)


def resolve_head(git: Git) -> CommitId | None:
    """The commit checked out here, None on an unborn branch."""
    try:
        return find_quietly(git, "HEAD")
    except OkstraError:
        return None


def merge_base(git: Git, first: str, second: str) -> CommitId | None:
    """A best common ancestor, or None for unrelated or unreadable histories."""
    fork = find_fork(git, first, second)
    return CommitId(fork) if fork else None


def merge_bases(git: Git, first: str, second: str) -> list[CommitId]:
    """All best common ancestors; several after criss-cross merges, none for unrelated histories.

    Refuses (`MissingObject`) when one of the commits, or history between them, is not here.
    """
    for commit in (first, second):
        read_commit(git, commit)
    try:
        asked = ["merge-base", "--all"]
        answer = run_git(asked, revisions=[first, second], cwd=git.top, environment=OFFLINE, accept=(0, 1))
        refuse_damage(answer.stderr.decode(errors="replace"), asked)
    except GitFailed as failed:
        message = f"the history between {first[:10]} and {second[:10]} cannot be read: {failed.message}"
        raise MissingObject(message, hint="git fsck", **(failed.facts | {"commits": [first, second]})) from failed
    return [CommitId(line) for line in answer.stdout.decode().split()]


def independent(git: Git, commits: Iterable[str]) -> list[str]:
    """Those of the commits that no other one of them contains: enough to keep all of them alive."""
    present = [oid for oid in dict.fromkeys(commits) if find_commit(git, oid)]
    covered: set[str] = set()
    waiting = set(present)
    with suppress(*UNREADABLE):
        for oid, parents in walk_ids(git, present, ()):
            if not waiting - covered:
                break
            if oid in waiting or oid in covered:
                covered.update(parents)
            if len(covered) > 4 * len(present) + 10_000:
                break
    return [oid for oid in present if oid not in covered]


def _by_library(
    git: Git, include: list[str], exclude: list[str], *, ordered: bool, first_parent: bool
) -> Iterator[Step]:
    walker = git.handle.walk(None, SortMode.TOPOLOGICAL if ordered else SortMode.NONE)
    if first_parent:
        walker.simplify_first_parent()
    for oid in include:
        walker.push(pygit2.Oid(hex=oid))
    for oid in exclude:
        walker.hide(pygit2.Oid(hex=oid))
    for commit in walker:
        yield Step(str(commit.id), tuple(map(str, commit.parent_ids)))


def _by_program(
    git: Git, include: list[str], exclude: list[str], error: Exception, *, first_parent: bool
) -> list[Step]:
    """The same by `git rev-list`; raises libgit2's own error again when git cannot read it either."""
    if not all(map(is_commit_id, (*include, *exclude))):
        raise error
    asked = ["rev-list", "--topo-order", "--parents", *(["--first-parent"] if first_parent else []), "--stdin"]
    revisions = "".join(f"{oid}\n" for oid in include) + "".join(f"^{oid}\n" for oid in exclude)
    try:
        answer = run_git(asked, cwd=git.top, stdin=revisions.encode(), environment=OFFLINE)
    except GitFailed as failed:
        raise error from failed
    lines = (line.split() for line in answer.stdout.decode().splitlines())
    return [Step(oid, tuple(parents)) for oid, *parents in lines]


def _facts(oid: str, commit: RawCommit) -> CommitFacts:
    name, email, time, offset = parse_ident(commit.author)
    return CommitFacts(
        CommitId(oid),
        commit.tree,
        tuple(map(CommitId, commit.parents)),
        _text(name),
        _text(email),
        time,
        offset,
        _text(commit.message).strip().partition("\n")[0][:120],
    )


def _text(data: bytes) -> str:
    """What a person wrote, as it can be shown and recorded: what is not UTF-8 and zero bytes as escapes."""
    return data[:LONGEST_TEXT].decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _hand_down(steps: Iterable[Step], bits: Mapping[str, int]) -> dict[str, int]:
    masks, walked = dict(bits), dict[str, int]()
    for oid, parents in steps:
        mask = walked[oid] = masks.get(oid, 0)
        for parent in parents if mask else ():
            masks[parent] = masks.get(parent, 0) | mask
    return walked
