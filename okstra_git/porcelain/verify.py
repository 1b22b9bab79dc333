"""What `verify` does: runs a command on a tree and records how it ended, or records that somebody says so."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from okstra_git.commands import exact_line
from okstra_git.errors import refuse
from okstra_git.git.binary import is_kept
from okstra_git.git.config import NOBODY
from okstra_git.git.exact_tree import why_not_exact
from okstra_git.git.objects import find_entry, tree_of
from okstra_git.git.revisions import require_named
from okstra_git.git.throwaway_checkout import throwaway_checkout
from okstra_git.host.interrupts import unwound_by_endings
from okstra_git.host.subprocesses import run_shown
from okstra_git.names import quote
from okstra_git.porcelain.verified import require_name
from okstra_git.records.checks import CheckRecord, digest_of_command
from okstra_git.records.grammar import MAX_NAME
from okstra_git.redaction.late import NO_HOME, redact
from okstra_git.store.check_inputs import declare_inputs, find_changed_input
from okstra_git.store.checks import next_clock, read_checks, write_check

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.checks import CheckInput
    from okstra_git.store.checks import StoredCheck

Place = Literal["auto", "clean", "in-place"]
OUT_OF_TIME = 124
"""The exit code of a command that was ended by its time limit, as timeout(1) has it."""

OF_SIGNALS = 128
"""What a shell adds to the number of the signal that ended a command."""


class CheckRequest(NamedTuple):
    """What is to be run or claimed: under which name, on which commit's tree, and what it depends on."""

    name: str
    command: Sequence[str]
    ref: str | None = None
    place: Place = "auto"
    files: Sequence[str] = ()
    variables: Sequence[str] = ()
    timeout: float | None = None


class CheckRun(NamedTuple):
    """A command that was run: how it ended, and the record of it; None where nothing was recorded."""

    tree: str
    name: str
    command: Sequence[str]
    exit_code: int
    in_place: bool
    check: StoredCheck | None
    reason: str


@dataclass
class OutputSum:
    """What a command printed: handed on at once, and remembered by its digest and size."""

    show: Callable[[bytes], object]
    size: int = 0
    sum: hashlib._Hash = field(default_factory=hashlib.sha256)

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        self.sum.update(piece)
        self.show(piece)


class CommandEnd(NamedTuple):
    """How a command ended, after how long, and what it printed by digest and size."""

    exit_code: int
    milliseconds: int
    output: OutputSum


def verify(workspace: Workspace, request: CheckRequest, show: Callable[[bytes], object]) -> CheckRun:
    """Run the command on the tree and record how it ended; `show` is given what it prints.

    The command runs at the top of the worktree where that is exactly the tree, else in a clean checkout that is thrown
    away. Nothing is recorded when it passed in place and left another tree, or other inputs, than it began with; nor
    when somebody interrupts it. Refuses a name, an input or a place that cannot be (`verify.name`, `verify.input`,
    `verify.not-exact`) and a command that cannot be started (`verify.command`). A clone that okstra was never used in
    gets a writer id.
    """
    git = workspace.git
    _require_command(request)
    commit = require_named(git, request.ref or "HEAD", what="the tree to verify").commit
    tree = tree_of(git, commit)
    inputs = _declare(workspace, request, tree)
    in_place = _settle_place(workspace, request, tree)
    writer = workspace.ensure_writer()
    with unwound_by_endings():
        if in_place:
            assert git.work_tree is not None
            ended = run_at(workspace, request, git.work_tree, show)
        else:
            with throwaway_checkout(git, commit) as top:
                ended = run_at(workspace, request, top, show)
    reason = _why_not_recorded(workspace, tree, inputs, in_place=in_place) if ended.exit_code == 0 else ""
    if reason:
        return CheckRun(tree, request.name, request.command, ended.exit_code, in_place, None, reason)
    check = record_check(
        workspace, request, tree, writer, inputs, exit_code=ended.exit_code, in_place=in_place,
        milliseconds=ended.milliseconds, output_digest=ended.output.sum.hexdigest(), output_size=ended.output.size,
    )  # fmt: skip
    return CheckRun(tree, request.name, request.command, ended.exit_code, in_place, check, "")


