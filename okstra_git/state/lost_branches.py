"""Branches of stages that are not there any more under their name, and the command that gets each back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from okstra_git.commands import command, word
from okstra_git.fs.outside import read_gits
from okstra_git.git.history import find_commit
from okstra_git.git.reflogs import find_new_name
from okstra_git.git.refs import find_quietly, is_torn
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import find_entry
from okstra_git.names import is_commit_id, shown
from okstra_git.records.states import Place, Stage, State, Task
from okstra_git.state.registry import active_places


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
        stage = next((one for one in task.stages.values() if place.scope == f"stage-{one.number}"), None)
        if stage is None or not task.is_open or stage.landed or place.writer != writer or stage.status == "reserved":
            continue
        if stage.range is not None and _is_collected(task, stage):
            continue
        if find_quietly(git, f"refs/heads/{place.branch}") is None:
            found = _judge(git, task, stage, place)
            if found is not None:
                yield found


def _is_collected(task: Task, stage: Stage) -> bool:
    """Whether a group has taken the stage's work, so that its own branch may well go."""
    return any(stage.number in group.stages and group.status == "assembled" for group in task.groups.values())


def _judge(git: Git, task: Task, stage: Stage, place: Place) -> LostBranch | None:
    key = str(task.key)
    ref = f"refs/heads/{place.branch}"
    damaged = is_torn(git, ref)
    gone = "is damaged" if damaged else "is not there any more"
    told = f"branch {place.branch} of {key} stage {stage.number} {gone}"
    new = None if damaged else find_new_name(git, place.branch, Path(place.worktree) if place.worktree else None)
    if new is not None:
        record = f"git okstra stage done {stage.number} --task-key {key} --branch {word(new)}"
        if stage.branch == new:
            return None
        told += f"; it seems to be {shown(new)} now"
        if stage.range is not None:
            return LostBranch(task, stage, "branch.renamed", told, record)
        told += f", by which it can be recorded once it is done: {record}"
        back = f"git branch -m {word(new)} {word(place.branch)}"
        return LostBranch(task, stage, "branch.renamed", told, back)
    commit = stage.range.head if stage.range is not None else _last_seen(git, place) or stage.base
    if find_commit(git, commit) is None:
        return None
    what = "what is recorded of it" if stage.range is not None else "the last that is known of it"
    line = line_back(git, place.branch, commit)
    return LostBranch(task, stage, "branch.missing", f"{told}; {what} is {commit[:10]}", line)


def line_back(git: Git, branch: str, commit: str) -> str:
    """The line that makes a branch anew, at a commit or at what names one; it may be there, but damaged."""
    ref = f"refs/heads/{branch}"
    if not is_torn(git, ref):
        return command("git branch", branch, commit)
    # no command of git's writes over what it cannot read, nor removes it
    return f"{command('rm', str(git.common_dir / ref))} && {command('git update-ref', ref, commit)}"


def _last_seen(git: Git, place: Place) -> str | None:
    """The commit that the branch was at when its worktree, or the main one, was last on it, by the log of HEAD."""
    entry = find_entry(git.common_dir, Path(place.worktree)) if place.worktree else None
    lines = _log_of_head(entry) if entry is not None else []
    if lines:
        return _second_word(lines[-1])
    left = f"checkout: moving from {place.branch} to "
    return next((line.split(" ", 1)[0] for line in reversed(_log_of_head(git.common_dir)) if left in line), None)


def _second_word(line: str) -> str | None:
    words = line.split(" ", 2)
    return words[1] if len(words) > 1 and is_commit_id(words[1]) else None


def _log_of_head(folder: Path) -> list[str]:
    return (read_gits(folder / "logs" / "HEAD") or b"").decode("utf-8", "replace").splitlines()
