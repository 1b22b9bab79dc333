"""Doctor names what around okstra would do damage, and removes nothing but the locks of the dead."""

import os
import shutil
import time
from pathlib import Path

import pytest

from okstra_git.git.compatibility import find_risks
from tests.cli.shop import open_shop, record_stage
from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.stores import NAME, recorded_world


@pytest.fixture
def shop(world: World) -> World:
    return recorded_world(world)


def codes(world: World, *options: str, exit: int | None = None) -> list[str]:
    said = world.okstra("doctor", "--json", *options, exit=exit).json
    return [finding["code"] for finding in said["findings"] if finding["severity"] != "info"]


def stale_lock(world: World, name: str) -> Path:
    lock = world.path / ".git" / name
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_bytes(b"")
    long_ago = time.time() - 60
    os.utime(lock, (long_ago, long_ago))
    return lock


def test_a_healthy_clone_is_healthy(shop: World) -> None:
    assert codes(shop, exit=0) == []
    assert shop.okstra("doctor", "--text").out.splitlines()[-1] == "nothing is wrong"


def test_a_clone_without_okstra_is_told_to_init(world: World) -> None:
    assert codes(world, exit=1) == ["store.not-initialised"]


def test_a_copied_clone_is_told_why(shop: World) -> None:
    copy = World(shop.path.parent / "copy")
    shutil.copytree(shop.path, copy.path, symlinks=True)
    assert codes(copy, exit=1) == ["writer.copied"]
    copy.okstra("init", "--no-hooks", "--offline")
    assert codes(copy, exit=0) == []


@pytest.mark.parametrize("target", ["elsewhere", "../elsewhere", ".okstra"])
def test_a_link_in_place_of_the_folder_of_documents_is_told(shop: World, target: str) -> None:
    shutil.rmtree(shop.path / ".okstra", ignore_errors=True)
    (shop.path / ".okstra").symlink_to(target)
    assert "path.link" in codes(shop, exit=1)


@pytest.mark.parametrize("name", ["refs/okstra/log/x.lock", "refs/heads/main.lock", "packed-refs.lock", "index.lock"])
def test_the_lock_of_a_dead_process_is_removed_only_by_fix(shop: World, name: str) -> None:
    lock = stale_lock(shop, name)
    assert codes(shop, exit=1) == ["lock.dead"]
    assert lock.exists()
    said = shop.okstra("doctor", "--fix", "--json", exit=0).json
    assert [one["subject"] for one in said["repaired"]] == [name]
    assert not lock.exists()


def test_a_lock_that_somebody_has_open_or_that_is_young_is_left(shop: World) -> None:
    import subprocess

    old, young = stale_lock(shop, "refs/okstra/log/x.lock"), shop.path / ".git/refs/okstra/log/y.lock"
    with old.open() as held, subprocess.Popen(["sleep", "30"], stdin=held) as holder:
        young.write_bytes(b"")
        assert codes(shop, "--fix", exit=0) == []
        assert old.exists()
        assert young.exists()
        holder.kill()


DANGERS = [
    (["remote.origin.fetch=+refs/okstra/*:refs/okstra/*"], "overwrites"),
    (["remote.origin.fetch=+refs/*:refs/*"], "overwrites"),
    (["remote.origin.fetch=refs/okstra/*:refs/okstra/*", "fetch.prune=true"], "deletes"),
    (["remote.origin.fetch=refs/okstra/*:refs/okstra/*", "remote.origin.prune=true"], "deletes"),
    (["remote.origin.fetch=+refs/notes/*:refs/notes/*"], "refs/notes/okstra"),
    (["remote.origin.push=refs/okstra/*"], "publishes"),
    (["remote.origin.push=+refs/okstra/log/*:refs/okstra/log/*"], "other clones"),
    (["remote.origin.push=+refs/notes/*"], "other clones"),
    (["remote.origin.mirror=true"], "publishes"),
    (["notes.rewriteRef=refs/notes/*"], "copies"),
    (["notes.rewriteRef=refs/notes/okstra"], "copies"),
]
HARMLESS = [
    ["remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*", "fetch.prune=true"],
    ["remote.origin.fetch=+refs/okstra/log/*:refs/okstra/remote/origin/*"],
    ["remote.origin.push=refs/okstra/log/*", "remote.origin.push=refs/heads/*"],
    ["remote.origin.mirror=false"],
    ["notes.rewriteRef=refs/notes/commits"],
    ["fetch.prune=true"],
]


def settings(lines: list[str]) -> list[tuple[str, str]]:
    return [(key, value) for key, _, value in (line.partition("=") for line in lines)]


