"""A run with its documents in this clone: its context, its roster, and the files that its workers handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.bundle.run_files import Disk, list_results
from okstra_git.bundle.stored_context import find_context
from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.fs.root import Root
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.runs.history import require_run
from okstra_git.store.clone import OwnWorktrees

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class RunAtWork:
    """A run, its task and what it was rendered from; `root` is the project's, from which all paths are."""

    task: Task
    run: Run
    context: RunContext
    root: Path

    @property
    def files(self) -> Root:
        """Opens the run's own files; no link is followed."""
        return Root(self.root)

    @property
    def analysers(self) -> tuple[str, ...]:
        """The workers of the roster that analyse, by id."""
        return tuple(worker.id for worker in self.context.workers if worker.is_analyser)

    def results(self) -> Mapping[str, list[str]]:
        """The paths of what each analyser handed in, the oldest first; those without any are not named."""
        listed = [result for result in list_results(Disk(self.root), self.run) if result.kind == "result"]
        paths = {
            worker: sorted(
                (result.path for result in listed if result.worker in (worker, f"{worker}-worker")),
                key=lambda path: (len(path), path),
            )
            for worker in self.analysers
        }
        return {worker: named for worker, named in paths.items() if named}

    def require_active(self) -> None:
        """Refuse a run that has ended: what it came to is archived, and stays."""
        if not self.run.is_active:
            raise refuse(
                "convergence.run-ended",
                f"run {self.run.id} has ended, so its convergence stays as it is",
                hint=command("git okstra run show", self.run.id),
                run=self.run.id,
            )


def require_run_at_work(workspace: Workspace, run_id: str) -> RunAtWork:
    """The run that is meant; refuses what names none or several, and a run whose documents are not here."""
    task, run = require_run(workspace.store.read().state, run_id)
    root = require_project_root(workspace)
    context = find_context(root, run) if OwnWorktrees(workspace.git).is_own(run) else None
    if context is None:
        raise refuse(
            "run.elsewhere",
            f"the documents of run {run.id} are not in this clone, or are not whole",
            hint=command("git okstra inspect run", run.id),
            run=run.id,
        )
    return RunAtWork(task, run, context, root)
