"""One look at state, files and processes, which every inspection takes once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from okstra_git.bundle.run_files import Disk
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.names import quote
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.current_state import LivenessChecker, standing_state
from okstra_git.porcelain.project_files import project_root
from okstra_git.store.clone import find_writer

if TYPE_CHECKING:
    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.judge import Judge
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.store.snapshot import Snapshot

ENDED = ("finished", "failed", "abandoned")
"""Statuses of runs that are over."""


@dataclass
class Inspection:
    """One look at the state, the disk and the processes; nothing of it writes."""

    workspace: Workspace
    snapshot: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        snapshot = self.workspace.store.read()
        self.snapshot = replace(snapshot, state=standing_state(self.workspace, snapshot.state))
        for problem in self.snapshot.problems:
            self.disk.note(problem.message)

    @cached_property
    def disk(self) -> Disk:
        """The project's files, and the sentences about what was wrong with them."""
        return Disk(project_root(self.workspace))

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be determined so far, and why."""
        return tuple(self.disk.notes)

    @cached_property
    def liveness(self) -> LivenessChecker:
        """Asks this machine who holds what."""
        return LivenessChecker(self.workspace)

    @cached_property
    def writer(self) -> str | None:
        """This clone's id; None before `init`, and where the file that has it is damaged."""
        try:
            return find_writer(self.workspace.git)
        except OkstraError as refusal:
            self.disk.note(refusal.message)
            return None

    @cached_property
    def _judge(self) -> Judge:
        from okstra_git.porcelain.follow import make_judge, read_hints

        return make_judge(self.workspace, self.snapshot.state, hints=read_hints(self.workspace))

    def undecided(self, task: Task) -> tuple[int, ...]:
        """Stages of which a person has to say which commit they are now, as `status` finds them."""
        if not task.is_open or not any(stage.range for stage in task.stages.values()):
            return ()
        return tuple(finding.stage for finding in self._judge.judge(task).confirms)

    def life_of(self, run: Run) -> Liveness | None:
        """Whether the run's process lives; None for a run that ended."""
        return self.liveness.life_of(run) if run.is_active else None

    def is_here(self, run: Run) -> bool:
        """Whether this clone prepared the run, so that its files should be here."""
        return run.writer == self.writer

    def note_absence(self, run: Run) -> None:
        """Say where the files of another clone's run are."""
        if not self.is_here(run):
            archived = f"; what was archived: git okstra run show {word(run.id)} --archive" if run.archive else ""
            self.disk.note(f"run {run.id} was prepared in another clone, and so are its files{archived}")


def read_manifest(inspection: Inspection, task: Task) -> dict[str, Any] | None:
    """The task's manifest, a view of what the ledger says; a broken one is noted, one that never was is not."""
    paths = ProjectPaths(inspection.disk.root)
    recorded = paths.relative(paths.task(task.key).manifest)
    return inspection.disk.read(recorded) if inspection.disk.see(recorded).bytes is not None else None


def note_outdated(inspection: Inspection, task: Task, manifest: dict[str, Any] | None) -> None:
    """Say where the manifest has its latest run otherwise than the ledger, which counts."""
    row = (manifest or {}).get("latestRun")
    if not isinstance(row, dict):
        return
    id, status = row.get("id"), row.get("status")
    run = task.runs.get(id) if isinstance(id, str) else None
    if run is None:
        inspection.disk.note("the task manifest names a latest run that the ledger does not know")
    elif run.is_active == (status in ENDED):
        inspection.disk.note(
            f"the task manifest has run {id} as {quote(str(status))}; by the ledger it is {run.status}"
        )


def has_ended(row: object, id: str) -> bool:
    """Whether the manifest's row of its latest run is of this run, and says that it ended."""
    return isinstance(row, dict) and row.get("id") == id and row.get("status") in ENDED
