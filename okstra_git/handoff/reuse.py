"""Whether the documents of a verification were recorded before, for other content."""

from collections.abc import Iterator
from dataclasses import dataclass

from okstra_git.errors import OkstraError
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey, named_stages
from okstra_git.records.events import GroupVerified, StageVerified
from okstra_git.store.snapshot import Snapshot, read_events

TOGETHER = 0
"""In place of the number of a stage, for a verification of stages together."""


class SameReport(OkstraError):
    """This very report and its data are on record for another tree, so nobody has verified this one."""

    code = "evidence.same-report"


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
    both = [fact for fact in every if (fact.report_blob, fact.data_blob) == (report, data)]
    here = next((fact for fact in reversed(both) if fact.tree == tree), None)
    if here is not None:
        return Reuse(again=here.again)
    if both:
        return Reuse(again=both[-1].tree, elsewhere=both[-1])
    former = [fact for fact in every if (fact.task, fact.stage) == (task, stage) and fact.tree != tree]
    if any(fact.report_blob == report for fact in former):
        return Reuse(part="report")
    return Reuse(part="data") if any(fact.data_blob == data for fact in former) else Reuse()


def _verifications(git: Git, snapshot: Snapshot) -> Iterator[StageVerified]:
    for key, task in snapshot.state.tasks.items():
        if any(stage.verified is not None for stage in task.stages.values()):
            facts = (event.fact for event in read_events(git, snapshot, key))
            found = (_of_one(fact) for fact in facts if isinstance(fact, StageVerified | GroupVerified))
            yield from (fact for fact in found if fact.report_blob)


def _of_one(fact: StageVerified | GroupVerified) -> StageVerified:
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


def refuse_reuse(found: Reuse, *, task: TaskKey, stage: int, tree: str) -> None:
    """The documents have to be written for what is recorded now."""
    before = found.elsewhere
    if before is None:
        return
    where = f"{_named(before.stage)} of {before.task}"
    raise SameReport(
        f"this report and its data were recorded for another tree before: {before.tree[:10]}, of {where}; "
        f"{_named(stage)} has tree {tree[:10]}",
        hint=f"verify {_named(stage)} as it is now, and record the report of that; when this one does hold for it, "
        "repeat the line with --again, which is recorded",
        task=str(task),
        stage=stage or None,
        tree=tree,
        recorded_for={"task": str(before.task), "stage": before.stage or None, "commit": before.commit,
                      "tree": before.tree},
    )  # fmt: skip


def _named(stage: int) -> str:
    return named_stages([stage]) if stage != TOGETHER else "the whole task"
