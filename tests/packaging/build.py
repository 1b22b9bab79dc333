"""Builds sdist and wheel, the wheel from the sdist alone, with the times of the last commit in them."""

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2

from tests.kit.answers import run_program


@dataclass(frozen=True)
class Distribution:
    """What is handed out of one version."""

    sdist: Path
    wheel: Path

    @property
    def files(self) -> tuple[Path, Path]:
        return self.sdist, self.wheel


def build_distribution(source: Path, target: Path, *, epoch: str, scratch: Path) -> Distribution:
    """Build both into `target`; whoever has the sdist has everything that the wheel is made of."""
    sdist = _run_backend("sdist", source, target, epoch)
    with tarfile.open(sdist) as archive:
        archive.extractall(scratch, filter="data")
    (unpacked,) = scratch.iterdir()
    return Distribution(sdist, _run_backend("wheel", unpacked, target, epoch))


def build_wheel(source: Path, target: Path, *, epoch: str) -> Path:
    """Build the wheel of a tree, without the detour through an sdist."""
    return _run_backend("wheel", source, target, epoch)


def copy_tracked(tree: Path, target: Path) -> None:
    """Copy what git tracks as it stands now, and nothing that merely lies around."""
    for name in filter(None, _ask_git(tree, "ls-files", "-z").split("\0")):
        if (tree / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(tree / name, target / name, follow_symlinks=False)


def list_changed(tree: Path) -> list[str]:
    """The tracked files that are not as the last commit has them."""
    return _ask_git(tree, "diff", "--name-only", "HEAD").splitlines()


def commit_time(tree: Path) -> str:
    """When the last commit was made, in seconds; SOURCE_DATE_EPOCH says otherwise."""
    return os.environ.get("SOURCE_DATE_EPOCH") or _ask_git(tree, "log", "-1", "--format=%ct").strip()


def _run_backend(kind: str, source: Path, target: Path, epoch: str) -> Path:
    before = set(target.iterdir())
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    run_program(command, cwd=source, environ={**os.environ, "SOURCE_DATE_EPOCH": epoch}).expect(0)
    (built,) = set(target.iterdir()) - before
    return built


def _ask_git(tree: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=tree, check=True, capture_output=True, text=True).stdout
