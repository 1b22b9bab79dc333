"""A stage as a range of commits: the base under its head, and the fingerprints by which it is found again."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from okstra_git.digest import multiset_sum, show_sum
from okstra_git.git.diffs import (
    PATCH_ALGORITHM,
    Delta,
    delta_fingerprint,
    delta_sum,
    diff_trees,
    patch_id,
    paths_fingerprint,
    show_path,
)
from okstra_git.git.file_changes import line_difference
from okstra_git.git.history import (
    CommitFacts,
    contains,
    find_commit,
    first_parents,
    is_on_line,
    merge_base,
    unreachable,
    walk,
)
from okstra_git.git.merging import MergeFailed, merge_commits
from okstra_git.git.objects import EMPTY_TREE, MissingObject
from okstra_git.git.reflogs import list_commits_made
from okstra_git.git.remotes import branch_tips, default_branches
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded
from okstra_git.names import CommitId
from okstra_git.records.grammar import MAX_PATH
from okstra_git.records.stage import Author, RangeFingerprint
from okstra_git.records.states import Stage, Task

MAX_STEPS_BACK = 5_000
MAX_BETWEEN = 200
"""Commits looked at between what a base branch took in of a stage and what the stage took in of it."""


@dataclass
class Stack:
    """Heads of a task's recorded stages, by commit; `tips` remembers where base branches are."""

    heads: dict[str, int] = field(default_factory=dict)
    tips: dict[tuple[str, str], list[CommitId]] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task) -> "Stack":
        """The stack as recorded."""
        return cls({stage.range.head: number for number, stage in task.stages.items() if stage.range})

    def put(self, number: int, head: str) -> None:
        """Remember where a stage is about to end."""
        self.heads[head] = number

    def holds(self, commit: str, *, other_than: int) -> bool:
        """Whether another stage ends on this commit."""
        return self.heads.get(commit, other_than) != other_than

    def base_tips(self, git: Git, task: Task, stage: Stage) -> list[CommitId]:
        """Where the stage's base branch is, here and as fetched; asked of git once for each name and start.

        A base that names no branch, or the stage's own one, stands for the main branches that contain where the stage
        was started.
        """
        anchored = task.anchor.ref if task.anchor else ""
        name = stage.base_ref or anchored
        key = ("" if _is_own_branch(stage, name) else name, stage.base)
        if key not in self.tips:
            names = [branch for branch in (anchored, *default_branches(git)) if not _is_own_branch(stage, branch)]
            self.tips[key] = branch_tips(git, key[0]) or _around(git, names, name, stage.base)
        return self.tips[key]

    def trunk_tips(self, git: Git, task: Task) -> list[CommitId]:
        """Where the branch is that the task is anchored on, under all of its stages."""
        key = (task.anchor.ref if task.anchor else "", "")
        if key not in self.tips:
            self.tips[key] = branch_tips(git, key[0])
        return self.tips[key]


def choose_base(git: Git, task: Task, stack: Stack, stage: Stage, head: str) -> str | None:
    """The base of `head`: the newest commit in its history that is known not to be work of the stage.

    Known are the ends of other stages on its line of history, where it was started or last based, and what it has of
    its base branch, by a merge as well as by a rebase; what that branch has of the stage never makes it shorter.
    Failing all, its parent; None for a root commit.
    """
    line = _own_line(git, stack, stage, head)
    own = _recorded_before(git, stage, head)
    tips = stack.base_tips(git, task, stage)
    forks = [fork for tip in tips if (fork := _fork(git, tip, head, own, line, stage)) is not None]
    if _is_empty(git, task, stack, stage, head, forks):
        return head
    known = {stage.base, stage.range.base if stage.range else None, *forks} - {None, "", head}
    nearest = _nearest_below(git, head, stack, stage.number, known)
    others = [commit for commit in known if commit and commit != nearest]
    above = [
        commit
        for commit in others
        if (nearest is None or contains(git, commit, nearest)) and contains(git, head, commit)
    ]
    if above:
        return _newest(git, above)
    if nearest is not None:
        return _lifted(git, head, nearest, [*forks, *stack.trunk_tips(git, task)])
    facts = find_commit(git, head)
    return facts.parents[0] if facts and facts.parents else None


SHOWN_PATHS = 12
MAX_PRINTED_FILES = 2_000
MAX_COUNTED = 100_000


