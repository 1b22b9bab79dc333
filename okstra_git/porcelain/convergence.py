"""Convergence of the findings of a run: collected from results, asked again in rounds, classified, closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okstra_git.bundle.stored_context import pretty_json
from okstra_git.commands import command
from okstra_git.convergence.findings import check_groups, group_items, open_state
from okstra_git.convergence.rounds import Batch, batches, before_round, next_round, record_round, settle
from okstra_git.convergence.rounds import close as close_state
from okstra_git.convergence.verdict_files import VerdictRequest, agent_name
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError, refuse
from okstra_git.names import quote
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.porcelain.run_at_work import RunAtWork, require_run_at_work
from okstra_git.porcelain.verdicts import read_files, require_worker, verdict_path
from okstra_git.records.convergence import ConvergenceState, FindingsFile, GroupedItems, parse_part
from okstra_git.records.report.problems import DataProblem
from okstra_git.reports.worker_items import WorkerItem, read_items
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from okstra_git.documents.problems import Flaw
    from okstra_git.porcelain.workspace import Workspace


@dataclass(frozen=True)
class ConvergedRun:
    """How the findings of a run stand, where that is kept, and what comes next."""

    ground: RunAtWork
    state: ConvergenceState
    changed: bool = False
    flaws: tuple[tuple[str, Flaw], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The file of the state, from the project's root."""
        return self.ground.context.paths.convergence_state

    @property
    def round(self) -> int | None:
        """The round that is to come; None when no other is."""
        return next_round(self.state)

    @property
    def next(self) -> str:
        """The command that follows."""
        if self.round is not None:
            return _line("git okstra convergence batch", self.ground)
        return _line("git okstra convergence show", self.ground)


@dataclass(frozen=True)
class WorkerBatch:
    """What one worker is asked, the name of the agent that asks it, and where its verdict file goes."""

    batch: Batch
    agent: str
    path: str
    request: VerdictRequest


@dataclass(frozen=True)
class RoundToAsk:
    """The round that is to come, with everybody's batch; None when no other is."""

    converged: ConvergedRun
    number: int | None
    batches: tuple[WorkerBatch, ...] = ()

    @property
    def next(self) -> str:
        """The command that follows when the verdict files are there."""
        if self.number is None:
            return self.converged.next
        return f"{_line('git okstra convergence record', self.converged.ground)} --round {self.number}"


@dataclass(frozen=True)
class RecordedRound:
    """A round as it was recorded, or (`state` unchanged) everything that is wrong with its verdict files, by file."""

    converged: ConvergedRun
    number: int
    problems: Mapping[str, list[DataProblem]] = field(default_factory=dict)

    @property
    def refusal(self) -> OkstraError | None:
        """What verdict files are refused with."""
        wrong = sum(map(len, self.problems.values()))
        if not wrong:
            return None
        message = f"{counted(wrong, 'thing is', 'things are')} wrong with the verdict files; nothing was recorded"
        again = f"{_line('git okstra convergence record', self.converged.ground)} --round {self.number}"
        return refuse("convergence.verdicts", message, hint=f"ask those workers again, then: {again}")


def collect_findings(
    workspace: Workspace, run_id: str, *, same: Sequence[str] = (), file: str | None = None
) -> ConvergedRun:
    """The findings of the run: collected from results, or as they are kept when no grouping is given.

    `same` are lists of items that say the same, such as `claude:F-001,codex:1.1`; `file` names a findings file. Both
    say it wholly: what was grouped before counts no more. Refuses to group anew after a round.
    """
    ground = require_run_at_work(workspace, run_id)
    kept = _kept_state(ground)
    if kept is not None and not same and file is None:
        return ConvergedRun(ground, kept)
    ground.require_active()
    items, flaws, missing = _collect(ground)
    groups = [*_named_groups(same), *(_groups_of(workspace, file) if file is not None else ())]
    problems = list(check_groups(groups, items))
    if problems:
        raise _bad_groups(problems)
    workers = [worker for worker in ground.analysers if worker not in missing]
    state = settle(open_state(ground.run.id, workers, group_items(items, groups)))
    if kept is not None and kept.round_history:
        if [finding.items for finding in kept.findings] == [finding.items for finding in state.findings]:
            return ConvergedRun(ground, kept, flaws=flaws, missing=missing)
        raise refuse(
            "convergence.begun",
            f"round {len(kept.round_history)} was recorded over the findings as they are",
            hint=f"to begin again, remove {ground.context.paths.convergence_state} first",
        )
    return _keep(ConvergedRun(ground, state, flaws=flaws, missing=missing), kept)


def show_convergence(workspace: Workspace, run_id: str) -> ConvergedRun:
    """How the findings stand; refuses a run of which none were collected."""
    ground = require_run_at_work(workspace, run_id)
    return ConvergedRun(ground, _require_state(ground))


def round_to_ask(workspace: Workspace, run_id: str, worker: str | None = None) -> RoundToAsk:
    """The next round with its batches, or that of one worker."""
    converged = show_convergence(workspace, run_id)
    number = converged.round
    if number is None:
        return RoundToAsk(converged, None)
    asked = tuple(worker_batch(converged.ground, batch) for batch in batches(converged.state, number))
    if worker is not None:
        named = require_worker(worker, [each.batch.worker for each in asked])
        asked = tuple(each for each in asked if each.batch.worker == named)
    return RoundToAsk(converged, number, asked)


