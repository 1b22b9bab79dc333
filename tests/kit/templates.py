"""Repositories that many tests begin with: made once in a process, then copied, as the same clone at another place."""

import os
import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.repo import open_repository
from okstra_git.store import layout
from okstra_git.store.clone import find_writer
from tests.kit.scenario import World, begun, blank_config, settle_index
from tests.kit.surroundings import print_of_surroundings, scratch_dir

Build = Callable[[World], object]
_made: dict[Hashable, "_Template"] = {}


@dataclass(frozen=True)
class _Template:
    """A repository as `build` left it: where it lies, and what became of its labels and its clock."""

    place: Path
    labels: dict[str, str]
    clock: str


def build_once(world: World, key: Hashable, build: Build) -> World:
    """The world with what `build` does to it; a world as `World.begin` makes it gets a copy of what was built before.

    `key` stands for everything that `build` depends on.
    """
    if not _is_new(world):
        build(world)
        return world
    key = (key, print_of_surroundings())
    if key not in _made:
        model = World.begin(scratch_dir() / world.path.name)
        build(model)
        _made[key] = _Template(model.path, dict(model.labels), repr(model.clock))
    _copy(_made[key], world)
    return world


def _is_new(world: World) -> bool:
    """Whether nothing was done there yet but the first commit, and nothing configured."""
    config = world.path / ".git/config"
    if not config.is_file() or config.read_bytes() != blank_config() or list(world.labels) != ["base"]:
        return False
    return _names(world.path) == _names(begun().path)


def _names(path: Path) -> list[str]:
    return sorted(each.relative_to(path).as_posix() for each in path.rglob("*"))


def _copy(template: _Template, world: World) -> None:
    shutil.rmtree(world.path)
    shutil.copytree(template.place, world.path, symlinks=True)
    config = world.path / ".git/config"
    config.write_text(config.read_text().replace(str(template.place.parent), str(world.path.parent)))
    world.labels.update(template.labels)
    while repr(world.clock) != template.clock:
        next(world.clock)
    _settle(world)
    settle_index(world.path)


def _settle(world: World) -> None:
    """Let okstra find itself in the clone that it knows: the copy is no second one."""
    git = open_repository(world.path)
    path = layout.writer_file(git.private_dir)
    if path.exists():
        writer, place = path.read_text().split()
        facts = os.stat(git.common_dir)
        path.write_text(f"{writer} {facts.st_dev:x}-{facts.st_ino:x}-{place.rpartition('-')[2]}\n")
        assert find_writer(git) == writer
