"""Records that a stage, or stages put together in memory, were verified: which tree, and by which documents."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.history import find_commit
from okstra_git.git.repo import Git
from okstra_git.handoff.assembly import member_of, require_base
from okstra_git.handoff.eligibility import judge_stages
from okstra_git.handoff.merge_plan import GroupConflict, MergePlan, conflict_of, plan_merge
from okstra_git.handoff.selection import InBase, fit_parts
from okstra_git.names import TaskKey, named_stages, quote_path
from okstra_git.records.events import AnyFact, GroupVerified, StageVerified
from okstra_git.records.handoff import Assembly, GroupVerification
from okstra_git.records.runs import Run, Source
from okstra_git.records.stage import Check, Verification
from okstra_git.records.states import Stage, Task
from okstra_git.store.registry import refuse_closed, require_stage, require_task
from okstra_git.store.snapshot import Snapshot, read_events
from okstra_git.store.store import Appended, Store

LISTED = 12
"""Contradictions that a hint lists."""

TOGETHER = 0
"""In place of the number of a stage, for a verification of stages together."""


class JointAssembly(NamedTuple):
    """What was put together, and how each stage came in; stages that the base has already are in `delivered`."""

    assembly: Assembly
    joined: Mapping[int, str]
    delivered: tuple[int, ...]


def assemble_jointly(git: Git, task: Task, stages: Collection[int], base_ref: str, held: InBase) -> JointAssembly:
    """The recorded stages on top of the base, as one commit that no ref names; `held` is what the base has of them.

    Refuses a base that names no commit or lacks what a stage builds on, and stages that contradict each other or the
    base, all contradictions together.
    """
    base = require_base(git, base_ref)
    left = [number for number in sorted(stages) if number not in held.whole]
    judged = judge_stages(task, stale={}, arrived=held.whole)
    parts = fit_parts(git, task, left, base, base_ref, judged, held)
    composed = plan_merge(git, base, parts, task=str(task.key))
    if composed.commit is None:
        raise _conflict_in_full(base_ref, composed)
    members = tuple(member for number in sorted(stages) if (member := member_of(task, number)))
    assembly = Assembly(
        stages=tuple(sorted(stages)),
        base_ref=base_ref,
        base=base,
        commit=composed.commit,
        tree=composed.tree,
        members=members,
    )
    return JointAssembly(assembly, composed.joined, tuple(sorted(set(stages) - {*left})))


@dataclass(frozen=True)
class AcceptedReport:
    """An accepted verification as its documents state it: how they are recorded, and which checks were made.

    `again`: the documents may have been recorded for another tree before.
    """

    report: Source
    data: Source
    checks: tuple[Check, ...]
    database: bool | None
    verdict: str = "accepted"
    again: bool = False

    def fields(self) -> dict[str, Any]:
        """The fields that both events of a verification share."""
        return {
            "report": self.report.path,
            "report_blob": self.report.blob,
            "data": self.data.path,
            "data_blob": self.data.blob,
            "verdict": self.verdict,
            "checks": self.checks,
            "database": self.database,
        }


def record_verified(store: Store, key: TaskKey, number: int, commit: str, accepted: AcceptedReport) -> Appended:
    """Bind an accepted verification of `commit` to the stage's recorded tree; the same once more changes nothing.

    Refuses a commit whose tree is not that of the stage's recorded commit: what was verified is not what would leave.
    Refuses documents that were recorded for another tree, unless `again` says that they hold for this one too.
    """

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        refuse_closed(task)
        stage = require_done(task, number)
        _require_tree(store.git, task, stage, commit)
        assert stage.range is not None
        fact = StageVerified(
            task=task.key, stage=number, commit=stage.range.head, tree=stage.range.head_tree, **accepted.fields()
        )
        again = _recorded_for(store.git, snapshot, fact, accepted)
        return _unless_recorded(fact.model_copy(update={"again": again}), stage.verified)

    return store.append(decide)


def record_verified_together(store: Store, key: TaskKey, run: Run, accepted: AcceptedReport) -> Appended:
    """Bind an accepted verification to what was assembled for the run; the same once more changes nothing.

    Refuses when a stage has other files by now than it had in it: what was verified is not what would leave; and
    documents that were recorded for another tree, unless `again` says that they hold for this one too.
    """
    assembly = run.assembled
    assert assembly is not None

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        refuse_closed(task)
        changed = _changed_since(task, assembly)
        if changed:
            raise _other_files(task, run, assembly, changed)
        fact = GroupVerified(task=task.key, assembled=assembly, run=run.id, **accepted.fields())
        again = _recorded_for(store.git, snapshot, _as_stage(fact), accepted)
        return _unless_recorded(fact.model_copy(update={"again": again}), task.verifications.get(assembly.id))

    return store.append(decide)


def require_done(task: Task, number: int) -> Stage:
    """The stage, of which a commit is on record; refuses another one."""
    stage = require_stage(task, number)
    if stage.range is None:
        raise refuse(
            "stage.not-done",
            f"stage {number} is {stage.status}: no commit of it is on record",
            hint=f"git okstra stage done {number} --task-key {task.key}",
            stage=number,
        )
    return stage


def require_assembling_run(task: Task, run: str) -> Run:
    """The run of that id, or (empty) the newest one, for which stages of the task were put together."""
    assembling = [candidate for _, candidate in sorted(task.runs.items()) if candidate.assembled is not None]
    matching = [candidate for candidate in assembling if candidate.id == run] if run else assembling
    if matching:
        return matching[-1]
    key = str(task.key)
    who = f"run {run}, to which the data belong, did not verify stages of {key} together"
    raise refuse(
        "handoff.not-assembled",
        who if run else f"no run verified the stages of {key} together",
        hint=f"git okstra run prepare --task-key {key} --task-type final-verification",
        run=run or None,
        known=[candidate.id for candidate in assembling[-5:]],
    )


# --- documents that were recorded before


@dataclass(frozen=True)
class Reuse:
    """What was recorded before with the same documents, newest last.

    `again` is the tree that has to stand in the new record: where the two were recorded for other content before.
    `elsewhere` is that record, None where they were recorded for this tree already. `part` names the one document of
    the two that was recorded for other content of the same stage.
    """

    again: str = ""
    elsewhere: StageVerified | None = None
    part: str = ""


def find_reuse(git: Git, snapshot: Snapshot, *, task: TaskKey, stage: int, tree: str, report: str, data: str) -> Reuse:
    """Looks at every verification on record, of all tasks; `report` and `data` are the blobs of the documents."""
    every = list(_verifications(git, snapshot))
    with_both = [fact for fact in every if (fact.report_blob, fact.data_blob) == (report, data)]
    same_tree = next((fact for fact in reversed(with_both) if fact.tree == tree), None)
    if same_tree is not None:
        return Reuse(again=same_tree.again)
    if with_both:
        return Reuse(again=with_both[-1].tree, elsewhere=with_both[-1])
    former = [fact for fact in every if (fact.task, fact.stage) == (task, stage) and fact.tree != tree]
    if any(fact.report_blob == report for fact in former):
        return Reuse(part="report")
    return Reuse(part="data") if any(fact.data_blob == data for fact in former) else Reuse()


def _conflict_in_full(base_ref: str, composed: MergePlan) -> GroupConflict:
    """With every pair and path in the hint: a prepare has no other place for them."""
    refusal = conflict_of(base_ref, composed, again="prepare the run again")
    rows = [
        f"{named_stages(clash.stages)}{'' if clash.stages[1:] else f' and {base_ref}'}: "
        f"{quote_path(clash.path)} ({clash.kind})"
        for clash in composed.contradictions
    ]
    rest = f"and {len(rows) - LISTED} more" if len(rows) > LISTED else ""
    refusal.hint = "\n".join(line for line in (*rows[:LISTED], rest, refusal.hint) if line)
    return refusal


def _unless_recorded(
    fact: StageVerified | GroupVerified, before: Verification | GroupVerification | None
) -> list[AnyFact]:
    names = fact.model_dump(exclude={"type", "task", "stage"})
    is_same = before is not None and all(getattr(before, name) == getattr(fact, name) for name in names)
    return [] if is_same else [fact]


def _require_tree(git: Git, task: Task, stage: Stage, commit: str) -> None:
    """Refuse a commit that has other content than the stage's recorded one."""
    assert stage.range is not None
    facts = find_commit(git, commit)
    tree = facts.tree if facts is not None else None
    if tree != stage.range.head_tree:
        raise refuse(
            "handoff.tree-differs",
            f"what was verified ({commit[:10]}) has another tree than the recorded commit of stage "
            f"{stage.number} ({stage.range.head[:10]})",
            hint=f"record what the stage ended on: git okstra stage done {stage.number} "
            f"--task-key {task.key}; or verify the recorded commit",
            verified_tree=tree,
            recorded_tree=stage.range.head_tree,
        )


