"""Ending runs and taking them over: who may, and what is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.host.process_facts import Liveness
from okstra_git.names import quote
from okstra_git.records.events import AnyFact, RunAbandoned, RunConcluded, RunFinished, RunResumed, RunValidated
from okstra_git.records.grammar import show_time
from okstra_git.records.runs import Conclusion, Holder, Run
from okstra_git.records.states import Task
from okstra_git.runs.explain import after_run
from okstra_git.runs.history import require_run
from okstra_git.runs.leases import GUARDED
from okstra_git.runs.selection import named
from okstra_git.store.registry import refuse_closed
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Store

Outcome = Literal["finished", "failed"]
IsOurs = Callable[[Holder], bool]
"""Whether a holder is this process or one above it, so that the command acts for it."""

LifeOf = Callable[[Run], Liveness]


class Packed(Protocol):
    """What a run left, packed for the log: the tree that names it, and its files by their path in the log's tree."""

    @property
    def tree(self) -> str:
        """The id of the tree."""

    @property
    def files(self) -> Mapping[str, str]:
        """Path in the log's tree -> blob id."""


Pack = Callable[[Task, Run], Packed | None]
"""Packs the files that a run left; None where none are kept."""


@dataclass(frozen=True)
class Finish:
    """How a run ended, as its lead says: `nonce` None = the caller is the holder itself.

    `conclusion` is what the data of its report say, None without data. `validation` says what became of the check of
    everything that it left: `passed` with so many `warnings`, `unchecked` or `no-data`; empty where none is due.
    """

    outcome: Outcome = "finished"
    nonce: str | None = None
    report: str = ""
    next_phase: str = ""
    reason: str = ""
    conclusion: Conclusion | None = None
    validation: str = ""
    warnings: int = 0


@dataclass(frozen=True)
class Ended:
    """A run that has ended; `changed` is False when it had ended in this way before."""

    task: Task
    run: Run
    changed: bool
    warning: str = ""


def check_finish(task: Task, run: Run, asked: Finish, is_ours: IsOurs) -> bool:
    """Whether there is something to record; refuses a caller that does not hold the run, and another end."""
    if asked.nonce is not None and asked.nonce != run.nonce:
        raise _stale(run, asked.nonce)
    if not run.is_active:
        if run.status == asked.outcome:
            return False
        raise _ended(task, run, f"it cannot be recorded as {asked.outcome} any more")
    if run.status == "preparing":
        hint = f"git okstra run abandon {word(run.id)}"
        raise refuse("run.not-prepared", f"run {run.id} is still being prepared", hint=hint, run=run.id)
    if asked.nonce is None and not (run.holder is not None and is_ours(run.holder)):
        raise refuse(
            "run.not-holder",
            f"run {run.id} is led by {named(run.holder)}, and this command was not started by it",
            hint=f"repeat with --nonce, which stands in the run's prompt; or git okstra run abandon {word(run.id)}",
            run=run.id,
            holder=run.holder.model_dump() if run.holder else None,
        )
    return True


def finish_run(store: Store, run_id: str, asked: Finish, *, is_ours: IsOurs, pack: Pack) -> Ended:
    """Record that a run ended by itself, and its artifacts in the same commit; doing it again changes nothing.

    Refuses a stale nonce, and a caller without nonce that the holder did not start.
    """

    def facts(task: Task, run: Run, archive: str) -> list[AnyFact]:
        if not check_finish(task, run, asked, is_ours):
            return []
        concluded = asked.conclusion
        return [
            *([RunConcluded(task=task.key, run=run.id, **concluded.model_dump())] if concluded is not None else []),
            *([RunValidated(task=task.key, run=run.id, result=asked.validation, warnings=asked.warnings)]
              if asked.validation else []),
            RunFinished(task=task.key, run=run.id, outcome=asked.outcome, report=asked.report,
                        next_phase=asked.next_phase, reason=asked.reason, archive=archive),
        ]  # fmt: skip

    return _end(store, run_id, facts, pack)


def check_abandon(task: Task, run: Run, life_of: LifeOf, is_ours: IsOurs, *, force: bool) -> bool:
    """Whether there is something to record; refuses a run that finished, and one that another process leads now."""
    if not run.is_active:
        if run.status == "abandoned":
            return False
        raise _ended(task, run, "there is nothing to abandon")
    life = life_of(run)
    if life.is_live and not force and not (run.holder is not None and is_ours(run.holder)):
        raise _lives(run, life, hint=f"end that process first, or take the run from it: "
                     f"git okstra run abandon {word(run.id)} --force")  # fmt: skip
    return True