def fingerprint_ranges(git: Git, ranges: Sequence[tuple[str | None, str]]) -> list[RangeFingerprint]:
    """The print of each (base, head) pair; base None means everything up to head. Refuses on missing commits.

    All deltas are read in one run of git, so that recording thousands of stages stays cheap.
    """
    ends = [(_require(git, base) if base else None, _require(git, head)) for base, head in ranges]
    trees = [(base.tree if base else EMPTY_TREE, head.tree) for base, head in ends]
    return [_print(git, base, head, delta) for (base, head), delta in zip(ends, diff_trees(git, trees), strict=True)]


def lines_sum(git: Git, delta: Delta) -> str | None:
    """The additive fingerprint of the lines that came and went, or None where that is not to be had."""
    if len(delta) > MAX_PRINTED_FILES:
        return None
    difference = line_difference(git, delta)
    return None if difference is None else show_sum(multiset_sum(difference.items()))


def _is_own_branch(stage: Stage, name: str) -> bool:
    """Whether a branch is the stage's own, here or as a remote has it: what is pushed there is its own work."""
    short = name.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    return stage.branch in (short, short.partition("/")[2]) and bool(stage.branch)


def _around(git: Git, names: Sequence[str], named: str, started: str) -> list[CommitId]:
    start = started or find_recorded(git, named)
    tips = [tip for name in names if name for tip in branch_tips(git, name)]
    return [tip for tip in dict.fromkeys(tips) if start and contains(git, tip, start)]


def _is_empty(git: Git, task: Task, stack: Stack, stage: Stage, head: str, forks: Sequence[str]) -> bool:
    """Whether the stage has nothing of its own: it ends where it was started, or on the stage that it builds on.

    That holds whatever became of its base branch since. A base that names the stage's own branch proves nothing.
    """
    if head != stage.base:
        under = task.stages.get(stack.heads.get(head, 0)) if stage.range is None else None
        others = under is not None and under.number != stage.number and under.branch != stage.branch
        return under is not None and others and (under.number in stage.depends_on or under.branch == stage.base_ref)
    named = stage.base_ref or (task.anchor.ref if task.anchor else "")
    return not forks or (not _is_own_branch(stage, named) and bool(branch_tips(git, named)))


def _lifted(git: Git, head: str, base: str, branches: Sequence[str]) -> str:
    """The base, or the last of the merges right above it that only took in one of the base branches."""
    line: list[CommitFacts] = []
    below = find_commit(git, head)
    while below is not None and below.oid != base:
        line.append(below)
        below = find_commit(git, below.parents[0]) if below.parents else None
    for commit in reversed(line):
        if not _only_took_in(git, commit, branches):
            break
        base = commit.oid
    return base


def _only_took_in(git: Git, merge: CommitFacts, branches: Sequence[str]) -> bool:
    """Whether git makes this merge by itself, and what it brings is known to be of a base branch."""
    if len(merge.parents) != 2 or not any(contains(git, branch, merge.parents[1]) for branch in branches):
        return False
    try:
        return merge_commits(git, *merge.parents, write=False).tree == merge.tree
    except MergeFailed:
        return False


def _newest(git: Git, commits: Iterable[str]) -> str:
    """One that none of the others contains."""
    newest, *others = sorted(commits)
    for other in others:
        newest = other if contains(git, other, newest) else newest
    return newest


def _nearest_below(git: Git, head: str, stack: Stack, number: int, known: Set[str | None]) -> str | None:
    """The first known commit on the first-parent line below head."""
    commit: CommitFacts | None = find_commit(git, head)
    for _ in range(MAX_STEPS_BACK):
        if commit is None or not commit.parents:
            return None
        below = commit.parents[0]
        if below in known or stack.holds(below, other_than=number):
            return below
        commit = find_commit(git, below)
    return None


def _recorded_before(git: Git, stage: Stage, head: str) -> list[str]:
    """Commits below head that the stage was recorded by, and that are more than where it was started."""
    ranges = [*([stage.range] if stage.range else []), *(trail.range for trail in stage.trail)]
    heads = dict.fromkeys(recorded.head for recorded in ranges if not recorded.is_empty and recorded.head != head)
    below = [commit for commit in heads if contains(git, head, commit)]
    return [commit for commit in below if not (stage.base and contains(git, stage.base, commit))]


