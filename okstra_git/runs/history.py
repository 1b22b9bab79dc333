"""What the records say of a task's runs: by name, and event by event."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.objects import find_blob, read_blob, tree_of
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey, quote
from okstra_git.records.codec import decode_events
from okstra_git.records.events import Event
from okstra_git.records.runs import UNCHECKED, Run
from okstra_git.records.states import State, Task
from okstra_git.store import layout

SHORTEST = 4
"""Characters of an id that are enough to be looked for."""

SHOWN = 10
"""Characters of an id that lists show at least: those that encode its time."""

ENDS = ("run.finished", "run.abandoned")


def require_run(state: State, text: str) -> tuple[Task, Run]:
    """The run with this id, or the only one whose id begins so (4 characters or more), and its task."""
    matches = find_runs(state, text)
    if not matches:
        problem = "is too short to name a run" if len(text) < SHORTEST else "names no run"
        raise refuse("run.unknown", f"{quote(text)} {problem}", hint="git okstra run list --all", run=text[:100])
    if len(matches) > 1:
        ids = sorted(run.id for _, run in matches)
        raise refuse(
            "run.ambiguous",
            f"{quote(text)} is the beginning of {len(ids)} runs: {', '.join(ids[:4])}{' ...' if ids[4:] else ''}",
            hint="write more of the id",
            run=text[:100],
            runs=ids[:100],
        )
    return matches[0]


def find_runs(state: State, text: str) -> list[tuple[Task, Run]]:
    """Every run whose id is this or begins so, in any case."""
    wanted = text.upper()
    runs = [(task, run) for task in state.tasks.values() for run in task.runs.values()]
    exact = [(task, run) for task, run in runs if run.id == wanted]
    return exact or [(task, run) for task, run in runs if len(wanted) >= SHORTEST and run.id.startswith(wanted)]


def short_id(state: State, run: Run) -> str:
    """The shortest beginning of a run's id, of ten characters or more, that names no other run."""
    others = [other.id for task in state.tasks.values() for other in task.runs.values() if other.id != run.id]
    lengths = range(SHOWN, len(run.id))
    return next((run.id[:n] for n in lengths if not any(o.startswith(run.id[:n]) for o in others)), run.id)


def list_runs(state: State, *, task: TaskKey | None, with_ended: bool) -> list[tuple[Task, Run]]:
    """Runs of one task or of all, the newest first; ended ones on request."""
    listed = [
        (owner, run)
        for owner in state.tasks.values()
        for run in owner.runs.values()
        if task in (None, owner.key) and (with_ended or run.is_active)
    ]
    return sorted(listed, key=lambda pair: pair[1].id, reverse=True)


_Former = TypedDict("_Former", {"from": str}, total=False)


