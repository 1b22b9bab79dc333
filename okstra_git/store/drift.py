"""Where worktrees and branches differ from what is on record of them, and the line that settles each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from okstra_git.commands import command, word
from okstra_git.git.branch_moves import find_new_name, list_held
from okstra_git.git.discovery import Link, find_entry, inspect_link, place_of
from okstra_git.git.history import contains, descendants, find_commit, unreachable
from okstra_git.git.reflogs import list_of_head
from okstra_git.git.refs import find_quietly, is_torn
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import Worktree, list_worktrees
from okstra_git.names import is_commit_id, quote
from okstra_git.paths import real_path
from okstra_git.records.states import Reservation, Stage, State, Task
from okstra_git.store.registry import active_places

Trouble = Literal["moved", "in-main", "missing", "cut", "foreign"]


@dataclass(frozen=True)
class Astray:
    """A row whose worktree is not where it was recorded, or is cut off from the repository.

    `found` is where the branch is checked out instead. `line` is the next command; it settles the row.
    """

    task: Task
    place: Reservation
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
    return [_judge_worktree(git, task, place, link, others.get(place.branch or "")) for task, place, link in rows]


def named(task: Task, place: Reservation) -> str:
    """The row as people name it, `shop:web:login stage 1`."""
    return f"{task.key} {place.scope.replace('-', ' ', 1)}".strip()


def repair_line(task: Task, place: Reservation) -> str:
    """The line that brings the row's worktree back."""
    return command("git okstra worktree repair", *_flags(task, place))


def release_line(task: Task, place: Reservation) -> str:
    """The line that gives the row up; one without a branch is given up by a prune, once its run is over."""
    verb = "release" if place.branch else "prune"
    return command(f"git okstra worktree {verb}", *_flags(task, place))


def _flags(task: Task, place: Reservation) -> list[tuple[str, str]]:
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


def _judge_worktree(git: Git, task: Task, place: Reservation, link: Link, other: Worktree | None) -> Astray:
    about = f"the worktree {place.worktree} of {named(task, place)}"
    repair = repair_line(task, place)
    if other is not None and real_path(other.path) != real_path(Path(place.worktree or "")):
        is_main = _is_main(git, other.path)
        message = f"{about} is not there: branch {place.branch} is checked out in {other.path}"
        return Astray(task, place, "in-main" if is_main else "moved", message, repair, other.path)
    if link is not Link.FOREIGN and git.work_tree is not None and _is_entered(git, git.work_tree, place):
        message = f"{about} was moved by hand to {git.work_tree}, which git does not know yet"
        return Astray(task, place, "moved", message, repair, git.work_tree)
    if link is Link.FOREIGN:
        message = f"{place.worktree} belongs to another repository now, and is on record as the worktree of "
        return Astray(task, place, "foreign", message + named(task, place), release_line(task, place))
    if link in (Link.CUT, Link.UNKNOWN):
        message = f"{about} does not find this repository: its .git file is damaged, or one of the two was moved"
        return Astray(task, place, "cut", message, _link_line(git, place, link) or repair)
    if is_over(task, place):
        why = "its work has landed" if place.branch else "its run is over"
        message = f"{about} is gone, and {why}; the claim is still held"
        return Astray(task, place, "missing", message, release_line(task, place))
    kept = f"what is committed is on branch {place.branch}" if place.branch else "what was put together is on record"
    message = f"{about} is gone; {kept} (if you moved it by hand, say 'git worktree repair' where it is now)"
    if link is Link.UNREACHABLE:
        message = f"{about} is gone with the folder around it; {kept} (if that is on a drive, attach it)"
    return Astray(task, place, "missing", message, repair)


def _is_entered(git: Git, here: Path, place: Reservation) -> bool:
    """Whether the worktree that we are in is the one that git still knows at the place on record."""
    is_unknown = inspect_link(git.common_dir, here) is Link.UNKNOWN
    return is_unknown and place_of(git.git_dir) == real_path(Path(place.worktree or ""))


def _link_line(git: Git, place: Reservation, link: Link) -> str | None:
    """The line by which git itself links the two again; None where its entry is gone."""
    if link is Link.UNKNOWN:
        return f"git worktree repair {word(place.worktree or '.')}"
    return "git worktree repair" if find_entry(git.common_dir, Path(place.worktree or "")) is not None else None


def is_over(task: Task, place: Reservation) -> bool:
    """Whether nobody will work there again: the stage, or every stage of the group, has landed, or the run is over."""
    kind, _, id = place.scope.partition("-")
    if not place.branch:
        return not any(run.is_active and run.worktree == place.worktree for run in task.runs.values())
    numbers = [int(part) for part in id.split("-") if part.isdecimal()] if kind in ("stage", "group") else []
    stages = [task.stages.get(number) for number in numbers]
    return not task.is_open or (bool(stages) and all(stage is not None and stage.landed for stage in stages))


@dataclass(frozen=True)
class LostBranch:
    """A stage whose branch was renamed or deleted; `line` is the next command, and settles it."""

    task: Task
    stage: Stage
    code: str
    message: str
    line: str