def record_verdicts(
    workspace: Workspace, run_id: str, number: int, *, files: Sequence[str] = (), without: Sequence[str] = ()
) -> RecordedRound:
    """Record a round from the verdict files of everybody who was asked; again, when files were mended.

    The files stand where the batch says, unless `files` names others. Workers that gave nothing usable are named in
    `without`: they have not said anything then.
    """
    ground = require_run_at_work(workspace, run_id)
    ground.require_active()
    kept = _require_state(ground)
    before = before_round(kept, number)
    asked = [worker_batch(ground, batch) for batch in batches(before, number)]
    absent = {require_worker(worker, [each.batch.worker for each in asked]) for worker in without}
    expected = {each.batch.worker: each for each in asked if each.batch.worker not in absent}
    verdicts, problems = read_files(
        workspace, ground, {worker: (each.path, each.request) for worker, each in expected.items()}, files
    )
    if problems:
        return RecordedRound(ConvergedRun(ground, kept), number, problems)
    return RecordedRound(_keep(ConvergedRun(ground, record_round(kept, number, verdicts)), kept), number)


def close_convergence(workspace: Workspace, run_id: str, *, skip_reason: str = "") -> ConvergedRun:
    """Close the findings; refuses while the arithmetic asks for a round, unless a reason leaves out the second."""
    ground = require_run_at_work(workspace, run_id)
    ground.require_active()
    kept = _require_state(ground)
    return _keep(ConvergedRun(ground, close_state(kept, skip_reason)), kept)


def worker_batch(ground: RunAtWork, batch: Batch) -> WorkerBatch:
    """The batch with the names that the run gives it."""
    agent = agent_name(batch.worker, batch.round)
    ids = tuple(finding.id for finding in batch.findings)
    return WorkerBatch(
        batch, agent, verdict_path(ground, agent), VerdictRequest(ground.run.id, batch.round, batch.worker, ids)
    )


def _collect(ground: RunAtWork) -> tuple[list[WorkerItem], tuple[tuple[str, Flaw], ...], tuple[str, ...]]:
    """The items of all results, what is wrong with their ids, and the analysers without a result that can be read.

    Of several results of one worker the later one counts where both have an id.
    """
    items: dict[str, WorkerItem] = {}
    flaws: list[tuple[str, Flaw]] = []
    delivered = set()
    for worker, paths in ground.results().items():
        for path in paths:
            text = _result_text(ground, path)
            if text is None:
                continue
            delivered.add(worker)
            read = read_items(parse_document(text), worker)
            items.update((item.pair.casefold(), item) for item in read.items)
            flaws += [(path, flaw) for flaw in read.flaws]
    missing = tuple(worker for worker in ground.analysers if worker not in delivered)
    return list(items.values()), tuple(flaws), missing


def _result_text(ground: RunAtWork, path: str) -> str | None:
    """What a result says; None for one that says nothing, or cannot be read as text."""
    try:
        text = decode(ground.files.read_bytes(path), name=path)
    except OkstraError:
        return None
    return text if text.strip() else None


def _named_groups(same: Sequence[str]) -> Iterator[GroupedItems]:
    for listed in same:
        items = tuple(item.strip() for item in listed.split(",") if item.strip())
        if len(items) < 2:
            raise refuse("usage", f"{quote(listed)} names less than two items", hint="--same claude:F-001,codex:1.1")
        yield GroupedItems(items=items)


def _groups_of(workspace: Workspace, file: str) -> Sequence[GroupedItems]:
    try:
        values = read_plain_object(read_document_named(workspace, file))
    except NotPlain as problem:
        raise _bad_groups([DataProblem("", "convergence.findings", f"the findings file {problem}")]) from problem
    read = parse_part(FindingsFile, values, "the findings file")
    if isinstance(read, list):
        raise _bad_groups(read)
    return read.findings


def _bad_groups(problems: Sequence[DataProblem]) -> OkstraError:
    first, more = problems[0], len(problems) - 1
    message = first.message + (f", and {more} more" if more else "")
    listed = [problem.as_json() for problem in problems]
    return refuse("convergence.findings", message, hint=first.hint or "mend the file", problems=listed)


def _kept_state(ground: RunAtWork) -> ConvergenceState | None:
    path = ground.context.paths.convergence_state
    data = ground.files.find_bytes(path)
    if data is None:
        return None
    try:
        state = parse_part(ConvergenceState, read_plain_object(data), "the state")
    except NotPlain as problem:
        raise _broken(path, f"it {problem}") from problem
    if isinstance(state, list):
        raise _broken(path, state[0].message)
    if state.run != ground.run.id:
        raise _broken(path, f"it is of run {quote(state.run)}")
    return state


def _broken(path: str, why: str) -> OkstraError:
    hint = "remove it, then collect the findings again; verdict files stay"
    return refuse("convergence.state", f"{path} is not a state of okstra's: {why}", hint=hint, path=path)


def _require_state(ground: RunAtWork) -> ConvergenceState:
    state = _kept_state(ground)
    if state is None:
        hint = _line("git okstra convergence findings", ground)
        raise refuse("convergence.none", f"no findings of run {ground.run.id} were collected", hint=hint)
    return state


def _keep(converged: ConvergedRun, kept: ConvergenceState | None) -> ConvergedRun:
    """Write the state where it is not as it was."""
    state, ground = converged.state, converged.ground
    if state == kept:
        return converged
    data = pretty_json(state.model_dump(mode="json", by_alias=True))
    ground.files.write(converged.path, data, nonce=ground.run.id)
    return ConvergedRun(ground, state, True, converged.flaws, converged.missing)


def _line(begin: str, ground: RunAtWork) -> str:
    return command(begin, ("--run", ground.run.id))
