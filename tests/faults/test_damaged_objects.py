"""Each object of a recorded repository damaged in turn: every command answers in one sentence that names it."""

import json
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shop import KEY, TASK, open_shop, record_stage, refs
from tests.kit.answers import Answer
from tests.kit.handing import REPORT, data_json
from tests.kit.scenario import World

HARMS: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(b"garbage" * 9),
    "something else": lambda path: path.write_bytes(zlib.compress(b"blob 3\0abc")),
}
LINES = (
    ("status",),
    ("reconcile", "--all", "--check"),
    ("log", KEY),
    ("doctor",),
    ("fsck",),
    ("handoff", "eligible", *TASK),
    ("worktree", "list"),
    ("worktree", "prune", "--dry-run"),
    ("run", "list"),
    ("reconcile", *TASK, "--apply"),
    ("stage", "done", "2", *TASK),
    ("handoff", "assemble", *TASK, "--stages", "1", "--base", "main"),
    ("task", "open", "shop:web:next"),
)
NAMED = ("object.missing", "git.failed", "log.damaged")


def recorded(world: World) -> World:
    """Two stages, one rewritten, verified and handed over; the base has moved, and one rewrite is not seen yet."""
    open_shop(world)
    for number, branch in ((1, "feature/login"), (2, "feature/cart")):
        world.checkout("main")
        record_stage(world, number, branch, {f"src/{number}.py": "1\n", "deep/er/x.txt": f"{number}\n"})
    world.checkout("main")
    world.commit("M", {"m.txt": "m\n"})
    world.git("rebase", "-q", "main", "feature/login")
    world.okstra("reconcile", *TASK, "--apply")
    data, report = world.path.parent / "d.json", world.path.parent / "r.md"
    data.write_text(json.dumps(data_json(1)))
    report.write_text(REPORT.format(verdict="accepted"))
    where = ("--report-path", str(report), "--data-json", str(data), "--commit", "feature/login")
    world.okstra("handoff", "record-verified", *TASK, "--stage", "1", *where)
    world.okstra("handoff", "assemble", *TASK, "--stages", "1", "--base", "main")
    world.git("rebase", "-q", "main", "feature/cart")
    return world


class Shelf:
    """The repository as it was, to be put back: the git directory itself stays, since a copy is another clone."""

    def __init__(self, world: World, home: Path, aside: Path) -> None:
        self.world, self.home, self.aside = world, home, aside
        shutil.copytree(world.path, aside / "world", symlinks=True)
        shutil.copytree(home, aside / "home", symlinks=True)

    def put_back(self) -> None:
        for each in (*self.world.path.iterdir(), *(self.world.path / ".git").iterdir(), *self.home.iterdir()):
            if each.name != ".git":
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        shutil.copytree(self.aside / "world", self.world.path, symlinks=True, dirs_exist_ok=True)
        shutil.copytree(self.aside / "home", self.home, symlinks=True, dirs_exist_ok=True)


def ask_all(world: World, oid: str) -> list[str]:
    """What every command did wrong."""
    return [
        f"{' '.join(line)}: {fault}"
        for line in LINES
        if (fault := _fault(world.okstra(*line, "--json", exit=None), oid))
    ]


def _fault(answer: Answer, oid: str) -> str:
    error = answer.json.get("error", {})
    code, message = error.get("code", ""), error.get("message", "")
    if code == "internal" or "\n" in message or (not answer.json["ok"] and answer.exit not in (1, 2)):
        return f"{code}: {message} (exit {answer.exit})"
    told = answer.out + answer.err
    return f"does not name it: {message}" if code in NAMED and not any(n in told for n in (oid, oid[2:])) else ""


def sweep(world: World, home: Path, aside: Path, which: slice) -> None:
    shelf = Shelf(recorded(world), home, aside)
    objects = sorted((world.path / ".git/objects").glob("??/*"))
    harms = list(HARMS.values())
    found: dict[str, list[str]] = {}
    for number, path in list(enumerate(objects))[which]:
        path.chmod(0o644)
        harms[number % len(harms)](path)
        faults = ask_all(world, path.parent.name + path.name)
        if faults:
            found[f"{list(HARMS)[number % len(harms)]} {path.parent.name}{path.name}"] = faults
        shelf.put_back()
    assert found == {}


def test_some_objects_damaged_in_turn(world: World, home: Path, tmp_path: Path) -> None:
    sweep(world, home, tmp_path / "aside", slice(None, None, 7))


@pytest.mark.deep
@pytest.mark.parametrize("begin", range(6))
def test_every_object_damaged_in_turn(world: World, home: Path, tmp_path: Path, begin: int) -> None:
    sweep(world, home, tmp_path / "aside", slice(begin, None, 6))


@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "garbage"])
def test_a_damaged_pack_is_told(world: World, harm: str) -> None:
    recorded(world)
    world.git("gc", "-q", "--prune=now")
    (pack,) = (world.path / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    HARMS[harm](pack)
    for line in LINES:
        assert world.okstra(*line, "--json", exit=None).json.get("error", {}).get("code") != "internal", line


@pytest.mark.parametrize("name", ["refs/notes/okstra", "refs/okstra/stage/shop/web/login/1", "refs/heads/main"])
def test_a_ref_whose_commit_is_gone_is_told(world: World, name: str) -> None:
    recorded(world)
    tip = refs(world, name)[name]
    (world.path / ".git/objects" / tip[:2] / tip[2:]).unlink()
    assert ask_all(world, tip) == []


def test_a_damaged_log_takes_no_new_event(world: World) -> None:
    """What is written on top of a damaged folder nobody could read again."""
    recorded(world)
    (log,) = refs(world, "refs/okstra/log").items()
    folder = world.ask("rev-parse", f"{log[1]}:tasks/shop/web/login")
    os.truncate(_loose(world, folder), 0)
    answer = world.okstra("task", "open", "shop:web:next", exit=1)
    assert answer.json["error"]["code"] == "object.missing"
    assert folder in answer.json["error"]["message"]
    assert refs(world, "refs/okstra/log") == dict([log])
    assert world.okstra("status").json["tasks"][0]["key"] == KEY


def _loose(world: World, oid: str) -> Path:
    path = world.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path
