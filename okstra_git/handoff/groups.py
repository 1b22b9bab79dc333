"""Groups of stages: their ids, which can leave together, which give way; and the branch and worktree of each."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.repo import Git
from okstra_git.git.worktree_changes import follow, remove_worktree, why_not_follow
from okstra_git.git.worktrees import Worktree, add_detached, attach_branch, find_worktree, list_worktrees
from okstra_git.handoff.eligibility import Eligibility
from okstra_git.names import CommitId, is_text, quote_path
from okstra_git.paths import real_path
from okstra_git.records.events import AnyFact, GroupSuperseded
from okstra_git.records.states import Task
from okstra_git.store.registry import release

Pair = frozenset[int]


@dataclass(frozen=True)
class LeftOut:
    """An eligible stage in no suggested group: members it would conflict with, or dependencies that are left out."""

    stage: int
    conflicts_with: tuple[int, ...] = ()
    needs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Groups in the order in which they can leave, each ascending, and eligible stages that fit in none."""

    groups: tuple[tuple[int, ...], ...]
    left_out: tuple[LeftOut, ...] = ()


def suggest_groups(judged: Mapping[int, Eligibility], clashes: Collection[Pair]) -> Suggestion:
    """One group for each connected part of the eligible stages; of two members that clash the earlier one stays.

    Parts have nothing to do with each other, so they can be reviewed and merged in any order. `clashes` are pairs of
    stages that the forecast sees in conflict.
    """
    eligible = {n: s for n, s in judged.items() if s.is_eligible}
    groups: list[tuple[int, ...]] = []
    left: list[LeftOut] = []
    for part in _parts(eligible):
        staying: list[int] = []
        for number in part:
            against = tuple(other for other in staying if Pair((number, other)) in clashes)
            needs = tuple(n for n in eligible[number].depends_on if n in eligible and n not in staying)
            if against or needs:
                left.append(LeftOut(number, against, needs))
            else:
                staying.append(number)
        whole = _with_company(eligible, staying)
        left += [LeftOut(n, needs=_missing(eligible, n, whole)) for n in staying if n not in whole]
        groups += [tuple(whole)] if whole else []
    return Suggestion(tuple(groups), tuple(left))


def group_id(stages: Collection[int]) -> str:
    """The id of a group: member numbers ascending, joined."""
    return "-".join(map(str, sorted(set(stages))))


def superseding_facts(task: Task, group: str, stages: Collection[int]) -> list[AnyFact]:
    """What ends every other unpublished group that shares a stage with `group`; branches and worktrees stay."""
    facts: list[AnyFact] = []
    published = {pr.group for pr in task.prs.values() if pr.status == "open"}
    for other in task.groups.values():
        if other.id == group or other.status != "assembled" or other.id in published:
            continue
        if {*other.stages} & {*stages}:
            facts.append(GroupSuperseded(task=task.key, group=other.id, replaced_by=group))
            facts += release(task, f"group-{other.id}")
    return facts


@dataclass(frozen=True)
class GroupWorktree:
    """How it has to stand: `branch` at `commit`, checked out at `path` (None = nowhere).

    `before` are commits the branch may stand at because this group was assembled there earlier.
    """

    branch: str
    path: Path | None
    commit: CommitId
    before: tuple[str, ...]
    reason: str


def check_group_worktree(git: Git, wanted: GroupWorktree) -> None:
    """Refuse a branch or a directory that belongs to something else or was changed by a person; changes nothing."""
    tip = find_ref(git, f"refs/heads/{wanted.branch}")
    if tip is not None and tip != wanted.commit and tip not in wanted.before:
        raise _changed(git, wanted, tip) if wanted.before else _taken(wanted)
    other = _checked_out(git, wanted)
    if other is not None:
        raise refuse(
            "branch.checked-out",
            f"branch {wanted.branch} is checked out in {other.path}",
            hint="check out something else there, or give the group another branch with --branch",
            path=str(other.path),
        )
    if wanted.path is not None:
        _check_directory(git, wanted, wanted.path, tip)


def prepare_group_worktree(git: Git, wanted: GroupWorktree) -> bool:
    """Make the worktree where there is none, detached at the commit, before anything is recorded; True when made."""
    path = wanted.path
    if path is None:
        return False
    existing = find_worktree(git, path)
    if existing is not None and path.is_dir():
        return False
    if existing is not None:
        remove_worktree(git, existing)  # its directory is gone, its commits are on record
    add_detached(git, path, commit=wanted.commit, reason=wanted.reason)
    return True


def finish_group_worktree(git: Git, wanted: GroupWorktree) -> None:
    """Put the worktree on the branch and bring its files to the commit; what is there already stays as it is."""
    if wanted.path is None:
        return
    existing = find_worktree(git, wanted.path)
    if existing is None:
        return
    if existing.branch is None and existing.head in (wanted.commit, *wanted.before):
        attach_branch(wanted.path, wanted.branch)
    follow(git, existing, wanted.before, wanted.commit)


