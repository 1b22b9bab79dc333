"""Records that stages were verified together: bound to what was assembled for the run that verified them."""

from collections.abc import Sequence
from dataclasses import dataclass

from okstra_git.errors import OkstraError
from okstra_git.handoff.recording import TreeDiffers
from okstra_git.handoff.reuse import TOGETHER, find_reuse, refuse_reuse
from okstra_git.names import TaskKey, named_stages
from okstra_git.records.events import AnyFact, GroupVerified
from okstra_git.records.handoff import Assembly
from okstra_git.records.runs import Run, Source
from okstra_git.records.stage import Check
from okstra_git.records.states import Task
from okstra_git.store.registry import refuse_closed, require_task
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended, Store


class NothingAssembled(OkstraError):
    """No run of the task put its stages together, so there is nothing that the report could be about."""

    code = "handoff.not-assembled"


@dataclass(frozen=True)
class VerifiedTogether:
    """An accepted verification to record: the run that made it, what lay before it, and the documents that say so."""

    run: str
    assembly: Assembly
    checks: tuple[Check, ...]
    database: bool | None
    report: Source
    data: Source
    verdict: str = "accepted"
    again: bool = False


def require_assembling_run(task: Task, run: str) -> Run:
    """The run of that id, or (empty) the newest one, for which stages of the task were put together."""
    known = [each for _, each in sorted(task.runs.items()) if each.assembled is not None]
    found = [each for each in known if each.id == run] if run else known
    if found:
        return found[-1]
    key = str(task.key)
    who = f"run {run}, of which the data are, is no run that verified stages of {key} together"
    raise NothingAssembled(
        who if run else f"no run verified the stages of {key} together",
        hint=f"git okstra run prepare --task-key {key} --task-type final-verification",
        run=run or None,
        known=[each.id for each in known[-5:]],
    )


def record_verified_together(store: Store, key: TaskKey, found: VerifiedTogether) -> Appended:
    """Bind an accepted verification to what was assembled; the same once more changes nothing.

    Refuses when a stage has other files by now than it had in it: what was verified is not what would leave; and
    documents that were recorded for another tree, unless `again` says that they hold for this one too.
    """

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_task(snapshot.state, key)
        refuse_closed(task)
        changed = _changed_since(task, found.assembly)
        if changed:
            raise _differs(task, found, changed)
        fact = GroupVerified(
            task=task.key,
            assembled=found.assembly,
            run=found.run,
            report=found.report.path,
            report_blob=found.report.blob,
            data=found.data.path,
            data_blob=found.data.blob,
            verdict=found.verdict,
            checks=found.checks,
            database=found.database,
        )
        reuse = find_reuse(
            store.git, snapshot, task=task.key, stage=TOGETHER, tree=found.assembly.tree,
            report=fact.report_blob, data=fact.data_blob,
        )  # fmt: skip
        if not found.again:
            refuse_reuse(reuse, task=task.key, stage=TOGETHER, tree=found.assembly.tree)
        fact = fact.model_copy(update={"again": reuse.again})
        before = task.verifications.get(found.assembly.id)
        said = fact.model_dump(exclude={"type", "task"})
        same = before is not None and all(getattr(before, name) == getattr(fact, name) for name in said)
        return [] if same else [fact]

    return store.append(decide)


def _changed_since(task: Task, assembly: Assembly) -> list[int]:
    """Stages that have other files than they had when they were put together."""
    now = {number: stage.range.head_tree for number, stage in task.stages.items() if stage.range is not None}
    return [member.stage for member in assembly.members if now.get(member.stage) != member.tree]


def _differs(task: Task, found: VerifiedTogether, changed: Sequence[int]) -> TreeDiffers:
    verb = "are" if len(changed) > 1 else "is"
    return TreeDiffers(
        f"{named_stages(changed)} {verb} recorded with other files than run {found.run} verified",
        hint=f"verify the task as it is now: git okstra run prepare --task-key {task.key} "
        "--task-type final-verification",
        stages=list(changed),
        verified_tree=found.assembly.tree,
    )
