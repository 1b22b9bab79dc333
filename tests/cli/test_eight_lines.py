"""The life of a stage in eight literal lines, with plain git and real programs, hooks on and off."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import ANCHOR_KEYS, ITEM_KEYS, RECONCILE_KEYS, STAGE_KEYS, STATUS_KEYS, TASK_KEYS
from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("bin_dir")

BEFORE = """\
git okstra task open shop:web:login --category feature
git okstra stage start 1 --task-key shop:web:login --base main --branch feature/login --no-worktree
git okstra stage done 1 --task-key shop:web:login
git rebase main feature/login
"""
CHECK = "git okstra reconcile --task-key shop:web:login --check --json"
STATUS = "git okstra status --json"
LOG = "git log --notes=okstra -1 feature/login"


def type_lines(world: World, lines: str) -> None:
    for line in lines.splitlines():
        world.git(*shlex.split(line)[1:])


def typed(world: World, line: str) -> Any:
    return json.loads(world.git(*shlex.split(line)[1:]))


@pytest.fixture
def ordinary(world: World) -> World:
    """A login branch beside a main that has moved on."""
    world.branch("feature/login")
    world.commit("B", {"b.py": "b\n"})
    world.checkout("main")
    return world


def move_main(world: World) -> None:
    world.checkout("main")
    world.commit("M", {"m.py": "m\n"})


def live(world: World, *options: str) -> None:
    world.git("okstra", "init", "--project-id", "shop", *options)
    *first, rebase = BEFORE.splitlines(keepends=True)
    type_lines(world, "".join(first))
    move_main(world)
    type_lines(world, rebase)


def test_with_hooks_the_rebase_has_settled_the_record(ordinary: World) -> None:
    live(ordinary)
    assert "okstra: stage 1 of shop:web:login followed " in ordinary.last.err
    told = typed(ordinary, CHECK)
    assert set(told) >= RECONCILE_KEYS
    assert (told["ok"], told["mode"], told["items"], told["remaining_confirm"]) == (True, "check", [], 0)
    seen = typed(ordinary, STATUS)
    assert set(seen) >= STATUS_KEYS
    (task,) = seen["tasks"]
    assert set(task) >= TASK_KEYS
    (stage,) = task["stages"]
    assert set(stage) >= STAGE_KEYS
    assert (stage["commit"], stage["base"]) == (ordinary.tip("feature/login"), ordinary.tip("main"))
    assert (stage["state"], stage["finding"]) == ("done", "ok")
    assert '"task": "shop:web:login", "stage": 1, "status": "done"' in ordinary.git(*shlex.split(LOG)[1:])


def test_without_hooks_the_check_finds_one_proven_item_and_apply_settles_it(ordinary: World) -> None:
    live(ordinary, "--no-hooks")
    assert "okstra" not in ordinary.last.err
    told = typed(ordinary, CHECK)
    (item,) = told["items"]
    assert set(item) >= ITEM_KEYS
    tip = ordinary.tip("feature/login")
    assert (item["stage"], item["class"], item["recorded"]) == (1, "auto", ordinary["B"])
    assert (item["replacement"], item["branch"]) == (tip, "feature/login")
    assert item["proof"] in ("same-delta", "replay")
    assert told["anchor"] is not None
    assert set(told["anchor"]) >= ANCHOR_KEYS
    assert typed(ordinary, CHECK) == told  # looking changes nothing
    applied = typed(ordinary, CHECK.replace("--check", "--apply"))
    assert (applied["mode"], applied["items"], applied["remaining_confirm"]) == ("apply", [], 0)
    (done,) = applied["applied"]
    assert set(done) >= ITEM_KEYS
    assert (done["replacement"], done["proof"], done["class"]) == (tip, item["proof"], "auto")
    assert typed(ordinary, CHECK)["items"] == []
    assert typed(ordinary, STATUS)["tasks"][0]["stages"][0]["commit"] == tip


def test_the_eight_lines_work_in_a_directory_below_the_top(ordinary: World) -> None:
    (ordinary.path / "deep/er").mkdir(parents=True)
    below = World(ordinary.path / "deep/er", labels=ordinary.labels, clock=ordinary.clock)
    below.git("okstra", "init", "--project-id", "shop")
    type_lines(below, BEFORE)
    assert typed(below, CHECK)["items"] == []


@pytest.mark.parametrize("name", ["-with space 한글", "new\nline quo'te\"$x"])
def test_the_eight_lines_work_whatever_the_directory_is_called(tmp_path: Path, name: str) -> None:
    world = World.begin(tmp_path / name)
    world.branch("feature/login")
    world.commit("B", {"b.py": "b\n"})
    live(world)
    assert typed(world, CHECK)["items"] == []
    assert typed(world, STATUS)["tasks"][0]["stages"][0]["commit"] == world.tip("feature/login")


def test_the_eight_lines_work_through_a_symbolic_link(ordinary: World, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ordinary.path)
    linked = World(tmp_path / "link", labels=ordinary.labels, clock=ordinary.clock)
    live(linked)
    assert typed(linked, CHECK)["items"] == []
