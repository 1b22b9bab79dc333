"""What of each stage leaves with a group: which commits, which tree, and whether that is what was verified."""

from collections.abc import Sequence
from dataclasses import dataclass

from okstra_git.errors import OkstraError
from okstra_git.git.diffs import Delta, diff_trees, show_path, touched
from okstra_git.git.history import contains, find_commit
from okstra_git.git.merging import TreeMerger
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git
from okstra_git.handoff.merge_plan import tree_under
from okstra_git.handoff.selection import InBase, part_of
from okstra_git.names import quote
from okstra_git.records.handoff import Group
from okstra_git.records.stage import RangeFingerprint, Verification
from okstra_git.records.states import Task

COPIES = ("replayed", "squashed")


@dataclass(frozen=True)
class Leaving:
    """One stage of a group as it leaves; `tree` is that of the group's branch.

    `how` is `as-is` or `merged` where the branch has the recorded `commit` itself, else `replayed`, `squashed`, or
    `copied` where it is not known how. `differs` are the stage's files that are not on the branch as they were
    verified; None without a verification.
    """

    stage: int
    commit: str
    tree: str
    how: str
    verified: Verification | None
    differs: tuple[str, ...] | None

    @property
    def is_there(self) -> bool:
        """Whether the branch has the recorded commit itself."""
        return self.how in ("as-is", "merged")

    @property
    def is_exact(self) -> bool:
        """Whether the commit that was verified is on the branch."""
        return self.is_there and self.verified is not None and self.verified.commit == self.commit

    @property
    def is_same_tree(self) -> bool:
        """Whether the branch has exactly the files that were verified."""
        return self.verified is not None and self.verified.tree == self.tree


def list_leaving(git: Git, task: Task, group: Group) -> list[Leaving]:
    """Each stage of the group that has a commit on record, as recorded now, against the group's branch."""
    ranges = [(number, recorded) for number in group.stages if (recorded := _range(task, number)) is not None]
    tree = group.range.head_tree
    return [
        Leaving(number, recorded.head, tree, _how(git, group, number, recorded), task.stages[number].verified, differs)
        for (number, recorded), differs in zip(ranges, _differences(git, task, group, ranges), strict=True)
    ]


def _range(task: Task, number: int) -> RangeFingerprint | None:
    stage = task.stages.get(number)
    return stage.range if stage is not None else None


def _how(git: Git, group: Group, number: int, recorded: RangeFingerprint) -> str:
    """As the branch shows it; how a copy was made is known from the assembling alone."""
    if contains(git, group.range.head, recorded.head):
        return "as-is" if group.range.head == recorded.head else "merged"
    how = next((member.how for member in group.members if member.stage == number), "")
    return how if how in COPIES else "copied"


def _differences(
    git: Git, task: Task, group: Group, ranges: Sequence[tuple[int, RangeFingerprint]]
) -> list[tuple[str, ...] | None]:
    """For each stage the paths of its change that the branch does not have as they were verified.

    Where the verification is of other content, what only that touched counts as well.
    """
    onto = group.range.base or group.range.head
    stages = [task.stages[number] for number, _ in ranges]
    own = [(_under(git, task, number, recorded, onto), recorded.head_tree) for number, recorded in ranges]
    trees = [stage.verified.tree if stage.verified is not None else recorded.head_tree for stage, (_, recorded) in
             zip(stages, ranges, strict=True)]  # fmt: skip
    left = [(tree, group.range.head_tree) for tree in trees]
    since = [(tree, recorded.head_tree) for tree, (_, recorded) in zip(trees, ranges, strict=True)]
    deltas = diff_trees(git, [*own, *left, *since])
    many = len(ranges)
    return [
        _differing(own_delta, left_delta, since_delta, counts_since=not stage.is_verified)
        if stage.verified is not None
        else None
        for stage, own_delta, left_delta, since_delta in zip(
            stages, deltas[:many], deltas[many : 2 * many], deltas[2 * many :], strict=True
        )
    ]


def _differing(own: Delta, left: Delta, since: Delta, *, counts_since: bool) -> tuple[str, ...]:
    paths = touched([own, since] if counts_since else [own]) & touched([left])
    return tuple(sorted(show_path(path) for path in paths))


def _under(git: Git, task: Task, number: int, recorded: RangeFingerprint, onto: str) -> str:
    """What the stage's change stands on; its recorded base where nothing more exact can be determined."""
    try:
        with TreeMerger(git, write=True) as merger:
            return tree_under(git, part_of(git, task, number, InBase(), onto), merger)
    except OkstraError:
        facts = find_commit(git, recorded.base) if recorded.base else None
        return facts.tree if facts is not None else EMPTY_TREE


def describe(stage: Leaving) -> str:
    """One clause for people: how the stage leaves and whether its files are those that were verified."""
    ways = {"as-is": "its own commit", "merged": "its own commit, merged", "replayed": "copies of its commits",
            "squashed": "one new commit"}  # fmt: skip
    how = f"stage {stage.stage} leaves as {ways.get(stage.how, 'other commits')}"
    if stage.verified is None:
        return f"{how}; not verified"
    if stage.is_same_tree:
        return f"{how}, in the tree that was verified"
    if stage.differs:
        more = f" and {len(stage.differs) - 3} more" if len(stage.differs) > 3 else ""
        return f"{how}; not as verified: {', '.join(quote(path) for path in stage.differs[:3])}{more}"
    return f"{how}, its files as they were verified, in tree {stage.tree[:10]}"
