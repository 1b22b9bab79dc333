"""Everything that can happen, as frozen past-tense facts; one JSON line each in a writer's log."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from okstra_git.records import grammar as g
from okstra_git.records.fact import Fact
from okstra_git.records.grammar import LoggedEvent
from okstra_git.records.handoff import Arrival, Assembly, Members
from okstra_git.records.runs import Holder, PlannedStages, ReplayedCommands, Routing, Source, Waivers
from okstra_git.records.stage import Checks, MoveEvidence, Proof, RangeFingerprint
from okstra_git.records.work_events import RunLed, UsageRecorded, WorkerEnded


class TaskOpened(Fact):
    type: Literal["task.opened"] = "task.opened"
    category: g.Slug = "feature"
    title: g.Text = ""
    tickets: g.Names = ()


class TaskClosed(Fact):
    type: Literal["task.closed"] = "task.closed"
    reason: g.Text = ""


class TaskSpawned(Fact):
    """The task was opened for a follow-up row of the report that a run of the task `parent` wrote.

    `row` is what the row says of its origin, `task_type` the phase that it suggests to begin with.
    """

    type: Literal["task.spawned"] = "task.spawned"
    parent: g.TaskId
    report: g.DocumentPath
    run: g.MaybeUlid = ""
    row: g.Text = ""
    task_type: g.MaybeSlug = ""


class AnchorSet(Fact):
    """The implementation base commit of the task was fixed; later ones lose against the first."""

    type: Literal["anchor.set"] = "anchor.set"
    range: RangeFingerprint
    ref: g.Revision = ""


class AnchorMoved(Fact):
    type: Literal["anchor.moved"] = "anchor.moved"
    old: g.ObjectId
    range: RangeFingerprint
    proof: Proof
    evidence: MoveEvidence | None = None
    ref: g.Revision = ""


class PlaceReserved(Fact):
    """A task, stage or group took a branch and, mostly, a worktree; scope is ``, `stage-<N>` or `group-<id>`.

    A run that verifies stages together takes a worktree without a branch: scope `verification-<seq>`, `branch` empty.
    """

    type: Literal["place.reserved"] = "place.reserved"
    scope: g.Scope = ""
    branch: g.MaybeBranch
    worktree: g.MachinePath | None = None
    base_ref: g.Revision = ""
    adopted: bool = False
    phase: g.MaybeSlug = ""
    stages: g.StageNumbers | None = None


class PlaceReleased(Fact):
    type: Literal["place.released"] = "place.released"
    scope: g.Scope = ""
    branch: g.MaybeBranch


class StageStarted(Fact):
    type: Literal["stage.started"] = "stage.started"
    stage: g.StageNumber
    branch: g.MaybeBranch
    base: g.MaybeObjectId
    base_ref: g.Revision = ""
    title: g.Text = ""
    depends_on: g.StageNumbers = ()


class StageDone(Fact):
    type: Literal["stage.done"] = "stage.done"
    stage: g.StageNumber
    branch: g.MaybeBranch
    range: RangeFingerprint
    carry: g.CarryText | None = None


class StageMoved(Fact):
    """The commit of a stage followed rewritten history; `old` is what was recorded before.

    `branch` is set when the stage follows another branch from now on.
    """

    type: Literal["stage.moved"] = "stage.moved"
    stage: g.StageNumber
    old: g.ObjectId
    range: RangeFingerprint
    proof: Proof
    evidence: MoveEvidence | None = None
    found_by: g.Name = ""
    ref: g.Revision = ""
    branch: g.MaybeBranch | None = None
    landed: bool = False
    verified_carries: bool = False


class StageVerified(Fact):
    """A verification of one stage was accepted; see `Verification` for what is kept of it."""

    type: Literal["stage.verified"] = "stage.verified"
    stage: g.StageNumber
    commit: g.Commit
    tree: g.ObjectId
    report: g.DocumentPath = ""
    report_blob: g.MaybeObjectId = ""
    data: g.DocumentPath = ""
    data_blob: g.MaybeObjectId = ""
    verdict: g.Name = "accepted"
    checks: Checks = ()
    database: bool | None = None
    again: g.MaybeObjectId = ""


class GroupVerified(Fact):
    """A verification of stages together was accepted; see `GroupVerification` for what is kept of it."""

    type: Literal["group.verified"] = "group.verified"
    assembled: Assembly
    run: g.MaybeUlid = ""
    report: g.DocumentPath = ""
    report_blob: g.MaybeObjectId = ""
    data: g.DocumentPath = ""
    data_blob: g.MaybeObjectId = ""
    verdict: g.Name = "accepted"
    checks: Checks = ()
    database: bool | None = None
    again: g.MaybeObjectId = ""


class StageLanded(Fact):
    """A target holds the stage: its commit `recorded`, or the same change as `landed` there."""

    type: Literal["stage.landed"] = "stage.landed"
    stage: g.StageNumber
    recorded: g.Commit
    target: g.Revision
    landed: g.Commit
    how: Arrival
    group: g.MaybeGroupId = ""


class StageUnlanded(Fact):
    """No target holds the commit `landed` any more, by which the stage, recorded as `recorded`, had landed.

    `target` is the branch that had it, empty where the record itself had moved there.
    """

    type: Literal["stage.unlanded"] = "stage.unlanded"
    stage: g.StageNumber
    recorded: g.Commit
    landed: g.Commit
    target: g.Revision = ""


class GroupAssembled(Fact):
    """The stages of a group were merged onto a base, on a branch of their own; once more replaces what was before."""

    type: Literal["group.assembled"] = "group.assembled"
    group: g.GroupId
    stages: g.StageNumbers
    branch: g.Branch
    base_ref: g.Revision
    range: RangeFingerprint
    members: Members


class GroupSuperseded(Fact):
    """A group that was never published gave way to another one with some of its stages."""

    type: Literal["group.superseded"] = "group.superseded"
    group: g.GroupId
    replaced_by: g.MaybeGroupId = ""


class PrRecorded(Fact):
    """A pull request for these stages exists; they are in it until it is closed."""

    type: Literal["pr.recorded"] = "pr.recorded"
    url: g.Url
    group: g.GroupId
    stages: g.StageNumbers
    branch: g.Branch
    base_ref: g.Revision = ""
    commit: g.Commit | None = None
    members: Members = ()


class PrClosed(Fact):
    """A pull request was closed without being merged, or gave way to another one."""

    type: Literal["pr.closed"] = "pr.closed"
    url: g.Url
    status: Literal["closed", "superseded"] = "closed"
    reason: g.Text = ""
    replaced_by: g.MaybeUrl = ""


class PlanApproved(Fact):
    """A person approved the plan with this content; `commit` is what was checked out then."""

    type: Literal["plan.approved"] = "plan.approved"
    path: g.DocumentPath
    blob: g.ObjectId
    stages: PlannedStages = ()
    commit: g.Commit | None = None


class RunClaimed(Fact):
    """A prepare took a run's identity and numbers, and its stage; `holder` is the preparing process itself.

    `numbers` are those of the run's files by category; `assembled` is what a run of stages together looks at.
    """

    type: Literal["run.claimed"] = "run.claimed"
    run: g.Ulid
    task_type: g.Slug
    seq: g.RunNumber
    stage: g.StageNumber | None = None
    holder: Holder
    inputs: g.Token = ""
    numbers: g.RunNumbers = Field(default_factory=dict)
    assembled: Assembly | None = None


class RunPrepared(Fact):
    """The bundle of a run is complete; `holder` is the process that leads it from now on."""

    type: Literal["run.prepared"] = "run.prepared"
    run: g.Ulid
    stage: g.StageNumber | None = None
    holder: Holder
    nonce: g.Token
    folder: g.OkstraPath
    instruction_set: g.OkstraPath
    team: g.Name = ""
    session: g.Name = ""
    branch: g.MaybeBranch = ""
    worktree: g.MachinePath | None = None
    brief: Source | None = None
    plan: g.MaybeObjectId | None = None
    waivers: Waivers = ()


class RunResumed(Fact):
    """Another process, or the same one again, leads the run; the new nonce shuts out the former holder."""

    type: Literal["run.resumed"] = "run.resumed"
    run: g.Ulid
    holder: Holder
    nonce: g.Token
    session: g.Name = ""
    team: g.Name = ""


class RunConcluded(Fact):
    """The data of the run's report were read at its end, just before it finished; see `Conclusion`."""

    type: Literal["run.concluded"] = "run.concluded"
    run: g.Ulid
    verdict: g.Name = ""
    direction: g.Name = ""
    routing: Routing | None = None


