"""Opens the state of a world the way the command line does, for tests that speak to the library."""

from datetime import UTC, datetime
from pathlib import Path

from okstra_git.git.repo import Git, open_repository
from okstra_git.health.leftovers import clear_dead_locks
from okstra_git.names import TaskKey, parse_task_key
from okstra_git.records.events import AnyFact, TaskOpened
from okstra_git.store import layout
from okstra_git.store.clone import ensure_writer, require_writer
from okstra_git.store.store import Appended, Store
from tests.kit.scenario import World
from tests.kit.templates import build_once, take_step

KEY = parse_task_key("shop:web:login")
NAME = str(KEY)


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def open_store(place: World | Path, *, patience: float = 10.0) -> Store:
    """A store over a fresh handle, with a writer id; locks of the dead are cleared as the command line does."""
    git = open_repository(place.path if isinstance(place, World) else place)
    ensure_writer(git, milliseconds=int(now().timestamp() * 1000))
    return Store(git, now, unlock=lambda git, refs: clear_dead_locks(git, refs, now=now()), patience=patience)


def open_task(store: Store, key: TaskKey = KEY, *, title: str = "") -> Appended:
    """A task on record."""
    return record(store, TaskOpened(task=key, title=title))


def record(store: Store, *facts: AnyFact, queued: bool = True) -> Appended:
    """Append facts as they are."""
    return store.append(lambda _: list(facts), queued=queued)


def own_log(git: Git) -> str:
    """The ref of this clone's log."""
    return layout.log_ref(require_writer(git))


def start_and_finish(world: World, number: int = 1, branch: str = "feature") -> None:
    """A stage on record, through the command line: branch, commit, start, done."""
    take_step(world, ("start and finish", number, branch), lambda: _start_and_finish(world, number, branch))


def _start_and_finish(world: World, number: int, branch: str) -> None:
    world.branch(branch)
    world.commit(f"S{number}", {f"s{number}.py": f"stage {number}\n"})
    adopted = ("--branch", branch, "--no-worktree")
    world.okstra("stage", "start", str(number), "--task-key", NAME, "--base", "main", *adopted)
    world.okstra("stage", "done", str(number), "--task-key", NAME)


def recorded_world(world: World) -> World:
    """A clone with a task and one finished stage, no hooks."""
    return build_once(world, "recorded", _record)


def _record(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", NAME)
    start_and_finish(world)
