"""What `verify` and `verified` answer."""

from typing_extensions import TypedDict


class DeclaredInput(TypedDict):
    """An input besides the tree: `file` or `env`, its name, and the SHA-256 of what it was."""

    kind: str
    name: str
    digest: str


class Verification(TypedDict):
    """What both answer; all but the first three are null where nothing is on record.

    `claimed`: okstra did not see the command run. `by` is the git identity that recorded it, `own` whether that was in
    this clone.
    """

    verified: bool
    tree: str
    name: str
    command: str | None
    exitCode: int | None
    at: str | None
    claimed: bool
    by: str | None
    writer: str | None
    own: bool
    inputs: list[DeclaredInput]
    reason: str


class CommandOutput(TypedDict):
    """What the command printed: the SHA-256 of it and its size in bytes."""

    digest: str
    bytes: int


class VerifiedRun(Verification):
    """`verify`; `recorded` is false, with a reason, where the command passed and says nothing about the tree.

    `place` is `in-place` or `clean`, and null of a claim, as `seconds` and `output` are.
    """

    recorded: bool
    place: str | None
    seconds: float | None
    output: CommandOutput | None


class VerifiedTree(Verification):
    """`verified`; `unreliable` are refs of records that do not hold what their names say: any makes it a no."""

    unreliable: list[str]