def abandon_run(
    store: Store,
    run_id: str,
    *,
    reason: str,
    force: bool,
    life_of: LifeOf,
    is_ours: IsOurs,
    pack: Pack,
) -> Ended:
    """Record that a run is given up for its holder; branch, worktree and its contents stay.

    The caller keeps a dirty worktree with `snapshot_of_run` first.
    """

    def facts(task: Task, run: Run, archive: str) -> list[AnyFact]:
        if not check_abandon(task, run, life_of, is_ours, force=force):
            return []
        return [RunAbandoned(task=task.key, run=run.id, reason=reason, archive=archive)]

    return _end(store, run_id, facts, pack)


def _end(
    store: Store,
    run_id: str,
    facts: Callable[[Task, Run, str], list[AnyFact]],
    pack: Pack,
) -> Ended:
    task, run = require_run(store.read().state, run_id)
    if not facts(task, run, ""):
        return Ended(task, run, changed=False)
    archive = pack(task, run)

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        return facts(*require_run(snapshot.state, run.id), archive.tree if archive else "")

    done = store.append(decide, attach=archive.files if archive else None)
    after = done.run_after(task.key, run.id)
    return Ended(done.task_after(task.key), after, changed=bool(done.events), warning=done.warning)


@dataclass(frozen=True)
class Resumed:
    """A run that is resumed; `changed` is False when the caller led it already, with the nonce it has."""

    task: Task
    run: Run
    changed: bool
    warning: str = ""


def check_resume(task: Task, run: Run, life_of: LifeOf, is_ours: IsOurs, *, force: bool) -> bool:
    """Whether the run gets a new holder; refuses what cannot be resumed, and what another process leads now."""
    refuse_closed(task)
    if not run.is_active:
        raise _ended(task, run, "it cannot be resumed")
    life = life_of(run)
    if run.status == "preparing":
        problem = "is still being prepared" if life.is_live else "was never prepared to the end"
        hint = f"git okstra run show {word(run.id)}" if life.is_live else after_run(task, run)[0]
        raise refuse("run.not-prepared", f"run {run.id} {problem}", hint=hint, run=run.id)
    if not life.is_live:
        _refuse_rival(task, run, life_of)
        return True
    if run.holder is not None and is_ours(run.holder):
        return False
    if not force:
        raise _lives(run, life, hint=f"git okstra run show {word(run.id)}\nto take it from there: "
                     f"git okstra run resume {word(run.id)} --force")  # fmt: skip
    return True


def _refuse_rival(task: Task, run: Run, life_of: LifeOf) -> None:
    """Another clone may have given the stage to a run of its own meanwhile."""
    others = (other for other in task.runs.values() if other.is_active and other.id != run.id)
    for other in others:
        guards = other.task_type == run.task_type == GUARDED and other.stage == run.stage
        if guards and life_of(other).is_live:
            raise refuse(
                "stage.occupied",
                f"stage {run.stage} of {task.key} is held by run {other.id} ({named(other.holder)})",
                hint=f"git okstra run abandon {word(run.id)}",
                run=other.id,
                stage=run.stage,
            )


def resume_run(
    store: Store,
    run_id: str,
    *,
    holder: Holder,
    nonce: str,
    session: str,
    force: bool,
    life_of: LifeOf,
    is_ours: IsOurs,
) -> Resumed:
    """Give a run whose holder is gone a new one; the new nonce shuts out reports of the former.

    A caller that leads the run already gets it back unchanged. Refuses runs that ended or that others lead.
    """

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task, run = require_run(snapshot.state, run_id)
        if not check_resume(task, run, life_of, is_ours, force=force):
            return []
        return [RunResumed(task=task.key, run=run.id, holder=holder, nonce=nonce, session=session, team=run.team)]

    done = store.append(decide)
    task, run = require_run(done.snapshot.state, run_id)
    return Resumed(task, run, changed=bool(done.events), warning=done.warning)


def _stale(run: Run, nonce: str) -> OkstraError:
    since = f" since {show_time(run.touched)}" if run.touched else ""
    who = f"is led by {named(run.holder)}{since}" if run.is_active else f"ended as {run.status}"
    return refuse(
        "run.stale-nonce",
        f"the nonce {quote(nonce)} is not the one of run {run.id}, which {who}; nothing was recorded",
        hint=f"git okstra run show {word(run.id)}",
        run=run.id,
        holder=run.holder.model_dump() if run.holder else None,
        since=show_time(run.touched) if run.touched else None,
    )


def _lives(run: Run, life: Liveness, *, hint: str) -> OkstraError:
    where = f"; {life.why}, so only the age of its lease is known" if life.why else ""
    return refuse(
        "run.holder-lives",
        f"run {run.id} is led by {named(run.holder)}, which is at work{where}",
        hint=hint,
        run=run.id,
        holder=run.holder.model_dump() if run.holder else None,
    )


def _ended(task: Task, run: Run, so: str) -> OkstraError:
    moment = f" on {show_time(run.ended)}" if run.ended else ""
    command, why = after_run(task, run)
    return refuse(
        "run.ended",
        f"run {run.id} ended as {run.status}{moment}; {so}",
        hint=f"{why}: {command}",
        run=run.id,
        status=run.status,
    )
