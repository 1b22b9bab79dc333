"""Repositories in every ref format, with every git that is on hand, and how many processes of git were started."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import which

import pytest

from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT, scratch_dir

BUILT = ROOT / "build/git-new/bin"
"""Where `make git-new` puts its git."""


@cache
def _version(folder: Path) -> tuple[int, ...]:
    answer = run_program([str(folder / "git"), "version"], cwd=Path("/"), environ=os.environ).out
    return tuple(map(int, re.findall(r"\d+", answer)[:2]))


def list_gits() -> dict[str, Path]:
    """Version -> folder of every git on hand: the one on PATH, and the one that `make git-new` built."""
    usual = which("git")
    folders = [Path(usual).parent] if usual else []
    folders += [BUILT] if (BUILT / "git").exists() else []
    return {".".join(map(str, _version(folder))): folder for folder in folders}


def use_git(folder: Path) -> None:
    """Let this git be the one on PATH, for the rest of a test."""
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def knows_reftable(folder: Path) -> bool:
    """Whether the git in this folder keeps refs in tables."""
    return _version(folder) >= (2, 45)


def use_reftable() -> None:
    """Put a git first on PATH that knows reftable; the test is skipped where there is none."""
    fitting = [folder for folder in list_gits().values() if knows_reftable(folder)]
    if not fitting:
        pytest.skip("no git here knows reftable: make git-new GIT_SOURCE=folder builds one")
    use_git(fitting[0])


def begin_in(path: Path, ref_format: str, *options: str) -> World:
    """A new repository in this ref format, with one commit labelled `base` on main unless it is bare."""
    chosen = () if ref_format == "files" else (f"--ref-format={ref_format}",)
    words = ["git", "init", "-q", "-b", "main", *chosen, *options, str(path)]
    run_program(words, cwd=path.parent, environ=os.environ).expect(0)
    world = World(path)
    if "--bare" not in options:
        world.commit("base", {"README": "base\n"})
    return world


@contextmanager
def count_git() -> Iterator[Callable[[], int]]:
    """How many processes of git were started meanwhile, by whomever."""
    real, folder = which("git"), scratch_dir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$@" >>"{folder}/started"\nexec "{real}" "$@"\n')
    (folder / "git").chmod(0o755)
    (folder / "started").touch()
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    try:
        yield lambda: len((folder / "started").read_text().splitlines())
    finally:
        os.environ["PATH"] = before
