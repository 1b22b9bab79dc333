"""Claims a run in one append: what is refused before it, its id and numbers, and for an implementation its stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.bundle.build_context import next_numbers
from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.git.objects import find_entry
from okstra_git.git.revisions import require_named
from okstra_git.names import is_text, mint_ulid, quote
from okstra_git.porcelain.prepare.documents import carry_for
from okstra_git.porcelain.prepare.retry import DAMAGED, is_own_earlier
from okstra_git.porcelain.prepare.whole_task import SCOPE, release_verification_worktree
from okstra_git.porcelain.task_lookup import default_base, worktree_path, worktree_root
from okstra_git.records.events import PlaceReserved, RunAbandoned, RunClaimed
from okstra_git.runs.holder import own_holder
from okstra_git.runs.selection import select_stage
from okstra_git.stages.approve import Drift, drifted_files
from okstra_git.stages.claim import StageClaim, choose_stage_base, plan_stage_claim
from okstra_git.store.registry import require_open, require_stage
from okstra_git.store.store import Decision

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.porcelain.prepare.documents import Documents, Inputs
    from okstra_git.porcelain.prepare.whole_task import Whole
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Holder, Plan, Run
    from okstra_git.records.states import Task
    from okstra_git.stages.claim import StageBase
    from okstra_git.store.snapshot import Snapshot


def check_request(context: PrepareContext, task: Task) -> None:
    """Refuse links where okstra's own files go, a base that names nothing, and a stage that is not to be looked at."""
    request, project = context.request, context.project
    files, run = Root(project.root), project.task(context.key).run(request.phase.name, request.stage)
    files.require_plain_way(project.task_catalogue, *run.categories)
    if request.base_ref is not None:
        require_named(context.workspace.git, request.base_ref, what="the base")
    if request.stage is not None and not request.phase.has_worktree:
        _require_done(task, request.stage)


def check_stage(context: PrepareContext, documents: Documents, task: Task, number: int, beginning: StageBase) -> None:
    """Refuse a stage whose dependencies left no carry, or whose files changed since the plan was approved.

    What finished stages of this plan touched is not a change.
    """
    carry_for(context, documents, task, number)
    record = documents.plan_record
    planned = next((row for row in record.stages if row.number == number), None) if record else None
    if record is None or planned is None or record.commit is None:
        return
    git = context.workspace.git
    own = {path for stage in task.stages.values() if stage.range for path in stage.range.paths}
    drifted = drifted_files(planned.files, _blob_at(git, record.commit), _blob_at(git, beginning.commit), own=own)
    if drifted:
        raise _drifted(context, number, record, drifted)


INTERRUPTED = "its prepare was interrupted"


@dataclass(frozen=True)
class ClaimRequest:
    """What every attempt at a claim is made with: the new run's id, this process, which stands behind the claim,
    and why each earlier run of the same lead is not given once more."""

    run: str
    preparer: Holder
    inputs: Inputs
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class ClaimPlan:
    """What a claim records, judged by one snapshot.

    `stage` is what an implementation takes, `place` the row of the worktree in which a run looks at stages that were
    put together. `ended` are the runs that the claim ends; those in `died` had lost their process before.
    """

    claimed: RunClaimed
    stage: StageClaim | None = None
    place: PlaceReserved | None = None
    ended: tuple[RunAbandoned, ...] = ()
    died: frozenset[str] = frozenset()

    @property
    def facts(self) -> list[AnyFact]:
        """What is recorded, in this order."""
        reserves = self.stage.reserves if self.stage is not None else ()
        return [*self.ended, *reserves, self.claimed, *([self.place] if self.place is not None else [])]


@dataclass(frozen=True)
class Claim:
    """A claimed run, as planned, and the state that it was recorded in.

    `run` is its id, `stage` the number of the stage that it works on or verifies.
    """

    run: str
    stage: int | None
    plan: ClaimPlan
    snapshot: Snapshot
    task: Task


def claim_run(context: PrepareContext, inputs: Inputs, reasons: Mapping[str, str]) -> Claim:
    """Record the claim; a lost race plans it again. `reasons` says why each earlier run of the lead is not given again.

    Worktrees of runs that it ends are given back where stages were looked at together.
    """
    workspace = context.workspace
    request = ClaimRequest(mint_ulid(int(context.began.timestamp() * 1000)), own_holder(), inputs, reasons)

    def decide(snapshot: Snapshot) -> Decision[ClaimPlan]:
        plan = plan_claim(snapshot, context, request)
        return Decision(plan.facts, plan)

    appended, plan = workspace.store.append_decision(decide)
    workspace.warn(appended.warning)
    task = appended.task_after(context.key)
    for fact in plan.ended:
        release_verification_worktree(workspace, task, task.runs[fact.run])
        workspace.note(f"run {fact.run} is ended: {fact.reason}")
    return Claim(plan.claimed.run, plan.claimed.stage, plan, appended.snapshot, task)


def plan_claim(snapshot: Snapshot, context: PrepareContext, request: ClaimRequest) -> ClaimPlan:
    """What has to be recorded so that this run is claimed; refuses what cannot be begun by this snapshot."""
    task, documents = require_open(snapshot.state, context.key), request.inputs.documents
    if context.request.phase.has_worktree and documents.plan_record is not None:
        return _plan_stage(snapshot, context, request, task, documents, documents.plan_record)
    whole, stage = request.inputs.whole, context.request.stage
    claimed = _claimed(context, request, task, stage)
    if whole.joint is not None:
        claimed = claimed.model_copy(update={"assembled": whole.joint.assembly})
    place = _verification_place(context, task, claimed.seq, whole)
    return ClaimPlan(claimed, place=place, ended=_superseded(context, task, stage, request.reasons))


