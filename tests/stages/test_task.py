"""Opening and closing: what is not said anew stays."""

from datetime import UTC, datetime

import pytest

from okstra_git.git.repo import open_repository
from okstra_git.names import parse_task_key
from okstra_git.stages.task import close_task, open_task
from okstra_git.store.clone import ensure_writer
from okstra_git.store.store import Store
from tests.kit.refusals import refuses
from tests.kit.scenario import World

KEY = parse_task_key("shop:web:login")


@pytest.fixture
def store(world: World) -> Store:
    git = open_repository(world.path)
    ensure_writer(git, milliseconds=1)
    return Store(git, lambda: datetime.fromtimestamp(next(world.clock), UTC))


def test_reopening_keeps_category_title_and_tickets(store: Store) -> None:
    open_task(store, KEY, category="fix", title="T", tickets=["A", "B"])
    close_task(store, KEY)
    task = open_task(store, KEY).snapshot.state.tasks[parse_task_key(KEY.slashed)]
    assert (task.is_open, task.category, task.title, task.tickets) == (True, "fix", "T", ("A", "B"))


def test_nothing_new_records_nothing(store: Store) -> None:
    assert len(open_task(store, KEY, category="fix", tickets=["A", "A"]).events) == 1
    assert open_task(store, KEY).events == ()
    assert open_task(store, KEY, tickets=["A"]).events == ()
    assert len(open_task(store, KEY, tickets=["B"]).events) == 1
    assert len(close_task(store, KEY).events) == 1
    assert close_task(store, KEY).events == ()


def test_keys_that_name_nothing_or_nearly_something(store: Store) -> None:
    open_task(store, KEY)
    with refuses("task.case-clash"):
        open_task(store, parse_task_key("shop:web:Login"))
    with refuses("task.unknown"):
        close_task(store, parse_task_key("shop:web:other"))
