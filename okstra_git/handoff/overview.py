"""How assembled groups stand now: published, landed, and what has changed since they were assembled."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from okstra_git.commands import word
from okstra_git.git.history import contains
from okstra_git.git.refs import find_quietly, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded, printed_recorded
from okstra_git.handoff.groups import restore_lines
from okstra_git.names import CommitId
from okstra_git.records.handoff import Group, PullRequest
from okstra_git.records.states import Task

NONE: Mapping[int, str] = {}


@dataclass(frozen=True)
class GroupChange:
    """One thing that is not any more as it was assembled: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class GroupView:
    """A group with its pull request, its registry row's worktree, and how far it has come.

    `state` is `assembled`, `in-pr`, `landed`, `closed` or `superseded`.
    """

    group: Group
    state: str
    worktree: str | None
    pr: PullRequest | None
    changed: tuple[GroupChange, ...]


def list_groups(git: Git, task: Task, elsewhere: Collection[str], stale: Mapping[int, str] = NONE) -> list[GroupView]:
    """Every group of the task, by its lowest stage; those in `elsewhere` (ids) landed where they do not go to.

    `stale` are stages of which only a person can say what they are now, with the reason.
    """
    groups = sorted(task.groups.values(), key=lambda item: item.stages)
    return [_view(git, task, group, elsewhere, stale) for group in groups]


def _view(git: Git, task: Task, group: Group, elsewhere: Collection[str], stale: Mapping[int, str]) -> GroupView:
    prs = [pr for pr in task.prs.values() if pr.group == group.id]
    pr = next((candidate for candidate in prs if candidate.status == "open"), prs[-1] if prs else None)
    place = task.places.get(f"group-{group.id}")
    worktree = place.worktree if place is not None and place.status == "active" else None
    state = _state(task, group, pr, elsewhere)
    changed = (*_stale(group, stale), *changes_since(git, task, group)) if state in ("assembled", "in-pr") else ()
    if state == "in-pr":  # the forge merges onto a base that moved
        changed = tuple(candidate for candidate in changed if candidate.code != "base-moved")
    return GroupView(group, state, worktree, pr, changed)


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


def changes_since(git: Git, task: Task, group: Group) -> Iterator[GroupChange]:
    """What makes the group another one than was assembled: stages, the branch itself, the base."""
    for member in group.members:
        stage = task.stages.get(member.stage)
        if stage is None or stage.range is None:
            yield GroupChange("stage-gone", f"stage {member.stage} has no commit on record any more")
        elif stage.range.delta != member.delta:
            now, then = stage.range.head[:10], member.commit[:10]
            yield GroupChange("stage-changed", f"stage {member.stage} changed: {then} was assembled, {now} is recorded")
        elif not stage.is_verified and not stage.landed:
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
    """What to do about a group that is no longer what was assembled; each command is accepted as things stand."""
    codes = {change.code for change in view.changed}
    if not codes or (view.state != "assembled" and codes == {"base-moved"}):
        return ()
    key, group = str(task.key), view.group
    if "stale-history" in codes:
        return (f"git okstra reconcile --task-key {key} --check",)
    members = [task.stages.get(number) for number in group.stages]
    if any(stage is None or not (stage.is_verified or stage.landed) for stage in members):
        return (f"git okstra handoff eligible --task-key {key}",)
    restore = restore_lines(git, group.branch, group.range.head, group.former) if "branch-moved" in codes else ()
    stages, base = ",".join(map(str, group.stages)), printed_recorded(git, group.base_ref)
    update = " --update" if view.state == "in-pr" else ""
    return restore or (f"git okstra handoff assemble --task-key {key} --stages {stages} --base {word(base)}{update}",)