class EntryFacts(_Former, total=False):
    """What there is to say of an event; which of the keys there are depends on its type.

    `task_type` and `number` are those of its run, `from` is the commit that a record moved away from.
    """

    task_type: str | None
    number: int | None
    title: str | None
    category: str
    parent: str
    row: str | None
    path: str
    blob: str
    stages: list[int]
    group: str | None
    branch: str | None
    base: str
    base_ref: str | None
    commit: str
    subject: str
    proof: str
    found_by: str | None
    landed: bool
    verdict: str | None
    direction: str | None
    routing: list[str] | None
    target: str | None
    how: str
    url: str
    status: str
    holder: str | None
    host: str
    outcome: str
    report: str | None
    next_phase: str | None
    reason: str | None
    validation: str | None
    program: str
    session: str
    worker: str | None
    tokens: int
    confidence: str
    held: int
    commands: int


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened; `event` is the type of the logged event.

    `is_late` marks what was recorded of a run after its end (by another clone, mostly): it stands in a log, and
    changed nothing. `order` is where the event stands among all events of all tasks.
    """

    at: datetime
    event: str
    by: str
    writer: str
    stage: int | None
    run: str | None
    facts: EntryFacts
    is_late: bool = False
    order: tuple[int, str, int] = (0, "", 0)


def timeline(events: Iterable[Event], runs: Mapping[str, Run]) -> list[TimelineEntry]:
    """The events that matter to a reader, in the order in which they count; `runs` are the task's.

    Reserved places and anchors that were set say nothing that the stage's start does not, and a claim says something
    only where its prepare never came to an end, as a validation does where it was left out.
    """
    everything = list(events)
    prepared = {event.fact.run for event in everything if event.fact.type == "run.prepared"}
    ended: set[str] = set()
    entries: list[TimelineEntry] = []
    for event in everything:
        run: str | None = getattr(event.fact, "run", None)
        if event.fact.type in _FACTS and not _says_nothing(event.fact, prepared):
            entries.append(_entry(event, run, runs, is_late=run in ended))
        if run is not None and event.fact.type in ENDS:
            ended.add(run)
    return entries


def _says_nothing(fact: Any, prepared: set[str]) -> bool:
    """A claim of a run that was prepared, and a validation that went as it should."""
    is_claim = fact.type == "run.claimed" and fact.run in prepared
    return is_claim or (fact.type == "run.validated" and fact.result != UNCHECKED)


def newest_first(entries: Iterable[TimelineEntry], *, since: datetime | None) -> list[TimelineEntry]:
    """The entries from that moment on, the last one first."""
    return [entry for entry in entries if since is None or entry.at >= since][::-1]


def _ended(fact: Any) -> EntryFacts:
    """How a run ended; an abandoned one has neither report nor recommendation."""
    return {
        "outcome": getattr(fact, "outcome", "abandoned"),
        "report": getattr(fact, "report", "") or None,
        "next_phase": getattr(fact, "next_phase", "") or None,
        "reason": fact.reason or None,
    }


def _replayed(fact: Any) -> EntryFacts:
    """How many of the commands ended as recorded."""
    held = sum(command.is_held for command in fact.commands)
    return {"commit": fact.commit, "held": held, "commands": len(fact.commands)}


def _listed(words: Sequence[str] | None) -> list[str] | None:
    return list(words) if words is not None else None


def _moved(fact: Any) -> EntryFacts:
    return {"from": fact.old, "commit": fact.range.head, "proof": fact.proof}


_FACTS: dict[str, Callable[[Any], EntryFacts]] = {
    "task.opened": lambda fact: {"title": fact.title or None, "category": fact.category},
    "task.closed": lambda fact: {"reason": fact.reason or None},
    "task.spawned": lambda fact: {"parent": str(fact.parent), "report": fact.report, "row": fact.row or None,
                                  "next_phase": fact.task_type or None},
    "plan.approved": lambda fact: {"path": fact.path, "blob": fact.blob, "stages": [s.number for s in fact.stages]},
    "stage.started": lambda fact: {"branch": fact.branch, "base": fact.base, "base_ref": fact.base_ref or None},
    "stage.done": lambda fact: {"commit": fact.range.head, "subject": fact.range.subject, "branch": fact.branch},
    "stage.moved": lambda fact: {**_moved(fact), "found_by": fact.found_by or None, "landed": fact.landed},
    "stage.verified": lambda fact: {"commit": fact.commit, "verdict": fact.verdict, "report": fact.report or None},
    "group.verified": lambda fact: {"group": fact.assembled.id, "stages": list(fact.assembled.stages),
                                    "commit": fact.assembled.commit, "verdict": fact.verdict,
                                    "report": fact.report or None},
    "stage.landed": lambda fact: {"commit": fact.landed, "target": fact.target, "how": fact.how,
                                  "group": fact.group or None},
    "stage.unlanded": lambda fact: {"commit": fact.landed, "target": fact.target or None},
    "anchor.moved": _moved,
    "group.assembled": lambda fact: {"group": fact.group, "stages": list(fact.stages), "branch": fact.branch},
    "pr.recorded": lambda fact: {"group": fact.group, "stages": list(fact.stages), "url": fact.url},
    "pr.closed": lambda fact: {"url": fact.url, "status": fact.status, "reason": fact.reason or None},
    "run.claimed": lambda _: {},
    "run.prepared": lambda fact: {"branch": fact.branch or None},
    "run.resumed": lambda fact: {"holder": fact.holder.name or None, "host": fact.holder.host},
    "run.concluded": lambda fact: {"verdict": fact.verdict or None,
                                   "direction": fact.direction or None,
                                   "routing": _listed(fact.routing)},
    "run.finished": _ended,
    "run.abandoned": _ended,
    "run.validated": lambda fact: {"validation": fact.result},
    "run.replayed": _replayed,
    "run.led": lambda fact: {"program": fact.lead.program, "session": fact.lead.session},
    "worker.ended": lambda fact: {"worker": fact.worker.name, "program": fact.worker.program,
                                  "status": fact.worker.status, "reason": fact.worker.reason},
    "usage.recorded": lambda fact: {"worker": fact.usage.worker or None, "program": fact.usage.program,
                                    "tokens": fact.usage.tokens.total, "confidence": fact.usage.confidence},
}  # fmt: skip


def last_recorded(git: Git, tips: Mapping[str, str], task: TaskKey) -> datetime | None:
    """The time of the task's newest event in any log; None where none can be read."""
    lines = (_last_line(git, tip, layout.events_path(task.slashed)) for tip in tips.values())
    moments = [event.at for line in lines if line for event in decode_events(line).events]
    return max(moments, default=None)


def _entry(event: Event, run: str | None, runs: Mapping[str, Run], *, is_late: bool) -> TimelineEntry:
    fact = event.fact
    owner = runs.get(run) if run is not None else None
    about: EntryFacts = {}
    if run:
        about = {"task_type": owner.task_type if owner else None, "number": owner.seq if owner else None}
    stage = owner.stage if owner is not None else getattr(fact, "stage", None)
    about |= _FACTS[fact.type](fact)
    return TimelineEntry(event.at, fact.type, event.by, event.writer, stage, run, about, is_late, event.order)


def _last_line(git: Git, tip: str, path: str) -> bytes:
    try:
        blob = find_blob(git, tree_of(git, tip), path)
        return read_blob(git, blob).rstrip().rpartition(b"\n")[2] if blob else b""
    except OkstraError:
        return b""