def check_stage_free(context: PrepareContext, task: Task, plan: Plan) -> None:
    """Refuse a stage that no claim of this lead could take now."""
    wanted = context.request.stage
    gone = {run.id for run in task.runs.values() if is_own_earlier(context, run) and run.stage == wanted}
    leases = [lease for lease in context.liveness.leases(task) if lease.run not in gone]
    select_stage(task, plan, wanted, leases, writer=context.writer)


def _require_done(task: Task, number: int) -> None:
    """Only what has ended on a commit can be verified by itself."""
    if require_stage(task, number).range is None:
        key = str(task.key)
        raise refuse(
            "stage.not-done",
            f"stage {number} of {key} is not done, so there is nothing to verify yet",
            hint=f"git okstra stage done {number} --task-key {key}",
            stage=number,
        )


def _blob_at(git: Git, commit: str) -> Callable[[str], str | None]:
    def blob(path: str) -> str | None:
        entry = find_entry(git, commit, path.rstrip("/").encode())
        return entry[1] if entry else None

    return blob


def _drifted(context: PrepareContext, number: int, record: Plan, drifted: list[Drift]) -> OkstraError:
    key = context.key
    listed = ", ".join(f"{drift.path} ({drift.kind})" for drift in drifted[:5])
    more = f" and {len(drifted) - 5} more" if len(drifted) > 5 else ""
    return refuse(
        "plan.drifted",
        f"files of stage {number} changed since the plan was approved: {listed}{more}",
        hint=f"plan anew with --task-type implementation-planning; or, when the plan still holds: "
        f"git okstra plan approve {word(record.path)} --task-key {key}",
        stage=number,
        files=[drift._asdict() for drift in drifted],
        approved_at=record.commit,
    )


def _plan_stage(
    snapshot: Snapshot, context: PrepareContext, request: ClaimRequest, task: Task, documents: Documents, plan: Plan
) -> ClaimPlan:
    workspace, wanted, base_ref = context.workspace, context.request.stage, context.request.base_ref
    superseded = _superseded(context, task, wanted, request.reasons) if wanted is not None else ()
    gone = {fact.run for fact in superseded}
    leases = [lease for lease in context.liveness.leases(task) if lease.run not in gone]
    choice = select_stage(task, plan, wanted, leases, writer=context.writer)
    beginning = choose_stage_base(
        workspace.git, task, choice.planned.depends_on, wanted=base_ref, usual=base_ref or default_base(workspace),
        when=workspace.now(),
    )  # fmt: skip
    check_stage(context, documents, task, choice.number, beginning)
    stage = plan_stage_claim(
        workspace.git, snapshot, task, choice.planned, beginning,
        worktree=worktree_path(workspace, context.key, choice.number), at=workspace.now(),
    )  # fmt: skip
    dead = tuple(
        RunAbandoned(task=task.key, run=run, reason=_why_dead(context, task.runs[run])) for run in choice.dead_runs
    )
    return ClaimPlan(
        _claimed(context, request, task, choice.number),
        stage,
        ended=(*superseded, *dead),
        died=frozenset(choice.dead_runs),
    )


def _claimed(context: PrepareContext, request: ClaimRequest, task: Task, stage: int | None) -> RunClaimed:
    phase = context.request.phase
    folder = context.project.task(context.key).run(phase.name, stage)
    numbers = next_numbers(Root(context.project.root), folder, task, phase.name, stage)
    return RunClaimed(
        task=task.key,
        run=request.run,
        task_type=phase.name,
        seq=numbers["manifests"],
        stage=stage,
        holder=request.preparer,
        inputs=request.inputs.fingerprint,
        numbers=numbers,
    )


def _verification_place(context: PrepareContext, task: Task, seq: int, whole: Whole) -> PlaceReserved | None:
    """The row of the worktree in which a run of that number looks at what was put together; None where none is."""
    if whole.joint is None:
        return None
    path = worktree_root(context.workspace, context.key) / f"{SCOPE}{seq}"
    if not is_text(str(path)):
        raise refuse(
            "worktree.taken",
            f"the worktree's path {quote(str(path))} is not UTF-8 and cannot be recorded",
            hint="git okstra config set okstra.worktreeRoot DIR",
        )
    return PlaceReserved(
        task=task.key,
        scope=f"{SCOPE}{seq}",
        branch="",
        worktree=str(path),
        base_ref=whole.base_ref,
        phase="final-verification",
        stages=whole.scope.stages,
    )


def _superseded(
    context: PrepareContext, task: Task, stage: int | None, reasons: Mapping[str, str]
) -> tuple[RunAbandoned, ...]:
    """Runs of the same holder on the same stage, prepared before this call began: asked for again in other words.

    Also claims of prepares that died, which nothing else would ever end where no stage is guarded.
    """
    phase = context.request.phase.name
    same = [run for run in task.runs.values() if run.is_active and run.task_type == phase and run.stage == stage]
    ended = {run.id: reasons.get(run.id) or DAMAGED for run in same if is_own_earlier(context, run)}
    begun = [run for run in same if run.status == "preparing"]
    died = [run for run in begun if run.holder and context.liveness.look(run.holder).state == "dead"]
    ended |= {run.id: INTERRUPTED for run in died}
    return tuple(RunAbandoned(task=task.key, run=run, reason=reason) for run, reason in ended.items())


def _why_dead(context: PrepareContext, run: Run) -> str:
    if run.status == "preparing":
        return INTERRUPTED
    return context.liveness.look(run.holder).why or "its holder is gone" if run.holder else "nobody holds it"
