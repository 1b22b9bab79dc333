"""The writer id: one for each clone, a new one for a copy, the same after the directory moved."""

import shutil
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.repo import Git, open_repository
from okstra_git.names import parse_task_key
from okstra_git.records.events import TaskOpened
from okstra_git.store import layout
from okstra_git.store.clone import ensure_writer, find_writer, require_writer
from tests.kit.scenario import World
from tests.kit.stores import open_store, own_log, record
from tests.kit.values import TASK


def at(path: Path) -> Git:
    return open_repository(path)


def test_there_is_none_before_init_and_one_after(world: World) -> None:
    git = at(world.path)
    assert find_writer(git) is None
    with pytest.raises(OkstraError) as refusal:
        require_writer(git)
    assert (refusal.value.code, refusal.value.hint) == ("store.not-initialised", "git okstra init")
    writer, is_new = ensure_writer(git, milliseconds=1)
    assert is_new
    assert ensure_writer(git, milliseconds=2) == (writer, False)


def test_all_worktrees_of_a_clone_share_it(world: World) -> None:
    writer, _ = ensure_writer(at(world.path), milliseconds=1)
    linked = world.worktree("linked", "side")
    assert find_writer(at(linked.path)) == writer


def test_a_copied_directory_is_another_clone_and_both_logs_live_on(world: World) -> None:
    store = open_store(world)
    record(store, TaskOpened(task=TASK, title="before the copy"))
    copy = world.path.parent / "copy"
    shutil.copytree(world.path, copy, symlinks=True)
    assert find_writer(at(copy)) is None
    second = open_store(copy)
    assert own_log(second.git) != own_log(store.git)
    record(second, TaskOpened(task=TASK, title="in the copy"))
    record(store, TaskOpened(task=TASK, title="in the original"))
    assert second.read().state.tasks[parse_task_key(TASK)].title == "in the copy"
    assert store.read().state.tasks[parse_task_key(TASK)].title == "in the original"
    assert World(copy).ask("for-each-ref", "--format=x", "refs/okstra/log").split() == ["x", "x"]


def test_a_directory_that_was_moved_is_the_same_clone(world: World) -> None:
    writer, _ = ensure_writer(at(world.path), milliseconds=1)
    moved = world.path.rename(world.path.with_name("moved"))
    assert find_writer(at(moved)) == writer


def test_a_device_number_that_changed_at_a_reboot_changes_nothing(world: World) -> None:
    git = at(world.path)
    writer, _ = ensure_writer(git, milliseconds=1)
    path = layout.writer_file(git.private_dir)
    name, place = path.read_text().split()
    _, inode, where = place.split("-")
    path.write_text(f"{name} 7777-{inode}-{where}\n")
    assert find_writer(git) == writer
    path.write_text(f"{name} 7777-{inode}-{'0' * 16}\n")
    assert find_writer(git) is None


ULID = b"01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.mark.parametrize("content", [b"", b"x", ULID, ULID + b" x\n", b"\xff"])
def test_a_writer_file_that_is_not_understood_is_refused_and_left(world: World, content: bytes) -> None:
    git = at(world.path)
    path = layout.writer_file(git.private_dir)
    path.parent.mkdir()
    path.write_bytes(content)
    for look in (find_writer, lambda git: ensure_writer(git, milliseconds=1)):
        with pytest.raises(OkstraError) as refusal:
            look(git)
        assert refusal.value.code == "store.writer-damaged"
    assert path.read_bytes() == content
