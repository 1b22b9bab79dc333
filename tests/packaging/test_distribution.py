"""What is handed out has everything in it, comes out the same twice, and can be installed with one line."""

import tarfile
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from okstra_git.version import VERSION
from tests.kit.surroundings import ROOT, require_module
from tests.packaging.build import Distribution, build_distribution, build_wheel, copy_tracked
from tests.packaging.check import find_faults
from tests.packaging.trial import INSTALLERS, collect_packages, install_with, run_installed

EPOCH = "1796081298"
MOST_SECONDS = 60
"""From an empty environment to a followed amend, the making of the environment included; nobody is asked anything."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files, as they stand now."""
    target = tmp_path_factory.mktemp("tree")
    copy_tracked(ROOT, target)
    return target


@pytest.fixture(scope="module")
def built(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Wheel and sdist of the tree."""
    target, scratch = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("sdist")
    return build_distribution(tree, target, epoch=EPOCH, scratch=scratch)


@pytest.fixture(scope="module")
def packages(built: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and all it needs, so that the installers need no network."""
    target = tmp_path_factory.mktemp("packages")
    collect_packages(built.wheel, ROOT / "constraints.txt", target).expect(0)
    return target


def test_wheel_and_sdist_have_what_they_should_and_no_more(built: Distribution, tree: Path) -> None:
    assert find_faults(built, tree) == []


def test_the_sdist_builds_the_wheel_that_the_tree_builds(built: Distribution, tree: Path, tmp_path: Path) -> None:
    assert build_wheel(tree, tmp_path, epoch=EPOCH).read_bytes() == built.wheel.read_bytes()


def test_the_times_inside_are_those_of_the_commit(built: Distribution) -> None:
    with tarfile.open(built.sdist) as archive:
        assert {member.mtime for member in archive.getmembers()} == {int(EPOCH)}


def test_what_a_build_forgets_or_adds_is_found(built: Distribution, tree: Path, tmp_path: Path) -> None:
    damaged = tmp_path / built.wheel.name
    with ZipFile(built.wheel) as source, ZipFile(damaged, "w") as target:
        for entry in source.infolist():
            if not entry.filename.endswith("git-okstra.1"):
                data = source.read(entry)
                target.writestr(entry, data + b"\n" if entry.filename.endswith("hooks/spool") else data)
        target.writestr("okstra_git/stray.py", "")
    assert find_faults(Distribution(built.sdist, damaged), tree) == [
        f"the wheel lacks git_okstra-{VERSION}.data/data/share/man/man1/git-okstra.1",
        "the wheel has okstra_git/stray.py, which is not in the tree",
        "okstra_git/_shipped/hooks/spool in the wheel is not hooks/spool",
    ]


@pytest.mark.parametrize("installer", INSTALLERS)
def test_one_line_installs_it(installer: str, packages: Path, tmp_path: Path) -> None:
    if installer != "pip":
        require_module(installer)
    programs = install_with(installer, tmp_path, packages, VERSION)
    assert run_installed(programs, "okstra", "--version", cwd=tmp_path).expect(0).out == f"git-okstra {VERSION}\n"
    answer = run_installed(programs, "okstra", "landed", "--help", cwd=tmp_path).expect(0)
    assert answer.out.startswith("Usage: git okstra landed")


def test_two_commands_lead_from_an_empty_environment_to_a_followed_amend(packages: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    me = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    run_installed(tmp_path, "init", "-q", "--initial-branch=main", "there", cwd=tmp_path).expect(0)
    (there / "login.html").write_text("a form\n")
    for words in (
        [*me, "commit", "-q", "--allow-empty", "-m", "A"],
        ["switch", "-q", "-c", "topic"],
        ["add", "login.html"],
        [*me, "commit", "-q", "-m", "B"],
    ):
        run_installed(tmp_path, *words, cwd=there).expect(0)
    begun = time.monotonic()
    programs = install_with("pip", tmp_path, packages, VERSION)
    run_installed(programs, "okstra", "adopt", cwd=there).expect(0)
    amended = run_installed(programs, *me, "commit", "-q", "--amend", "-m", "B2", cwd=there).expect(0)
    assert time.monotonic() - begun < MOST_SECONDS
    assert "followed" in amended.err
    assert "(same-tree)" in amended.err
