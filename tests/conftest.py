"""Seals the environment of every test and hands out worlds."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pygit2
import pytest
from hypothesis import Phase, settings
from pygit2.enums import ConfigLevel

from tests.kit.budgets import IS_RANDOM, PHASES
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir, sealed_environ

settings.register_profile("steady", derandomize=True, database=None, print_blob=True)
settings.register_profile("random", derandomize=False, print_blob=True, phases=(Phase.explicit, Phase.reuse, *PHASES))
settings.load_profile("random" if IS_RANDOM else "steady")
"""A suite that was green stays green until something changes; `make test-deep` draws other examples every time."""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home, and an environment with nothing of the caller's in it; both gone after the test."""
    directory = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(sealed_environ(directory))
    time.tzset()
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = str(directory)  # libgit2 looked at the caller's home when it was loaded
    yield directory
    os.environ.clear()
    os.environ.update(before)
    time.tzset()


@pytest.fixture
def bin_dir(home: Path) -> Path:  # noqa: ARG001 - the sealed PATH has to exist first
    """Puts real `git-okstra` and `okstra` programs on PATH, for git to call from hooks."""
    directory = program_dir()
    os.environ["PATH"] = f"{directory}{os.pathsep}{os.environ['PATH']}"
    return directory


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A new repository with one commit, `base`, on main."""
    return World.begin(tmp_path / "world")