def _changed_since(task: Task, assembly: Assembly) -> list[int]:
    """Stages that have other files than they had when they were put together."""
    now = {number: stage.range.head_tree for number, stage in task.stages.items() if stage.range is not None}
    return [member.stage for member in assembly.members if now.get(member.stage) != member.tree]


def _other_files(task: Task, run: Run, assembly: Assembly, changed: Sequence[int]) -> OkstraError:
    verb = "are" if len(changed) > 1 else "is"
    return refuse(
        "handoff.tree-differs",
        f"{named_stages(changed)} {verb} recorded with other files than run {run.id} verified",
        hint=f"verify the task as it is now: git okstra run prepare --task-key {task.key} "
        "--task-type final-verification",
        stages=list(changed),
        verified_tree=assembly.tree,
    )


def _verifications(git: Git, snapshot: Snapshot) -> Iterator[StageVerified]:
    for key, task in snapshot.state.tasks.items():
        if any(stage.verified is not None for stage in task.stages.values()):
            facts = (event.fact for event in read_events(git, snapshot, key))
            verified = (_as_stage(fact) for fact in facts if isinstance(fact, StageVerified | GroupVerified))
            yield from (fact for fact in verified if fact.report_blob)


def _as_stage(fact: StageVerified | GroupVerified) -> StageVerified:
    """A verification of stages together as one of what was put together; for comparing only, it is never recorded."""
    if isinstance(fact, StageVerified):
        return fact
    return StageVerified.model_construct(
        task=fact.task,
        stage=TOGETHER,
        commit=fact.assembled.commit,
        tree=fact.assembled.tree,
        report_blob=fact.report_blob,
        data_blob=fact.data_blob,
        again=fact.again,
    )


