"""The steps of a prepare in their order; nothing is announced before the last one is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.faults import reached
from okstra_git.fs.root import Root
from okstra_git.paths import CATEGORIES
from okstra_git.porcelain.give_back import give_back
from okstra_git.porcelain.landings import note_landings
from okstra_git.porcelain.prepare.claim import Taken, check_stage_free, take_run
from okstra_git.porcelain.prepare.documents import Documents, read_documents
from okstra_git.porcelain.prepare.left_behind import find_earlier, who_left
from okstra_git.porcelain.prepare.retry import find_again
from okstra_git.porcelain.prepare.whole_task import Whole, look_at_whole, stand_in_assembly
from okstra_git.records.events import RunAbandoned, RunPrepared
from okstra_git.records.runs import Waiver
from okstra_git.rendering import drop_compiled
from okstra_git.runs.assembling import Identity, make_context
from okstra_git.runs.bundle import make_bundle, write_bundle
from okstra_git.runs.carrying import lay_out_carry
from okstra_git.runs.context import TeamPart, WorktreePart
from okstra_git.runs.leases import occupied_stages
from okstra_git.runs.snapshots import About, take_snapshot
from okstra_git.runs.teams import team_name, teams_of_others
from okstra_git.runs.whole_files import sweep_folder, sweep_numbered
from okstra_git.stages.base import lacking_notes
from okstra_git.stages.claim import StageClaim, started_facts
from okstra_git.stages.task import require_open
from okstra_git.stages.worktree_setup import make_worktree
from okstra_git.store.registry import release

if TYPE_CHECKING:
    from okstra_git.porcelain.prepare.order import Order
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.context import RunContext
    from okstra_git.runs.snapshots import Snapshot as Kept
    from okstra_git.store.snapshot import Snapshot

SHORT = 10
"""Characters of a commit's name that people are shown."""


class RunLost(OkstraError):
    """Somebody ended the run while its bundle was being made."""

    code = "run.lost"


@dataclass(frozen=True)
class Prepared:
    """A prepared run: what was recorded, what it was rendered from, and the lead prompt. `again` = a retry."""

    run: Run
    context: RunContext
    prompt: str
    again: bool = False


def prepare_run(order: Order) -> Prepared:
    """Read and check, settle history, claim, make worktree and bundle, record; the same call again gives the same."""
    workspace = order.workspace
    task, documents = _settled(order)
    whole = look_at_whole(order, task)
    inputs = order.request.fingerprint(*documents.blobs, order.language, *([whole.print] if whole.print else []))
    found = find_again(order, task, inputs)
    if found is not None:
        workspace.warn(workspace.store.catch_up().warning)
        return Prepared(*found, again=True)
    taken = take_run(order, inputs, documents.plan_record, check=documents.check_stage, whole=whole)
    for run, reason in taken.ended:
        workspace.note(f"run {run} is ended: {reason}")
    try:
        return _fulfil(order, documents, taken, inputs, whole)
    except BaseException as failed:
        _give_up(order, taken, failed)
        raise


def check_prepare(order: Order) -> None:
    """Refuse what a prepare of this order would refuse before it claims anything; history that moved is settled."""
    task, documents = _settled(order)
    look_at_whole(order, task)
    if order.request.phase.has_worktree and documents.plan_record is not None:
        check_stage_free(order, task, documents.plan_record)


def _settled(order: Order) -> tuple[Task, Documents]:
    """The task as history has it now, and its documents, checked."""
    workspace, _ = order.workspace, order.lead  # whoever leads is asked for first: a pid that is none is refused here
    task = require_open(workspace.store.read(), order.key)
    _require_plain_places(order)
    documents = read_documents(order, task)
    if task.anchor is not None or any(stage.is_recorded for stage in task.stages.values()):
        from okstra_git.porcelain.follow import follow_history  # a judge of history is heavy; here there is some

        follow_history(workspace, [task], on_question="refuse")
        note_landings(workspace, order.key)
        task = require_open(workspace.store.read(), order.key)
    return task, documents


def _require_plain_places(order: Order) -> None:
    """Refuse, before anything is read or claimed, links where okstra's own files are to be written."""
    files, project = Root(order.project.root), order.project
    run = project.task(order.key).run(order.request.phase.name, order.request.stage)
    for place in (project.task_catalogue, *(run.category(name) for name in CATEGORIES)):
        files.require_plain_way(place)


def _fulfil(order: Order, documents: Documents, taken: Taken, inputs: str, whole: Whole) -> Prepared:
    workspace, store = order.workspace, order.workspace.store
    worktree = _place_to_work(order, documents, taken, whole)
    reached("prepare.worktree-made")
    snapshot = store.read()
    task = require_open(snapshot, order.key)
    lead_session = order.agent_session
    who = Identity(taken.run, token_hex(8), taken.numbers, workspace.now(), order.language, inputs, lead_session)
    team = TeamPart(
        team_name(order.key, taken.stage if taken.claim else None, taken=teams_of_others(snapshot.state, order.key)),
        occupied_stages(task, order.guard.leases(task), besides=taken.run) if taken.claim else (),
    )
    papers = documents.for_stage(task, taken.stage, whole)
    context = make_context(
        order.request, task, who, order.project, papers, stage=taken.stage, team=team, worktree=worktree
    )
    lay_out_carry(context, order.project.root)
    _sweep_drafts(order, task, taken)
    drop_compiled(workspace.git.private_dir)
    bundle = make_bundle(context, documents.sources(task))
    for name in write_bundle(bundle, order.project.root):
        workspace.warn(f"{name} was not what it should be and was set aside")
    reached("prepare.bundle-written")
    run = _record(order, documents, taken, context)
    reached("prepare.recorded")
    workspace.changed_tasks.discard(order.key)
    return Prepared(run, context, bundle.prompt)


