"""The steps of a prepare in their order; nothing is announced before the last one is recorded."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from okstra_git.bundle.build_context import RunIdentity, make_context
from okstra_git.bundle.context import TeamPart
from okstra_git.bundle.render import make_bundle
from okstra_git.bundle.run_files import sweep_folder, sweep_numbered
from okstra_git.bundle.stages import lay_out_carry
from okstra_git.bundle.write import write_bundle
from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.fs.root import Root
from okstra_git.porcelain.landings import note_landings
from okstra_git.porcelain.prepare.claim import Claim, check_request, check_stage_free, claim_run
from okstra_git.porcelain.prepare.context import PrepareContext, Prepared
from okstra_git.porcelain.prepare.documents import Documents, Inputs, prompt_documents, read_documents
from okstra_git.porcelain.prepare.retry import look_for_retry
from okstra_git.porcelain.prepare.whole_task import look_at_whole, release_verification_worktree
from okstra_git.porcelain.prepare.worktree import make_run_worktree
from okstra_git.records.events import RunAbandoned, RunPrepared
from okstra_git.records.runs import Waiver
from okstra_git.rendering import drop_compiled
from okstra_git.runs.leases import occupied_stages, team_name, teams_of_others
from okstra_git.stages.claim import started_facts
from okstra_git.store.registry import release, require_open

if TYPE_CHECKING:
    from okstra_git.bundle.context import RunContext
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Run
    from okstra_git.records.states import State, Task
    from okstra_git.store.snapshot import Snapshot


def prepare_run(context: PrepareContext) -> Prepared:
    """Read and check, settle history, claim, make worktree and bundle, record; the same call again gives the same."""
    workspace = context.workspace
    task, inputs = _gather(context)
    retry = look_for_retry(context, task, inputs.fingerprint)
    if retry.prepared is not None:
        workspace.warn(workspace.store.catch_up().warning)
        return retry.prepared
    claim = claim_run(context, inputs, retry.reasons)
    try:
        return _fulfil(context, inputs, claim)
    except BaseException as failed:
        _give_up(context, claim, failed)
        raise


def check_prepare(context: PrepareContext) -> None:
    """Refuse what a prepare would refuse before it claims anything; history that moved is settled."""
    task, inputs = _gather(context)
    if context.request.phase.has_worktree and inputs.documents.plan_record is not None:
        check_stage_free(context, task, inputs.documents.plan_record)


def _gather(context: PrepareContext) -> tuple[Task, Inputs]:
    """The task as history has it now, and what its run is prepared from, checked."""
    snapshot = context.workspace.store.read()
    task = require_open(snapshot.state, context.key)
    check_request(context, task)
    documents = read_documents(context, snapshot.state, task)
    task = _settle(context, snapshot.state, task)
    whole = look_at_whole(context, task)
    named = (*documents.blobs, context.language, *([whole.commit] if whole.commit else []))
    return task, Inputs(documents, whole, context.request.fingerprint(*named))


def _settle(context: PrepareContext, state: State, task: Task) -> Task:
    """The task after history was followed; refuses while a person has to decide where a stage is."""
    if task.anchor is None and not any(stage.is_recorded for stage in task.stages.values()):
        return task
    from okstra_git.porcelain.follow import follow_history  # a judge of history is heavy, and here there is some

    follow_history(context.workspace, [task], state=state, on_question="refuse")
    note_landings(context.workspace, context.key)
    return require_open(context.workspace.store.read().state, context.key)


def _fulfil(context: PrepareContext, inputs: Inputs, claim: Claim) -> Prepared:
    """Make what the claim promises, and record that it is there."""
    workspace, root = context.workspace, context.project.root
    worktree = make_run_worktree(context, claim, inputs)
    fault_point("prepare.worktree-made")
    documents = prompt_documents(context, inputs, claim.task, claim.stage)
    who = RunIdentity(
        claim.run, token_hex(8), claim.plan.claimed.numbers, workspace.now(), context.language, inputs.fingerprint,
        context.agent_session,
    )  # fmt: skip
    run_context = make_context(
        context.request, claim.task, who, context.project, documents,
        stage=claim.stage, team=_team(context, claim), worktree=worktree,
    )  # fmt: skip
    lay_out_carry(run_context, root)
    _sweep_drafts(context, claim)
    drop_compiled(workspace.git.private_dir)
    bundle = make_bundle(run_context, documents)
    for name in write_bundle(bundle, root):
        workspace.warn(f"{name} was not what it should be and was set aside")
    fault_point("prepare.bundle-written")
    run = _record(context, inputs.documents, claim, run_context)
    fault_point("prepare.recorded")
    workspace.changed_tasks.discard(context.key)
    return Prepared(run, run_context, bundle.prompt)


def _team(context: PrepareContext, claim: Claim) -> TeamPart:
    """The team's name, and the stages that other live runs held when this run was claimed."""
    stage = claim.plan.stage
    name = team_name(
        context.key, stage.number if stage else None, taken=teams_of_others(claim.snapshot.state, context.key)
    )
    leases = context.liveness.leases(claim.task) if stage else ()
    return TeamPart(name, occupied_stages(claim.task, leases, besides=claim.run))


