"""Lines that come and go, path by path: as counted one by one, whatever was read before."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.git.diffs import ABSENT, NO_MODE, Change, Delta
from okstra_git.git.file_changes import LeftFiles, line_difference, lines_by_path
from okstra_git.git.repo import open_repository

FILE, PROGRAM, LINK, MODULE = "100644", "100755", "120000", "160000"
PATHS = (b"a", b"b", b"folder/c")
TEXTS = ("", "1\n", "1\n2\n", "2\n1\n", "1\n1\n2\n3\n", "3\n2", "1\n2\n3\n4\n5\n", "\0binary\n1\n")
Version = tuple[str, int]
"""A mode and which of the texts; no file where the mode is that of none."""

versions = st.tuples(st.sampled_from([FILE, FILE, FILE, PROGRAM, LINK, NO_MODE]), st.integers(0, len(TEXTS) - 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lines")
    pygit2.init_repository(str(path), bare=True)
    return path


def blob(folder: Path, version: Version) -> str:
    mode, text = version
    return ABSENT if mode == NO_MODE else str(open_repository(folder).handle.create_blob(TEXTS[text].encode()))


def counted(version: Version, oid: str) -> Counter[bytes]:
    """The lines of one version, one by one; what is not text counts as one line."""
    mode, text = version
    if mode == NO_MODE:
        return Counter()
    if mode == LINK:
        return Counter([f"{mode} {oid}".encode()])
    data = TEXTS[text].encode()
    return Counter([f"binary {oid}".encode()] if b"\0" in data else data.splitlines(keepends=True))


@st.composite
def histories(draw: st.DrawFn) -> list[dict[bytes, Version]]:
    """States of three files, one after the other."""
    states: list[dict[bytes, Version]] = [dict.fromkeys(PATHS, (NO_MODE, 0))]
    for _ in range(draw(st.integers(1, 6))):
        states.append({path: draw(versions) if draw(st.booleans()) else states[-1][path] for path in PATHS})
    return states


def delta_of(folder: Path, before: dict[bytes, Version], after: dict[bytes, Version]) -> Delta:
    pairs = [(path, before[path], after[path]) for path in PATHS]
    every = [Change(path, old[0], new[0], blob(folder, old), blob(folder, new)) for path, old, new in pairs]
    return tuple(one for one in every if (one.old_mode, one.old) != (one.new_mode, one.new))


def one_by_one(folder: Path, before: dict[bytes, Version], after: dict[bytes, Version]) -> dict[bytes, int]:
    net: Counter[bytes] = Counter()
    for path in PATHS:
        old, new = before[path], after[path]
        lines: Counter[bytes] = Counter()
        lines.update(counted(new, blob(folder, new)))
        lines.subtract(counted(old, blob(folder, old)))
        if old[0] != new[0]:
            lines.update({b"mode " + new[0].encode(): 1, b"mode " + old[0].encode(): -1})
        net.update({path + b"\0" + line: count for line, count in lines.items()})
    return {line: count for line, count in net.items() if count}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(states=histories(), jumps=st.lists(st.integers(0, 6), max_size=5))
def test_lines_are_those_counted_one_by_one_whatever_was_read_before(
    folder: Path, states: list[dict[bytes, Version]], jumps: list[int]
) -> None:
    git = open_repository(folder)
    steps = list(pairwise(states))
    deltas = [delta_of(folder, *step) for step in steps]
    wanted = [one_by_one(folder, *step) for step in steps]
    assert list(lines_by_path(git, deltas)) == wanted
    left: LeftFiles = {}
    for place in (jump % len(steps) for jump in jumps):  # in any order, with what the last call left
        assert next(iter(lines_by_path(git, [deltas[place]], left))) == wanted[place]


def test_a_line_that_goes_from_file_to_file_is_seen_by_path_alone(folder: Path) -> None:
    git = open_repository(folder)
    before = {b"a": (FILE, 2), b"b": (FILE, 0), b"folder/c": (NO_MODE, 0)}
    after = {**before, b"a": (FILE, 1), b"b": (FILE, 0)}
    here = delta_of(folder, before, after)
    there = (Change(b"b", FILE, FILE, blob(folder, (FILE, 1)), blob(folder, (FILE, 2))),)
    assert line_difference(git, (*here, *there)) == {}
    assert next(iter(lines_by_path(git, [(*here, *there)]))) == {b"a\x002\n": -1, b"b\x002\n": 1}


def test_a_rename_is_all_lines_of_one_path_gone_and_all_of_another_come(folder: Path) -> None:
    oid = blob(folder, (FILE, 2))
    moved = (Change(b"a", FILE, NO_MODE, oid, ABSENT), Change(b"b", NO_MODE, FILE, ABSENT, oid))
    found = next(iter(lines_by_path(open_repository(folder), [moved])))
    assert found is not None
    assert {key: count for key, count in found.items() if b"mode" not in key} == {
        b"a\x001\n": -1,
        b"a\x002\n": -1,
        b"b\x001\n": 1,
        b"b\x002\n": 1,
    }


def test_a_file_that_is_not_here_has_no_lines_to_tell(folder: Path) -> None:
    git = open_repository(folder)
    missing = (Change(b"a", NO_MODE, FILE, ABSENT, "1" * 40),)
    known = (Change(b"a", NO_MODE, FILE, ABSENT, blob(folder, (FILE, 1))),)
    bump = (Change(b"m", MODULE, MODULE, "1" * 40, "2" * 40),)
    found = list(lines_by_path(git, [missing, known, bump]))
    assert found[0] is None
    assert found[1] is not None
    assert found[1][b"a\x001\n"] == 1
    assert found[2] == {f"m\0{MODULE} {'1' * 40}".encode(): -1, f"m\0{MODULE} {'2' * 40}".encode(): 1}
