"""Which of the directories that records name are this clone's: others are shown, never opened, entered or removed."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import Worktree
from okstra_git.records.runs import Run
from okstra_git.records.states import Reservation, Task
from okstra_git.store.writer import find_writer


class OwnWorktrees:
    """Asks of a row or a run whether this clone recorded its directory; a path of another clone means nothing here."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @cached_property
    def writer(self) -> str:
        """This clone's id; empty before `init`, and where the file that has it is damaged."""
        try:
            return find_writer(self._git) or ""
        except OkstraError:
            return ""

    def path(self, place: Reservation | None) -> Path | None:
        """The directory of a row that this clone recorded; None for a row of another clone, and for one without."""
        return Path(place.worktree) if place is not None and place.worktree and self.is_own(place) else None

    def is_own(self, recorded: Reservation | Run) -> bool:
        """Whether this clone recorded the row, or claimed the run."""
        return bool(self.writer) and recorded.writer == self.writer

    def active_path(self, place: Reservation | None) -> Path | None:
        """As `path`, while the row is not given up."""
        return self.path(place) if place is not None and place.status == "active" else None

    def path_of_run(self, task: Task, run: Run) -> Path | None:
        """Where a run of this clone changes code: its own record, or the place of its stage; else None."""
        if run.worktree:
            return Path(run.worktree) if self.is_own(run) else None
        return self.path(task.places.get(f"stage-{run.stage}")) if run.stage is not None else None


def find_made(trees: Iterable[Worktree], task: Task, place: Reservation) -> Worktree | None:
    """The worktree at the recorded path that okstra made in this repository for this very row, whoever recorded it.

    git's own lock says so: it names the task, and the stage, group or run. Paths are compared as they are written.
    """
    reasons = set(lock_reasons(task, place))
    there = (tree for tree in trees if str(tree.path) == place.worktree)
    return next((tree for tree in there if tree.is_locked and tree.lock_reason in reasons), None)


def lock_reasons(task: Task, place: Reservation) -> Iterator[str]:
    """The reasons with which okstra locks the worktree of a row."""
    kind, _, id = place.scope.partition("-")
    about = f"okstra task={task.key}"
    if kind and id:
        yield f"{about} {kind}={id}"
    for run in task.runs.values():
        if kind == "verification" and str(run.seq) == id and run.task_type == place.phase:
            yield f"{about} run={run.id}"