def restore_lines(git: Git, branch: str, commit: str, former: Collection[str]) -> tuple[str, ...]:
    """The commands that put the branch back, and keep what was added to it on another one.

    None where the branch is not here, or is at a commit that the group was assembled as.
    """
    tip = find_quietly(git, f"refs/heads/{branch}")
    if tip is None or tip == commit or tip in former:
        return ()
    names = (f"{branch}-kept{f'-{number}' if number > 1 else ''}" for number in count(1))
    spare = next(name for name in names if find_ref(git, f"refs/heads/{name}") is None)
    path = next((tree.path for tree in list_worktrees(git) if tree.branch == branch), None)
    if path is None:
        return command("git branch", spare, tip), command("git branch --force", branch, commit)
    return command("git branch", spare, tip), command(f"{command('git -C', path)} reset --keep", commit)


def _with_company(eligible: Mapping[int, Eligibility], staying: list[int]) -> list[int]:
    """Those whose company is among them, or was delivered before."""
    while alone := [number for number in staying if _missing(eligible, number, staying)]:
        staying = [number for number in staying if number not in alone]
    return staying


def _missing(eligible: Mapping[int, Eligibility], number: int, present: Collection[int]) -> tuple[int, ...]:
    """Eligible stages that have to leave with this one, by what it was verified in or by what it builds on."""
    absent = {other for other in eligible if other not in present}
    companies = [tuple(other for other in company if other in absent) for company in eligible[number].together]
    needs = tuple(other for other in eligible[number].depends_on if other in absent)
    return (min(companies, key=len) if companies else ()) or needs


def _parts(eligible: Mapping[int, Eligibility]) -> list[list[int]]:
    """Connected parts of the graph of what builds on or was verified with what, each ascending, the lowest first."""
    part_of: dict[int, set[int]] = {}
    for number, eligibility in eligible.items():
        near = {*eligibility.depends_on, *(eligibility.together[0] if eligibility.together else ())} & eligible.keys()
        joined = {number, *near}.union(*(part_of[other] for other in (number, *near) if other in part_of))
        part_of.update(dict.fromkeys(joined, joined))
    unique = {min(part): part for part in part_of.values()}
    return [sorted(part) for _, part in sorted(unique.items())]


def _changed(git: Git, wanted: GroupWorktree, tip: CommitId) -> OkstraError:
    lines = "\n".join(restore_lines(git, wanted.branch, wanted.before[0], wanted.before))
    return refuse(
        "handoff.collector-changed",
        f"branch {wanted.branch} is at {tip[:10]}, where this group was never assembled: somebody worked on it",
        hint=f"that work belongs in a stage; to keep it on another branch, and put this one back:\n{lines}",
        branch=wanted.branch,
        commit=tip,
    )


def _taken(wanted: GroupWorktree) -> OkstraError:
    return refuse(
        "branch.exists",
        f"branch {wanted.branch} exists already and is not this group's",
        hint="name another one with --branch",
        branch=wanted.branch,
    )


def _checked_out(git: Git, wanted: GroupWorktree) -> Worktree | None:
    """Another worktree that has the branch checked out."""
    ours = real_path(wanted.path) if wanted.path else None
    holding = (tree for tree in list_worktrees(git) if tree.branch == wanted.branch)
    return next((tree for tree in holding if real_path(tree.path) != ours), None)


def _check_directory(git: Git, wanted: GroupWorktree, path: Path, tip: CommitId | None) -> None:
    if not is_text(str(path)):
        raise refuse(
            "worktree.taken",
            f"the worktree's path {quote_path(str(path))} is not UTF-8 and cannot be recorded",
            hint="git okstra config set okstra.worktreeRoot DIR",
        )
    existing = find_worktree(git, path)
    if existing is None:
        if os.path.lexists(path) and (not path.is_dir() or any(path.iterdir())):
            raise refuse(
                "worktree.taken",
                f"{path} exists and is not a worktree of this repository",
                hint="move it away, or --no-worktree",
                path=str(path),
            )
        return
    own_commits = (wanted.commit, tip, *wanted.before)
    is_own = existing.branch == wanted.branch or (existing.branch is None and existing.head in own_commits)
    if not is_own:
        raise refuse(
            "worktree.taken",
            f"{path} is the worktree of {existing.branch or 'another commit'}, not of {wanted.branch}",
            hint="move it away with 'git worktree move', or --no-worktree",
            path=str(path),
        )
    obstacle = why_not_follow(git, existing, wanted.before, wanted.commit) if path.is_dir() else ""
    if obstacle:
        raise refuse(
            "worktree.dirty",
            f"the group's worktree {path} cannot be brought to the group: {obstacle}",
            hint="what is missing belongs in a stage; commit or stash what lies there first",
            path=str(path),
        )
