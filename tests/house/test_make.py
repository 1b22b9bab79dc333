"""`make` on a bare machine: it says what is missing in one sentence, and touches nothing that is not ours."""

import os
import sys
from pathlib import Path
from shutil import copy

import pytest

from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import ROOT, require_tool


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with nothing but the Makefile and the two files that say what is installed."""
    folder = tmp_path / "a tree"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        copy(ROOT / name, folder)
    return folder


def make(tree: Path, *words: str, path: str | None = None) -> Answer:
    environ = {**os.environ, "PATH": path or os.environ["PATH"]}
    return run_program([str(require_tool("make")), *words], cwd=tree, environ=environ)


def fake_python(tree: Path, body: str) -> str:
    program = tree / "fake-python"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return f"PYTHON={program}"


def test_help_names_every_target(tree: Path) -> None:
    said = make(tree, "help").expect(0).out
    named = {line.split()[1] for line in said.splitlines()}
    assert named == {
        "help", "demo", "test", "test-deep", "test-lowest", "git-new", "test-git-new", "lint", "docs", "bench",
        "dist", "upgrade", "install", "uninstall", "clean",
    }  # fmt: skip


def test_an_old_python_is_named(tree: Path) -> None:
    old = fake_python(tree, '[ "$1" = --version ] && echo Python 3.9.2 || exit 1')
    said = make(tree, "demo", old).expect(2).err
    assert "needs Python 3.11 or newer; found:" in said
    assert "(Python 3.9.2)" in said


def test_a_python_without_ensurepip_gets_the_package_to_install(tree: Path) -> None:
    bare = fake_python(tree, f'case "$*" in *ensurepip*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac')
    said = make(tree, "demo", bare).expect(2).err
    assert "its venv or ensurepip module is missing (on Debian and Ubuntu: apt install python3-venv)" in said


def test_a_machine_without_git_is_told_so(tree: Path) -> None:
    assert "needs git 2.39 or newer" in make(tree, "demo", path=str(tree)).expect(2).err


def test_install_leaves_a_strangers_program_alone(tree: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "prefix/bin/okstra"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    said = make(tree, "install", f"PREFIX={tmp_path / 'prefix'}").expect(2).err
    assert "bin/okstra exists and is not ours: left as it is, nothing installed" in said
    assert make(tree, "uninstall", f"PREFIX={tmp_path / 'prefix'}").expect(0)
    assert stranger.read_text() == "mine"
    assert not (tmp_path / "prefix/share").exists()


def test_the_second_half_of_the_deep_tests_runs_whatever_the_first_one_finds(tree: Path) -> None:
    python = tree / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\necho "$OKSTRA_RANDOM: $*" >>calls\ncase "$*" in *"not deep"*) exit 0 ;; esac\nexit 1\n'
    )
    python.chmod(0o755)
    (tree / ".venv/.ready").touch()
    make(tree, "test-deep", "JOBS=3").expect(2)
    assert (tree / "calls").read_text().splitlines() == [
        "1: -m pytest -n 3 --dist worksteal --timeout 3600 -o faulthandler_timeout=4000 -m deep",
        "1: -m pytest -n 3 -m not deep tests/properties",
    ]


@pytest.mark.deep
def test_install_and_uninstall_leave_no_trace(home: Path) -> None:
    prefix = home / "pre fix"
    said = make(ROOT, "install", f"PREFIX={prefix}", f"PYTHON={sys.executable}").expect(0).out
    assert f"{prefix}/bin is not on PATH" in said
    found = (os.access(prefix / "bin" / name, os.X_OK) for name in ("git-okstra", "okstra"))
    assert all(found)
    assert (prefix / "share/man/man1/git-okstra.1").read_text().startswith(".TH GIT")
    make(ROOT, "uninstall", f"PREFIX={prefix}").expect(0)
    assert [path for path in prefix.rglob("*") if not path.is_dir()] == []


def test_an_unknown_benchmark_is_wrong_usage() -> None:
    command = [sys.executable, "-m", "benchmarks", "no-such"]
    assert "there is no benchmark no-such" in run_program(command, cwd=ROOT, environ=os.environ).expect(129).err
