"""Where the worktrees of the registry really are: each row beside git's own list, and what settles the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from okstra_git.commands import command, word
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import Link, Worktree, find_entry, inspect_link, list_worktrees, place_of
from okstra_git.real_paths import real_path
from okstra_git.records.states import Place, State, Task
from okstra_git.state.registry import active_places

Trouble = Literal["moved", "in-main", "missing", "cut", "foreign"]


@dataclass(frozen=True)
class Astray:
    """A row whose worktree is not where it was recorded, or is cut off from the repository.

    `found` is where the branch is checked out instead. `line` is the next command; it settles the row.
    """

    task: Task
    place: Place
    trouble: Trouble
    message: str
    line: str
    found: Path | None = None

    @property
    def code(self) -> str:
        return f"worktree.{self.trouble}"

    @property
    def subject(self) -> str:
        return named(self.task, self.place)


def find_astray(git: Git, state: State, writer: str | None) -> list[Astray]:
    """Every active row of this clone that is astray; git's own list is read only where there is one."""
    rows = [
        (task, place, link)
        for task, place in active_places(state)
        if place.worktree and place.writer == writer
        for link in [inspect_link(git.common_dir, Path(place.worktree))]
        if link is not Link.SOUND and not _is_main(git, Path(place.worktree))
    ]
    if not rows:
        return []
    others = _checked_out(git)
    return [_judge(git, task, place, link, others.get(place.branch or "")) for task, place, link in rows]


def named(task: Task, place: Place) -> str:
    """The row as people name it, `shop:web:login stage 1`."""
    return f"{task.key} {place.scope.replace('-', ' ', 1)}".strip()


def repair_line(task: Task, place: Place) -> str:
    """The line that brings the row's worktree back."""
    return command("git okstra worktree repair", *_flags(task, place))


def release_line(task: Task, place: Place) -> str:
    """The line that gives the row up; one without a branch is given up by a prune, once its run is over."""
    verb = "release" if place.branch else "prune"
    return command(f"git okstra worktree {verb}", *_flags(task, place))


def _flags(task: Task, place: Place) -> list[tuple[str, str]]:
    """The words that name the row on a line of `git okstra worktree`; one without a branch goes with its task."""
    kind, _, id = place.scope.partition("-")
    own = {"stage": "--stage", "group": "--group"}.get(kind)
    return [("--task-key", str(task.key)), *([(own, id)] if own and place.branch else [])]


def _is_main(git: Git, path: Path) -> bool:
    """A row whose stage lives in the main worktree, which has no link."""
    return real_path(path / ".git") == git.common_dir


def _checked_out(git: Git) -> Mapping[str, Worktree]:
    """Where git has each branch checked out, as far as that directory is sound."""
    trees = list_worktrees(git)
    sound = [tree for tree in trees[1:] if inspect_link(git.common_dir, tree.path) is Link.SOUND]
    main = [tree for tree in trees[:1] if not tree.is_bare and tree.path.is_dir()]
    return {tree.branch: tree for tree in [*main, *sound] if tree.branch}


def _judge(git: Git, task: Task, place: Place, link: Link, other: Worktree | None) -> Astray:
    about = f"the worktree {place.worktree} of {named(task, place)}"
    repair = repair_line(task, place)
    if other is not None and real_path(other.path) != real_path(Path(place.worktree or "")):
        is_main = _is_main(git, other.path)
        told = f"{about} is not there: branch {place.branch} is checked out in {other.path}"
        return Astray(task, place, "in-main" if is_main else "moved", told, repair, other.path)
    if link is not Link.FOREIGN and git.work_tree is not None and _is_entered(git, git.work_tree, place):
        told = f"{about} was moved by hand to {git.work_tree}, which git does not know yet"
        return Astray(task, place, "moved", told, repair, git.work_tree)
    if link is Link.FOREIGN:
        told = f"{place.worktree} belongs to another repository now, and is on record as the worktree of "
        return Astray(task, place, "foreign", told + named(task, place), release_line(task, place))
    if link in (Link.CUT, Link.UNKNOWN):
        told = f"{about} does not find this repository: its .git file is damaged, or one of the two was moved"
        return Astray(task, place, "cut", told, _link_line(git, place, link) or repair)
    if is_over(task, place):
        why = "its work has landed" if place.branch else "its run is over"
        told = f"{about} is gone, and {why}; the claim is still held"
        return Astray(task, place, "missing", told, release_line(task, place))
    kept = f"what is committed is on branch {place.branch}" if place.branch else "what was put together is on record"
    told = f"{about} is gone; {kept} (if you moved it by hand, say 'git worktree repair' where it is now)"
    if link is Link.UNREACHABLE:
        told = f"{about} is gone with the folder around it; {kept} (if that is on a drive, attach it)"
    return Astray(task, place, "missing", told, repair)


def _is_entered(git: Git, here: Path, place: Place) -> bool:
    """Whether the worktree that we are in is the one that git still knows at the place on record."""
    is_unknown = inspect_link(git.common_dir, here) is Link.UNKNOWN
    return is_unknown and place_of(git.git_dir) == real_path(Path(place.worktree or ""))


def _link_line(git: Git, place: Place, link: Link) -> str | None:
    """The line by which git itself links the two again; None where its entry is gone."""
    if link is Link.UNKNOWN:
        return f"git worktree repair {word(place.worktree or '.')}"
    return "git worktree repair" if find_entry(git.common_dir, Path(place.worktree or "")) is not None else None


def is_over(task: Task, place: Place) -> bool:
    """Whether nobody will work there again: the stage, or every stage of the group, has landed, or the run is over."""
    kind, _, id = place.scope.partition("-")
    if not place.branch:
        return not any(run.is_active and run.worktree == place.worktree for run in task.runs.values())
    numbers = [int(part) for part in id.split("-") if part.isdecimal()] if kind in ("stage", "group") else []
    stages = [task.stages.get(number) for number in numbers]
    return not task.is_open or (bool(stages) and all(stage is not None and stage.landed for stage in stages))
