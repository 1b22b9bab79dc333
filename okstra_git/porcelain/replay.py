"""Runs what a run's documents claim again, in a clean checkout of what the run is about, and records how it ended."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.exact_tree import why_not_exact
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import open_repository
from okstra_git.git.throwaway_checkout import throwaway_checkout
from okstra_git.host.interrupts import unwound_by_endings
from okstra_git.plans.stage_map import parse_plan
from okstra_git.porcelain.run_documents import read_run_documents
from okstra_git.porcelain.verify import CheckRequest, record_check, run_at
from okstra_git.records.events import AnyFact, RunReplayed
from okstra_git.records.runs import ReplayedCommand
from okstra_git.redaction.late import redact
from okstra_git.runs.history import require_run
from okstra_git.validation.replay import list_claims, plan_replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.store.snapshot import Snapshot
    from okstra_git.validation.replay import PlannedReplay
    from okstra_git.validation.run_documents import RunDocuments

CHECK = "replay"
"""Under which name the tree's record of a command is kept, as `git okstra verify` would."""

TIME_LIMIT = 600.0
TAIL = 4_000
"""Bytes of its output that are shown of a command that ended otherwise."""


class ReplayedClaim(NamedTuple):
    """A claim and what came of it; `exit_code` is None where it was not run. `output` is the redacted end of it."""

    planned: PlannedReplay
    exit_code: int | None = None
    seconds: float = 0.0
    output: str = ""

    @property
    def is_held(self) -> bool:
        """Whether it was run and ended as claimed."""
        return self.exit_code == self.planned.claim.exit_code


@dataclass(frozen=True)
class ReplayedRun:
    """A run's claims after they were run again on `commit`; `recorded`: it is an event of the ledger."""

    task: Task
    run: Run
    commit: str
    tree: str
    claims: tuple[ReplayedClaim, ...]
    recorded: bool = False

    @property
    def is_held(self) -> bool:
        """Whether there is something to run, and all of it was run and ended as claimed."""
        return bool(self.claims) and all(claim.is_held for claim in self.claims)


def replay_run(
    workspace: Workspace, run_id: str, *, timeout: float = TIME_LIMIT, announce: Callable[[str], object]
) -> ReplayedRun:
    """Run what the documents of a run claim and the user allows, one after the other in one clean checkout.

    `announce` is given each command before it runs. Each command has a session of its own, no input and `timeout`
    seconds; what it leaves running ends with it. How each ended is recorded. Refuses (`replay.no-commit`) a run that no
    commit belongs to yet.
    """
    task, run = require_run(workspace.store.read().state, run_id)
    commit = require_commit(task, run)
    tree = tree_of(workspace.git, commit)
    documents = read_run_documents(workspace, task, run)
    plan = plan_replay(list_claims(documents.data, _stage_validation(documents)), workspace.settings.replay_commands)
    claims = list(_replayed(workspace, plan, commit, tree, timeout, announce))
    recorded = _record(workspace, task, run, commit, tree, claims) if claims else False
    return ReplayedRun(task, run, commit, tree, tuple(claims), recorded)


def _stage_validation(documents: RunDocuments) -> str:
    """The Markdown of the plan's validation blocks of the run's stages."""
    if documents.plan is None:
        return ""
    numbers = documents.stages or (documents.stage,)
    stages = (stage for stage in parse_plan(documents.plan.document).stages if stage.number in numbers)
    return "\n\n".join(stage.blocks["validation"].text for stage in stages if "validation" in stage.blocks)


def require_commit(task: Task, run: Run) -> str:
    """The commit that the run's documents are about: what was put together for it, or its stage's recorded one."""
    if run.assembled is not None:
        return run.assembled.commit
    stage = task.stages.get(run.stage) if run.stage is not None else None
    if stage is not None and stage.range is not None:
        return stage.range.head
    message = f"run {run.id} does not concern a single stage, so it has no commit to run commands on"
    hint = "git okstra run list"
    if run.stage is not None:
        message = f"stage {run.stage} has no commit on record on which commands could be run again"
        hint = f"git okstra stage done {run.stage} --task-key {task.key}"
    raise refuse("replay.no-commit", message, hint=hint, run=run.id)


def _replayed(
    workspace: Workspace, plan: Sequence[PlannedReplay], commit: str, tree: str, timeout: float,
    announce: Callable[[str], object],
) -> Iterator[ReplayedClaim]:  # fmt: skip
    """The claims in their order; nothing is checked out where nothing may run."""
    if all(planned.words is None for planned in plan):
        yield from (ReplayedClaim(planned) for planned in plan)
        return
    writer = workspace.ensure_writer()
    with unwound_by_endings(), throwaway_checkout(workspace.git, commit) as top:
        for planned in plan:
            if planned.words is None:
                yield ReplayedClaim(planned)
                continue
            announce(planned.claim.command)
            yield _run(workspace, planned, top, tree, writer, timeout)


@dataclass
class _Tail:
    """The end of what a command prints; the rest is forgotten at once."""

    pieces: deque[bytes] = field(default_factory=deque)
    size: int = 0

    def take(self, piece: bytes) -> None:
        self.pieces.append(piece[-TAIL:])
        self.size += len(self.pieces[-1])
        while self.size - len(self.pieces[0]) >= TAIL:
            self.size -= len(self.pieces.popleft())

    def text(self) -> str:
        return b"".join(self.pieces)[-TAIL:].decode("utf-8", "replace")


def _run(
    workspace: Workspace, planned: PlannedReplay, top: Path, tree: str, writer: str, timeout: float
) -> ReplayedClaim:
    """Run one command; where it began and ended on exactly the tree, that is on record of the tree, too."""
    request = CheckRequest(CHECK, planned.words or (), timeout=timeout)
    tail, was_exact = _Tail(), not _why_not_exact(workspace, top, tree)
    try:
        end = run_at(workspace, request, top, tail.take)
    except OkstraError as refusal:
        return ReplayedClaim(planned._replace(words=None, reason=refusal.message))
    if was_exact and (end.exit_code or not _why_not_exact(workspace, top, tree)):
        record_check(
            workspace, request, tree, writer, (), exit_code=end.exit_code, milliseconds=end.milliseconds,
            output_digest=end.output.sum.hexdigest(), output_size=end.output.size,
        )  # fmt: skip
    is_held = end.exit_code == planned.claim.exit_code
    output = "" if is_held else redact(tail.text(), home=str(workspace.home)).text
    return ReplayedClaim(planned, end.exit_code, end.milliseconds / 1000, output)


def _why_not_exact(workspace: Workspace, top: Path, tree: str) -> str:
    return why_not_exact(open_repository(top, beside=workspace.git), tree)


def _record(
    workspace: Workspace, task: Task, run: Run, commit: str, tree: str, claims: Sequence[ReplayedClaim]
) -> bool:
    """The event; what it says of commands is without secrets and home directories."""
    home = str(workspace.home)
    commands = tuple(
        ReplayedCommand(
            command=redact(claim.planned.claim.command, home=home).text, recorded=claim.planned.claim.exit_code,
            exit_code=claim.exit_code, reason=redact(claim.planned.reason, home=home).text,
        )
        for claim in claims
    )  # fmt: skip
    fact = RunReplayed(task=task.key, run=run.id, stage=run.stage, commit=commit, tree=tree, commands=commands)

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        require_run(snapshot.state, run.id)
        return [fact]

    done = workspace.store.append(decide)
    workspace.warn(done.warning)
    return bool(done.events)