class RunFinished(Fact):
    """A run ended by itself; `archive` is the tree of its redacted artifacts in the log."""

    type: Literal["run.finished"] = "run.finished"
    run: g.Ulid
    outcome: Literal["finished", "failed"] = "finished"
    report: g.DocumentPath = ""
    next_phase: g.Name = ""
    archive: g.MaybeObjectId = ""
    reason: g.Text = ""


class RunAbandoned(Fact):
    """Somebody gave the run up for its holder: a dead one, or one that should stop."""

    type: Literal["run.abandoned"] = "run.abandoned"
    run: g.Ulid
    reason: g.Text = ""
    archive: g.MaybeObjectId = ""


class RunValidated(Fact):
    """What became of a run's validation when it was about to finish: `passed`, `unchecked` or `no-data`."""

    type: Literal["run.validated"] = "run.validated"
    run: g.Ulid
    result: g.Slug
    warnings: g.Count = 0


class RunReplayed(Fact):
    """The commands that a run's documents claim were run again on this commit, in a clean checkout."""

    type: Literal["run.replayed"] = "run.replayed"
    run: g.Ulid
    stage: g.StageNumber | None = None
    commit: g.Commit
    tree: g.ObjectId
    commands: ReplayedCommands = ()


AnyFact = Annotated[
    TaskOpened | TaskClosed | TaskSpawned | AnchorSet | AnchorMoved | PlaceReserved | PlaceReleased
    | StageStarted | StageDone | StageMoved | StageVerified | GroupVerified | StageLanded | StageUnlanded
    | GroupAssembled | GroupSuperseded | PrRecorded | PrClosed | PlanApproved | RunClaimed | RunPrepared | RunResumed
    | RunConcluded | RunFinished | RunAbandoned | RunValidated | RunReplayed | RunLed | WorkerEnded | UsageRecorded,
    Field(discriminator="type"),
]  # fmt: skip


class Event(LoggedEvent):
    """A fact about a task, as it stands in a log."""

    fact: AnyFact


def in_order(events: Iterable[Event]) -> list[Event]:
    """The events in their total order; of two that claim one place, which no sound writer makes, the lower id first."""
    return sorted(events, key=lambda event: (event.order, event.id))
