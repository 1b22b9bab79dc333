"""Takes the branches and worktrees that are here under protection, and gives them up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import tracking_names, upstream_of
from okstra_git.git.revisions import BRANCH, FETCHED, recorded_name
from okstra_git.names import TaskKey, quote
from okstra_git.porcelain.adoptable import Adoptable, LeftAlone, list_candidates, named_candidate
from okstra_git.porcelain.init import InitResult, init_clone, is_prepared
from okstra_git.porcelain.landed import find_targets
from okstra_git.porcelain.stages import DoneOptions, record_done
from okstra_git.porcelain.workspace import is_unused
from okstra_git.records.states import State
from okstra_git.stages.adopt import (
    STAGE,
    BranchToAdopt,
    adopt_branches,
    find_holder,
    name_tasks,
    release_branches,
)
from okstra_git.stages.grounds import BranchGround, find_ground, find_trunk
from okstra_git.store.registry import active_places

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Stage, Task

AdoptState = Literal["new", "again", "unchanged"]


@dataclass(frozen=True)
class Adopted:
    """A protected branch: `new`, recorded `again` at a new tip, or `unchanged`; `worktree` beside the main one."""

    task: TaskKey
    stage: Stage
    worktree: Path | None
    state: AdoptState


@dataclass(frozen=True)
class Adoption:
    """What was adopted and what was left alone; `prepared` says what was set up in a clone that okstra did not know."""

    project: str
    adopted: tuple[Adopted, ...]
    left: tuple[LeftAlone, ...]
    prepared: InitResult | None


def adopt(workspace: Workspace, names: Sequence[str], *, every: bool = False, into: str | None = None) -> Adoption:
    """Give each branch a task of one stage that is the branch, recorded at its tip; one that has it is recorded again.

    Without a name the branch checked out here, with `every` all branches that have commits of their own and those of
    all worktrees. No branch, index or file of a worktree changes. A branch that is named and cannot be adopted is
    refused before anything is written; of all of them, such a one is left alone and reported.
    """
    state = _read_state(workspace)
    if every:
        candidates, left = list_candidates(workspace)
    else:
        candidates, left = [named_candidate(workspace, name) for name in dict.fromkeys(names) or [None]], []
    held = {place.branch: task for task, place in active_places(state) if place.branch}
    others = [_held(each, task) for each in candidates if (task := held.get(each.branch)) and not task.is_adopted]
    fresh = [each for each in candidates if each.branch not in held]
    grounds, unfit = _find_grounds(workspace, fresh, into, every=every)
    again = [(each, held[each.branch]) for each in candidates if each.branch in held and held[each.branch].is_adopted]
    prepared = None
    if grounds and not is_prepared(workspace):
        prepared = init_clone(workspace, project_id=None, hooks=True, ask_remote=False, any_name=True)
    project = workspace.settings.project or ""
    new = _adopt_new(workspace, state, project, fresh, grounds, held)
    old = [_record_again(workspace, each, task) for each, task in again]
    return Adoption(project, (*new, *old), (*others, *unfit, *left), prepared)


def _read_state(workspace: Workspace) -> State:
    """What is on record; in a clone that okstra does not know, a look leaves nothing behind."""
    return State() if is_unused(workspace.git) else workspace.store.read().state


def _held(each: Adoptable, task: Task) -> LeftAlone:
    message = f"branch {quote(each.branch)} is followed already, by task {task.key}"
    return LeftAlone(each.branch, each.worktree, "adopt.held", message, f"git okstra task show {task.key}")


# --- what the branches stand on


def _find_grounds(
    workspace: Workspace, candidates: Sequence[Adoptable], into: str | None, *, every: bool
) -> tuple[dict[str, BranchGround], list[LeftAlone]]:
    """Branch -> where it left its target; and the branches that are left alone, which without `every` are refused."""
    if not candidates:
        return {}, []
    targets = [BranchGround(target.commit, target.ref) for target in find_targets(workspace, into)]
    apart = {target.ref for target in targets}
    trunks: dict[str, BranchGround] = {}
    left: list[LeftAlone] = []
    for each in candidates:
        if every and BRANCH + each.branch in apart:
            continue
        trunk = find_trunk(workspace.git, each.tip, _targets_of(workspace, each.branch, targets))
        refusal = _why_not(workspace, each, trunk, is_target=BRANCH + each.branch in apart)
        if refusal is not None and not every:
            raise refusal
        if refusal is not None:
            left.append(LeftAlone(each.branch, each.worktree, refusal.code, refusal.message, refusal.hint))
        elif trunk is not None and every and trunk.commit == each.tip and each.worktree is None:
            left.append(_nothing_own(each))
        elif trunk is not None:
            trunks[each.branch] = replace(trunk, ref=recorded_name(workspace.git, trunk.ref))
    return trunks, left


def _targets_of(workspace: Workspace, branch: str, targets: Sequence[BranchGround]) -> list[BranchGround]:
    """The targets of a branch: of a target itself what a remote has of it."""
    others = [target for target in targets if target.ref != BRANCH + branch]
    if len(others) == len(targets):
        return others
    git = workspace.git
    upstream = upstream_of(git, branch)
    refs = [upstream] if upstream else [FETCHED + each for each in tracking_names(git, branch)]
    return [*others, *(BranchGround(tip, ref) for ref in refs if (tip := find_quietly(git, ref)) is not None)]


def _why_not(
    workspace: Workspace, each: Adoptable, trunk: BranchGround | None, *, is_target: bool
) -> OkstraError | None:
    """Why the branch cannot be adopted."""
    named = f"branch {quote(each.branch)}"
    if is_target and (trunk is None or trunk.commit == each.tip):
        message = f"{named} is the one that others are merged into, and has nothing of its own"
        return refuse("adopt.target", message, hint="git okstra adopt --all", branch=each.branch)
    if trunk is None and workspace.git.is_shallow:
        message = f"where {named} left its target is not in this shallow clone"
        return refuse("adopt.shallow", message, hint="git fetch --unshallow", branch=each.branch)
    if trunk is None:
        message = f"{named} has no history in common with the branch that others are merged into"
        hint = command("git okstra adopt --into BRANCH", each.branch)
        return refuse("adopt.unrelated", message, hint=hint, branch=each.branch)
    return None


def _nothing_own(each: Adoptable) -> LeftAlone:
    message = f"branch {quote(each.branch)} has no commits of its own"
    return LeftAlone(each.branch, None, "adopt.nothing-own", message, command("git okstra adopt", each.branch))


# --- recording


def _adopt_new(
    workspace: Workspace,
    state: State,
    project: str,
    candidates: Sequence[Adoptable],
    trunks: Mapping[str, BranchGround],
    held: Mapping[str, Task],
) -> list[Adopted]:
    chosen = [each for each in candidates if each.branch in trunks]
    if not chosen:
        return []
    git = workspace.git
    tips = {tip: branch for branch in held if (tip := find_quietly(git, BRANCH + branch)) is not None}
    tips |= {each.tip: each.branch for each in chosen}
    keys = name_tasks(state, project, [each.branch for each in chosen])
    branches = [
        BranchToAdopt(key, each.branch, each.tip, find_ground(git, each.branch, each.tip, trunk, tips), trunk)
        for key, each in zip(keys, chosen, strict=True)
        for trunk in [trunks[each.branch]]
    ]
    appended = adopt_branches(workspace.store, branches)
    workspace.warn(appended.warning)
    after = appended.snapshot.state.tasks
    return [
        Adopted(key, after[key].stages[STAGE], each.worktree, "new")
        for key, each in zip(keys, chosen, strict=True)
        if key in after and STAGE in after[key].stages
    ]


def _record_again(workspace: Workspace, each: Adoptable, task: Task) -> Adopted:
    """What `stage done` records, with uncommitted files left where they are; nothing where there is nothing new."""
    stage = task.stages[STAGE]
    is_new = each.tip != (stage.range.head if stage.range is not None else stage.base)
    if not is_new:
        return Adopted(task.key, stage, each.worktree, "unchanged")
    options = DoneOptions(number=str(STAGE), leave_uncommitted=True)
    done = record_done(workspace, task.key, options, lambda _: "")
    return Adopted(task.key, done.stages[0], each.worktree, "again" if done.changed else "unchanged")


# --- giving up


@dataclass(frozen=True)
class GivenUp:
    """A branch that is followed no more; its record stays in the log."""

    task: TaskKey
    branch: str


def give_up(workspace: Workspace, names: Sequence[str], *, every: bool = False) -> list[GivenUp]:
    """Close the tasks of adopted branches and release their claims; branches, worktrees, index and files stay.

    Refuses a branch that was not adopted, and one whose task was given a plan since: that is closed by name.
    """
    state = _read_state(workspace)
    adopted = [task for task in state.tasks.values() if task.is_open and task.is_adopted]
    if every:
        chosen = adopted
    else:
        branches = [_branch_to_give_up(workspace, name) for name in dict.fromkeys(names) or [None]]
        chosen = [_require_adopted(state, adopted, branch) for branch in branches]
    if chosen:
        workspace.warn(release_branches(workspace.store, [task.key for task in chosen]).warning)
    return [GivenUp(task.key, task.stages[STAGE].branch) for task in chosen]


def _branch_to_give_up(workspace: Workspace, name: str | None) -> str:
    """A branch may be gone by now, so that only its name is left."""
    held = find_holder(_read_state(workspace), name) if name is not None else None
    return name if name is not None and held is not None else named_candidate(workspace, name).branch


def _require_adopted(state: State, adopted: Sequence[Task], branch: str) -> Task:
    task = next((task for task in adopted if task.stages[STAGE].branch == branch), None)
    if task is not None:
        return task
    holder = find_holder(state, branch)
    if holder is None:
        message = f"branch {quote(branch)} was not adopted"
        raise refuse("adopt.not-adopted", message, hint="git okstra status", branch=branch)
    message = f"branch {quote(branch)} is held by task {holder.key}, which was not made by adopting it"
    raise refuse("adopt.not-adopted", message, hint=command("git okstra task close", str(holder.key)), branch=branch)
