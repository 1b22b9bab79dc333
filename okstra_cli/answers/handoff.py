"""What `handoff` answers."""

from typing_extensions import TypedDict


class EvidenceCommand(TypedDict):
    """A command that the verification ran."""

    command: str
    exitCode: int


class Evidence(TypedDict):
    """On what a verification rests; `seen` are the commands that okstra itself saw end so on this tree (`verify`)."""

    verdict: str
    report: str
    report_blob: str
    data: str | None
    data_blob: str | None
    database_verified: bool | None
    again: str | None
    evidence: list[EvidenceCommand]
    seen: list[EvidenceCommand]


class StageEvidence(Evidence):
    """At what a stage was verified; `carries` says whether that still holds."""

    commit: str
    tree: str
    carries: bool


class VerifiedStage(TypedDict):
    """`handoff record-verified` of one stage."""

    task: str
    stage: int
    state: str
    changed: bool
    verified: StageEvidence
    warnings: list[str]


class VerifiedMember(TypedDict):
    """A stage of those that were verified together."""

    stage: int
    commit: str
    tree: str
    how: str


class TaskEvidence(Evidence):
    """At what stages were verified together."""

    commit: str
    tree: str
    base: str
    base_ref: str
    members: list[VerifiedMember]


class VerifiedTask(TypedDict):
    """`handoff record-verified` of stages together; `stage` is null."""

    task: str
    stage: None
    stages: list[int]
    run: str
    changed: bool
    verified: TaskEvidence
    warnings: list[str]


class ObstacleFacts(TypedDict, total=False):
    """What a reason is about: other stages, a pull request, or the tree that was verified and the one there is now."""

    stages: list[int]
    url: str
    verified_tree: str
    tree: str
    dependencies: list[int]


class Obstacle(ObstacleFacts):
    """One thing that keeps a stage from leaving, and what it is about."""

    code: str
    message: str
    hint: str | None


class StackOn(TypedDict):
    """An open pull request that the stage can be stacked on."""

    stage: int
    url: str
    branch: str


class EligibleVerified(TypedDict):
    """At what a stage was verified; `carries` says whether that still holds."""

    commit: str
    tree: str
    carries: bool


class EligibleStage(TypedDict):
    """One stage, whether it may leave, and why not; `reasons` are the codes of `details`."""

    stage: int
    eligible: bool
    reasons: list[str]
    title: str
    state: str
    depends_on: list[int]
    details: list[Obstacle]
    stack_on: list[StackOn]
    verified: EligibleVerified | None


class LeftOutStage(TypedDict):
    """An eligible stage that is in no suggested group."""

    stage: int
    conflicts_with: list[int]
    needs: list[int]


class PairConflict(TypedDict):
    """Two stages that contradict each other at these paths."""

    stages: list[int]
    paths: list[str]


class EligibleStages(TypedDict):
    """`handoff eligible`."""

    task: str
    base: str | None
    stages: list[EligibleStage]
    suggested_groups: list[list[int]]
    left_out: list[LeftOutStage]
    conflicts: list[PairConflict]


class JoinedStage(TypedDict):
    """How a stage came into a group."""

    stage: int
    how: str


class StageRest(TypedDict):
    """A stage of which the base had a part already, up to the commit `after`."""

    stage: int
    after: str


class AssembledGroup(TypedDict):
    """`handoff assemble`."""

    task: str
    group: str
    branch: str
    worktree: str | None
    commit: str
    tree: str
    merged: list[int]
    base: str
    joined: list[JoinedStage]
    rests: list[StageRest]
    superseded: list[str]
    changed: bool
    dry_run: bool


class GroupConflict(TypedDict):
    """A path at which stages, or a stage and the base, contradict each other."""

    stages: list[int]
    path: str
    kind: str


class Conflicts(TypedDict):
    """What stands beside the refusal of `handoff assemble`."""

    conflicts: list[GroupConflict]


class LeavingVerified(TypedDict):
    """At what a leaving stage was verified."""

    commit: str
    tree: str
    again: str | None


class Leaving(TypedDict):
    """What of one stage leaves with a group; null is what is not known without a verification."""

    stage: int
    how: str
    commit: str
    exact: bool
    tree: str
    verified: LeavingVerified | None
    same_tree: bool | None
    agrees: bool | None
    differs: list[str] | None
    differs_count: int | None


class Remote(TypedDict):
    """Where the branch is pushed to."""

    name: str
    url: str


class Pushed(TypedDict):
    """What the branch was at on the server before, and what it is at now."""

    was: str | None
    now: str
    up_to_date: bool


class Published(TypedDict):
    """`handoff publish`: plan and outcome; null is what was not done."""

    task: str
    group: str
    stages: list[int]
    branch: str
    commit: str
    tree: str
    members: list[Leaving]
    base: str
    remote: Remote
    head: str
    repo: str | None
    title: str
    body: str
    body_file: str
    template: str | None
    dry_run: bool
    forge: str | None
    pushed: Pushed | None
    url: str | None
    existed: bool | None
    recorded: bool
    ended_runs: list[str]
    next: list[str]


class PullRequest(TypedDict):
    """One pull request as recorded; an open one all of whose stages landed is `landed`."""

    url: str
    status: str
    group: str
    stages: list[int]
    branch: str
    base_ref: str | None
    commit: str | None
    reason: str | None
    replaced_by: str | None
    at: str | None


class RecordedPullRequest(TypedDict):
    """`handoff record-pr`."""

    task: str
    pr: PullRequest
    changed: bool
    ended_runs: list[str]


class ClosedPullRequest(TypedDict):
    """`handoff record-closed`."""

    task: str
    pr: PullRequest
    changed: bool


class GroupChange(TypedDict):
    """Something that became of a group since it was assembled."""

    code: str
    message: str


class Group(TypedDict):
    """One group as it stands; `members` is null where it was not compared."""

    group: str
    stages: list[int]
    state: str
    branch: str
    base_ref: str
    base: str | None
    commit: str
    tree: str
    worktree: str | None
    pr: str | None
    members: list[Leaving] | None
    changed: list[GroupChange]
    replaced_by: str | None


class Landing(TypedDict):
    """Where and how a stage landed."""

    target: str
    commit: str
    how: str
    group: str | None


class HandoffStage(TypedDict):
    """A stage on its way out."""

    stage: int
    state: str
    pr: str | None
    landed: Landing | None


class TaskHandoff(TypedDict):
    """Groups, pull requests and landings of one task."""

    task: str
    groups: list[Group]
    prs: list[PullRequest]
    stages: list[HandoffStage]


class HandoffStatus(TypedDict):
    """`handoff status`."""

    tasks: list[TaskHandoff]