def _own_line(git: Git, stack: Stack, stage: Stage, head: str) -> list[str]:
    """Head and its first parents, newest first, down to where the stage was started or another one ends."""
    line: list[str] = []
    commit = find_commit(git, head)
    while commit is not None and len(line) < MAX_STEPS_BACK:
        if commit.oid == stage.base or (line and stack.holds(commit.oid, other_than=stage.number)):
            break
        line.append(commit.oid)
        commit = find_commit(git, commit.parents[0]) if commit.parents else None
    return line


def _fork(git: Git, tip: str, head: str, own: Sequence[str], line: Sequence[str], stage: Stage) -> str | None:
    """The newest commit that `head` has of a branch, as far as it is not work of the stage; None where that is nothing.

    `own` are commits that the stage was recorded by, `line` is its own line of history.
    """
    fork = merge_base(git, tip, head)
    if fork is None or head == stage.base == fork:
        return None
    mine = [*own, *_taken_there(git, tip, fork, line, stage)]
    if fork == head and not mine:
        return None  # it stands on the branch itself
    if not any(contains(git, fork, commit) for commit in mine):
        return fork
    under = _newest_without(git, tip, head, mine)
    if fork != head and (under is None or _has_work_of_others(git, fork, [under, *mine])):
        return fork  # no commit has all that the stage took in, and nothing of the stage
    return under


def _taken_there(git: Git, tip: str, fork: str, line: Sequence[str], stage: Stage) -> list[str]:
    """The newest and the oldest commit of the stage's line that the branch has and that are the stage's own: they came
    to the branch by a merge, or were made on the stage's branch, as git's reflog tells."""
    if not line or fork == stage.base or not contains(git, fork, line[-1]):
        return []  # mostly: the branch has nothing of the line
    outside = unreachable(git, line, [fork])
    there = [commit for commit in line if commit not in outside]
    if not there:
        return []
    merged = [] if is_on_line(git, tip, there[0], limit=MAX_STEPS_BACK) else there[:1]
    made = list_commits_made(git, f"refs/heads/{stage.branch}") if stage.branch else set()
    own = [*merged, *(commit for commit in there if commit in made)]
    return [own[0], own[-1]] if own else []


def _newest_without(git: Git, tip: str, head: str, mine: Sequence[str]) -> str | None:
    """The newest commit on the branch's own line that `head` has in its history and that has nothing of `mine`."""
    line = first_parents(git, tip, (), limit=MAX_STEPS_BACK)
    outside = unreachable(git, line, [head])
    inside = (commit for commit in line if commit not in outside)
    return next((commit for commit in inside if not any(contains(git, commit, own) for own in mine)), None)


def _has_work_of_others(git: Git, commit: str, known: Sequence[str]) -> bool:
    """Whether more than merges lies between what is known and the commit."""
    between_commits, complete = walk(git, [commit], known, limit=MAX_BETWEEN)
    return not complete or any(len(commit.parents) < 2 for commit in between_commits)


def _require(git: Git, oid: str) -> CommitFacts:
    facts = find_commit(git, oid)
    if facts is None:
        raise MissingObject(f"the commit {oid} cannot be read", hint="in a shallow clone, fetch more", object=oid)
    return facts


def _print(git: Git, base: CommitFacts | None, head: CommitFacts, delta: Delta) -> RangeFingerprint:
    base_tree = base.tree if base else EMPTY_TREE
    return RangeFingerprint(
        head=head.oid,
        head_tree=head.tree,
        base=base.oid if base else None,
        base_tree=base_tree,
        parents=head.parents,
        commits=_count(git, base, head),
        author=Author(name=head.author, email=head.email, time=head.time, offset=head.offset),
        subject=head.subject,
        delta=delta_fingerprint(delta),
        delta_sum=show_sum(delta_sum(delta)),
        lines_sum=lines_sum(git, delta),
        path_count=len(delta),
        paths=tuple(show_path(change.path)[:MAX_PATH] for change in delta[:SHOWN_PATHS]),
        paths_print=paths_fingerprint(delta),
        patch_id=patch_id(git, base_tree, head.tree) if len(delta) < MAX_PRINTED_FILES else None,
        patch_algorithm=PATCH_ALGORITHM,
    )


def _count(git: Git, base: CommitFacts | None, head: CommitFacts) -> int:
    if base is not None and head.parents == (base.oid,):
        return 1
    if base is not None and base.oid == head.oid:
        return 0
    commits, _ = walk(git, [head.oid], [base.oid] if base else [], limit=MAX_COUNTED)
    return len(commits)
