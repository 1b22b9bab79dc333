"""Assembles a group: merged in memory first, then row, branch and worktree, or nothing at all."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from okstra_git.contract import BASE_BRANCHES
from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.git.history import contains
from okstra_git.git.objects import read_commit, tree_of, write_commit
from okstra_git.git.raw_objects import instant_of
from okstra_git.git.refs import RefUpdate, find_ref
from okstra_git.git.remotes import USUAL_NAMES
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded, printed_recorded
from okstra_git.git.worktree_changes import remove_worktree
from okstra_git.git.worktrees import find_worktree, list_worktrees
from okstra_git.handoff.eligibility import judge_stages
from okstra_git.handoff.groups import (
    GroupWorktree,
    check_group_worktree,
    finish_group_worktree,
    group_id,
    prepare_group_worktree,
    superseding_facts,
)
from okstra_git.handoff.merge_plan import GroupConflict, conflict_of, plan_merge
from okstra_git.handoff.selection import InBase, choose_parts
from okstra_git.host.locks import hold_lock
from okstra_git.names import CommitId, TaskKey, parse_branch, quote
from okstra_git.records.events import AnyFact, GroupAssembled, GroupSuperseded, PlaceReserved
from okstra_git.records.handoff import Member
from okstra_git.records.states import Reservation, Stage, State, Task
from okstra_git.store import layout
from okstra_git.store.clone import OwnWorktrees, find_made, require_writer
from okstra_git.store.registry import refuse_closed, release, require_task, reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.stage_ranges import fingerprint_ranges
from okstra_git.store.store import Decision, Store

__all__ = [
    "AssembleRequest",
    "Assembled",
    "GroupConflict",
    "assemble",
    "member_of",
    "require_base",
]

PATIENCE = 60.0
"""Seconds to wait for another process that is assembling; a large group takes a while to check out."""


@dataclass(frozen=True)
class AssembleRequest:
    """What was asked for: `branch` None = the usual name, `worktree` None = the branch alone.

    `base_ref` is how the base is recorded; `update`: the group is in an open pull request, and what is new is to be
    added to it.
    """

    key: TaskKey
    stages: tuple[int, ...]
    base_ref: str
    branch: str | None = None
    worktree: Path | None = None
    update: bool = False

    @property
    def group(self) -> str:
        """The group's id."""
        return group_id(self.stages)

    @property
    def scope(self) -> str:
        """The group's scope in the registry."""
        return f"group-{self.group}"


@dataclass(frozen=True)
class Assembled:
    """A group as it stands now; `changed` is False when it stood just so before, or when nothing was to be made.

    `order` is how the stages were put on, `joined` by which way each came in, `superseded` are groups that gave way.
    """

    task: Task
    group: str
    branch: str
    worktree: str | None
    base: CommitId
    commit: CommitId
    tree: str
    order: tuple[int, ...]
    joined: Mapping[int, str] = field(default_factory=dict)
    superseded: tuple[str, ...] = ()
    changed: bool = True
    warning: str = ""


def assemble(
    store: Store,
    wanted: AssembleRequest,
    *,
    stale: Mapping[int, str],
    held: InBase,
    progress: Callable[[int], None] = lambda _: None,
    dry_run: bool = False,
) -> Assembled:
    """Merge the stages onto the base and give the result a row, a branch and, if wanted, a worktree.

    Merging happens in memory; where it fails, every contradiction is reported and nothing is made. Row and
    branch come in one transaction. The same stages on the same base give the same tree, in whatever order they are
    named; of several who assemble at once, one does it at a time. Refuses stages that are not eligible, a base that
    lacks what they build on, a branch or directory that belongs to something else, and a collector that was changed.
    `held` is what the base has of the stages already; only the rest is put on.
    """
    if dry_run:
        return _assemble(store, wanted, stale, held, progress, dry_run=True)
    require_writer(store.git)
    with hold_lock(layout.assembly_lock(store.git.private_dir), wait=PATIENCE):
        return _assemble(store, wanted, stale, held, progress, dry_run=False)


