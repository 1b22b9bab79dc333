"""The journal, and what it tells about a log that others rewrote."""

from pathlib import Path

import pytest

from okstra_git.git.refs import find_ref
from okstra_git.records.events import TaskOpened
from okstra_git.store import layout
from okstra_git.store.clone import require_writer
from okstra_git.store.private_files import (
    add_batch,
    last_mark,
    level_journal,
    list_marks,
    missing_lines,
    own_lines,
    read_lines,
)
from okstra_git.store.store import Store
from tests.kit.scenario import World
from tests.kit.stores import open_store, own_log, record
from tests.kit.values import TASK, an_event


@pytest.fixture
def store(world: World) -> Store:
    store = open_store(world)
    for number in range(3):
        record(store, TaskOpened(task=TASK, title=str(number)))
    return store


def path_of(store: Store) -> Path:
    return layout.journal_file(store.git.private_dir, require_writer(store.git))


def test_every_append_leaves_its_lines_and_its_tip(world: World, store: Store) -> None:
    ref = own_log(store.git)
    assert last_mark(path_of(store)) == world.tip(ref)
    assert list_marks(path_of(store)) == [world.tip(f"{ref}~{back}") for back in range(3)]
    assert read_lines(path_of(store)) == [line for _, line in own_lines(store.git, world.tip(ref))]
    assert missing_lines(store.git, ref, find_ref(store.git, ref)) == []


def test_a_journal_that_was_lost_is_begun_again_from_the_log(world: World, store: Store) -> None:
    path_of(store).unlink()
    assert missing_lines(store.git, own_log(store.git), find_ref(store.git, own_log(store.git))) == []
    record(store, TaskOpened(task=TASK, title="3"))
    assert len(read_lines(path_of(store))) == 4
    assert last_mark(path_of(store)) == world.tip(own_log(store.git))


def test_a_log_that_goes_on_elsewhere_is_not_a_loss(world: World, store: Store) -> None:
    ref = own_log(store.git)
    saved = path_of(store).read_bytes()
    record(store, TaskOpened(task=TASK, title="3"))
    path_of(store).write_bytes(saved)
    assert missing_lines(store.git, ref, find_ref(store.git, ref)) == []
    record(store, TaskOpened(task=TASK, title="4"))
    assert len(read_lines(path_of(store))) == 5
    assert last_mark(path_of(store)) == world.tip(ref)


def test_a_rewritten_log_lacks_what_the_journal_has(world: World, store: Store) -> None:
    ref = own_log(store.git)
    world.git("update-ref", ref, f"{ref}~1")
    assert len(missing_lines(store.git, ref, find_ref(store.git, ref))) == 1
    world.git("update-ref", "-d", ref)
    assert len(missing_lines(store.git, ref, None)) == 3


def test_a_torn_last_line_is_skipped(store: Store) -> None:
    with path_of(store).open("ab") as file:
        file.write(b'{"id": "01')
    assert last_mark(path_of(store)) == ""
    assert missing_lines(store.git, own_log(store.git), find_ref(store.git, own_log(store.git))) == []


def test_no_journal_no_mark(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    assert (last_mark(path), list_marks(path), read_lines(path)) == (None, [], [])
    assert add_batch(path, [an_event(TaskOpened(task=TASK), clock=1)], "f" * 40)
    assert last_mark(path) == "f" * 40


def test_levelling_writes_the_log_as_it_is(world: World, store: Store) -> None:
    tip = world.tip(own_log(store.git))
    before = read_lines(path_of(store))
    assert level_journal(store.git, require_writer(store.git), tip)
    assert read_lines(path_of(store)) == before
    assert list_marks(path_of(store)) == [tip]