def _recorded_for(git: Git, snapshot: Snapshot, fact: StageVerified, accepted: AcceptedReport) -> str:
    """The tree that these documents were recorded for before, empty for new ones; refused where `again` is not said."""
    reuse = find_reuse(
        git, snapshot, task=fact.task, stage=fact.stage, tree=fact.tree, report=fact.report_blob, data=fact.data_blob
    )
    if not accepted.again:
        _refuse_reuse(reuse, task=fact.task, stage=fact.stage, tree=fact.tree)
    return reuse.again


def _refuse_reuse(reuse: Reuse, *, task: TaskKey, stage: int, tree: str) -> None:
    """The documents have to be written for what is recorded now."""
    before = reuse.elsewhere
    if before is None:
        return
    former = f"{_named(before.stage)} of {before.task}"
    raise refuse(
        "evidence.same-report",
        f"this report and its data were recorded for another tree before: {before.tree[:10]}, of {former}; "
        f"{_named(stage)} has tree {tree[:10]}",
        hint=f"verify {_named(stage)} as it is now, and record the report of that; when this one does hold for it, "
        "repeat the line with --again, which is recorded",
        task=str(task),
        stage=stage or None,
        tree=tree,
        recorded_for={
            "task": str(before.task),
            "stage": before.stage or None,
            "commit": before.commit,
            "tree": before.tree,
        },
    )


def _named(stage: int) -> str:
    return named_stages([stage]) if stage != TOGETHER else "the whole task"
