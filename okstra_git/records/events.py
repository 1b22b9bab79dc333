"""Everything that can happen, as frozen past-tense facts; one JSON line each in a writer's log."""

from typing import Annotated, Literal

from pydantic import Field

from okstra_git.records.base import MaybeObjectId, Moment, ObjectId, Record
from okstra_git.records.handoff import Arrival, Assembly, Member
from okstra_git.records.runs import Holder, PlannedStage, Source, Waiver
from okstra_git.records.stage import Check, MoveEvidence, Proof, RangePrint


class Fact(Record):
    """What an event says, before the log gives it an identity; `task` is the slashed task key."""

    type: str
    task: str


class TaskOpened(Fact):
    type: Literal["task.opened"] = "task.opened"
    category: str = "feature"
    title: str = ""
    tickets: tuple[str, ...] = ()


class TaskClosed(Fact):
    type: Literal["task.closed"] = "task.closed"
    reason: str = ""


class AnchorSet(Fact):
    """The implementation base commit of the task was fixed; later ones lose against the first."""

    type: Literal["anchor.set"] = "anchor.set"
    range: RangePrint
    ref: str = ""


class AnchorMoved(Fact):
    type: Literal["anchor.moved"] = "anchor.moved"
    old: ObjectId
    range: RangePrint
    proof: Proof
    evidence: MoveEvidence | None = None
    ref: str = ""


class PlaceReserved(Fact):
    """A task, stage or group took a branch and, mostly, a worktree; scope is ``, `stage-<N>` or `group-<id>`.

    A run that verifies stages together takes a worktree without a branch: scope `verification-<seq>`, `branch` empty.
    """

    type: Literal["place.reserved"] = "place.reserved"
    scope: str = ""
    branch: str
    worktree: str | None = None
    base_ref: str = ""
    adopted: bool = False
    phase: str = ""
    stages: tuple[int, ...] | None = None


class PlaceReleased(Fact):
    type: Literal["place.released"] = "place.released"
    scope: str = ""
    branch: str


class StageStarted(Fact):
    type: Literal["stage.started"] = "stage.started"
    stage: int
    branch: str
    base: MaybeObjectId
    base_ref: str = ""
    title: str = ""
    depends_on: tuple[int, ...] = ()


class StageDone(Fact):
    type: Literal["stage.done"] = "stage.done"
    stage: int
    branch: str
    range: RangePrint
    carry: str | None = None


class StageMoved(Fact):
    """The commit of a stage followed rewritten history; `old` is what was recorded before.

    `branch` is set when the stage follows another branch from now on.
    """

    type: Literal["stage.moved"] = "stage.moved"
    stage: int
    old: ObjectId
    range: RangePrint
    proof: Proof
    evidence: MoveEvidence | None = None
    found_by: str = ""
    ref: str = ""
    branch: str | None = None
    landed: bool = False
    verified_carries: bool = False


class StageVerified(Fact):
    """A verification of one stage was accepted; see `Verification` for what is kept of it."""

    type: Literal["stage.verified"] = "stage.verified"
    stage: int
    commit: ObjectId
    tree: ObjectId
    report: str = ""
    report_blob: str = ""
    data: str = ""
    data_blob: str = ""
    verdict: str = "accepted"
    checks: tuple[Check, ...] = ()
    database: bool | None = None
    again: str = ""


class GroupVerified(Fact):
    """A verification of stages together was accepted; see `GroupVerification` for what is kept of it."""

    type: Literal["group.verified"] = "group.verified"
    assembled: Assembly
    run: str = ""
    report: str = ""
    report_blob: str = ""
    data: str = ""
    data_blob: str = ""
    verdict: str = "accepted"
    checks: tuple[Check, ...] = ()
    database: bool | None = None
    again: str = ""


class StageLanded(Fact):
    """A target holds the stage: its commit `recorded`, or the same change as `landed` there."""

    type: Literal["stage.landed"] = "stage.landed"
    stage: int
    recorded: ObjectId
    target: str
    landed: ObjectId
    how: Arrival
    group: str = ""


class StageUnlanded(Fact):
    """No target holds the commit `landed` any more, by which the stage, recorded as `recorded`, had landed.

    `target` is the branch that had it, empty where the record itself had moved there.
    """

    type: Literal["stage.unlanded"] = "stage.unlanded"
    stage: int
    recorded: ObjectId
    landed: ObjectId
    target: str = ""