def _assemble(
    store: Store,
    wanted: AssembleRequest,
    stale: Mapping[int, str],
    held: InBase,
    progress: Callable[[int], None],
    *,
    dry_run: bool,
) -> Assembled:
    git = store.git
    task = require_task(store.read().state, wanted.key)
    refuse_closed(task)
    base = require_base(git, wanted.base_ref)
    within = wanted.group if wanted.update else ""
    judged = judge_stages(task, stale=stale, within=within, arrived=held.whole, printed=partial(printed_recorded, git))
    parts = choose_parts(git, task, wanted.stages, base, wanted.base_ref, judged, held)
    composed = plan_merge(git, base, parts, task=str(wanted.key), progress=progress)
    if composed.commit is None:
        raise conflict_of(wanted.base_ref, composed, again="assemble again")
    commit = _on_top(git, task, wanted, composed.commit) if wanted.update else composed.commit
    collector = _collector(git, task, wanted, commit)
    check_group_worktree(git, collector)
    order = tuple(part.stage for part in parts)
    outcome = Assembled(task, wanted.group, collector.branch, str(collector.path) if collector.path else None, base,
                        commit, composed.tree, order, composed.joined, changed=False)  # fmt: skip
    return outcome if dry_run else _make(store, wanted, collector, outcome)


def _make(store: Store, wanted: AssembleRequest, collector: GroupWorktree, plan: Assembled) -> Assembled:
    """Worktree, then row and branch in one transaction, then the two put together; each step can be repeated."""
    git = store.git
    made = _assembled(git, wanted, plan)

    def decide(snapshot: Snapshot) -> Decision[None]:
        tip = find_ref(git, f"refs/heads/{plan.branch}")
        moves = [RefUpdate(f"refs/heads/{plan.branch}", tip, plan.commit)] if tip != plan.commit else []
        check_group_worktree(git, collector)
        return Decision(_facts(snapshot, wanted, plan, made, again=bool(moves)), None, moves=moves)

    fresh = prepare_group_worktree(git, collector)
    fault_point("handoff.worktree-made")
    try:
        appended, _ = store.append_decision(decide)
    except OkstraError:
        made_here = find_worktree(git, collector.path) if fresh and collector.path is not None else None
        if made_here is not None:
            with suppress(OkstraError):  # the first failure is reported; a worktree that stays behind is for prune
                remove_worktree(git, made_here)
        raise
    fault_point("handoff.assembled")
    finish_group_worktree(git, collector)
    after = appended.task_after(wanted.key)
    gone = tuple(event.fact.group for event in appended.events if isinstance(event.fact, GroupSuperseded))
    return Assembled(**{**vars(plan), "task": after, "superseded": gone, "changed": bool(appended.events) or fresh,
                        "warning": appended.warning})  # fmt: skip


def require_base(git: Git, text: str) -> CommitId:
    """The commit that the base names; refuses one that names none."""
    commit = find_recorded(git, text)
    if commit is None:
        raise refuse(
            "ref.unresolvable",
            f"the base {quote(text)} names no commit in this repository",
            hint="git branch --all",
            ref=text[:200],
        )
    return commit


def _on_top(git: Git, task: Task, wanted: AssembleRequest, new: CommitId) -> CommitId:
    """What was composed, as a commit that the published one is an ancestor of, so that pushing it needs no force."""
    published = task.groups.get(wanted.group)
    if published is None or contains(git, new, published.range.head):
        return new
    old = CommitId(published.range.head)
    if tree_of(git, old) == tree_of(git, new) and contains(git, old, require_base(git, wanted.base_ref)):
        return old
    seconds = max(read_commit(git, oid).committed_at for oid in (old, new))
    message = f"Update group {wanted.group}\n\nOkstra-Task: {wanted.key}\nOkstra-Group: {wanted.group}\n"
    when = instant_of(seconds)
    return write_commit(git, tree=tree_of(git, new), parents=[old, new], message=message, when=when)


