"""What the fold of all events yields: tasks with places, anchors and stages as they are now, and how these change."""

from typing import Any, Literal, TypeVar

from pydantic import Field

from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record
from okstra_git.records.handoff import Group, GroupVerification, Landing, PullRequest
from okstra_git.records.runs import Plan, Run
from okstra_git.records.stage import Proof, RangeFingerprint, Verification

StageStatus = Literal["pending", "reserved", "started", "done", "verified", "in-pr", "landed"]


class TaskOrigin(Record):
    """Where a task came from: a follow-up row of a report about the task `parent`."""

    parent: g.TaskId
    report: g.DocumentPath
    run: g.MaybeUlid = ""
    row: g.Text = ""
    task_type: g.MaybeSlug = ""


class Reservation(Record):
    """A registry row: who owns which branch and worktree. Released rows stay for history and never block.

    `writer` is the clone that reserved it, `released_by` the one that gave it up.
    """

    scope: g.Scope
    branch: g.MaybeBranch
    worktree: g.MachinePath | None = None
    base_ref: g.Revision = ""
    adopted: bool = False
    phase: g.MaybeSlug = ""
    stages: g.StageNumbers | None = None
    status: Literal["active", "released"] = "active"
    released_by: g.Name = ""
    writer: g.Name = ""
    at: g.Moment


class Anchor(Record):
    """The implementation base commit, as a one-commit range so that it can be followed like a stage."""

    range: RangeFingerprint
    ref: g.Revision = ""
    trail: tuple[g.Commit, ...] = ()


class Trail(Record):
    """A commit the stage was recorded by before, how it was left and when."""

    range: RangeFingerprint
    proof: Proof
    at: g.Moment | None = None


class Stage(Record):
    """One stage as recorded. `trail` holds earlier ranges since it was last done, oldest first.

    `pr` is the URL of the open pull request that it is in. `landing` says where a landed stage was found; it is None
    when the record itself moved to the commit that landed. `begun_by` is the clone that started the stage,
    `recorded_by` the one that recorded its present range.
    """

    number: g.StageNumber
    title: g.Text = ""
    depends_on: g.StageNumbers = ()
    status: StageStatus = "started"
    branch: g.MaybeBranch = ""
    base_ref: g.Revision = ""
    base: g.MaybeObjectId = ""
    range: RangeFingerprint | None = None
    trail: tuple[Trail, ...] = ()
    verified: Verification | None = None
    landed: bool = False
    landing: Landing | None = None
    pr: g.Url | None = None
    carry: g.CarryText | None = None
    begun_by: g.Name = ""
    recorded_by: g.Name = ""

    @property
    def is_recorded(self) -> bool:
        """Whether the stage has a commit on record."""
        return self.range is not None

    @property
    def is_verified(self) -> bool:
        """Whether a verification is on record that stands for what the stage is now."""
        verified, recorded = self.verified, self.range
        if verified is None or recorded is None or verified.parted:
            return False
        return verified.carried or verified.tree == recorded.head_tree

    @property
    def is_verified_alone(self) -> bool:
        """Whether a verification of this stage by itself stands, not one of stages together."""
        return self.is_verified and self.verified is not None and not self.verified.group


ADOPTED = "adopted"
"""The group of tasks that are branches which were adopted."""


class Task(Record):
    """One task: its places by scope, its anchor, its stages by number, its approved plan and its runs by id.

    `origin` is the report's row that it was opened for. `groups` are the assembled groups by id, `prs` the pull
    requests by URL, closed ones included. `verifications` are the newest ones of stages together, by the id of the
    group that these stages make.
    """

    key: g.TaskId
    category: g.Slug = "feature"
    title: g.Text = ""
    tickets: g.Names = ()
    is_open: bool = True
    opened: g.Moment | None = None
    origin: TaskOrigin | None = None
    anchor: Anchor | None = None
    places: dict[g.Scope, Reservation] = Field(default_factory=dict)
    stages: dict[g.StageNumber, Stage] = Field(default_factory=dict)
    plan: Plan | None = None
    runs: dict[g.RunName, Run] = Field(default_factory=dict)
    groups: dict[g.GroupId, Group] = Field(default_factory=dict)
    prs: dict[g.Url, PullRequest] = Field(default_factory=dict)
    verifications: dict[g.GroupId, GroupVerification] = Field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    clock: g.Count = 0

    @property
    def is_adopted(self) -> bool:
        """Whether the task is a branch that was adopted as it was, and has no plan since; its stage 1 is the branch."""
        place = self.places.get("stage-1")
        was_there = place is not None and place.adopted
        return self.key.group == ADOPTED and self.plan is None and 1 in self.stages and was_there

    @property
    def proposed_plan(self) -> str:
        """The report of the newest planning that was finished, which an approval would be about; empty without one."""
        plannings = [run for run in self.runs.values() if run.task_type == "implementation-planning" and run.report]
        return max(plannings, key=lambda run: run.id).report if plannings else ""


class State(Record):
    """All tasks by key."""

    tasks: dict[g.TaskId, Task] = Field(default_factory=dict)


_R = TypeVar("_R", bound=Record)


def change(record: _R, **changes: Any) -> _R:
    """The record with these fields changed."""
    return record.model_copy(update=changes)


def put_stage(task: Task, stage: Stage) -> Task:
    """The task with this stage instead of the one of the same number."""
    return change(task, stages={**task.stages, stage.number: stage})


def settle_conflicts(task: Task) -> Task:
    """A person acted after the clones disagreed: what is on record now is what was meant."""
    return change(task, conflicts=())


def add_conflict(task: Task, sentence: str) -> Task:
    """The task with one more thing that clones disagree about."""
    return change(task, conflicts=(*task.conflicts, sentence))


def standing_of(stage: Stage) -> StageStatus:
    """What a recorded stage is now: the furthest it has come by what is still on record."""
    if stage.landed:
        return "landed"
    if stage.pr is not None:
        return "in-pr"
    return "verified" if stage.is_verified else "done"


def with_standing(stage: Stage) -> Stage:
    """The stage with its status brought in line with the rest of its record."""
    return change(stage, status=standing_of(stage)) if stage.range is not None else stage


def recorded_and_planned(task: Task) -> list[Stage]:
    """The stages on record and those that the approved plan has beyond them, which are `pending`, ascending."""
    planned = {stage.number: stage for stage in task.plan.stages} if task.plan else {}
    waiting = {
        number: Stage(number=number, title=row.title, depends_on=row.depends_on, status="pending")
        for number, row in planned.items()
    }
    known = {
        number: stage if stage.title or number not in planned else change(stage, title=planned[number].title)
        for number, stage in task.stages.items()
    }
    return [stage for _, stage in sorted({**waiting, **known}.items())]
