"""Data files are found in a source tree and in an installed wheel, with their modes."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from okstra_git import paths
from tests.kit.answers import run_program
from tests.kit.refusals import refuses
from tests.kit.surroundings import ROOT

_FIND = "from okstra_git import paths; print(paths.hooks_directory()); print(paths.templates_directory())"


def test_a_source_tree_serves_its_own_directories() -> None:
    assert paths.hooks_directory() == ROOT / "hooks"
    assert paths.templates_directory() == ROOT / "templates"


def test_directories_of_a_stranger_beside_the_package_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "hooks").mkdir()
    with refuses("install.incomplete", match="no hooks/ directory"):
        paths._require("hooks", tmp_path / "okstra_git")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, installed into a directory of its own."""
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "target"))
    unwanted = ignore_patterns(".*_cache", "__pycache__", ".venv*", ".git", ".hypothesis", "tests", "build", "dist")
    copytree(ROOT, source, ignore=unwanted, dirs_exist_ok=True)
    (source / "hooks" / "probe").write_text("#!/bin/sh\n")
    (source / "hooks" / "probe").chmod(0o755)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    quiet = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    run = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(target), str(wheel)]
    subprocess.run(run, cwd=source, check=True, capture_output=True)
    return target


def test_an_installed_wheel_serves_its_own_copies(installed: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    answer = run_program([sys.executable, "-c", _FIND], cwd=tmp_path, environ=environ).expect(0)
    assert answer.out.split() == [str(installed / "okstra_git/_shipped" / name) for name in ("hooks", "templates")]


def test_an_installed_hook_is_executable(installed: Path) -> None:
    assert os.access(installed / "okstra_git/_shipped/hooks/probe", os.X_OK)


def test_the_wheel_brings_the_man_page_and_both_programs(installed: Path) -> None:
    assert (installed / "share/man/man1/git-okstra.1").read_text() == (ROOT / "docs/man/git-okstra.1").read_text()
    assert {"git-okstra", "okstra"} <= {program.name for program in (installed / "bin").iterdir()}