def find_lost(git: Git, state: State, writer: str | None) -> Iterator[LostBranch]:
    """Of the stages that this clone holds in open tasks, that have not landed, and that no group has taken."""
    for task, place in active_places(state):
        stage = next(
            (candidate for candidate in task.stages.values() if place.scope == f"stage-{candidate.number}"), None
        )
        if stage is None or not task.is_open or stage.landed or place.writer != writer or stage.status == "reserved":
            continue
        if stage.range is not None and _is_collected(task, stage):
            continue
        if find_quietly(git, f"refs/heads/{place.branch}") is None:
            lost = _judge_branch(git, task, stage, place)
            if lost is not None:
                yield lost


def _is_collected(task: Task, stage: Stage) -> bool:
    """Whether a group has taken the stage's work, so that its own branch may well go."""
    return any(stage.number in group.stages and group.status == "assembled" for group in task.groups.values())


def _judge_branch(git: Git, task: Task, stage: Stage, place: Reservation) -> LostBranch | None:
    key = str(task.key)
    ref = f"refs/heads/{place.branch}"
    damaged = is_torn(git, ref)
    gone = "is damaged" if damaged else "is not there any more"
    message = f"branch {place.branch} of {key} stage {stage.number} {gone}"
    new = None if damaged else find_new_name(git, place.branch, Path(place.worktree) if place.worktree else None)
    if new is not None:
        record = f"git okstra stage done {stage.number} --task-key {key} --branch {word(new)}"
        if stage.branch == new:
            return None
        message += f"; it seems to be {quote(new)} now"
        if stage.range is not None:
            return LostBranch(task, stage, "branch.renamed", message, record)
        message += f", by which it can be recorded once it is done: {record}"
        back = f"git branch -m {word(new)} {word(place.branch)}"
        return LostBranch(task, stage, "branch.renamed", message, back)
    commit = stage.range.head if stage.range is not None else _last_seen(git, place) or stage.base
    if find_commit(git, commit) is None:
        return None
    what = "what is recorded of it" if stage.range is not None else "the last that is known of it"
    line = line_back(git, place.branch, commit)
    return LostBranch(task, stage, "branch.missing", f"{message}; {what} is {commit[:10]}", line)


def line_back(git: Git, branch: str, commit: str) -> str:
    """The line that makes a branch anew, at a commit or at what names one; it may be there, but damaged."""
    ref = f"refs/heads/{branch}"
    if not is_torn(git, ref):
        return command("git branch", branch, commit)
    # no command of git's writes over what it cannot read, nor removes it
    return f"{command('rm', str(git.common_dir / ref))} && {command('git update-ref', ref, commit)}"


def _last_seen(git: Git, place: Reservation) -> str | None:
    """The commit that the branch was at when its worktree, or the main one, was last on it, by the log of HEAD."""
    entry = find_entry(git.common_dir, Path(place.worktree)) if place.worktree else None
    lines = list_of_head(entry) if entry is not None else []
    if lines:
        return lines[-1].new if is_commit_id(lines[-1].new) else None
    left = f"checkout: moving from {place.branch} to "
    return next((line.old for line in reversed(list_of_head(git.common_dir)) if left in line.why), None)


def list_behind(git: Git, task: Task, stages: Iterable[Stage], tip: str, writer: str | None) -> set[int]:
    """Numbers of those stages, all on the branch with this tip, for which the branch is merely behind the record.

    It is when another clone recorded what the stage is, and the branch here is at something that the stage was before,
    or below what it is. A branch that was at the recorded commit, in the clone that started the stage, did not stay
    behind: somebody took it back. `writer` is this clone's id, empty where it has none; None: nothing is known of
    clones, and no branch is behind.
    """
    foreign = [stage for stage in stages if stage.range is not None and stage.recorded_by not in ("", writer)]
    if writer is None or not foreign:
        return set()
    left = _taken_back(git, [stage for stage in foreign if started_by(task, stage) == writer])
    waiting = [stage for stage in foreign if stage.number not in left]
    former = [trail.range.head for stage in waiting for trail in stage.trail]
    gone = unreachable(git, former, [tip])
    above = descendants(git, [stage.range.head for stage in waiting if stage.range], tip)
    return {
        stage.number
        for stage in waiting
        if (stage.range and stage.range.head in above) or any(t.range.head not in gone for t in stage.trail)
    }


def has_nothing_new(git: Git, task: Task, stage: Stage, tip: str, writer: str | None) -> bool:
    """Whether the branch with this tip is behind the record of the stage and has no commit of its own besides."""
    if stage.range is None or stage.number not in list_behind(git, task, [stage], tip, writer):
        return False
    return any(contains(git, recorded.head, tip) for recorded in (stage.range, *(trail.range for trail in stage.trail)))


def started_by(task: Task, stage: Stage) -> str:
    """The clone whose stage it is: the one that holds its place, else the one that started it."""
    place = task.places.get(f"stage-{stage.number}")
    return place.writer if place is not None and place.status == "active" else stage.begun_by


def _taken_back(git: Git, stages: Iterable[Stage]) -> set[int]:
    """Those of the stages whose branches were at the recorded commit once."""
    by_branch: dict[str, list[tuple[int, str]]] = {}
    for stage in stages:
        if stage.range is not None:
            by_branch.setdefault(stage.branch, []).append((stage.number, stage.range.head))
    numbers: set[int] = set()
    for branch, recorded in by_branch.items():
        held = list_held(git, f"refs/heads/{branch}", [head for _, head in recorded])
        numbers |= {number for number, head in recorded if head in held}
    return numbers
