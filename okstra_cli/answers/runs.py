"""What `run` and `render-bundle` answer."""

from typing import NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from okstra_cli.answers.parts import OPEN, Command, Holder, Lease, Life, Replay, Snapshot


class Document(TypedDict):
    """A document by its path and content."""

    path: str
    blob: str


class Waiver(TypedDict):
    """A stage that need not be done before the run."""

    stage_key: str
    reason: str


class Member(TypedDict):
    """A stage of those that a run looks at together."""

    stage: int
    commit: str
    tree: str
    delta: str
    how: str


class Assembly(TypedDict):
    """Stages together, as a run looks at them."""

    stages: list[int]
    base_ref: str
    base: str
    commit: str
    tree: str
    members: list[Member]


class Conclusion(TypedDict):
    """What the data of the report say: null for what they do not say, an empty `routing` where nothing follows."""

    verdict: str | None
    direction: str | None
    routing: list[str] | None


class RunFields(TypedDict):
    """What is published of a run's record besides its id."""

    task_type: str
    seq: int
    stage: int | None
    status: str
    holder: Holder | None
    nonce: str
    inputs: str
    numbers: dict[str, int]
    folder: str
    instruction_set: str
    team: str
    session: str
    branch: str
    worktree: str | None
    brief: Document | None
    plan: str | None
    waivers: list[Waiver]
    assembled: Assembly | None
    writer: str
    claimed: str | None
    prepared: str | None
    touched: str | None
    ended: str | None
    report: str
    next_phase: str
    conclusion: Conclusion | None
    archive: str
    reason: str
    validation: str | None
    replay: Replay | None


class Run(RunFields):
    """One run as recorded; `life` is null for a run that ended."""

    id: str
    task: str
    life: Life | None


class RunList(TypedDict):
    """`run list`."""

    runs: list[Run]


class OneRun(TypedDict):
    """`run show`."""

    run: Run


class ArchivedText(TypedDict):
    """`run show --file`."""

    run: str
    path: str
    text: str


@with_config(OPEN)
class ArchivedFile(TypedDict):
    """A file of an archive; `redacted` counts what was taken out, by kind."""

    path: str
    bytes: int
    cut: bool
    redacted: dict[str, int]
    stored: NotRequired[int]


@with_config(OPEN)
class LeftOutFile(TypedDict):
    """A file that is not in the archive."""

    path: str
    why: str


@with_config(OPEN)
class ArchiveIndex(TypedDict):
    """What the archive says of itself; empty where its index cannot be read. Another clone may have written it."""

    run: NotRequired[str]
    task: NotRequired[str]
    archived: NotRequired[str]
    files: NotRequired[list[ArchivedFile]]
    left_out: NotRequired[list[LeftOutFile]]


class Archive(TypedDict):
    """`run show --archive`."""

    run: str
    archive: ArchiveIndex


class Verified(TypedDict):
    """What a run verifies."""

    commit: str
    tree: str


class PreparedRun(TypedDict):
    """`run prepare` and `render-bundle`; paths are absolute."""

    task: str
    run: str
    nonce: str
    task_type: str
    stage: int | None
    seq: str
    again: bool
    task_root: str
    instruction_set: str
    concurrent_run_stages: list[int]
    team_name: str
    branch: str | None
    worktree: str | None
    base: str | None
    stages: list[int] | None
    verifies: Verified | None
    report: str
    resume_script: str
    holder: Holder | None
    prompt_path: str
    start_command: str
    prompt: str


class ResumedRun(TypedDict):
    """`run resume`: the run, and what its lead starts from; null is what is not there."""

    run: Run
    changed: bool
    task_root: str
    instruction_set: str | None
    concurrent_run_stages: list[int]
    prompt_path: str | None
    prompt: str | None


class StageAdvice(TypedDict):
    """What is known of a stage, and the one safe next command."""

    stage: int
    state: str
    lease: Lease | None
    facts: list[str]
    next: Command


class RunAdvice(TypedDict):
    """What is known of a run, and the one safe next command."""

    run: str
    facts: list[str]
    next: Command


class WaitingQuestions(TypedDict):
    """Questions of the newest report that nobody answered; `blocking` are those that hold up the next phase."""

    report: str
    waiting: list[str]
    blocking: list[str]
    next: Command


class Explanation(TypedDict):
    """`run resume --explain`; `questions` is null where none waits."""

    task: str
    stages: list[StageAdvice]
    runs: list[RunAdvice]
    questions: WaitingQuestions | None


class EndedRun(TypedDict):
    """`run finish` and `run abandon`: the run as it ended, and the snapshot that was taken before."""

    run: Run
    changed: bool
    snapshot: Snapshot | None


class Snapshots(TypedDict):
    """`run snapshots`."""

    snapshots: list[Snapshot]


class RestoredFile(TypedDict):
    """What was done to a path, or would be."""

    path: str
    does: str
    why: str | None


class Restored(TypedDict):
    """`run restore`."""

    snapshot: str
    into: str
    dry_run: bool
    files: list[RestoredFile]
    left_out: list[str]
