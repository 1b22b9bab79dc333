"""Three-way merges agree with git's own, byte for byte, and touch nothing."""

import subprocess
from pathlib import Path

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.git.diffs import ABSENT, NO_MODE, Change
from okstra_git.git.file_changes import line_difference, merge_sides, merge_text, merged_difference
from okstra_git.git.merging import find_merged_tree
from okstra_git.git.repo import Git, open_repository
from tests.kit.imports import FILE, LINK, PROGRAM
from tests.kit.scenario import World

lines = st.lists(st.sampled_from([b"a", b"b", b"c", b"d ", b"  d", b"e\r", b"\xff"]), max_size=9)
texts = st.builds(lambda parts, end: b"\n".join(parts) + end, lines, st.sampled_from([b"", b"\n"]))


@st.composite
def three_sides(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """A text and two edits of it, far apart often enough to merge."""
    base = [b"%d" % n if draw(st.booleans()) else b"same" for n in range(draw(st.integers(4, 12)))]

    def edited() -> bytes:
        at, length = draw(st.integers(0, len(base))), draw(st.integers(0, 2))
        return b"\n".join([*base[:at], *draw(st.lists(st.sampled_from([b"x", b"same", b"y"]), max_size=2)),
                           *base[at + length :]]) + draw(st.sampled_from([b"\n", b"\n", b""]))  # fmt: skip

    return b"\n".join(base) + b"\n", edited(), edited()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("merging")
    pygit2.init_repository(str(made))
    return made


def put(git: Git, *contents: bytes) -> list[str]:
    return [str(git.handle.create_blob(content)) for content in contents]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(sides=st.one_of(three_sides(), st.tuples(texts, texts, texts)))
def test_a_clean_merge_has_the_bytes_that_git_gives(folder: Path, sides: tuple[bytes, bytes, bytes]) -> None:
    git = open_repository(folder)
    base, ours, theirs = put(git, *sides)
    merged = merge_text(git, base, ours, theirs)
    files = [folder / name for name in ("base", "ours", "theirs")]
    for file, content in zip(files, sides, strict=True):
        file.write_bytes(content)
    said = subprocess.run(
        ["git", "merge-file", "-p", "--", files[1], files[0], files[2]], capture_output=True, check=False
    )
    if merged is not None:
        assert said.returncode == 0
        assert merged == str(pygit2.hash(said.stdout))
    else:
        assert said.returncode > 0


def change(old: tuple[str, str], new: tuple[str, str]) -> Change:
    return Change(b"f", old[0], new[0], old[1], new[1])


def test_modes_and_content_follow_the_three_way_rule(folder: Path) -> None:
    git = open_repository(folder)
    x, y, z, both = put(git, b"1\n2\n3\n4\n", b"1\n2\n3\nY\n", b"Z\n2\n3\n4\n", b"Z\n2\n3\nY\n")
    gone = (NO_MODE, ABSENT)
    cases: dict[str, tuple[Change, tuple[str, str], tuple[str, str] | None]] = {
        "edit meets edit": (change((FILE, x), (FILE, y)), (FILE, z), (FILE, both)),
        "edit meets itself": (change((FILE, x), (FILE, y)), (FILE, y), (FILE, y)),
        "mode meets edit": (change((FILE, x), (PROGRAM, x)), (FILE, z), (PROGRAM, z)),
        "edit meets mode": (change((FILE, x), (FILE, y)), (PROGRAM, x), (PROGRAM, y)),
        "mode and edit meet mode and edit": (change((FILE, x), (PROGRAM, y)), (FILE, z), (PROGRAM, both)),
        "new file": (change(gone, (FILE, x)), gone, (FILE, x)),
        "new file is there": (change(gone, (FILE, x)), (FILE, x), (FILE, x)),
        "new file is another": (change(gone, (FILE, x)), (FILE, y), None),
        "new file has another mode": (change(gone, (FILE, x)), (PROGRAM, x), None),
        "removal": (change((FILE, x), gone), (FILE, x), gone),
        "removal of what is gone": (change((FILE, x), gone), gone, gone),
        "removal of an edited file": (change((FILE, x), gone), (FILE, y), None),
        "removal of a file with another mode": (change((FILE, x), gone), (PROGRAM, x), None),
        "edit of what is gone": (change((FILE, x), (FILE, y)), gone, None),
        "edit of a file that became a link": (change((FILE, x), (FILE, y)), (LINK, x), None),
        "edit of a link that became a file": (change((LINK, x), (LINK, y)), (FILE, x), None),
        "link made of an edited file": (change((FILE, x), (LINK, x)), (FILE, z), None),
        "two ways to retarget a link": (change((LINK, x), (LINK, y)), (LINK, z), None),
    }
    found = {name: merge_sides(git, recorded, *ours) for name, (recorded, ours, _) in cases.items()}
    assert found == {name: wanted for name, (_, _, wanted) in cases.items()}


def test_binary_and_missing_files_are_never_merged(folder: Path) -> None:
    git = open_repository(folder)
    base, ours, theirs = put(git, b"\0\n1\n2\n3\n", b"\0\n0\n1\n2\n3\n", b"\0\n1\n2\n3\n4\n")
    assert merge_text(git, base, ours, theirs) is None
    assert merge_text(git, "1" * 40, ours, theirs) is None


def test_what_is_left_of_a_change_is_counted_in_lines(folder: Path) -> None:
    git = open_repository(folder)
    base, both, half = put(git, b"1\n2\n3\n4\n5\n", b"A\n2\n3\n4\nE\n", b"A\n2\n3\n4\n5\n")
    recorded = change((FILE, base), (FILE, both))
    assert merged_difference(git, recorded, FILE, half) == {b"5\n": -1, b"E\n": 1}
    assert merged_difference(git, recorded, FILE, both) == {}
    assert merged_difference(git, recorded, FILE, base) == line_difference(git, (recorded,))
    (conflict,) = put(git, b"other\n2\n3\n4\n5\n")
    assert merged_difference(git, recorded, FILE, conflict) is None


def test_gits_merge_knows_renamed_folders_and_leaves_nothing_behind(world: World) -> None:
    text = "".join(f"{n}\n" for n in range(20))
    world.commit("start", {"old/f": text, "old/g": text + "g\n"})
    world.branch("work")
    world.commit("A", {"old/f": text + "end\n", "old/new": "new\n"})
    world.checkout("main")
    world.git("mv", "old", "fresh")
    world.commit("X", {})
    trees = [world.ask("rev-parse", f"{name}^{{tree}}") for name in (world["start"], "main", "work")]
    before = world.ask("count-objects", "-v")
    git = open_repository(world.path)
    merged = find_merged_tree(git, base=trees[0], ours=trees[1], theirs=trees[2])
    assert world.ask("count-objects", "-v") == before
    world.commit("wanted", {"fresh/f": text + "end\n", "fresh/new": "new\n"})
    assert merged == world.ask("rev-parse", "HEAD^{tree}")


def test_gits_merge_is_not_changed_by_merge_drivers_and_settings(world: World) -> None:
    world.commit("start", {"f": "1\n2\n3\n", ".gitattributes": "f merge=mine\n"})
    world.branch("work")
    world.commit("A", {"f": "1\nours\n3\n"})
    world.checkout("main")
    world.commit("X", {"f": "1\ntheirs\n3\n"})
    world.git("config", "merge.mine.driver", "true")
    world.git("config", "merge.default", "union")
    trees = [world.ask("rev-parse", f"{name}^{{tree}}") for name in (world["start"], "main", "work")]
    assert find_merged_tree(open_repository(world.path), base=trees[0], ours=trees[1], theirs=trees[2]) is None