def claim(workspace: Workspace, request: CheckRequest, exit_code: int) -> CheckRun:
    """Record how a command ended that okstra did not see, as a claim; refuses as `verify` does."""
    git = workspace.git
    require_name(request.name)
    tree = tree_of(git, require_named(git, request.ref or "HEAD", what="the tree to verify").commit)
    inputs = _declare(workspace, request, tree)
    writer = workspace.ensure_writer()
    check = record_check(workspace, request, tree, writer, inputs, exit_code=exit_code, claimed=True)
    return CheckRun(tree, request.name, request.command, exit_code, False, check, "")


def _require_command(request: CheckRequest) -> None:
    require_name(request.name)
    if not request.command:
        hint = "git okstra verify unit -- make test"
        raise refuse("verify.command", "there is no command to run: it stands behind --", hint=hint)


def _declare(workspace: Workspace, request: CheckRequest, tree: str) -> tuple[CheckInput, ...]:
    return declare_inputs(workspace.git, tree, workspace.environ, files=request.files, variables=request.variables)


def _settle_place(workspace: Workspace, request: CheckRequest, tree: str) -> bool:
    """Whether the command runs in place; says so where that was left open and cannot be."""
    if request.place == "clean":
        return False
    why = why_not_exact(workspace.git, tree)
    if not why:
        return True
    if request.place == "in-place":
        hint = "commit or remove what differs, or verify a clean checkout: --clean"
        raise refuse("verify.not-exact", f"the worktree is not exactly the tree: {why}", hint=hint, tree=tree)
    workspace.note(f"verifying in a clean checkout, because the worktree is not exactly the tree: {why}")
    if find_entry(workspace.git, tree, b".gitmodules") is not None:
        workspace.note("submodules are not checked out there")
    return False


def run_at(workspace: Workspace, request: CheckRequest, top: Path, show: Callable[[bytes], object]) -> CommandEnd:
    """Run the command at the top of a checkout, without the variables by which git's hooks redirect git.

    Refuses (`verify.command`) one that cannot be started.
    """
    environ = {name: value for name, value in workspace.environ.items() if is_kept(name)}
    output, began = OutputSum(show), time.monotonic()
    try:
        status = run_shown(request.command, cwd=top, environ=environ, show=output.take, timeout=request.timeout)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        message = f"the command {quote(request.command[0])} cannot be started: {why}"
        hint = "it is run as it stands, at the top of the tree and without a shell; sh -c 'A && B' is one"
        raise refuse("verify.command", message, hint=hint) from error
    if status is None:
        workspace.warn(f"the command was ended: it took longer than {request.timeout:g} s")
        status = OUT_OF_TIME
    exit_code = OF_SIGNALS - status if status < 0 else status
    return CommandEnd(exit_code, int((time.monotonic() - began) * 1000), output)


def _why_not_recorded(workspace: Workspace, tree: str, inputs: Sequence[CheckInput], *, in_place: bool) -> str:
    """Why a command that passed says nothing about the tree."""
    why = why_not_exact(workspace.git, tree) if in_place else ""
    if why:
        return f"the command passed, but left the worktree in another state than it began with: {why}"
    changed = find_changed_input(workspace.git, tree, workspace.environ, inputs)
    return f"the command passed, but the input {quote(changed.name)} changed meanwhile" if changed else ""


def record_check(
    workspace: Workspace, request: CheckRequest, tree: str, writer: str, inputs: tuple[CheckInput, ...], **facts: object
) -> StoredCheck:
    """Store how the command ended on the tree, without secrets; `facts` are fields of the record."""
    git = workspace.git
    line = redact(exact_line(request.command), home=NO_HOME)
    workspace.note_taken_out(line.found)
    known = read_checks(git, tree, now=workspace.now())
    record = CheckRecord(
        tree=tree, name=request.name, command=line.text,
        command_digest=digest_of_command(request.command), inputs=inputs, at=workspace.now(),
        clock=next_clock(known.checks), writer=writer, by=(git.author or NOBODY).text[:MAX_NAME], **facts,
    )  # fmt: skip
    return write_check(git, record)
