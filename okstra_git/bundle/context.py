"""Everything a bundle is rendered from, as one frozen value that goes to JSON and back."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class RunPart:
    """The run itself; `seq` has three digits, `folder` and all other paths are relative to the project's root.

    `inputs` is the fingerprint of everything the run was prepared from, `session` the lead's, as far as it is known,
    `resumed` says that another session began the run.
    """

    id: str
    nonce: str
    task_type: str
    seq: str
    folder: str
    prepared_at: str
    language: str
    stage: int | None = None
    scope: str = ""
    inputs: str = ""
    session: str = ""
    resumed: bool = False


@dataclass(frozen=True)
class TaskPart:
    """The task; `ticket_id` is what rows are tagged with: tickets joined by commas, else the bare task id."""

    key: str
    project: str
    group: str
    id: str
    category: str
    root: str
    title: str = ""
    tickets: tuple[str, ...] = ()
    ticket_id: str = "unknown"


@dataclass(frozen=True)
class ProjectPart:
    """The project; `root` is the one absolute path, `glossary` is empty when there is none.

    `config_files` are (kind, path) of the files about how it is built, checked and deployed.
    """

    root: str
    glossary: str = ""
    qa_commands: dict[str, str] | None = None
    config_files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paths:
    """Where this run's files are and go, relative to the project's root; empty when a file does not belong to it."""

    instruction_set: str
    prompt: str
    context: str
    profile: str
    packet: str
    material: str
    expectations: str
    report_template: str
    clarification: str
    run_context: str
    run_inputs: str
    run_manifest: str
    task_manifest: str
    resume_script: str
    team_state: str
    convergence_state: str
    plan_body_state: str
    lead_pane: str
    report: str
    report_data: str
    prompts: str
    worker_results: str
    qa: str
    carry_out: str = ""

    @property
    def preamble(self) -> str:
        """What every worker reads first."""
        return f"{self.instruction_set}/worker-preamble.md"

    @property
    def executor(self) -> str:
        """What the executor of an implementation reads."""
        return f"{self.instruction_set}/implementation-executor.md"

    @property
    def verifier(self) -> str:
        """What the verifiers of an implementation read."""
        return f"{self.instruction_set}/implementation-verifier.md"

    @property
    def deliverable(self) -> str:
        """What an implementation hands in."""
        return f"{self.instruction_set}/implementation-deliverable.md"


@dataclass(frozen=True)
class CarriedQuestion:
    """An open question of the brief that a run has to carry on, with the cells of its clarification row."""

    prefix: str
    text: str
    line: int
    kind: str
    blocks: str
    recommended: str


@dataclass(frozen=True)
class BriefPart:
    """The brief; `gate` is its reporter confirmation, `promoted` the rows that become clarification items."""

    path: str
    blob: str
    gate: str
    title: str = ""
    promoted: tuple[CarriedQuestion, ...] = ()
    inferences: tuple[str, ...] = ()


@dataclass(frozen=True)
class StagePart:
    """The stage to implement or verify, as the plan has it; the blocks are Markdown, `listing` that of the files."""

    number: int
    title: str
    depends_on: tuple[int, ...]
    files: tuple[str, ...]
    steps: str
    validation: str
    exit_contract: str
    rollback: str
    listing: str = ""


@dataclass(frozen=True)
class Carried:
    """What a finished stage left for this one: the file it stands in, and its text.

    `caution` says why it is not to be believed like one that was recorded here.
    """

    stage: int
    path: str
    text: str
    caution: str = ""


@dataclass(frozen=True)
class StageRow:
    """A stage of the task as it stood when the run was prepared; what there is not is empty.

    `commit` and `tree` are what is recorded, `verification` says in words whether one stands, `verified_by` is its
    report, `report` that of the implementation, `carry` the file with what the stage left for others.
    """

    number: int
    title: str
    state: str
    commit: str = ""
    tree: str = ""
    branch: str = ""
    verification: str = "none"
    verified_by: str = ""
    report: str = ""
    carry: str = ""
    in_scope: bool = True


@dataclass(frozen=True)
class GroupPart:
    """The stages that the run is about together, and the branch that they are meant for (empty when not known)."""

    stages: tuple[int, ...]
    base_ref: str = ""


@dataclass(frozen=True)
class PlanPart:
    """The approved plan; `stage` belongs to runs of one stage, `carry` is what the stages concerned left."""

    path: str
    blob: str
    key: str
    stage: StagePart | None = None
    carry: tuple[Carried, ...] = ()


@dataclass(frozen=True)
class WorktreePart:
    """Where code is changed or read: `path` is absolute, `branch` is empty where none is checked out.

    `lacks` lists dependencies whose commits the base does not contain; `snapshot` is a ref with what was there
    uncommitted, left by the run `left_by`, which `died`, was `given-up` or has `ended`; empty when it is not known who
    left it. `merged` are the stages of which okstra merged the base. `commit` and `tree` are what a verification looks
    at, `together` the stages that were put together there.
    """

    path: str
    branch: str
    base: str
    base_ref: str
    lacks: tuple[int, ...] = ()
    snapshot: str = ""
    left_by: str = ""
    left_how: str = "died"
    merged: tuple[int, ...] = ()
    commit: str = ""
    tree: str = ""
    together: tuple[int, ...] = ()


@dataclass(frozen=True)
class TeamPart:
    """The team's exact name, and the stages that other live runs hold; any of them forbids making a team.

    `former` is what an attempt at this run that died had recorded of making one (`ok`, `error`), where none may be
    made now.
    """

    name: str
    occupied: tuple[int, ...] = ()
    former: str = ""


@dataclass(frozen=True)
class WorkerPart:
    """A worker of this run's roster."""

    id: str
    role: str
    cli: str
    agent: str
    model: str
    is_analyser: bool = True


@dataclass(frozen=True)
class Options:
    """What the caller asked for beyond the defaults."""

    lead_model: str
    executor: str = ""
    executor_model: str = ""
    directive: str = ""
    related_tasks: tuple[str, ...] = ()
    waivers: tuple[tuple[str, str], ...] = ()
    plan_verification: bool = True
    pr_template: str = ""
    clarification_source: str = ""


@dataclass(frozen=True)
class Commands:
    """Literal command lines for this run: no variables, pipes, redirects or `cd`."""

    resume: str
    finish: str
    abandon: str
    status: str
    stage_done: str = ""
    record_verified: str = ""


@dataclass(frozen=True)
class RunContext:
    """One run, whole: what templates see by these very names."""

    run: RunPart
    task: TaskPart
    project: ProjectPart
    paths: Paths
    team: TeamPart
    options: Options
    commands: Commands
    workers: tuple[WorkerPart, ...] = ()
    brief: BriefPart | None = None
    plan: PlanPart | None = None
    worktree: WorktreePart | None = None
    stages: tuple[StageRow, ...] = ()
    group: GroupPart | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; tuples become lists when written."""
        return asdict(self)

    def parts(self) -> dict[str, Any]:
        """The parts by name, as templates see them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
