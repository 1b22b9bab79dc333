"""Repositories that many tests begin with: made once in a process, then copied, as the same clone at another place.

`build_once` copies a beginning, `take_step` what the same steps led to when another test took them from there.
"""

import os
import shutil
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from okstra_git.git.repo import open_repository
from okstra_git.store import layout
from okstra_git.store.clone import find_writer
from tests.kit.scenario import World, begun, blank_config, settle_index
from tests.kit.surroundings import print_of_surroundings, scratch_dir

Build = Callable[[World], object]
Result = TypeVar("Result")
_made: dict[Hashable, "_Template"] = {}
_led_to: dict[Hashable, "_Outcome"] = {}
_KEPT = 100
"""Outcomes of steps that are kept: tests which begin alike follow each other, mostly."""


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
    beginning = key
    key = (key, print_of_surroundings())
    if key not in _made:
        model = World.begin(scratch_dir() / world.path.name)
        build(model)
        _made[key] = _Template(model.path, dict(model.labels), repr(model.clock))
    _copy(_made[key], world)
    begin_steps(world, beginning)
    return world


@dataclass(frozen=True)
class _Outcome:
    """What a step led to: a copy of all that lies beside the world, what the world had noted, and the answer."""

    place: Path
    notes: tuple[dict[object, object], ...]
    clock: str
    answer: object


def begin_steps(world: World, beginning: Hashable) -> None:
    """From here on `take_step` knows the world: all with this beginning are alike, in a sealed home and alone there."""
    is_sealed = os.environ.get("GIT_CONFIG_GLOBAL") == str(_home() / ".gitconfig")
    if not is_sealed or os.listdir(world.path.parent) != [world.path.name]:
        return
    steps = (beginning, print_of_surroundings(), type(world), world.path.name)
    world.trail = steps, _seen(world)


def take_step(world: World, step: Hashable, take: Callable[[], Result]) -> Result:
    """What `take` does and answers; copied where this step was taken before after the same steps.

    `step` stands for everything that `take` depends on but the world. A world that anything else has changed since
    its last step is not known any more, and every further step of it is taken.
    """
    trail, world.trail = world.trail, None
    if trail is None or trail[1] != _seen(world) or trail[0][1] != print_of_surroundings():
        return take()
    key = (*trail[0], step)
    if key in _led_to:
        outcome = _led_to[key] = _led_to.pop(key)
        _go_to(world, outcome)
        answer = cast("Result", outcome.answer)
    else:
        home = _seen_at_home()
        answer = take()
        if home == _seen_at_home():
            _remember(world, key, answer)
    world.trail = key, _seen(world)
    return answer


def _seen(world: World) -> list[tuple[object, ...]]:
    """Every file and folder of the world, beside it and in the home, as far as one can see without reading."""
    return [(repr(world.notes()), repr(world.clock)), *sorted(_entries(str(world.path.parent))), *_seen_at_home()]


def _seen_at_home() -> list[tuple[object, ...]]:
    return sorted(_entries(str(_home())))


def _home() -> Path:
    return Path(os.environ.get("HOME", os.devnull))


def _entries(folder: str) -> Iterator[tuple[object, ...]]:
    for place, names, files in os.walk(folder):
        for name in (*names, *files):
            facts = os.lstat(os.path.join(place, name))
            yield os.path.relpath(place, folder), name, facts.st_mode, facts.st_size, facts.st_mtime_ns


def _remember(world: World, key: Hashable, answer: object) -> None:
    place = scratch_dir() / "outcome"
    shutil.copytree(world.path.parent, place, symlinks=True)
    notes = tuple(dict(each) for each in world.notes())
    _led_to[key] = _Outcome(place, notes, repr(world.clock), answer)  # the last to go
    if len(_led_to) > _KEPT:
        shutil.rmtree(_led_to.pop(next(iter(_led_to))).place)


def _go_to(world: World, outcome: _Outcome) -> None:
    shutil.rmtree(world.path)
    shutil.copytree(outcome.place, world.path.parent, symlinks=True, dirs_exist_ok=True)
    for now, then in zip(world.notes(), outcome.notes, strict=True):
        now.clear()
        now.update(then)
    while repr(world.clock) != outcome.clock:
        next(world.clock)
    settle_writer(world)
    settle_index(world.path)


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
    settle_writer(world)
    settle_index(world.path)


def settle_writer(world: World) -> None:
    """Let okstra find itself in the clone that it knows: the copy is no second one."""
    git = open_repository(world.path)
    path = layout.writer_file(git.private_dir)
    if path.exists():
        writer, place = path.read_text().split()
        facts = os.stat(git.common_dir)
        path.write_text(f"{writer} {facts.st_dev:x}-{facts.st_ino:x}-{place.rpartition('-')[2]}\n")
        assert find_writer(git) == writer