def _sweep_drafts(context: PrepareContext, claim: Claim) -> None:
    """Remove the half-made bundles of prepares that died and were ended; no lead ever received them."""
    phase = context.request.phase.name
    files, paths = Root(context.project.root), context.project.task(context.key).run(phase, claim.stage)
    for run in claim.task.runs.values():
        if run.task_type == phase and run.stage == claim.stage and run.prepared is None and not run.is_active:
            sweep_folder(files, paths.instruction_set(run.seq))
            for category, number in run.numbers.items():
                sweep_numbered(files, paths.category(category), number)


def _record(context: PrepareContext, documents: Documents, claim: Claim, run_context: RunContext) -> Run:
    workspace, stage = context.workspace, claim.plan.stage
    prepared = _prepared_fact(context, documents, claim, run_context)

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_open(snapshot.state, context.key)
        _refuse_lost(task, claim)
        begun = started_facts(workspace.git, task, stage) if stage is not None else []
        return [*begun, prepared]

    appended = workspace.store.append(decide)
    workspace.warn(appended.warning)
    return appended.run_after(context.key, claim.run)


def _prepared_fact(context: PrepareContext, documents: Documents, claim: Claim, run_context: RunContext) -> RunPrepared:
    worktree = run_context.worktree
    return RunPrepared(
        task=context.key,
        run=claim.run,
        stage=claim.stage,
        holder=context.lead,
        nonce=run_context.run.nonce,
        folder=run_context.run.folder,
        instruction_set=run_context.paths.instruction_set,
        team=run_context.team.name,
        workspace=context.agent_session,
        branch=worktree.branch if worktree else "",
        worktree=worktree.path if worktree else None,
        brief=documents.brief.source if documents.brief else None,
        plan=documents.plan.blob if documents.plan else None,
        waivers=tuple(Waiver(stage_key=waiver.stage_key, reason=waiver.reason) for waiver in context.request.waivers),
    )


def _refuse_lost(task: Task, claim: Claim) -> None:
    run = task.runs.get(claim.run)
    if run is None or not run.is_active:
        raise refuse(
            "run.lost",
            f"run {claim.run} was ended by somebody else while it was being prepared",
            hint=f"git okstra run show {word(claim.run)}",
            run=claim.run,
        )


MAX_REASON = 2_000
"""Characters of a refusal that are recorded as the reason why a run ended."""


def _give_up(context: PrepareContext, claim: Claim, failed: BaseException) -> None:
    """End the claim of a prepare that failed, and give its place back when no worktree was made in it."""
    workspace, stage = context.workspace, claim.plan.stage
    reason = failed.message if isinstance(failed, OkstraError) else f"the prepare failed: {type(failed).__name__}"

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = snapshot.state.tasks[context.key]
        run = task.runs.get(claim.run)
        is_active = run is not None and run.is_active
        ended = [RunAbandoned(task=task.key, run=claim.run, reason=reason[:MAX_REASON])] if is_active else []
        idle = stage is not None and stage.is_new and not stage.worktree.exists()
        return [*ended, *(release(task, stage.place.scope) if stage is not None and idle else [])]

    try:
        ended = workspace.store.append(decide).task_after(context.key)
        release_verification_worktree(workspace, ended, ended.runs[claim.run])
    except OkstraError as again:
        workspace.warn(f"the claim of run {claim.run} could not be given back: {again.message}")
