"""Which one command resumes work on a task: what its documents say, judged by the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import split
from typing import TYPE_CHECKING, Any

from okstra_git.bundle.inputs import find_missing
from okstra_git.bundle.manifests import Script, find_for_run, find_latest
from okstra_git.commands import command
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.explain import explain_task
from okstra_git.porcelain.inspect.inspection import Inspection, has_ended, note_outdated, read_manifest
from okstra_git.porcelain.inspect.run import read_context
from okstra_git.porcelain.task_lookup import find_stage_here, require_key
from okstra_git.runs.progress import TaskProgress, progress_of
from okstra_git.runs.resume_choice import MissingFiles, NextStep, Offer, choose_run, make_offer
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from okstra_git.host.process_facts import Liveness
    from okstra_git.paths import TaskPaths
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.explain import Advice, RunAdvice


@dataclass(frozen=True)
class WayToResume:
    """How work is resumed. `command` is None where nothing may be resumed now; `others` are the open runs that
    were not chosen, each with what is advised about it."""

    task: Task
    standing: TaskProgress
    offer: Offer
    life: Liveness | None
    command: str | None
    script: Script | None
    others: tuple[tuple[Run, Liveness | None, NextStep], ...]
    facts: tuple[str, ...]
    notes: tuple[str, ...]


def inspect_resume(workspace: Workspace, identity: Identity) -> WayToResume:
    """The one literal command, or why there is none; a document that contradicts the ledger is noted."""
    key = require_key(workspace, identity)
    inspection = Inspection(workspace)
    task = require_task(inspection.snapshot.state, key)
    stages, others = explain_task(workspace, task, None)
    return _way_to_resume(inspection, task, stages, others, find_stage_here(workspace, key))


def _way_to_resume(
    inspection: Inspection, task: Task, stages: list[Advice], others: list[RunAdvice], here: int | None
) -> WayToResume:
    standing = progress_of(task, undecided=inspection.undecided(task))
    paths = ProjectPaths(inspection.disk.root).task(task.key)
    manifest = read_manifest(inspection, task)
    note_outdated(inspection, task, manifest)
    latest = find_latest(inspection.disk, paths, manifest)
    _note_contradiction(inspection, task, latest, manifest or {})
    ours = frozenset(
        run.id for run in standing.open_runs if run.holder is not None and inspection.liveness.is_ours(run.holder)
    )
    run = choose_run(standing.open_runs, ours=ours, stage=here, pointed=latest.run if latest else None)
    bundles = _without_documents(inspection, standing)
    missing = MissingFiles(bundles, *find_missing(inspection.disk, task, writer=inspection.writer or ""))

    def offered(run: Run | None) -> Offer:
        return make_offer(task, standing, run, stages, others, ours=ours, missing=missing)

    offer = offered(run)
    script = _script_of(inspection, paths, run, latest) if run is not None else None
    if run is not None:
        inspection.note_absence(run)
    rest = tuple(
        (other, inspection.life_of(other), offered(other).next) for other in standing.open_runs if other != run
    )
    return WayToResume(
        task, standing, offer, inspection.life_of(run) if run is not None else None,
        _command(inspection, offer, script), script, rest, _facts(run, stages, others), inspection.notes,
    )  # fmt: skip


def _without_documents(inspection: Inspection, standing: TaskProgress) -> frozenset[str]:
    """The open runs that were prepared here and whose documents are gone, each with a note; those of other clones have
    theirs there."""
    prepared = [run for run in standing.open_runs if run.prepared is not None]
    missing = [run for run in prepared if read_context(inspection, run) is None]
    return frozenset(run.id for run in missing if inspection.is_here(run))


def _note_contradiction(inspection: Inspection, task: Task, latest: Script | None, manifest: dict[str, Any]) -> None:
    """Say where the script contradicts the ledger, unless the manifest itself says that the run ended."""
    if latest is None:
        return
    run = task.runs.get(latest.run or "")
    if latest.run is None:
        inspection.disk.note(f"{latest.path} does not say which run it resumes; it is not used")
    elif run is None:
        inspection.disk.note(f"{latest.path} resumes run {latest.run}, which the ledger does not know; it is not used")
    elif not run.is_active and not has_ended(manifest.get("latestRun"), run.id):
        inspection.disk.note(f"{latest.path} resumes run {run.id}, which ended as {run.status}; the ledger counts")


def _script_of(inspection: Inspection, paths: TaskPaths, run: Run, latest: Script | None) -> Script | None:
    """The script that resumes the chosen run and works in this project; None when there is no usable one."""
    script = latest if latest is not None and latest.run == run.id else find_for_run(inspection.disk, paths, run.id)
    if script is None:
        return None
    try:
        enters = split(script.enters)
    except ValueError:
        enters = []
    if enters != [str(inspection.disk.root)]:
        inspection.disk.note(f"{script.path} was made for another place than {inspection.disk.root}; it is not used")
        return None
    return script


def _command(inspection: Inspection, offer: Offer, script: Script | None) -> str | None:
    """The script where there is one to use, else the command inside it; None when nothing may be resumed now."""
    if not offer.is_ready or offer.run is None:
        return None
    return command("sh", inspection.disk.root / script.path) if script is not None else offer.next.command


def _facts(run: Run | None, stages: list[Advice], others: list[RunAdvice]) -> tuple[str, ...]:
    """What explaining said about the chosen run."""
    if run is None:
        return ()
    by_stage = next((advice.facts for advice in stages if advice.stage == run.stage), ())
    return next(((advice.fact,) for advice in others if advice.run == run.id), by_stage)
