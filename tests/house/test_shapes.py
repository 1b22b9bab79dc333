"""Modules say what they are for, stay short, have telling names and no unfinished places."""

import os

import pytest

from tests.house.shapes import missing_sentence, oversized, stuffed_package, unfinished, unmirrored, vague_name
from tests.house.sources import Source, product_sources, sources_under
from tests.kit.surroundings import ROOT

SOURCES = product_sources()


def test_every_module_opens_with_a_sentence() -> None:
    everything = SOURCES + sources_under("tests") + sources_under("benchmarks")
    assert [breach for source in everything for breach in missing_sentence(source)] == []


def test_packages_hold_no_code_of_their_own() -> None:
    assert [breach for source in SOURCES for breach in stuffed_package(source)] == []


def test_modules_and_functions_are_short() -> None:
    assert [breach for source in SOURCES for breach in oversized(source)] == []


def test_names_say_what_is_inside() -> None:
    everything = SOURCES + sources_under("tests") + sources_under("benchmarks")
    assert [breach for source in everything for breach in vague_name(source.path)] == []


def test_nothing_is_left_unfinished() -> None:
    folders = ["okstra_git", "okstra_cli", "hooks", "templates", "tests", "benchmarks", "docs", ".ci"]
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(errors="replace")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in (".pyc", ".png")
    }
    assert [breach for path, text in texts.items() for breach in unfinished(path, text)] == []


def test_tests_mirror_the_library() -> None:
    library, tests = ROOT / "okstra_git", ROOT / "tests"
    rooms = {path.parent.name for path in library.glob("*/*.py") if path.name != "__init__.py"}
    folders = {
        path.name: (path / "__init__.py").exists()
        for path in tests.iterdir()
        if path.is_dir() and any(path.rglob("*.py"))
    }
    modules = {path.stem for path in library.glob("*.py")}
    assert list(unmirrored(rooms, modules, folders, {path.name for path in tests.glob("test_*.py")})) == []


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        '"""Opens without a full stop"""\n',
        '"""Does one thing. Does another thing."""\n',
    ],
)
def test_a_module_without_one_sentence_is_found(text: str) -> None:
    assert len(list(missing_sentence(Source("okstra_git/x.py", text)))) == 1


def test_a_package_may_say_more() -> None:
    source = Source("okstra_git/x/__init__.py", '"""One thing. Its owner.\n\nAnd a map:\n"""\n')
    assert list(missing_sentence(source)) == []


def test_long_modules_and_functions_are_found() -> None:
    long_function = "def f():\n" + "    x = 1\n" * 60
    assert list(oversized(Source("a.py", long_function))) == ["a.py:1: f() has 61 lines, at most 60"]
    assert list(oversized(Source("a.py", "x = 1\n" * 351))) == ["a.py: 351 lines, at most 350"]
    assert list(oversized(Source("a.py", "x = 1\n" * 350))) == []


@pytest.mark.parametrize(
    "path", ["okstra_git/utils.py", "okstra_git/git_helpers.py", "okstra_cli/common/x.py", "a/task_manager.py"]
)
def test_a_vague_name_is_found(path: str) -> None:
    assert len(list(vague_name(path))) == 1


def test_names_that_merely_contain_such_a_word_are_left_alone() -> None:
    assert [*vague_name("okstra_git/git/commits.py"), *vague_name("a/uncommonly.py")] == []


def test_unfinished_places_are_found() -> None:
    assert len(list(unfinished("a.py", "ok\n# TO" + "DO later\nmethods\n"))) == 1


def test_a_crooked_mirror_is_found() -> None:
    found = list(
        unmirrored(
            {"git", "store"}, {"names"}, {"git": True, "attic": True, "cli": False}, {"test_names.py", "test_x.py"}
        )
    )
    assert [breach.split()[0] for breach in found] == [
        "tests/attic/",
        "tests/cli/",
        "okstra_git/store/",
        "tests/test_x.py",
    ]


def test_code_in_a_package_file_is_found() -> None:
    text = '"""A room."""\nfrom okstra_git.x import y\n__all__ = ["y"]\n'
    assert list(stuffed_package(Source("okstra_git/x/__init__.py", text))) == []
    assert len(list(stuffed_package(Source("okstra_git/x/__init__.py", text + "y = 2\n")))) == 1


def test_shell_programs_are_executable() -> None:
    files = [path for folder in ("hooks", ".ci") for path in (ROOT / folder).iterdir() if path.is_file()]
    programs = [path for path in files if path.read_bytes().startswith(b"#!")]
    assert programs
    assert [path.name for path in programs if not os.access(path, os.X_OK)] == []