def _place_to_work(order: Order, documents: Documents, taken: Taken, whole: Whole) -> WorktreePart | None:
    """The directory of the stage, or that in which stages lie together, or of the stage to verify; None = nowhere."""
    if taken.claim is not None:
        return _stand_in_worktree(order, taken)
    if taken.place is not None:
        return stand_in_assembly(order, taken.place, whole, taken.run)
    return documents.worktree_to_verify(taken.task)


def _sweep_drafts(order: Order, task: Task, taken: Taken) -> None:
    """Remove the half-made bundles of prepares that died and were ended; nobody was ever told of them."""
    phase = order.request.phase.name
    files, paths = Root(order.project.root), order.project.task(order.key).run(phase, taken.stage)
    for run in task.runs.values():
        if run.task_type == phase and run.stage == taken.stage and run.prepared is None and not run.is_active:
            sweep_folder(files, paths.instruction_set(run.seq))
            for category, number in run.numbers.items():
                sweep_numbered(files, paths.category(category), number)


def _stand_in_worktree(order: Order, taken: Taken) -> WorktreePart:
    """The stage's directory, checked out; what lay in it uncommitted is kept in a snapshot first."""
    claim = taken.claim
    assert claim is not None
    git, place, beginning = order.workspace.git, claim.place, claim.beginning
    fresh = make_worktree(git, order.key, claim.number, place, beginning.commit)
    kept = None if fresh else _keep_leftovers(order, taken, claim)
    kept = kept or find_earlier(order.workspace, taken.task, claim, fresh=fresh)
    left_by, left_how = who_left(taken, kept)
    for sentence in lacking_notes(claim.number, beginning):
        order.workspace.note(sentence)
    return WorktreePart(
        path=str(claim.worktree),
        branch=place.branch,
        base=beginning.commit,
        base_ref=beginning.ref,
        lacks=beginning.lacks,
        merged=beginning.stages,
        snapshot=kept.ref if kept else "",
        left_by=left_by,
        left_how=left_how,
    )


def _keep_leftovers(order: Order, taken: Taken, claim: StageClaim) -> Kept | None:
    """A snapshot of what is not committed in the stage's directory, as what the last run there left behind."""
    former = [run for run in taken.task.runs.values() if run.stage == claim.number and run.id != taken.run]
    left_by = max((run.id for run in former), default=taken.run)
    about = About(order.key.slashed, claim.number, left_by, f"found by the prepare of run {taken.run}")
    kept = take_snapshot(order.workspace.git, claim.worktree, about, now=order.workspace.now())
    if kept is None:
        return None
    what = "ignored files" if kept.ignored == kept.files else "changes that are not committed"
    order.workspace.note(f"{claim.worktree} holds {what}: they stay, and snapshot {kept.id} keeps a copy")
    for line in kept.left_out:
        order.workspace.warn(f"not in the snapshot: {line}")
    return None if kept.ignored == kept.files else kept


def _record(order: Order, documents: Documents, taken: Taken, context: RunContext) -> Run:
    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_open(snapshot, order.key)
        _refuse_lost(task, taken)
        begun = started_facts(order.workspace.git, task, taken.claim) if taken.claim else []
        return [*begun, _prepared_fact(order, documents, taken, context)]

    appended = order.workspace.store.append(decide)
    order.workspace.warn(appended.warning)
    return appended.snapshot.state.tasks[order.key].runs[taken.run]


def _prepared_fact(order: Order, documents: Documents, taken: Taken, context: RunContext) -> RunPrepared:
    worktree = context.worktree
    return RunPrepared(
        task=order.key,
        run=taken.run,
        stage=taken.stage,
        holder=order.lead,
        nonce=context.run.nonce,
        folder=context.run.folder,
        instruction_set=context.paths.instruction_set,
        team=context.team.name,
        workspace=order.agent_session,
        branch=worktree.branch if worktree else "",
        worktree=worktree.path if worktree else None,
        brief=documents.brief_source,
        plan=documents.plan_blob,
        waivers=tuple(Waiver(stage_key=each.stage_key, reason=each.reason) for each in order.request.waivers),
    )


def _refuse_lost(task: Task, taken: Taken) -> None:
    run = task.runs.get(taken.run)
    if run is None or not run.is_active:
        raise RunLost(
            f"run {taken.run} was ended by somebody else while it was being prepared",
            hint=f"git okstra run show {word(taken.run)}",
            run=taken.run,
        )


MAX_REASON = 2_000
"""Characters of a refusal that are recorded as the reason why a run ended."""


def _give_up(order: Order, taken: Taken, failed: BaseException) -> None:
    """End the claim of a prepare that failed, and give its place back when no worktree was made in it."""
    reason = failed.message if isinstance(failed, OkstraError) else f"the prepare failed: {type(failed).__name__}"

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = snapshot.state.tasks[order.key]
        run = task.runs.get(taken.run)
        ended = (
            [RunAbandoned(task=task.key, run=taken.run, reason=reason[:MAX_REASON])] if run and run.is_active else []
        )
        claim = taken.claim
        idle = claim is not None and claim.is_new and not Path(claim.place.worktree or "").exists()
        return [*ended, *(release(task, claim.place.scope) if claim is not None and idle else [])]

    try:
        ended = order.workspace.store.append(decide).snapshot.state.tasks[order.key]
        give_back(order.workspace, ended, ended.runs[taken.run])
    except OkstraError as again:
        order.workspace.warn(f"the claim of run {taken.run} could not be given back: {again.message}")
