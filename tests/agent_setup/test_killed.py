"""A setup killed between any two writes: the next one completes it, and removal leaves what was there before."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from okstra_git import faults
from okstra_git.agent_setup.apply import leftover_of
from okstra_git.agent_setup.model import MANIFEST
from tests.agent_setup.closet import SHIPPED, Closet, picture

SKILL = "skills/okstra-run/SKILL.md"
EDITED = '{"model": "x", "permissions": {"deny": []}}'


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def kill_after(steps: int, act: Callable[[], object]) -> bool:
    """Run it and stop it dead after so many writes; whether it had more to do."""
    number = count(1)

    def react(_point: str) -> None:
        if next(number) == steps:
            raise Killed

    disarm = faults.arm(react)
    try:
        act()
        return False
    except Killed:
        return True
    finally:
        disarm()


@pytest.mark.parametrize("steps", range(1, 16))
@pytest.mark.parametrize("settings", [None, EDITED])
def test_the_next_setup_completes_it(closet: Closet, place: Path, steps: int, settings: str | None) -> None:
    if settings is not None:
        closet.folder.mkdir()
        (closet.folder / "settings.json").write_text(settings)
    before = picture(place)
    kill_after(steps, closet.install)
    closet.install()
    assert closet.inspect().is_as_shipped
    assert closet.install().steps == ()
    closet.uninstall()
    assert picture(place) == before | ({".claude/": ""} if steps == 1 else {})


def test_so_many_writes_are_tried(closet: Closet) -> None:
    assert len(closet.plan().steps) == 13


@pytest.mark.parametrize("steps", range(1, 13))
def test_a_killed_installation_is_removed_altogether(closet: Closet, place: Path, steps: int) -> None:
    place.joinpath(".claude").mkdir()
    before = picture(place)
    assert kill_after(steps, closet.install)
    closet.uninstall()
    assert picture(place) == before


@pytest.mark.parametrize("steps", range(1, 10))
@pytest.mark.parametrize("then", [1, 4])
def test_another_okstra_completes_an_update(closet: Closet, place: Path, steps: int, then: int) -> None:
    closet.install()
    second = closet.shipping({SKILL: "second\n", "agents/claude-worker.md": "---\nsecond\n"}, version="2")
    third = closet.shipping({**SHIPPED, SKILL: "third\n"}, version="3")
    kill_after(steps, second.install)
    kill_after(then, third.install)
    assert third.install().kept == ()
    assert third.inspect().is_as_shipped
    third.uninstall()
    assert picture(place) == {}


@pytest.mark.parametrize("steps", range(1, 14))
def test_the_next_removal_completes_a_removal(closet: Closet, place: Path, steps: int) -> None:
    before = picture(place)
    closet.install()
    kill_after(steps, closet.uninstall)
    closet.uninstall()
    left = picture(place)
    assert left in (before, {".claude/": ""})
    assert left == before or not (closet.folder / MANIFEST).exists()


def test_a_rule_a_person_adds_after_the_kill_is_not_ours(closet: Closet) -> None:
    kill_after(2, closet.install)
    settings = closet.folder / "settings.json"
    settings.write_text('{"permissions": {"allow": ["Bash(okstra *)"]}}')
    closet.uninstall()
    assert settings.read_text() == '{"permissions": {"allow": ["Bash(okstra *)"]}}'


def test_force_that_was_killed_has_kept_the_file_beside(closet: Closet) -> None:
    closet.install()
    (closet.folder / SKILL).write_text("mine\n")
    for steps in (1, 2, 3):
        kill_after(steps, lambda: closet.install(force=True))
    closet.install(force=True)
    assert closet.inspect().is_as_shipped
    assert (closet.folder / f"{SKILL}.orig-1").read_text() == "mine\n"


def test_what_a_killed_write_left_is_swept(closet: Closet, place: Path) -> None:
    closet.install()
    for path in (SKILL, MANIFEST, "settings.json"):
        leftover_of(closet.folder / path).write_text("half")
    closet.install()
    assert [name for name in picture(place) if name.endswith(".okstra.tmp")] == []
    leftover_of(closet.folder / SKILL).write_text("half")
    closet.uninstall()
    assert picture(place) == {}


def test_a_person_who_edits_after_the_kill_keeps_the_edit(closet: Closet) -> None:
    kill_after(9, closet.install)
    edited = closet.folder / "agents/claude-worker.md"
    assert edited.exists()
    edited.write_text("mine\n")
    assert [kept.state for kept in closet.install().kept] == ["changed"]
    closet.uninstall()
    assert edited.read_text() == "mine\n"
    assert not (closet.folder / SKILL).exists()
