"""Taking a run: its id and numbers, and for an implementation its stage, in one append."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.fs.root import Root
from okstra_git.names import mint_ulid
from okstra_git.porcelain.give_back import give_back
from okstra_git.porcelain.prepare.retry import DAMAGED, is_own_earlier, why_ended
from okstra_git.porcelain.prepare.whole_task import Whole, place_of
from okstra_git.porcelain.task_lookup import default_base, worktree_path
from okstra_git.records.events import PlaceReserved, RunAbandoned, RunClaimed
from okstra_git.runs.assembling import next_numbers
from okstra_git.runs.selection import select_stage
from okstra_git.stages.base import StageBase, choose_stage_base
from okstra_git.stages.claim import Pick, StageClaim, claim_stage
from okstra_git.stages.task import require_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okstra_git.porcelain.prepare.order import Order
    from okstra_git.records.events import AnyFact
    from okstra_git.records.runs import Plan, Run
    from okstra_git.records.states import Task
    from okstra_git.store.snapshot import Snapshot


INTERRUPTED = "its prepare was interrupted"


@dataclass(frozen=True)
class Taken:
    """A claimed run: `stage` is the number it works on or verifies, `claim` what an implementation holds.

    `place` is the row of the worktree in which it looks at stages that were put together. `ended` are the runs that
    the claim ended, with the reason; those in `died` had lost their process before.
    """

    run: str
    numbers: dict[str, int]
    task: Task
    stage: int | None
    claim: StageClaim | None = None
    place: PlaceReserved | None = None
    ended: tuple[tuple[str, str], ...] = ()
    died: frozenset[str] = frozenset()


def take_run(
    order: Order,
    inputs: str,
    plan: Plan | None,
    *,
    check: Callable[[Task, int, StageBase], None],
    whole: Whole,
) -> Taken:
    """Claim the run; `check` may still refuse the stage that was chosen, with where it would begin.

    `whole` is what it looks at where stages are verified together, for which it takes a worktree of its own.
    """
    if order.request.phase.has_worktree and plan is not None:
        return _take_stage(order, inputs, plan, check)
    stage, run = order.request.stage, mint_ulid(int(order.began.timestamp() * 1000))
    claimed: list[RunClaimed] = []
    places: list[PlaceReserved] = []
    given_up: list[RunAbandoned] = []

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_open(snapshot, order.key)
        bare = _claimed(order, task, run, stage, inputs)
        claimed[:] = [bare.model_copy(update={"assembled": whole.joint.assembly if whole.joint else None})]
        places[:] = [found for found in [place_of(order, task, bare.seq, whole)] if found is not None]
        given_up[:] = _superseded(order, task, stage, inputs)
        return [*given_up, *claimed, *places]

    appended = order.workspace.store.append(decide)
    order.workspace.warn(appended.warning)
    after = appended.snapshot.state.tasks[order.key]
    for fact in given_up:
        give_back(order.workspace, after, after.runs[fact.run])
    return Taken(run, claimed[0].numbers, after, stage, place=next(iter(places), None), ended=_told(given_up))


def _take_stage(order: Order, inputs: str, plan: Plan, check: Callable[[Task, int, StageBase], None]) -> Taken:
    workspace, wanted = order.workspace, order.request.stage
    run = mint_ulid(int(order.began.timestamp() * 1000))
    usual = order.request.base_ref or default_base(workspace)
    died: set[str] = set()

    def choose(_: Snapshot, task: Task) -> Pick:
        given_up = _superseded(order, task, wanted, inputs) if wanted is not None else []
        gone = {fact.run for fact in given_up}
        leases = [lease for lease in order.guard.leases(task) if lease.run not in gone]
        choice = select_stage(task, plan, wanted, leases, writer=order.writer)
        died.clear()
        died.update(choice.dead_runs)
        dead = [RunAbandoned(task=task.key, run=each, reason=_why_dead(order, task.runs[each]))
                for each in choice.dead_runs]  # fmt: skip
        planned = choice.planned
        claim = _claimed(order, task, run, choice.number, inputs)
        return Pick(choice.number, planned.title, planned.depends_on, (*given_up, *dead), (claim,))

    def begin(task: Task, pick: Pick) -> StageBase:
        found = choose_stage_base(
            workspace.git, task, pick.depends_on, wanted=order.request.base_ref, usual=usual, when=workspace.now()
        )
        check(task, pick.number, found)
        return found

    claim, appended = claim_stage(
        workspace.store, order.key, choose=choose, begin=begin, where=lambda n: worktree_path(workspace, order.key, n)
    )
    workspace.warn(appended.warning)
    fact = claim.pick.after[0]
    assert isinstance(fact, RunClaimed)
    after = appended.snapshot.state.tasks[order.key]
    ended = _told(fact for fact in claim.pick.before if isinstance(fact, RunAbandoned))
    return Taken(run, fact.numbers, after, claim.number, claim, ended=ended, died=frozenset(died))


def check_stage_free(order: Order, task: Task, plan: Plan) -> None:
    """Refuse a stage that no claim of this lead could take now."""
    gone = {run.id for run in task.runs.values() if is_own_earlier(order, run) and run.stage == order.request.stage}
    leases = [lease for lease in order.guard.leases(task) if lease.run not in gone]
    select_stage(task, plan, order.request.stage, leases, writer=order.writer)


def _told(facts: Iterable[RunAbandoned]) -> tuple[tuple[str, str], ...]:
    return tuple((fact.run, fact.reason) for fact in facts)


def _claimed(order: Order, task: Task, run: str, stage: int | None, inputs: str) -> RunClaimed:
    phase = order.request.phase
    folder = order.project.task(order.key).run(phase.name, stage)
    numbers = next_numbers(Root(order.project.root), folder, task, phase.name, stage)
    return RunClaimed(
        task=task.key,
        run=run,
        task_type=phase.name,
        seq=numbers["manifests"],
        stage=stage,
        holder=order.preparer,
        inputs=inputs,
        numbers=numbers,
    )


def _superseded(order: Order, task: Task, stage: int | None, inputs: str) -> list[RunAbandoned]:
    """Runs of the same holder on the same stage, prepared before this call began: asked for again in other words.

    Also claims of prepares that died, which nobody else would ever end where no stage is guarded.
    """
    same = [run for run in task.runs.values() if _is_of(order, run, stage)]
    again = [run for run in same if is_own_earlier(order, run)]
    begun = [run for run in same if run.status == "preparing" and run.holder is not None]
    died = [run for run in begun if run.holder and order.guard.look(run.holder).state == "dead"]
    reasons = {run.id: why_ended(order, task, run, inputs) or DAMAGED for run in again}
    reasons |= {run.id: INTERRUPTED for run in died}
    return [RunAbandoned(task=task.key, run=run, reason=reason) for run, reason in reasons.items()]


def _is_of(order: Order, run: Run, stage: int | None) -> bool:
    return run.is_active and run.task_type == order.request.phase.name and run.stage == stage


def _why_dead(order: Order, run: Run) -> str:
    if run.status == "preparing":
        return INTERRUPTED
    return order.guard.look(run.holder).why or "its holder is gone" if run.holder else "nobody holds it"