class GroupAssembled(Fact):
    """The stages of a group were merged onto a base, on a branch of their own; once more replaces what was before."""

    type: Literal["group.assembled"] = "group.assembled"
    group: str
    stages: tuple[int, ...]
    branch: str
    base_ref: str
    range: RangePrint
    members: tuple[Member, ...]


class GroupSuperseded(Fact):
    """A group that was never published gave way to another one with some of its stages."""

    type: Literal["group.superseded"] = "group.superseded"
    group: str
    replaced_by: str = ""


class PrRecorded(Fact):
    """A pull request for these stages exists; they are in it until it is closed."""

    type: Literal["pr.recorded"] = "pr.recorded"
    url: str
    group: str
    stages: tuple[int, ...]
    branch: str
    base_ref: str = ""
    commit: ObjectId | None = None
    members: tuple[Member, ...] = ()


class PrClosed(Fact):
    """A pull request was closed without being merged, or gave way to another one."""

    type: Literal["pr.closed"] = "pr.closed"
    url: str
    status: Literal["closed", "superseded"] = "closed"
    reason: str = ""
    replaced_by: str = ""


class PlanApproved(Fact):
    """A person approved the plan with this content; `commit` is what was checked out then."""

    type: Literal["plan.approved"] = "plan.approved"
    path: str
    blob: str
    stages: tuple[PlannedStage, ...] = ()
    commit: ObjectId | None = None


class RunClaimed(Fact):
    """A prepare took a run's identity and numbers, and its stage; `holder` is the preparing process itself.

    `numbers` says for each category of the run's files which number they bear; `seq` is that of the manifests.
    `assembled` is what a run looks at that verifies stages together.
    """

    type: Literal["run.claimed"] = "run.claimed"
    run: str
    task_type: str
    seq: int
    stage: int | None = None
    holder: Holder
    inputs: str = ""
    numbers: dict[str, int] = Field(default_factory=dict)
    assembled: Assembly | None = None


class RunPrepared(Fact):
    """The bundle of a run is complete; `holder` is the process that leads it from now on."""

    type: Literal["run.prepared"] = "run.prepared"
    run: str
    stage: int | None = None
    holder: Holder
    nonce: str
    folder: str
    instruction_set: str
    team: str = ""
    session: str = ""
    branch: str = ""
    worktree: str | None = None
    brief: Source | None = None
    plan: str | None = None
    waivers: tuple[Waiver, ...] = ()


class RunResumed(Fact):
    """Another process, or the same one again, leads the run; the new nonce shuts out the former holder."""

    type: Literal["run.resumed"] = "run.resumed"
    run: str
    holder: Holder
    nonce: str
    session: str = ""
    team: str = ""


class RunFinished(Fact):
    """A run ended by itself; `archive` is the tree of its redacted artifacts in the log."""

    type: Literal["run.finished"] = "run.finished"
    run: str
    outcome: Literal["finished", "failed"] = "finished"
    report: str = ""
    next_phase: str = ""
    archive: str = ""
    reason: str = ""


class RunAbandoned(Fact):
    """Somebody gave the run up for its holder: a dead one, or one that should stop."""

    type: Literal["run.abandoned"] = "run.abandoned"
    run: str
    reason: str = ""
    archive: str = ""


AnyFact = Annotated[
    TaskOpened | TaskClosed | AnchorSet | AnchorMoved | PlaceReserved | PlaceReleased
    | StageStarted | StageDone | StageMoved | StageVerified | GroupVerified | StageLanded | StageUnlanded
    | GroupAssembled | GroupSuperseded | PrRecorded | PrClosed
    | PlanApproved | RunClaimed | RunPrepared | RunResumed | RunFinished | RunAbandoned,
    Field(discriminator="type"),
]  # fmt: skip


class Event(Record):
    """A fact with its identity and its place in the order (clock, writer, seq); `by` is a git identity."""

    v: int = 1
    id: str
    at: Moment
    clock: int
    seq: int
    writer: str
    by: str = ""
    fact: AnyFact

    @property
    def order(self) -> tuple[int, str, int]:
        """The total order of all events of all writers."""
        return self.clock, self.writer, self.seq