@pytest.mark.parametrize(("lines", "word"), DANGERS)
def test_dangerous_configuration_is_named_with_what_it_does(lines: list[str], word: str) -> None:
    found = list(find_risks(settings(lines)))
    assert len(found) == 1
    assert word in found[0].does
    assert found[0].instead


@pytest.mark.parametrize("lines", HARMLESS)
def test_ordinary_configuration_is_left_alone(lines: list[str]) -> None:
    assert list(find_risks(settings(lines))) == []


def test_the_configuration_is_read_as_git_reads_it_includes_and_all(shop: World) -> None:
    (shop.path / ".git" / "extra").write_text("[notes]\n\trewriteRef = refs/notes/*\n")
    shop.git("config", "include.path", "extra")
    assert codes(shop, exit=1) == ["config.dangerous"]


def test_what_a_mirror_push_would_do_is_true(shop: World) -> None:
    """The reason for the warning: a mirror push publishes keeps and deletes what others pushed."""
    shop.amend(None, "-m", "S1 again")
    shop.okstra("reconcile", "--task-key", NAME, "--apply")
    remote = shop.path.parent / "remote.git"
    shop.git("init", "-q", "--bare", str(remote))
    shop.git("push", "-q", str(remote), "main:refs/okstra/log/OTHER")
    shop.git("push", "-q", "--mirror", str(remote))
    there = World(remote).ask("for-each-ref", "--format=%(refname)")
    assert "refs/okstra/keep/" in there
    assert "OTHER" not in there


def test_settings_of_ours_that_do_not_fit_are_named(shop: World) -> None:
    shop.git("config", "okstra.keepDays", "for ever")
    shop.git("config", "okstra.colour", "blue")
    assert codes(shop, exit=1) == ["config.bad-value"]


def test_a_missing_identity_is_named(shop: World) -> None:
    (Path(os.environ["HOME"]) / ".gitconfig").write_text("")
    found = shop.okstra_process("doctor", "--json", exit=1).json["findings"]
    assert "identity.missing" in [one["code"] for one in found]


def test_a_worktree_that_was_deleted_by_hand_is_named(shop: World) -> None:
    place = shop.path.parent / "trees"
    shop.git("config", "okstra.worktreeRoot", str(place))
    shop.okstra("stage", "start", "2", "--task-key", NAME, "--base", "main", "--branch", "second")
    assert codes(shop, exit=0) == []
    shutil.rmtree(place)
    assert codes(shop, exit=1) == ["worktree.missing"]


def test_hooks_that_are_gone_are_information_and_broken_ones_a_warning(shop: World) -> None:
    found = shop.okstra("doctor", "--json", exit=0).json["findings"]
    assert [one["code"] for one in found] == ["hooks.absent"]
    shop.git("config", "okstra.hooks", "false")
    assert shop.okstra("doctor", "--json", exit=0).json["findings"] == []


@pytest.mark.parametrize("content", [b"", b"no object", b"1" * 40 + b"\n"])
def test_doctor_does_not_call_a_clone_whole_whose_log_cannot_be_read(shop: World, content: bytes) -> None:
    (ref,) = (shop.path / ".git/refs/okstra/log").iterdir()
    ref.write_bytes(content)
    (found,) = [one for one in shop.okstra("doctor", "--json", exit=1).json["findings"] if one["severity"] == "error"]
    assert (found["code"], found["subject"]) in [
        ("ref.torn", f"refs/okstra/log/{ref.name}"),
        ("log.unreadable", f"refs/okstra/log/{ref.name}"),
    ]
    assert found["hint"] == "git okstra fsck"
    assert shop.okstra("fsck", "--json", exit=1).json["findings"]


def test_doctor_names_damaged_notes(shop: World) -> None:
    (shop.path / ".git/refs/notes").mkdir(exist_ok=True)
    (shop.path / ".git/refs/notes/okstra").write_bytes(b"")
    assert codes(shop, exit=1) == ["ref.torn"]
    shop.okstra("fsck", "--repair")
    assert codes(shop, exit=0) == []


def test_a_damaged_branch_of_a_stage_is_put_back_by_the_line_that_is_printed(world: World) -> None:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    recorded = world.tip()
    world.checkout("main")
    (world.path / ".git/refs/heads/feature/login").write_bytes(b"")
    (found,) = [one for one in world.okstra("doctor", "--json", exit=1).json["findings"] if one["severity"] != "info"]
    assert "branch feature/login of shop:web:login stage 1 is damaged" in found["message"]
    run_program(["sh", "-c", found["hint"]], cwd=world.path, environ=world.environ()).expect(0)
    assert world.ask("rev-parse", "feature/login") == recorded
    assert codes(world, exit=0) == []
