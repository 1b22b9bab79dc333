"""What the hunt speaks about: trees, commits that know what they were made from, stages, tasks and scenes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

FILE, PROGRAM, LINK, MODULE = "100644", "100755", "120000", "160000"


class Entry(NamedTuple):
    """A file as a tree has it; the data of a submodule is its commit id."""

    mode: str
    data: bytes


Tree = Mapping[str, Entry]
"""Path -> entry. Never changed in place: an edit makes a new one."""

Renames = Mapping[str, str]
"""Old path -> new path."""


class Author(NamedTuple):
    """Who, and at which second."""

    email: str
    time: int


@dataclass(eq=False)
class Commit:
    """A commit to be, or one that git has (`oid`); equal only to itself.

    `how` says what was done, `sources` are the recorded commits it was made from: none for other people's work, and a
    recorded commit is made from itself. `altered` = it does not do what its sources did.
    """

    tree: Tree
    parents: tuple["Commit", ...]
    author: Author
    subject: str
    committed: int
    how: str = "foreign"
    sources: tuple["Commit", ...] = ()
    altered: bool = False
    renames: Renames = field(default_factory=dict)
    oid: str = ""

    @property
    def parent(self) -> "Commit | None":
        """The first parent."""
        return self.parents[0] if self.parents else None

    @property
    def before(self) -> Tree:
        """The tree under it."""
        return self.parents[0].tree if self.parents else {}

    @property
    def is_empty(self) -> bool:
        return self.tree == self.before

    @property
    def made_from(self) -> tuple["Commit", ...]:
        return (self,) if self.how == "recorded" else self.sources


def line_of(tip: Commit | None) -> Iterator[Commit]:
    """A commit and its first parents, newest first."""
    while tip is not None:
        yield tip
        tip = tip.parent


def ancestors(*tips: Commit | None) -> set[Commit]:
    """These commits and everything they stand on."""
    found: set[Commit] = set()
    waiting = [tip for tip in tips if tip is not None]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += at.parents
    return found


@dataclass(frozen=True)
class Stage:
    """A stage as it is recorded: `commits`, oldest first, on top of `base`."""

    number: int
    branch: str
    base: Commit
    commits: tuple[Commit, ...]

    @property
    def head(self) -> Commit:
        return self.commits[-1]

    @property
    def is_empty(self) -> bool:
        return self.base.tree == self.head.tree

    def renames(self) -> Renames:
        """What its commits renamed altogether."""
        return compose_renames([commit.renames for commit in self.commits], self.base.tree, self.head.tree)

    def paths(self) -> set[str]:
        """Every path that one of its commits touches."""
        return {path for commit in self.commits for path in changed_paths(commit.before, commit.tree)}


@dataclass(frozen=True)
class Task:
    """What is recorded once and judged many times; `anonymous` = all commits have one author, second and subject."""

    name: str
    trunk: Sequence[Commit]
    stages: Sequence[Stage]
    anonymous: bool = False

    @property
    def trunk_name(self) -> str:
        return f"{self.name}/trunk"

    @property
    def branches(self) -> dict[str, Commit]:
        """Every branch of its stages, where it was when they were recorded."""
        return {stage.branch: stage.head for stage in self.stages}


@dataclass
class Scene:
    """A task's history made anew: refs by full name, upstreams by branch name, what the trunk renamed.

    `merged` = merges by which the trunk took a branch as it is now, newest first.
    """

    task: Task
    refs: dict[str, Commit] = field(default_factory=dict)
    tracks: dict[str, str] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    merged: list[Commit] = field(default_factory=list)

    def own(self, branch: str) -> Commit | None:
        """The tip of a stage's branch: the local one, or where it is gone the fetched one."""
        return self.local(branch) or self.refs.get(f"refs/remotes/origin/{branch}")

    def local(self, branch: str) -> Commit | None:
        return self.refs.get(f"refs/heads/{branch}")

    def upstream(self, branch: str) -> Commit | None:
        return self.refs.get(self.tracks.get(branch, ""))

    def targets(self) -> list[Commit]:
        """Tips of the trunk, here and as it was fetched."""
        names = (f"refs/heads/{self.task.trunk_name}", f"refs/remotes/origin/{self.task.trunk_name}")
        return [self.refs[name] for name in names if name in self.refs]

    def trunk_alone(self) -> set[Commit]:
        """What the targets have without the branches that were merged into them."""
        return ancestors(*(self._under_merges(tip) for tip in self.targets()))

    def _under_merges(self, tip: Commit) -> Commit:
        while tip in self.merged:
            tip = tip.parents[0]
        return tip


def changed_paths(before: Tree, after: Tree) -> set[str]:
    """Paths that differ between two trees."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def compose_renames(each: Sequence[Renames], before: Tree, after: Tree) -> Renames:
    """One rename after the other, as far as it begins in `before` and ends in `after`."""
    whole: dict[str, str] = {}
    for renames in each:
        moved = {old: renames[new] for old, new in whole.items() if new in renames}
        whole = {**whole, **{old: new for old, new in renames.items() if old not in whole.values()}, **moved}
    return {o: n for o, n in whole.items() if o != n and o in before and o not in after and n in after}
