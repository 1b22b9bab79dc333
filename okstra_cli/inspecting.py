"""What the inspect commands share, and the history that the first of them tells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from okstra_cli.output import Answer
from okstra_git.commands import word
from okstra_git.errors import OkstraError, UsageError
from okstra_git.names import shown
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.liveness import Guard
from okstra_git.porcelain.runs import project_root
from okstra_git.porcelain.task_lookup import find_key
from okstra_git.runs.left_files import Disk
from okstra_git.runs.recency import last_recorded
from okstra_git.runs.standing import standing_of
from okstra_git.store.registry import require_task
from okstra_git.store.writer import find_writer

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.host.lives import Life
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.reconcile.judge import Judge
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.standing import Standing
    from okstra_git.store.snapshot import Snapshot

ENDED = ("finished", "failed", "abandoned")
EVENTS, TASKS = 50, 10
"""Events of a time line, and tasks, that are shown when nobody says how many."""


@dataclass
class Inspection:
    """One look at the state, the disk and the processes; nothing of it writes."""

    session: Session
    snapshot: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        found = self.session.store.read()
        self.snapshot = replace(found, state=standing_state(self.session.workspace, found.state))
        for problem in self.snapshot.problems:
            self.disk.note(problem.message)

    @cached_property
    def disk(self) -> Disk:
        """The project's files, and the sentences about what was wrong with them."""
        return Disk(project_root(self.session.workspace))

    @property
    def notes(self) -> list[str]:
        return self.disk.notes

    @cached_property
    def guard(self) -> Guard:
        return Guard(self.session.workspace)

    @cached_property
    def writer(self) -> str | None:
        """This clone's id; None before `init`, and where the file that has it is damaged."""
        try:
            return find_writer(self.session.git)
        except OkstraError as refusal:
            self.disk.note(refusal.message)
            return None

    @cached_property
    def _judge(self) -> Judge:
        from okstra_git.porcelain.follow import make_judge, read_hints

        return make_judge(self.session.workspace, self.snapshot.state, hints=read_hints(self.session.workspace))

    def undecided(self, task: Task) -> tuple[int, ...]:
        """Stages of which a person has to say which commit they are now, as `status` finds them."""
        if not task.is_open or not any(stage.range for stage in task.stages.values()):
            return ()
        return tuple(finding.stage for finding in self._judge.judge(task).confirms)

    def life_of(self, run: Run) -> Life | None:
        """Whether the run's process lives; None for a run that ended."""
        return self.guard.life_of(run) if run.is_active else None

    def is_here(self, run: Run) -> bool:
        """Whether this clone prepared the run, so that its files should be here."""
        return run.writer == self.writer

    def note_absence(self, run: Run) -> None:
        """Say where the files of another clone's run are."""
        if not self.is_here(run):
            archived = f"; what was archived: git okstra run show {word(run.id)} --archive" if run.archive else ""
            self.disk.note(f"run {run.id} was prepared in another clone, and so are its files{archived}")


def read_manifest(looking: Inspection, task: Task) -> dict[str, Any] | None:
    """The task's manifest, a view of what the ledger says; a broken one is noted, one that never was is not."""
    paths = ProjectPaths(looking.disk.root)
    recorded = paths.relative(paths.task(task.key).manifest)
    return looking.disk.read(recorded) if looking.disk.see(recorded).bytes is not None else None


def note_outdated(looking: Inspection, task: Task, manifest: dict[str, Any] | None) -> None:
    """Say where the manifest has its latest run otherwise than the ledger, which counts."""
    row = (manifest or {}).get("latestRun")
    if not isinstance(row, dict):
        return
    id, status = row.get("id"), row.get("status")
    known = task.runs.get(id) if isinstance(id, str) else None
    if known is None:
        looking.disk.note("the task manifest names a latest run that the ledger does not know")
    elif known.is_active == (status in ENDED):
        looking.disk.note(f"the task manifest has run {id} as {shown(str(status))}; by the ledger it is {known.status}")


def has_ended(row: object, id: str) -> bool:
    """Whether the manifest's row of its latest run is of this run, and says that it ended."""
    return isinstance(row, dict) and row.get("id") == id and row.get("status") in ENDED


@dataclass(frozen=True)
class TaskSeen:
    """A task in short: how it stands, whether its last run lives, and when something was last recorded of it."""

    task: Task
    standing: Standing
    life: Life | None
    at: datetime | None


def look_back(session: Session, identity: Identity, *, limit: str | None, since: str | None) -> Answer:
    """The time line of the task that is meant; where none is, every open task."""
    most, begin = read_number(limit), read_moment(since)
    key = find_key(session.workspace, identity)
    looking = Inspection(session)
    if key is None:
        return _tasks(looking, most or TASKS, begin, since)
    return _time_line(looking, require_task(looking.snapshot.state, key), most or EVENTS, begin, since)


def _tasks(looking: Inspection, most: int, begin: datetime | None, since: str | None) -> Answer:
    from okstra_cli.views import inspect_history as view

    tasks = [task for task in looking.snapshot.state.tasks.values() if task.is_open]
    newest = sorted(tasks, key=lambda task: task.clock, reverse=True)
    if begin is not None:
        newest = [task for task in newest if (at := _recorded(looking, task)) is not None and at >= begin]
    rows = [see_task(looking, task) for task in newest[:most]]
    facts = {"count": len(newest), "tasks": [view.task_json(row) for row in rows], "notes": looking.notes}
    older = len(tasks) - len(newest)
    return Answer(facts, lambda: view.tasks_page(rows, len(newest), older, since, looking.notes, looking.session.now()))


def see_task(looking: Inspection, task: Task) -> TaskSeen:
    """How the task stands now."""
    standing = standing_of(task, undecided=looking.undecided(task))
    life = looking.life_of(standing.last) if standing.last is not None else None
    return TaskSeen(task, standing, life, _recorded(looking, task))


def _recorded(looking: Inspection, task: Task) -> datetime | None:
    """When something was last recorded of the task."""
    return last_recorded(looking.session.git, looking.snapshot.tips, task.key)


def _time_line(looking: Inspection, task: Task, most: int, begin: datetime | None, since: str | None) -> Answer:
    from okstra_cli.views import inspect_history as view
    from okstra_git.runs.timeline import newest_first, timeline
    from okstra_git.store.snapshot import read_events

    events = read_events(looking.session.git, looking.snapshot, task.key)
    entries = newest_first(timeline(events, task.runs), since=begin)
    seen = see_task(looking, task)
    shown_here = entries[:most]
    facts = {
        "task": view.task_json(seen),
        "count": len(entries),
        "events": [view.entry_json(entry, looking.writer) for entry in shown_here],
        "notes": looking.notes,
    }
    return Answer(
        facts, lambda: view.line_page(seen, shown_here, len(entries), since, looking.notes, looking.session.now())
    )


def read_number(text: str | None) -> int | None:
    """How many are wanted, None for nobody said; refuses what is no number from 1 to 999999."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text) > 0):
        raise UsageError(f"{shown(text)} is no number to cut a list to", hint="--limit 20")
    return int(text)


def read_moment(text: str | None) -> datetime | None:
    """The moment from which on; a date is its midnight here, a time without an offset is local. Refuses the rest."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{shown(text)} is no date", hint="--since 2026-11-21, or 2026-11-21T09:30") from error
