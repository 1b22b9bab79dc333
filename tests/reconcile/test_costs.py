"""What one look costs, counted and not timed: as many git processes for forty stages as for five."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from okstra_git.names import parse_task_key
from tests.kit.desk import Desk
from tests.kit.scenario import World
from tests.kit.templates import build_once

Kind = Callable[[World, int], None]
FEW, MANY = 5, 40
LINES = "".join(f"line {n}\n" for n in range(1, 21))


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to which every git program that is started writes its command."""
    real, folder, seen = shutil.which("git"), tmp_path / "counting", tmp_path / "started"
    folder.mkdir()
    program = folder / "git"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{seen}"\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return seen


def started(world: World, seen: Path, *, exit: int) -> Counter[str]:
    """The git commands of one look at everything, by their name, and how often each was started."""
    seen.write_text("")
    report = world.okstra("reconcile", "--all", "--check", "--json", exit=exit).json
    assert report["ok"]
    return Counter(_command(line) for line in seen.read_text().splitlines())


def _command(line: str) -> str:
    words = line.split()
    while words[:1] == ["-c"]:
        words = words[2:]
    return words[0]


def recorded(folder: Path, number: int, *, tasks: int = 1, stacked: bool = False) -> World:
    """This many stages, each on a branch of its own, dealt out to so many tasks; main is checked out."""
    key = ("recorded for costs", number, tasks, stacked)
    return build_once(World.begin(folder), key, lambda world: _record(world, number, tasks=tasks, stacked=stacked))


def _record(world: World, number: int, *, tasks: int, stacked: bool) -> None:
    world.commit("L", {"list": LINES})
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    desks = [Desk(world, parse_task_key(f"shop:web:t{n}")) for n in range(tasks)]
    for n in range(1, number + 1):
        base = f"s{n - 1}" if stacked and n > 1 else "main"
        world.branch(f"s{n}", base)
        world.commit(f"S{n}", {f"f{n}": f"{n}\n"})
        desks[n % tasks].record(n, f"s{n}", base=base)
    world.checkout("main")
    world.commit("M")


# --- what happens to the stages


def changed(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.checkout(f"s{n}")
        world.amend({f"f{n}": "other\n"})
    world.checkout("main")


def rebased(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.git("rebase", "-q", "main", f"s{n}")
    world.checkout("main")


def dropped(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.git("branch", "-q", "-f", f"s{n}", "main")


def gone(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.git("branch", "-q", "-D", f"s{n}")


def landed(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.commit(f"S{n} in main", {f"f{n}": f"{n}\n"})
    gone(world, number)


def signed_anew(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.checkout(f"s{n}")
        world.amend(None, "--reset-author", "--date", f"@{1_800_000_000 + n} +0000", "-m", f"once more {n}")
        world.git("rebase", "-q", "main")
    world.checkout("main")


def extended(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.git("rebase", "-q", "main", f"s{n}")
        world.commit(f"N{n}", {f"f{n}": f"{n}\nmore\n"})
    world.checkout("main")


def half_landed(world: World, number: int) -> None:
    for n in range(1, number + 1):
        world.commit(f"S{n} in main", {f"f{n}": f"{n}\n"})
        world.checkout(f"s{n}")
        world.amend({f"f{n}": "other\n"})
        world.checkout("main")


QUESTIONS: list[Kind] = [changed, dropped, gone, half_landed]
ANSWERS: list[Kind] = [rebased, landed, signed_anew, extended]
OF_MANY_TASKS: list[Kind] = [rebased, changed, gone, signed_anew]


@pytest.mark.parametrize("happens", [*QUESTIONS, *ANSWERS], ids=lambda kind: kind.__name__)
def test_forty_branches_cost_as_many_processes_as_five(tmp_path: Path, counter: Path, happens: Kind) -> None:
    costs = []
    for number in (FEW, MANY):
        world = recorded(tmp_path / f"n{number}", number)
        happens(world, number)
        costs.append(started(world, counter, exit=2 if happens in QUESTIONS else 0))
    assert costs[0] == costs[1] != Counter()


@pytest.mark.parametrize("happens", OF_MANY_TASKS, ids=lambda kind: kind.__name__)
def test_forty_branches_of_many_tasks_cost_as_many_processes_as_five(
    tmp_path: Path, counter: Path, happens: Kind
) -> None:
    costs = []
    for number in (FEW, MANY):
        world = recorded(tmp_path / f"n{number}", number, tasks=number)
        happens(world, number)
        costs.append(started(world, counter, exit=2 if happens in QUESTIONS else 0))
    assert costs[0] == costs[1] != Counter()


def test_a_stack_of_forty_branches_costs_as_many_processes_as_one_of_five(tmp_path: Path, counter: Path) -> None:
    costs = []
    for number in (FEW, MANY):
        world = recorded(tmp_path / f"n{number}", number, stacked=True)
        world.git("rebase", "-q", "--update-refs", "main", f"s{number}")
        world.checkout("main")
        costs.append(started(world, counter, exit=0))
    assert costs[0] == costs[1] != Counter()
