"""What `status`, `task` and `stage` answer."""

from typing import NotRequired

from typing_extensions import TypedDict

from okstra_cli.answers.parts import Checkout, Lease, Replay
from okstra_git.stages.open_work import OpenWorkFacts


class StageVerified(TypedDict):
    """At what a stage was verified; `carries` says whether that still holds."""

    commit: str
    tree: str
    carries: bool
    again: str | None


class StagePullRequest(TypedDict):
    """The pull request that a stage is in."""

    url: str
    state: str
    group: str
    branch: str


class Stage(TypedDict):
    """One stage as recorded, or as the plan has it."""

    number: int
    title: str
    depends_on: list[int]
    state: str
    branch: str | None
    worktree: str | None
    released: bool
    commit: str | None
    base: str | None
    verified: StageVerified | None
    pr: StagePullRequest | None
    lease: Lease | None


class Author(TypedDict):
    """Who wrote a commit and when: seconds since 1970, offset in minutes east of UTC."""

    name: str
    email: str
    time: int
    offset: int


class Range(TypedDict):
    """The change of a stage with its fingerprints; `base` is null for one that begins with a root commit."""

    head: str
    head_tree: str
    base: str | None
    base_tree: str
    parents: list[str]
    commits: int
    author: Author
    subject: str
    delta: str
    delta_sum: str
    lines_sum: str | None
    path_count: int
    paths: list[str]
    paths_print: str
    patch_id: str | None
    patch_algorithm: str | None


class FormerCommit(TypedDict):
    """A commit at which the stage was recorded before, and the proof by which it was left."""

    commit: str
    left_by: str


class StageDetail(Stage):
    """One stage with its fingerprints, its earlier commits, what it hands on, and how its commands ended again."""

    range: Range | None
    former: list[FormerCommit]
    carry: str | None
    replay: Replay | None


class Anchor(TypedDict):
    """The commit that the task was begun on."""

    commit: str
    ref: str


class Origin(TypedDict):
    """The follow-up row that a task was opened for: `report` is of the task `parent`, `row` where it found it."""

    parent: str
    report: str
    run: str | None
    row: str | None
    suggested_task_type: str | None


class TaskFacts(TypedDict):
    """A task without its anchor and stages; `origin` is null for one that somebody opened."""

    key: str
    category: str
    title: str
    tickets: list[str]
    phase: str | None
    status: str
    origin: Origin | None


class Task(TaskFacts):
    """One task with its stages as recorded and planned, without a look at history."""

    anchor: Anchor | None
    stages: list[Stage]


class StatusStage(Stage):
    """A stage, how it stands in history, and its worktree."""

    finding: str | None
    checkout: Checkout | None


class StatusAnchor(Anchor):
    """The anchor, and how it stands in history."""

    status: NotRequired[str]


class StatusTask(TaskFacts):
    """One task as history has it now."""

    anchor: StatusAnchor | None
    stages: list[StatusStage]


class ProblemSubject(TypedDict, total=False):
    """What a problem is about, where it is about one of these."""

    task: str
    stage: int
    run: str


class Problem(ProblemSubject):
    """Something that needs attention, with the next command, and what it is about."""

    code: str
    message: str
    hint: str


class LiveStage(TypedDict):
    """A stage that is under way, as the forecast merges it."""

    task: str
    stage: int
    commit: str
    tree: str
    uncommitted: bool


class StageName(TypedDict):
    """A stage by its task and number."""

    task: str
    stage: int


class ForecastConflict(TypedDict):
    """A path at which two stages would contradict each other."""

    stages: list[StageName]
    path: str
    kind: str


class Forecast(TypedDict):
    """Which live stages would conflict."""

    stages: list[LiveStage]
    conflicts: list[ForecastConflict]
    pairs: int
    merges: int
    cached: int
    skipped: list[str]


class Status(TypedDict):
    """`status`: `tasks` is missing with --problems, `forecast` is there with --forecast."""

    project: str | None
    writer: str | None
    problems: list[Problem]
    tasks: NotRequired[list[StatusTask]]
    forecast: NotRequired[Forecast]


class OneTask(TypedDict):
    """`task show`."""

    task: Task


class ChangedTask(TypedDict):
    """`task open` and `task close`: the task, and whether that was news."""

    task: Task
    changed: bool


class TaskList(TypedDict):
    """`task list`."""

    tasks: list[Task]


class StartedStage(TypedDict):
    """`stage start`."""

    task: str
    stage: Stage
    made_branch: bool


class DoneStages(TypedDict):
    """`stage done`: the stages as they are on record now."""

    task: str
    changed: bool
    stages: list[Stage]
    left_out: list[OpenWorkFacts]


class StageList(TypedDict):
    """`stage list`."""

    task: str
    stages: list[Stage]


class OneStage(TypedDict):
    """`stage show`."""

    task: str
    stage: StageDetail


class Released(TypedDict):
    """What a stage held: the branch and the worktree stay where they are."""

    branch: str
    worktree: str | None


class ReleasedStage(TypedDict):
    """`stage release`; `released` is null where the stage held nothing."""

    task: str
    stage: int
    released: Released | None
