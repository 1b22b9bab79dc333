"""git's own searches by words, in a repository whose work okstra records."""

from pathlib import Path

import pytest

from tests.cli.shop import TASK, stage_place
from tests.kit.scenario import World

WORDS = ("login", "web", "shop", "stage", "done", "stage.done", "task", "okstra", "notes", "snapshot", "1", "o",
         "Okstra", "STAGE", "s.*e", "[a-z]", "keep", "abandon", "한글", "log")  # fmt: skip


@pytest.fixture
def told(world: World, home: Path) -> World:
    """A repository with events, notes and a snapshot, all of them younger than the work."""
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", "shop:web:login", "--title", "Log in with 한글")
    world.okstra("stage", "start", "1", *TASK, "--base", "main")
    there = World(stage_place(home, 1), labels=world.labels, clock=world.clock)
    there.commit("add form")
    world.okstra("stage", "done", "1", *TASK)
    there.write("한글.txt", "kept\n")
    world.okstra("stage", "done", "1", *TASK, exit=None)
    return world


@pytest.mark.parametrize("word", WORDS)
def test_no_word_of_ours_is_found_by_a_search_in_all_refs(told: World, word: str) -> None:
    found = told.ask("log", "--format=%H %s", f"--grep={word}", "-E", "--all")
    ours = told.ask("rev-list", "--glob=refs/okstra/log/*", "--glob=refs/notes/okstra").splitlines()
    assert len(ours) >= 4
    assert not [line for line in found.splitlines() if line.split()[0] in ours]


def test_a_fixup_by_words_hits_the_work_and_not_the_record_of_it(told: World) -> None:
    told.git("switch", "-q", "--detach", "main")
    told.commit("stage the login form")
    told.okstra("task", "open", "shop:web:login", "--title", "another event")
    for word in ("login", "stage", "form", "s"):
        told.git("commit", "-q", "--allow-empty", "--fixup", f":/{word}")
        assert told.ask("log", "-1", "--format=%s").endswith("stage the login form")
    assert told.git("rev-parse", "-q", "--verify", ":/stage.done", ok=False) == ""


def test_snapshots_are_found_again_and_by_no_word(told: World, home: Path) -> None:
    from datetime import UTC, datetime

    from okstra_git.git.repo import open_repository
    from okstra_git.snapshots.take import SnapshotSubject, list_snapshots, take_snapshot

    git = open_repository(told.path)
    there = World(stage_place(home, 1))
    there.write("un committed", "text\n")
    now = datetime.now(UTC).replace(microsecond=0)
    made = take_snapshot(git, there.path, SnapshotSubject("shop/web/login", 1, "RUN", "before 한글"), now=now)
    assert made is not None
    assert list_snapshots(git, task="shop/web/login")[-1] == made
    subject = told.ask("log", "-1", "--format=%B", made.commit)
    assert not any(character.isascii() and character != "\n" for character in subject)
