"""By which one command work on a task is taken up again: what its documents say, judged by the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import split
from typing import TYPE_CHECKING, Any

from okstra_cli.inspecting import Inspection, has_ended, note_outdated, read_manifest
from okstra_cli.inspecting_run import read_context
from okstra_cli.output import Answer
from okstra_cli.views import inspect_resume as view
from okstra_git.commands import command
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.runs import explain_task
from okstra_git.porcelain.task_lookup import find_stage_here, require_key
from okstra_git.runs.lost import find_lost
from okstra_git.runs.resume_scripts import Script, find_for_run, find_latest
from okstra_git.runs.standing import Standing, standing_of
from okstra_git.runs.taking_up import Offer, Step, choose_run, make_offer
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.host.lives import Life
    from okstra_git.paths import TaskPaths
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.explain import Advice, RunAdvice


@dataclass(frozen=True)
class Resumption:
    """How work is taken up again. `command` is None where nothing may be resumed now; `others` are the open runs that
    were not chosen, each with what is advised about it."""

    task: Task
    standing: Standing
    offer: Offer
    life: Life | None
    command: str | None
    script: Script | None
    others: tuple[tuple[Run, Life | None, Step], ...]
    facts: tuple[str, ...]


def how_to_resume(session: Session, identity: Identity) -> Answer:
    """The one literal command, or why there is none; a document that contradicts the ledger is noted."""
    key = require_key(session.workspace, identity)
    looking = Inspection(session)
    task = require_task(looking.snapshot.state, key)
    stages, others = explain_task(session.workspace, task, None)
    found = _resumption(looking, task, stages, others, find_stage_here(session.workspace, key))
    return Answer(view.resume_json(found, looking.notes), lambda: view.resume_page(found, looking.notes))


def _resumption(
    looking: Inspection, task: Task, stages: list[Advice], others: list[RunAdvice], here: int | None
) -> Resumption:
    standing = standing_of(task, undecided=looking.undecided(task))
    paths = ProjectPaths(looking.disk.root).task(task.key)
    manifest = read_manifest(looking, task)
    note_outdated(looking, task, manifest)
    latest = find_latest(looking.disk, paths, manifest)
    _note_contradiction(looking, task, latest, manifest or {})
    ours = frozenset(
        run.id for run in standing.open_runs if run.holder is not None and looking.guard.is_ours(run.holder)
    )
    run = choose_run(standing.open_runs, ours=ours, stage=here, pointed=latest.run if latest else None)
    lost = find_lost(looking.disk, task, _without_documents(looking, standing), writer=looking.writer or "")

    def offered(one: Run | None) -> Offer:
        return make_offer(task, standing, one, stages, others, ours=ours, lost=lost)

    offer = offered(run)
    script = _script_of(looking, paths, run, latest) if run is not None else None
    if run is not None:
        looking.note_absence(run)
    rest = tuple((each, looking.life_of(each), offered(each).next) for each in standing.open_runs if each != run)
    return Resumption(
        task, standing, offer, looking.life_of(run) if run is not None else None,
        _command(looking, offer, script), script, rest, _facts(run, stages, others),
    )  # fmt: skip


def _without_documents(looking: Inspection, standing: Standing) -> frozenset[str]:
    """The open runs that were prepared here and whose documents are gone, each with a note; those of other clones have
    theirs there."""
    prepared = [run for run in standing.open_runs if run.prepared is not None]
    missing = [run for run in prepared if read_context(looking, run) is None]
    return frozenset(run.id for run in missing if looking.is_here(run))


def _note_contradiction(looking: Inspection, task: Task, latest: Script | None, manifest: dict[str, Any]) -> None:
    """Say what the script promises that the ledger does not bear out, unless the manifest says itself that it ended."""
    if latest is None:
        return
    known = task.runs.get(latest.run or "")
    if latest.run is None:
        looking.disk.note(f"{latest.path} does not say which run it resumes; it is not used")
    elif known is None:
        looking.disk.note(f"{latest.path} resumes run {latest.run}, which the ledger does not know; it is not used")
    elif not known.is_active and not has_ended(manifest.get("latestRun"), known.id):
        looking.disk.note(f"{latest.path} resumes run {known.id}, which ended as {known.status}; the ledger counts")


def _script_of(looking: Inspection, paths: TaskPaths, run: Run, latest: Script | None) -> Script | None:
    """The script that resumes the chosen run and works in this very project; None when there is none to be used."""
    script = latest if latest is not None and latest.run == run.id else find_for_run(looking.disk, paths, run.id)
    if script is None:
        return None
    try:
        enters = split(script.enters)
    except ValueError:
        enters = []
    if enters != [str(looking.disk.root)]:
        looking.disk.note(f"{script.path} was made for another place than {looking.disk.root}; it is not used")
        return None
    return script


def _command(looking: Inspection, offer: Offer, script: Script | None) -> str | None:
    """The script where there is one to use, else the command inside it; None when nothing may be resumed now."""
    if not offer.is_ready or offer.run is None:
        return None
    return command("sh", looking.disk.root / script.path) if script is not None else offer.next.command


def _facts(run: Run | None, stages: list[Advice], others: list[RunAdvice]) -> tuple[str, ...]:
    """What explaining said about the chosen run."""
    if run is None:
        return ()
    by_stage = next((one.facts for one in stages if one.stage == run.stage), ())
    return next(((one.fact,) for one in others if one.run == run.id), by_stage)