def _collector(git: Git, task: Task, wanted: AssembleRequest, commit: CommitId) -> GroupWorktree:
    """Branch and worktree as they have to become; a group that was assembled in this clone keeps those that it has."""
    group_now, place = task.groups.get(wanted.group), task.places.get(wanted.scope)
    active = place if place is not None and place.status == "active" else None
    _, group, name = task.key
    usual = f"{task.category}/{group}/{name}-{wanted.scope}"
    branch = parse_branch(wanted.branch or (active.branch if active else usual))
    if branch in {*BASE_BRANCHES, *USUAL_NAMES, wanted.base_ref}:
        raise refuse(
            "handoff.base-branch",
            f"{branch} is a branch that others build on, so no group is assembled on it",
            hint="name another one with --branch, or leave that out",
            branch=branch,
        )
    path = wanted.worktree
    if path is not None and active is not None:
        made = find_made(list_worktrees(git), task, active)
        path = OwnWorktrees(git).path(active) or (made.path if made is not None else path)
    before = (
        [group_now.range.head, *reversed(group_now.former)]
        if group_now is not None and group_now.branch == branch
        else []
    )
    return GroupWorktree(branch, path, commit, tuple(before), f"okstra task={wanted.key} group={wanted.group}")


def _assembled(git: Git, wanted: AssembleRequest, plan: Assembled) -> GroupAssembled:
    members = [
        member.model_copy(update={"how": plan.joined.get(number, "")})
        for number in sorted(wanted.stages)
        if (member := member_of(plan.task, number))
    ]
    return GroupAssembled(
        task=wanted.key,
        group=wanted.group,
        stages=tuple(sorted(wanted.stages)),
        branch=plan.branch,
        base_ref=wanted.base_ref,
        range=fingerprint_ranges(git, [(plan.base, plan.commit)])[0],
        members=tuple(members),
    )


def member_of(task: Task, number: int) -> Member | None:
    """A stage as it is recorded now, as a member of a group; None as long as no commit of it is."""
    stage_range = task.stages[number].range if number in task.stages else None
    if stage_range is None:
        return None
    return Member(stage=number, commit=stage_range.head, tree=stage_range.head_tree, delta=stage_range.delta)


def _facts(
    snapshot: Snapshot, wanted: AssembleRequest, plan: Assembled, made: GroupAssembled, *, again: bool
) -> list[AnyFact]:
    """What has to be recorded, nothing when all of it is on record; refuses when a stage moved meanwhile."""
    task = require_task(snapshot.state, wanted.key)
    refuse_closed(task)
    _refuse_moved(task, plan.task, made, update=wanted.update)
    place = _place(snapshot.state, task, wanted, plan)
    recorded = task.groups.get(wanted.group)
    same = recorded is not None and recorded.status == "assembled" and recorded.range == made.range
    if same and recorded is not None and recorded.members == made.members and not place and not again:
        return []
    return [*superseding_facts(task, wanted.group, wanted.stages), *place, made]


def _is_away(task: Task, stage: Stage, before: Stage, group: str, *, update: bool) -> bool:
    """Whether the stage landed since, or went into a pull request other than the one that is being updated."""
    pr = task.prs.get(stage.pr) if stage.pr is not None else None
    return stage.landing != before.landing or (pr is not None and not (update and pr.group == group))


def _refuse_moved(task: Task, before: Task, made: GroupAssembled, *, update: bool) -> None:
    for member in made.members:
        stage = task.stages.get(member.stage)
        moved = stage is None or stage.range is None or stage.range.head != member.commit
        if stage is None or moved or _is_away(task, stage, before.stages[member.stage], made.group, update=update):
            raise refuse(
                "handoff.changed-meanwhile",
                f"stage {member.stage} changed while the group was being assembled; nothing was made",
                hint="assemble again",
                stage=member.stage,
            )


def _place(state: State, task: Task, wanted: AssembleRequest, plan: Assembled) -> list[AnyFact]:
    """The row's facts: none when it stands as it has to, else the old one is given up for the new one."""
    row = task.places.get(wanted.scope)
    if row is not None and row.status == "active" and (row.branch, row.worktree) == (plan.branch, plan.worktree):
        return []
    fact = PlaceReserved(
        task=task.key,
        scope=wanted.scope,
        branch=plan.branch,
        worktree=plan.worktree,
        base_ref=wanted.base_ref,
        phase="release-handoff",
        stages=tuple(sorted(wanted.stages)),
    )
    reserve(_without(state, task, row), fact)
    return [*release(task, wanted.scope), fact]


def _without(state: State, task: Task, place: Reservation | None) -> State:
    if place is None:
        return state
    left = {scope: row for scope, row in task.places.items() if scope != place.scope}
    return state.model_copy(update={"tasks": {**state.tasks, task.key: task.model_copy(update={"places": left})}})
