"""How groups stand since they were assembled, and what of each stage leaves with one: its commits, and which tree."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.git.diffs import Delta, diff_trees, show_path, touched
from okstra_git.git.history import contains, find_commit
from okstra_git.git.merging import TreeMerger
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.refs import find_quietly, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded, printed_recorded
from okstra_git.handoff.groups import restore_lines
from okstra_git.handoff.merge_plan import tree_under
from okstra_git.handoff.own_branch import is_own_branch
from okstra_git.handoff.selection import InBase, part_of
from okstra_git.names import CommitId, quote
from okstra_git.records.handoff import Group, PullRequest
from okstra_git.records.stage import RangeFingerprint, Verification
from okstra_git.records.states import Task

COPIES = ("replayed", "squashed")

NONE: Mapping[int, str] = {}


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


@dataclass(frozen=True)
class GroupChange:
    """One thing that is not any more as it was assembled: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class GroupView:
    """A group with its pull request, its registry row's worktree, and how far it has come.

    `state` is `assembled`, `in-pr`, `landed`, `closed` or `superseded`. `is_pushed`: a remote has the branch as it was
    assembled, and no pull request is on record.
    """

    group: Group
    state: str
    worktree: str | None
    pr: PullRequest | None
    changed: tuple[GroupChange, ...]
    is_pushed: bool = False


def list_groups(git: Git, task: Task, elsewhere: Collection[str], stale: Mapping[int, str] = NONE) -> list[GroupView]:
    """Every group of the task, by its lowest stage; those in `elsewhere` (ids) landed where they do not go to.

    `stale` are stages of which only a person can say what they are now, with the reason.
    """
    groups = sorted(task.groups.values(), key=lambda item: item.stages)
    return [_view(git, task, group, elsewhere, stale) for group in groups]


def changes_since(git: Git, task: Task, group: Group) -> Iterator[GroupChange]:
    """What makes the group another one than was assembled: stages, the branch itself, the base."""
    for member in group.members:
        stage = task.stages.get(member.stage)
        if stage is None or stage.range is None:
            yield GroupChange("stage-gone", f"stage {member.stage} has no commit on record any more")
        elif stage.range.delta != member.delta:
            now, then = stage.range.head[:10], member.commit[:10]
            yield GroupChange("stage-changed", f"stage {member.stage} changed: {then} was assembled, {now} is recorded")
        elif not (stage.is_verified or stage.landed or task.is_adopted):
            yield GroupChange("verification-stale", f"the verification of stage {member.stage} does not stand any more")
    tip = find_quietly(git, f"refs/heads/{group.branch}") or _fetched(git, group.branch)
    if tip is None:
        yield GroupChange("branch-gone", f"branch {group.branch} is not there any more")
    elif tip != group.range.head:
        yield GroupChange(
            "branch-moved", f"branch {group.branch} is at {tip[:10]}, assembled was {group.range.head[:10]}"
        )
    base = find_recorded(git, group.base_ref)
    if base is None:
        yield GroupChange("base-gone", f"the base {group.base_ref} names no commit any more")
    elif group.range.base is not None and base != group.range.base and not contains(git, base, group.range.head):
        yield GroupChange("base-moved", f"{group.base_ref} moved from {group.range.base[:10]} to {base[:10]}")


def next_lines(git: Git, task: Task, view: GroupView) -> tuple[str, ...]:
    """What to do about a group that is no longer what was assembled, or was only pushed; each command is accepted."""
    codes = {change.code for change in view.changed}
    if not codes and view.is_pushed:
        stages = ",".join(map(str, view.group.stages))
        return (f"git okstra handoff publish --task-key {task.key} --stages {stages}",)
    if not codes or (view.state != "assembled" and codes == {"base-moved"}):
        return ()
    key, group = str(task.key), view.group
    if "stale-history" in codes:
        return (f"git okstra reconcile --task-key {key} --check",)
    if is_own_branch(task, group):
        return (f"git okstra handoff publish --task-key {key}",)
    members = [task.stages.get(number) for number in group.stages]
    if any(stage is None or not (stage.is_verified or stage.landed) for stage in members):
        return (f"git okstra handoff eligible --task-key {key}",)
    restore = restore_lines(git, group.branch, group.range.head, group.former) if "branch-moved" in codes else ()
    stages, base = ",".join(map(str, group.stages)), printed_recorded(git, group.base_ref)
    update = " --update" if view.state == "in-pr" else ""
    return restore or (f"git okstra handoff assemble --task-key {key} --stages {stages} --base {word(base)}{update}",)


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


def _view(git: Git, task: Task, group: Group, elsewhere: Collection[str], stale: Mapping[int, str]) -> GroupView:
    prs = [pr for pr in task.prs.values() if pr.group == group.id]
    pr = next((candidate for candidate in prs if candidate.status == "open"), prs[-1] if prs else None)
    place = task.places.get(f"group-{group.id}")
    worktree = place.worktree if place is not None and place.status == "active" else None
    state = _state(task, group, pr, elsewhere)
    changed = (*_stale(group, stale), *changes_since(git, task, group)) if state in ("assembled", "in-pr") else ()
    if state == "in-pr":  # the forge merges onto a base that moved
        changed = tuple(candidate for candidate in changed if candidate.code != "base-moved")
    is_pushed = state == "assembled" and _fetched(git, group.branch) == group.range.head
    return GroupView(group, state, worktree, pr, changed, is_pushed)


def _state(task: Task, group: Group, pr: PullRequest | None, elsewhere: Collection[str]) -> str:
    if group.status == "superseded" and pr is None:
        return "superseded"  # what lands of its stages lands with another group
    members = [task.stages[number] for number in group.stages if number in task.stages]
    if members and group.id not in elsewhere and all(stage.landed for stage in members):
        return "landed"
    if group.status == "superseded":
        return "superseded"
    if pr is None:
        return "assembled"
    if pr.status == "open" or pr.url in elsewhere:
        return "in-pr"
    newer = group.at is not None and pr.ended is not None and group.at > pr.ended
    return "assembled" if newer else "closed"


def _stale(group: Group, stale: Mapping[int, str]) -> Iterator[GroupChange]:
    for number in group.stages:
        if number in stale:
            yield GroupChange("stale-history", f"stage {number} needs a decision: {stale[number]}")


def _fetched(git: Git, branch: str) -> CommitId | None:
    """The branch as a remote has it, for a clone in which the group was not assembled."""
    names = [name for name in list_ref_names(git, "refs/remotes/") if name.split("/", 3)[-1] == branch]
    return next((tip for name in names if (tip := find_quietly(git, name))), None)
