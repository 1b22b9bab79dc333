"""Disks that are full or read-only, and files of ours that turned to rubbish: a sentence each, and nothing lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import remount
from tests.kit.scenario import World
from tests.kit.stores import NAME, recorded_world

Mount = Callable[[str], Path]


def tasks(world: World) -> list[str]:
    return sorted(task["key"] for task in world.okstra("status", "--json").json["tasks"])


def refusal(world: World, *command: str) -> str:
    return str(world.okstra(*command, "--json", exit=1).json["error"]["code"])


def fill(disk: Path, *, leave: int = 0) -> Path:
    """A file that takes all the room but `leave` bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"\1" * size) == size:
                    pass
            except OSError:
                continue
    size = filler.stat().st_size
    with filler.open("r+b") as file:
        file.truncate(max(0, size - leave))
    return filler


def test_a_full_disk_is_told_and_records_nothing(small_disk: Mount) -> None:
    disk = small_disk("4m")
    world = recorded_world(World.begin(disk / "world"))
    filler = fill(disk)
    assert refusal(world, "task", "open", "shop:web:more") == "disk.full"
    assert tasks(world) == [NAME]
    filler.unlink()
    world.okstra("task", "open", "shop:web:more")
    world.ask("fsck", "--strict")
    assert world.okstra("fsck", "--json", exit=0).json["ok"]


def test_wherever_the_room_runs_out_what_was_answered_is_what_was_recorded(small_disk: Mount) -> None:
    disk = small_disk("4m")
    world = recorded_world(World.begin(disk / "world"))
    recorded = [NAME]
    for pages in range(0, 30, 2):
        filler = fill(disk, leave=4096 * pages)
        key = f"shop:web:t{pages}"
        answer = world.okstra("task", "open", key, "--json", exit=None)
        filler.unlink()
        if answer.exit == 0:
            recorded.append(key)
        else:
            assert answer.json["error"]["code"] in ("disk.full", "host.refused"), answer.json
        assert tasks(world) == sorted(recorded), f"{pages} pages were left"
        world.ask("fsck", "--strict")
    assert len(recorded) > 1
    world.okstra("task", "open", "shop:web:last")
    world.okstra("fsck", "--repair", "--json", exit=0)
    assert world.okstra("fsck", "--json", exit=0).json["findings"] == []


def test_a_read_only_repository_is_read_and_not_written(small_disk: Mount) -> None:
    disk = small_disk("8m")
    world = recorded_world(World.begin(disk / "world"))
    remount(disk, "ro")
    assert tasks(world) == [NAME]
    assert refusal(world, "task", "open", "shop:web:more") == "repo.read-only"
    assert world.okstra("fsck", "--json", exit=0).json["ok"]
    found = world.okstra("doctor", "--json", exit=1).json["findings"]
    assert "repo.read-only" in [one["code"] for one in found]
    remount(disk, "rw")
    world.okstra("task", "open", "shop:web:more")


def test_a_forecast_of_a_read_only_repository_counts_what_is_committed(small_disk: Mount) -> None:
    disk = small_disk("8m")
    world = recorded_world(World.begin(disk / "world"))
    world.checkout("feature")
    world.write("README", "not committed\n")
    remount(disk, "ro")
    found = world.okstra("status", "--forecast", "--json").json["forecast"]
    assert found["stages"][-1]["tree"] == world.ask("rev-parse", "HEAD^{tree}")
    assert found["skipped"][0].startswith(f"what is not committed of {NAME} stage 1 was left out: ")
    remount(disk, "rw")


def test_init_in_a_read_only_repository_says_so(small_disk: Mount) -> None:
    disk = small_disk("8m")
    world = World.begin(disk / "world")
    remount(disk, "ro")
    assert refusal(world, "init", "--project-id", "shop", "--no-hooks") == "repo.read-only"
    remount(disk, "rw")


def test_little_room_is_worth_a_warning(small_disk: Mount) -> None:
    world = recorded_world(World.begin(small_disk("8m") / "world"))
    found = world.okstra("doctor", "--json", exit=1).json["findings"]
    assert "disk.low" in [one["code"] for one in found]


@pytest.mark.parametrize("content", [b"", b"\0\xff", b"{}\n{}", b'{"version": 2, "print": "x"}\n{}', b"[1]\n[2]"])
@pytest.mark.parametrize("name", ["cache/fold", "derived", "watch"])
def test_rubbish_in_a_private_file_that_can_be_rebuilt_changes_nothing(shop: World, name: str, content: bytes) -> None:
    path = shop.path / ".git/okstra" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    assert tasks(shop) == [NAME]
    shop.okstra("task", "open", "shop:web:more")
    shop.okstra("fsck", "--repair", exit=0)
    assert tasks(shop) == [NAME, "shop:web:more"]


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff\xfe", b"01ARZ3NDEKTSV4RRFFQ69G5FAV\n", b"a b c d\n"])
def test_rubbish_in_the_writer_file_is_refused_and_left(shop: World, content: bytes) -> None:
    path = shop.path / ".git/okstra/writer"
    path.write_bytes(content)
    assert refusal(shop, "task", "open", "shop:web:more") == "store.writer-damaged"
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"half a line", b"\0\xff\n# 123\n", b"# \n"])
def test_rubbish_in_the_journal_does_not_stop_work(shop: World, content: bytes) -> None:
    journal = next((shop.path / ".git/okstra/journal").iterdir())
    journal.write_bytes(content)
    shop.okstra("task", "open", "shop:web:more")
    assert journal.read_bytes().count(b"\n# ") + journal.read_bytes().startswith(b"# ") == 1
    assert shop.okstra("fsck", "--json", exit=0).json["findings"] == []


def test_an_unreadable_blob_is_named_and_the_rest_goes_on(shop: World) -> None:
    shop.okstra("task", "open", "shop:web:more")
    log = shop.ask("for-each-ref", "--format=%(refname)", "refs/okstra/log")
    blob = shop.ask("rev-parse", f"{log}:tasks/shop/web/login/events.jsonl")
    path = shop.path / f".git/objects/{blob[:2]}/{blob[2:]}"
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    assert refusal(shop, "task", "close", NAME) == "object.missing"
    shop.okstra("task", "close", "shop:web:more")
    (shop.path / ".git/okstra/cache/fold").unlink()
    said = shop.okstra("status", "--json").json
    assert "log.damaged-file" in [problem["code"] for problem in said["problems"]]
    shop.okstra("fsck", "--repair", exit=0)
    shop.okstra("task", "close", NAME)
