"""Many processes at once, and races injected at the worst instant: nothing is lost, nothing happens twice."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from okstra_git import faults
from okstra_git.errors import OkstraError
from okstra_git.records.events import AnyFact, PlaceReserved, TaskOpened
from okstra_git.stages.start import StartRequest, start_stage
from okstra_git.store.clone import ensure_writer
from okstra_git.store.registry import reserve
from okstra_git.store.snapshot import Snapshot, read_from_scratch
from tests.kit.prepared import a_brief
from tests.kit.scenario import World
from tests.kit.stores import KEY, open_store, open_task, own_log, record

FORK = multiprocessing.get_context("fork")
PATIENCE = 120.0
"""Seconds that a crowd may take on a busy machine."""
Work = Callable[[Path, int], object]


def _one(work: Work, path: Path, number: int, ready: object, answers: object) -> None:
    try:
        ready.wait(PATIENCE)  # type: ignore[attr-defined]
        answer = work(path, number)
    except OkstraError as refusal:
        answer = refusal.code
    except BaseException as error:
        answer = f"{type(error).__name__}: {error}"
    answers.put(answer)  # type: ignore[attr-defined]


def crowd(work: Work, path: Path, size: int) -> list[object]:
    """What `size` processes answer that start the same work in the same instant."""
    ready, answers = FORK.Barrier(size), FORK.Queue()
    people = [FORK.Process(target=_one, args=(work, path, number, ready, answers)) for number in range(size)]
    for person in people:
        person.start()
    try:
        return [answers.get(timeout=PATIENCE) for _ in people]
    finally:
        for person in people:
            _end(person)


def _end(person: BaseProcess, *, seconds: float = 30) -> None:
    """Wait for its end, which a fork of a process with threads may never come to by itself."""
    person.join(seconds)
    if person.is_alive():
        person.kill()
        person.join(seconds)


def facts_of(path: Path) -> list[str]:
    """Titles of all events in the order of the log, read anew."""
    from okstra_git.store.snapshot import read_events

    git = open_store(path).git
    snapshot = read_from_scratch(git)
    assert snapshot.problems == ()
    return [e.fact.title for key in snapshot.state.tasks for e in read_events(git, snapshot, key)
            if isinstance(e.fact, TaskOpened)]  # fmt: skip


@contextmanager
def looping(work: Callable[[], object]) -> Iterator[None]:
    """Does the work over and over in another process until the block ends."""
    stop = FORK.Event()

    def loop() -> None:
        while not stop.is_set():
            work()

    busy = FORK.Process(target=loop)
    busy.start()
    try:
        yield
    finally:
        stop.set()
        _end(busy)


def append_many(path: Path, number: int, *, times: int = 50, queued: bool = True) -> str:
    store = open_store(path, patience=60)
    for step in range(times):
        record(store, TaskOpened(task=f"shop/web/t{number % 3}", title=f"{number}.{step}"), queued=queued)
    return "done"


def append_ten(path: Path, number: int) -> str:
    return append_many(path, number, times=10, queued=False)


def append_one(path: Path, number: int) -> str:
    return append_many(path, number, times=1, queued=False)


def be_born(path: Path, number: int) -> object:
    git = open_store(path).git
    return ensure_writer(git, milliseconds=number)[0]


def reserve_the_stage(path: Path, number: int) -> str:
    request = StartRequest(KEY, 1, base="main", branch="feature", adopt=True, title=f"by {number}")
    start_stage(open_store(path, patience=60), request)
    return "won"


@pytest.fixture
def empty(roomy: Path) -> World:
    """A repository with a writer id and nothing recorded."""
    world = World.begin(roomy / "world")
    open_store(world)
    return world


def whole(size: int, times: int) -> list[str]:
    return sorted(f"{number}.{step}" for number in range(size) for step in range(times))


def test_eight_processes_append_fifty_times_each(empty: World) -> None:
    assert crowd(append_many, empty.path, 8) == ["done"] * 8
    assert sorted(facts_of(empty.path)) == whole(8, 50)
    store = open_store(empty)
    assert empty.ask("rev-list", "--count", own_log(store.git)) == "400"
    assert empty.okstra("fsck", "--json", exit=0).json["findings"] == []


def test_without_the_queue_compare_and_set_alone_loses_nothing(empty: World) -> None:
    assert crowd(append_ten, empty.path, 8) == ["done"] * 8
    assert sorted(facts_of(empty.path)) == whole(8, 10)


def test_refs_are_packed_and_objects_collected_meanwhile(empty: World) -> None:
    def tidy() -> None:
        empty.ask("pack-refs", "--all", "--prune", ok=False)
        empty.ask("gc", "-q", ok=False)

    with looping(tidy):
        assert crowd(append_many, empty.path, 4) == ["done"] * 4
    assert sorted(facts_of(empty.path)) == whole(4, 50)
    empty.ask("fsck", "--strict")
    record(open_store(empty), TaskOpened(task="shop/web/after", title="after"))
    assert empty.okstra("fsck", "--json", exit=0).json["findings"] == []


@pytest.mark.parametrize("attempt", range(5))
def test_eight_first_appends_at_once_make_one_log(empty: World, attempt: int) -> None:
    assert crowd(append_one, empty.path, 8) == ["done"] * 8, attempt
    assert sorted(facts_of(empty.path)) == whole(8, 1)


@pytest.mark.parametrize("attempt", range(5))
def test_eight_inits_at_once_agree_on_one_writer(roomy: Path, attempt: int) -> None:
    world = World.begin(roomy / f"world{attempt}")
    assert len(set(crowd(be_born, world.path, 8))) == 1
    assert sorted(path.name for path in (world.path / ".git/okstra").iterdir()) == ["lock", "writer"]


def test_of_twenty_that_reserve_one_stage_one_wins_and_the_others_are_told(empty: World) -> None:
    open_task(open_store(empty))
    empty.git("branch", "feature")
    answers = crowd(reserve_the_stage, empty.path, 20)
    assert sorted(map(str, answers)) == ["place.reserved"] * 19 + ["won"]
    assert empty.okstra("fsck", "--json", exit=0).json["findings"] == []


def once_at(point: str, act: Callable[[], object]) -> Callable[[], None]:
    """Arm a point for its next time only."""
    armed = [True]

    def react(reached: str) -> None:
        if reached == point and armed[0]:
            armed[0] = False
            act()

    return faults.arm(react)


@pytest.mark.parametrize("point", ["log.tip-read", "log.tree-written", "log.commit-written"])
def test_a_log_that_moves_under_an_append_makes_it_decide_again(empty: World, point: str) -> None:
    store, rival = open_store(empty), open_store(empty)
    open_task(store, title="first")
    seen: list[int] = []

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        seen.append(len(snapshot.state.tasks))
        return [TaskOpened(task="shop/web/mine", title="mine")]

    rivals = TaskOpened(task="shop/web/rival", title="rival")
    disarm = once_at(point, lambda: record(rival, rivals, queued=False))
    try:
        store.append(decide)
    finally:
        disarm()
    assert seen == [1, 2]
    assert facts_of(empty.path) == ["first", "mine", "rival"]


def test_a_reservation_that_came_first_is_seen_when_deciding_again(empty: World) -> None:
    store, rival = open_store(empty), open_store(empty)
    open_task(store)
    place = PlaceReserved(task=KEY.slashed, scope="stage-1", branch="feature")
    disarm = once_at("log.tip-read", lambda: record(rival, place, queued=False))
    try:
        with pytest.raises(OkstraError) as refused:
            store.append(lambda snapshot: [reserve(snapshot.state, place)])
    finally:
        disarm()
    assert refused.value.code == "place.reserved"


def test_a_birth_that_came_first_is_joined(empty: World) -> None:
    store, rival = open_store(empty), open_store(empty)
    disarm = once_at("log.commit-written", lambda: open_task(rival, title="rival's"))
    try:
        store.append(lambda _: [TaskOpened(task="shop/web/mine", title="mine")], queued=False)
    finally:
        disarm()
    assert sorted(facts_of(empty.path)) == ["mine", "rival's"]


def test_an_append_that_never_wins_gives_up_with_a_sentence(empty: World) -> None:
    store, rival = open_store(empty, patience=0.3), open_store(empty)
    numbers = iter(range(10_000))

    def meddle(point: str) -> None:
        if point == "log.commit-written" and not busy:
            busy.append(1)
            record(rival, TaskOpened(task="shop/web/rival", title=str(next(numbers))), queued=False)
            busy.clear()

    busy: list[int] = []
    disarm = faults.arm(meddle)
    started = time.monotonic()
    try:
        with pytest.raises(OkstraError) as refused:
            record(store, TaskOpened(task="shop/web/mine"))
    finally:
        disarm()
    assert refused.value.code == "store.busy"
    assert time.monotonic() - started < 5


def test_a_lock_that_somebody_living_holds_is_waited_for_and_then_refused(empty: World) -> None:
    store = open_store(empty, patience=1.0)
    open_task(store)
    lock = store.git.common_dir / f"{own_log(store.git)}.lock"
    holder = FORK.Process(target=_hold_open, args=(lock,))
    holder.start()
    _wait_for(lock)
    try:
        with pytest.raises(OkstraError) as refused:
            record(store, TaskOpened(task="shop/web/mine"))
        assert refused.value.code == "store.busy"
        assert lock.exists()
    finally:
        holder.kill()
        _end(holder)
    started = time.monotonic()
    record(store, TaskOpened(task="shop/web/mine"))
    assert time.monotonic() - started < 5
    assert not lock.exists()


def test_a_queue_that_does_not_move_names_who_is_in_front(empty: World) -> None:
    from okstra_git.host.locks import hold_lock
    from okstra_git.store import layout

    store = open_store(empty, patience=0.2)
    with hold_lock(layout.lock_file(store.git.private_dir)), pytest.raises(OkstraError) as refused:
        open_task(store)
    assert refused.value.code == "store.busy"
    assert str(os.getpid()) in refused.value.message


def _hold_open(lock: Path) -> None:
    with lock.open("x"):
        time.sleep(60)


def _wait_for(path: Path) -> None:
    for _ in range(500):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} never came")


def _define(path: Path, number: int) -> object:
    answer = World(path).okstra("brief", "term", f"Word{number}", "--meaning", f"it is {number}", exit=None)
    return answer.exit, answer.json["changed"]


def test_terms_that_come_at_once_are_all_kept_though_there_is_no_glossary_yet(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    glossary = world.path / ".okstra/glossary.md"
    world.okstra("brief", "term", "Word", "--meaning", "loads the program", "--dry-run")
    for _ in range(5):
        glossary.unlink(missing_ok=True)
        assert crowd(_define, world.path, 8) == [(0, True)] * 8
        said = glossary.read_text().splitlines()
        assert sorted(said) == ["", "# Glossary", *(f"- Word{number}: it is {number}" for number in range(8))]


def _edit(path: Path, number: int) -> object:
    lines = (("ask", "b.md", "--prefix", "general:", "--text", f"question {number}"),
             ("add", "b.md", "--label", "evidence-link", "--text", f"entry {number}"),
             ("confirm", "b.md", "--question", str(number + 2), "--answer", f"answer {number}"))  # fmt: skip
    return [World(path).okstra("brief", *line, exit=None).exit for line in lines]


def test_edits_of_a_brief_that_come_at_once_are_all_kept(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.write("b.md", a_brief("pending", questions=[f"intent-check: why {number}?" for number in range(6)]))
    assert crowd(_edit, world.path, 6) == [[0, 0, 0]] * 6
    text = (world.path / "b.md").read_text()
    for number in range(6):
        assert all(text.count(f"{word} {number}") == 1 for word in ("question", "entry", "answer"))
    assert world.okstra("brief", "check", "b.md").json["gate"]["state"] == "complete"
