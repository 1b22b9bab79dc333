"""What `init`, `setup`, `hooks`, `config`, `doctor`, `fsck`, `completion` and `demo` answer."""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class InitHook(TypedDict):
    """A hook as `init` leaves it; `say` is what a person has to do about it, empty for nothing."""

    hook: str
    state: str
    path: str
    say: str


class Initialised(TypedDict):
    """`init`."""

    writer: str
    new: bool
    project: str | None
    joined: str | None
    hooks: list[InitHook]
    notes_shown: bool
    excluded: bool


class SetupStep(TypedDict):
    """One thing that was done, or would be."""

    do: str
    path: str
    kept_as: str | None


class SetupKept(TypedDict):
    """A file that was left alone."""

    path: str
    state: str
    why: str


class SetupRoot(TypedDict):
    """What was done in one folder."""

    root: str
    folder: str
    steps: list[SetupStep]
    kept: list[SetupKept]
    rules_added: list[str]
    rules_removed: list[str]
    rules_by_hand: list[str]
    problem: str | None


class SetupDone(TypedDict):
    """`setup`, also with --dry-run and --uninstall."""

    scope: str
    action: str
    dry_run: bool
    changed: bool
    program: str | None
    roots: list[SetupRoot]
    contradictions: list[str]


class SetupFile(TypedDict):
    """A shipped file as it stands."""

    path: str
    state: str
    note: str | None


class SetupRule(TypedDict):
    """A permission rule: whether it is there, and whether setup put it there."""

    rule: str
    there: bool
    ours: bool


class SetupFolder(TypedDict):
    """How one folder stands."""

    root: str
    folder: str
    installed: bool
    version: str | None
    files: list[SetupFile]
    rules: list[SetupRule]
    problem: str | None
    contradictions: list[str]


class SetupChecked(TypedDict):
    """`setup --check`, also beside a refusal."""

    scope: str
    program: str | None
    roots: list[SetupFolder]


class Hook(TypedDict):
    """One hook, what was done to it, and the line to add where that is a person's work."""

    hook: str
    state: str
    done: str
    path: str
    line: str | None
    manager: str | None
    note: str | None


class HookProof(TypedDict):
    """What a real amend proved, here and in a linked worktree; null where it was not tried."""

    here: bool | None
    linked: bool | None
    complete: bool
    why: str | None


class Hooks(TypedDict):
    """`hooks install`, `hooks status` and `hooks uninstall`."""

    directory: str
    kind: str
    configured: str | None
    problem: str | None
    applicable: bool
    program: str | None
    program_runs: bool
    hooks: list[Hook]
    proof: HookProof | None


Value = str | int | bool | list[str] | None
"""Of a setting: null where there is none."""


class Setting(TypedDict):
    """`config get`: a setting as it stands; `value` and `default` are of the `kind`."""

    key: str
    value: Value
    scope: str
    default: Value
    kind: str
    meaning: str
    problem: NotRequired[str]


class ChangedSetting(Setting):
    """`config set` and `config unset`."""

    changed: bool


class SettingList(TypedDict):
    """`config list`; `unknown` are names that are set and mean nothing."""

    settings: list[Setting]
    unknown: list[str]


class HealthFinding(TypedDict):
    """Something wrong with the installation or the repository."""

    code: str
    severity: str
    subject: str
    message: str
    hint: str
    repairable: bool


class Checked(TypedDict):
    """`doctor` and `fsck`: what is wrong now, and what was and is no more."""

    findings: list[HealthFinding]
    repaired: list[HealthFinding]


class CompletionScript(TypedDict):
    """`completion`."""

    shell: str
    script: str


class DemoMove(TypedDict):
    """A stage that followed its commit."""

    stage: int
    old: str
    new: str
    proof: str
    landed: bool


class DemoStep(TypedDict):
    """A command of the story, and what it said."""

    act: str
    command: str
    exit: int
    stdout: list[str]
    stderr: list[str]
    moves: list[DemoMove]


class Demo(TypedDict):
    """`demo`."""

    steps: list[DemoStep]
    kept: str | None
    seconds: float


class SchemaList(TypedDict):
    """`schema` without a command: the commands whose answers have a schema."""

    commands: list[str]


class CommandSchema(TypedDict):
    """`schema COMMAND`: the JSON Schema of everything that the command may answer."""

    command: str
    json_schema: dict[str, Any]
