"""Seals the environment of every test and hands out worlds."""

import os
import shutil
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pygit2
import pytest
from hypothesis import Phase, settings
from pygit2.enums import ConfigLevel

from tests.kit.budgets import IS_RANDOM, PHASES
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir, sealed_environ, work_in_memory
from tests.kit.vendors.homes import Vendors, vendors_for

settings.register_profile("steady", derandomize=True, database=None, print_blob=True)
settings.register_profile("random", derandomize=False, print_blob=True, phases=(Phase.explicit, Phase.reuse, *PHASES))
settings.load_profile("random" if IS_RANDOM else "steady")
"""A suite that was green stays green until something changes; `make test-deep` draws other examples every time."""


work_in_memory()
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed: what it made is kept to be looked at."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home, and an environment with nothing of the caller's in it; both gone after the test."""
    directory = tmp_path_factory.mktemp("home")
    before, sealed = dict(os.environ), sealed_environ(directory)  # reads what is kept of the caller's
    os.environ.clear()
    os.environ.update(sealed)
    time.tzset()
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = str(directory)  # libgit2 looked at the caller's home when it was loaded
    yield directory
    os.environ.clear()
    os.environ.update(before)
    time.tzset()
    if not request.node.stash.get(FAILED, False):
        shutil.rmtree(directory, ignore_errors=True)


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


@pytest.fixture
def vendors(home: Path) -> Iterator[Vendors]:
    """Model services of our own; claude, codex and gemini in the home of this test ask them."""
    with vendors_for(home) as vendors:
        yield vendors
