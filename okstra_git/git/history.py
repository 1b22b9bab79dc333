"""Commits as values: lookups, ancestry and bounded walks, in a form that needs no git afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pygit2
from pygit2.enums import SortMode

from okstra_git.git.binary import OFFLINE, GitFailed, run_git
from okstra_git.git.objects import EMPTY_TREE, MissingObject, read_commit
from okstra_git.git.repo import Git
from okstra_git.names import CommitId


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
    try:
        found = git.handle[oid]
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return _facts(found) if isinstance(found, pygit2.Commit) else None


def _facts(commit: pygit2.Commit) -> CommitFacts:
    author = commit.author
    return CommitFacts(
        CommitId(str(commit.id)),
        str(commit.tree_id),
        tuple(CommitId(str(parent)) for parent in commit.parent_ids),
        author.raw_name.decode("utf-8", "backslashreplace"),
        author.raw_email.decode("utf-8", "backslashreplace"),
        author.time,
        author.offset,
        commit.raw_message.decode("utf-8", "backslashreplace").strip().partition("\n")[0][:120],
    )


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
    walker = git.handle.walk(None, SortMode.TOPOLOGICAL)
    for oid in include:
        walker.push(pygit2.Oid(hex=oid))
    for oid in exclude:
        if find_commit(git, oid):
            walker.hide(pygit2.Oid(hex=oid))
    found: list[CommitFacts] = []
    try:
        for commit in walker:
            if len(found) >= limit:
                return found[::-1], False
            found.append(_facts(commit))
    except (KeyError, pygit2.GitError):
        return found[::-1], False
    return found[::-1], True


def is_whole_above(git: Git, tips: Iterable[str], root: str | None, *, limit: int) -> bool:
    """Whether everything that may descend from `root` in the history of the tips is in this clone.

    Always, unless the clone is shallow; then only where a walk from the tips down to `root` meets no cut.
    """
    if not git.is_shallow:
        return True
    if root is None or find_commit(git, root) is None:
        return False
    cuts = set((git.common_dir / "shallow").read_text().split())
    seen, complete = walk(git, tips, [root], limit=limit)
    return complete and not any(commit.oid in cuts for commit in seen)


def unreachable(git: Git, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
    """Those of `commits` that none of the tips contains; one walk answers for all of them. Missing ones included."""
    wanted = set(commits) - set(tips)
    present = [oid for oid in wanted if oid in git.handle]
    if not present or not tips:
        return wanted
    try:
        outside = {str(oid) for oid in _ids_outside(git, present, tips)}
    except (KeyError, pygit2.GitError):
        outside = {oid for oid in present if not any(contains(git, tip, oid) for tip in tips)}
    return {oid for oid in wanted if oid in outside} | (wanted - set(present))


def descendants(git: Git, commits: Iterable[str], ancestor: str, *, limit: int = 20_000) -> set[str]:
    """Those of `commits` that contain `ancestor`, itself included; one walk answers for all of them.

    Missing ones never do, nor does one whose way to the ancestor is longer than what `limit` lets be read.
    """
    wanted = set(commits)
    present = [oid for oid in wanted if oid in git.handle]
    if not present or ancestor not in git.handle:
        return set()
    holding = {ancestor}
    for found in walk(git, present, [ancestor], limit=limit)[0]:
        if not holding.isdisjoint(found.parents):
            holding.add(found.oid)
    return wanted & holding


def _ids_outside(git: Git, present: Sequence[str], tips: Sequence[str]) -> Iterable[pygit2.Oid]:
    walker = git.handle.walk(None, SortMode.NONE)
    for oid in present:
        walker.push(pygit2.Oid(hex=oid))
    for oid in tips:
        if find_commit(git, oid):
            walker.hide(pygit2.Oid(hex=oid))
    return (commit.id for commit in walker)


def held_by(git: Git, asked: Iterable[tuple[str, str]], hidden: Iterable[str]) -> set[tuple[str, str]]:
    """Those of the pairs (tip, commit) in which the tip has the commit in its history; one walk answers for all.

    Nothing that `hidden` contains is walked, so a commit in there is held by nobody. Every tip is a bit that is handed
    down from children to parents: of the line A-B with the tips A and B, A is handed the bit of B besides its own.
    """
    pairs = set(asked)
    tips = {tip: 1 << place for place, tip in enumerate(sorted({tip for tip, _ in pairs}))}
    walker = git.handle.walk(None, SortMode.TOPOLOGICAL)
    present = [oid for oid in {*tips, *(commit for _, commit in pairs)} if oid in git.handle]
    for oid in present:
        walker.push(pygit2.Oid(hex=oid))
    for oid in hidden:
        if find_commit(git, oid):
            walker.hide(pygit2.Oid(hex=oid))
    try:
        masks = _hand_down(walker, tips) if present else {}
    except (KeyError, pygit2.GitError):
        return {(tip, commit) for tip, commit in pairs if contains(git, tip, commit)}
    return {(tip, commit) for tip, commit in pairs if masks.get(commit, 0) & tips[tip]}


def _hand_down(walker: Iterable[pygit2.Commit], bits: Mapping[str, int]) -> dict[str, int]:
    masks, walked = dict(bits), dict[str, int]()
    for commit in walker:
        mask = walked[str(commit.id)] = masks.get(str(commit.id), 0)
        for parent in commit.parent_ids if mask else ():
            key = str(parent)
            masks[key] = masks.get(key, 0) | mask
    return walked


def contains(git: Git, tip: str, commit: str) -> bool:
    """Whether `commit` is `tip` or one of its ancestors; False when either is missing."""
    if tip == commit:
        return find_commit(git, tip) is not None
    try:
        return bool(git.handle.descendant_of(pygit2.Oid(hex=tip), pygit2.Oid(hex=commit)))
    except (KeyError, ValueError, pygit2.GitError):
        return False


def first_parents(git: Git, tip: str, hidden: Iterable[str], *, limit: int) -> list[CommitId]:
    """The tip and its first parents, newest first, as far as none of `hidden` contains them; at most `limit`.

    What cannot be read ends the line.
    """
    walker = git.handle.walk(None, SortMode.TOPOLOGICAL)
    walker.simplify_first_parent()
    line: list[CommitId] = []
    try:
        walker.push(pygit2.Oid(hex=tip))
        for oid in hidden:
            if find_commit(git, oid):
                walker.hide(pygit2.Oid(hex=oid))
        for commit in walker:
            if len(line) >= limit:
                break
            line.append(CommitId(str(commit.id)))
    except (KeyError, ValueError, pygit2.GitError):
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
        return CommitId(str(git.handle.head.peel(pygit2.Commit).id))
    except (KeyError, pygit2.GitError, ValueError):
        return None


def merge_base(git: Git, one: str, other: str) -> CommitId | None:
    """A best common ancestor, or None for unrelated or unreadable histories."""
    try:
        found = git.handle.merge_base(pygit2.Oid(hex=one), pygit2.Oid(hex=other))
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return CommitId(str(found)) if found else None


def merge_bases(git: Git, one: str, other: str) -> list[CommitId]:
    """All best common ancestors; several after criss-cross merges, none for unrelated histories.

    Refuses (`MissingObject`) when one of the commits, or history between them, is not here.
    """
    for commit in (one, other):
        read_commit(git, commit)
    try:
        said = run_git(["merge-base", "--all", one, other], cwd=git.top, environment=OFFLINE, accept=(0, 1))
    except GitFailed as failed:
        raise MissingObject(
            f"the history between {one[:10]} and {other[:10]} cannot be read",
            hint="run 'git fsck'",
            commits=[one, other],
        ) from failed
    return [CommitId(line) for line in said.stdout.decode().split()]


def independent(git: Git, commits: Iterable[str]) -> list[str]:
    """Those of the commits that no other one of them contains: enough to keep all of them alive."""
    present = [oid for oid in dict.fromkeys(commits) if find_commit(git, oid)]
    covered: set[str] = set()
    walker = git.handle.walk(None, SortMode.TOPOLOGICAL)
    for oid in present:
        walker.push(pygit2.Oid(hex=oid))
    waiting = set(present)
    for commit in walker:
        if not waiting - covered:
            break
        if str(commit.id) in waiting or str(commit.id) in covered:
            covered.update(str(parent) for parent in commit.parent_ids)
        if len(covered) > 4 * len(present) + 10_000:
            break
    return [oid for oid in present if oid not in covered]
