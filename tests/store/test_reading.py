"""Reading with a cache equals reading without one, whatever happened to the cache."""

import pytest

from okstra_git.names import parse_task_key
from okstra_git.records.events import StageStarted, TaskOpened
from okstra_git.store import layout
from okstra_git.store.private_files import load_fold
from okstra_git.store.snapshot import Memory, Snapshot, read_from_scratch, read_snapshot
from okstra_git.store.store import Store
from tests.kit.scenario import World
from tests.kit.stores import open_store, own_log, record
from tests.kit.values import TASK, oid


@pytest.fixture
def store(world: World) -> Store:
    store = open_store(world)
    record(store, TaskOpened(task=TASK, title="one"), TaskOpened(task="shop/web/other"))
    record(store, StageStarted(task=TASK, stage=1, branch="f", base=oid("M")))
    return store


def read_anew(store: Store) -> Snapshot:
    """As another process reads it: from the file and the logs, without this one's memory."""
    return read_snapshot(store.git, Memory())


def same(store: Store) -> bool:
    return read_anew(store) == store.read() == read_from_scratch(store.git)


def test_a_fold_that_goes_on_from_the_cache_equals_one_from_scratch(world: World, store: Store) -> None:
    assert same(store)
    record(store, TaskOpened(task=TASK, title="two"))
    assert same(store)
    ref = own_log(store.git)
    world.git("update-ref", ref, f"{ref}~2")
    assert same(store)
    assert [key.slashed for key in read_anew(store).state.tasks] == [TASK, "shop/web/other"]


def test_a_fetched_log_joins_and_leaves(world: World, store: Store) -> None:
    other = world.clone("other")
    colleague = open_store(other)
    record(colleague, TaskOpened(task=TASK, title="theirs"), TaskOpened(task="shop/web/theirs"))
    remote = own_log(colleague.git).replace("log", "remote/origin")
    world.git("fetch", "-q", str(other.path), f"{own_log(colleague.git)}:{remote}")
    assert same(store)
    assert parse_task_key("shop/web/theirs") in store.read().state.tasks
    world.git("update-ref", "-d", remote)
    assert same(store)
    assert parse_task_key("shop/web/theirs") not in store.read().state.tasks


@pytest.mark.parametrize("content", [b"", b"{}", b"\0", b'{"version": 2}\n{}', b"[]\n[]", b"x" * 10_000])
def test_a_corrupt_cache_is_ignored_and_written_anew(store: Store, content: bytes) -> None:
    path = layout.cache_file(store.git.private_dir)
    path.write_bytes(content)
    assert load_fold(path) is None
    assert same(store)
    assert load_fold(path) is not None


def test_a_cache_with_one_flipped_byte_is_ignored_wherever_it_is(store: Store) -> None:
    read_anew(store)
    path = layout.cache_file(store.git.private_dir)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert load_fold(path) is None


def test_a_torn_log_of_a_colleague_is_told_and_holds_up_nothing(store: Store) -> None:
    (store.git.common_dir / "refs/okstra/remote/origin").mkdir(parents=True)
    (store.git.common_dir / "refs/okstra/remote/origin/X").write_bytes(b"torn")
    snapshot = store.read()
    assert [problem.code for problem in snapshot.problems] == ["ref.torn"]
    assert (snapshot.is_damaged, snapshot.hides_events) == (False, True)
    assert record(store, TaskOpened(task=TASK, title="three")).warning == ""
    assert store.read().state.tasks[parse_task_key(TASK)].title == "three"
