"""Merging trees gives exactly what git gives in the repository itself, with its conflicts named."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pygit2
import pytest
from hypothesis import HealthCheck, given, settings

from okstra_git.git.diffs import show_path
from okstra_git.git.file_changes import merge_text
from okstra_git.git.merging import (
    Clash,
    Merged,
    MergeFailed,
    Sides,
    TreeMerger,
    find_merged_tree,
    merge_commits,
    merge_trees,
)
from okstra_git.git.objects import EMPTY_TREE, MissingObject
from okstra_git.git.repo import Git, open_repository
from tests.git.forest import (
    FILE,
    LINK,
    MODULE,
    PROGRAM,
    Files,
    GitCrashed,
    Three,
    commit,
    merged_by_git,
    plant,
    texts_of_one_file,
    threes,
)

HEALTH: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
LONG = b"".join(b"line %d\n" % number for number in range(30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("forest")
    pygit2.init_repository(str(made))
    return made


@pytest.fixture
def git(folder: Path) -> Git:
    return open_repository(folder)


def agrees(folder: Path, three: Three) -> None:
    git = open_repository(folder)
    base, ours, theirs = (plant(git, files) for files in (three.base, three.ours, three.theirs))
    forecast = merge_trees(git, base=base, ours=ours, theirs=theirs, write=False)
    found = merge_trees(git, base=base, ours=ours, theirs=theirs)
    assert found == forecast
    try:
        expected = merged_by_git(folder, git, base, ours, theirs)
    except GitCrashed:
        return
    told, conflicted = {clash.path for clash in found.clashes}, {show_path(path) for path in expected.conflicted}
    assert found.tree == expected.tree
    assert conflicted <= told <= conflicted | {show_path(path) for path in expected.named}
    assert bool(told) == (expected.tree is None)


@settings(max_examples=60, **HEALTH)
@given(three=threes())
def test_the_merge_is_the_one_that_git_makes(folder: Path, three: Three) -> None:
    agrees(folder, three)


@pytest.mark.deep
@settings(max_examples=800, **HEALTH)
@given(three=threes())
def test_the_merge_is_the_one_that_git_makes_hundreds_of_times(folder: Path, three: Three) -> None:
    agrees(folder, three)


@settings(max_examples=60, **HEALTH)
@given(three=texts_of_one_file())
def test_lines_are_merged_as_git_merges_them(folder: Path, three: Three) -> None:
    agrees(folder, three)


@pytest.mark.deep
@settings(max_examples=800, **HEALTH)
@given(three=texts_of_one_file())
def test_lines_are_merged_as_git_merges_them_hundreds_of_times(folder: Path, three: Three) -> None:
    agrees(folder, three)


def merge(git: Git, base: Files, ours: Files, theirs: Files, *, write: bool = True) -> tuple[str | None, list[Clash]]:
    trees = [plant(git, files) for files in (base, ours, theirs)]
    found = merge_trees(git, base=trees[0], ours=trees[1], theirs=trees[2], write=write)
    return found.tree, list(found.clashes)


def lines(**changes: str) -> bytes:
    """The long file with some lines replaced: `_3="x"` is line 3."""
    parts = LONG.splitlines(keepends=True)
    for name, text in changes.items():
        parts[int(name[1:])] = text.encode() + b"\n"
    return b"".join(parts)


def f(content: bytes) -> tuple[str, bytes]:
    return FILE, content


def test_where_libgit2_and_git_see_other_lines_git_is_right(git: Git) -> None:
    base, ours, theirs = b"\nv1\n\n\n", b"\nv1\n\n", b"\n\n\n"
    blobs = [str(git.handle.create_blob(text)) for text in (base, ours, theirs)]
    assert merge_text(git, *blobs) is not None
    assert merge(git, {b"f": f(base)}, {b"f": f(ours)}, {b"f": f(theirs)}) == (None, [Clash("f", "content")])


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param({b"f": f(LONG)}, {b"f": f(lines(_3="x"))}, {b"f": f(lines(_20="y"))}, id="lines apart"),
        pytest.param({b"f": f(LONG)}, {b"f": (PROGRAM, LONG)}, {b"f": f(lines(_20="y"))}, id="mode and content"),
        pytest.param({b"f": f(LONG)}, {b"f": (LINK, b"x")}, {b"f": f(LONG), b"g": f(b"g")}, id="file becomes link"),
        pytest.param({b"d/f": f(LONG)}, {b"d": f(b"d")}, {b"d/f": f(LONG), b"g": f(b"g")}, id="folder becomes file"),
        pytest.param({}, {b"a/f": f(b"1")}, {b"a/g": f(b"2")}, id="from nothing"),
        pytest.param({b"a/f": f(b"1"), b"g": f(b"2")}, {b"g": f(b"2")}, {b"a/f": f(b"1")}, id="to nothing"),
        pytest.param({b"m": (MODULE, b"1")}, {b"m": (MODULE, b"2")}, {b"m": (MODULE, b"1"), b"f": f(b"")}, id="module"),
        pytest.param({b"\xff/\xfe": f(LONG)}, {b"\xff/\xfe": f(lines(_1="x"))}, {b"\xff/\xfe": f(lines(_9="y"))},
                     id="names that are not UTF-8"),
        pytest.param({b"f": f(b"1\n" + LONG)}, {b"f": f(LONG)}, {b"f": f(b"1\n" + LONG + b"z")}, id="no last line end"),
    ],
)  # fmt: skip
def test_plain_changes_of_both_sides_come_together(folder: Path, base: Files, ours: Files, theirs: Files) -> None:
    agrees(folder, Three(base, ours, theirs))


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param(b"x\nx\nx\nx\n", b"x\nx\no\nx\nx\nx\n", b"x\nt\nx\nx\nx\nx\n", id="nothing occurs once"),
        pytest.param(b"y\nx\ny\nu\nx\ny\n", b"y\nx\no\ny\nu\nx\ny\n", b"y\nt\nx\ny\nx\ny\n", id="little occurs once"),
        pytest.param(lines(), lines(_5="line 8", _8="line 5"), lines(_20="z"), id="lines changed places"),
        pytest.param(lines(), lines(_5="line 8"), lines(_20="z"), id="a line was copied"),
    ],
)
def test_lines_that_several_algorithms_see_differently_are_merged_as_git_does(
    folder: Path, base: bytes, ours: bytes, theirs: bytes
) -> None:
    agrees(folder, Three({b"f": f(base)}, {b"f": f(ours)}, {b"f": f(theirs)}))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        pytest.param({b"old": f(LONG)}, {b"new": f(LONG)}, {b"old": f(lines(_3="x"))}, {b"new": f(lines(_3="x"))},
                     id="renamed and edited"),
        pytest.param({b"f": f(LONG)}, {b"f": f(lines(_3="x", _4=""))}, {b"f": f(lines(_20="", _9="}"))},
                     {b"f": f(lines(_3="x", _4="", _20="", _9="}"))}, id="edited in many places"),
    ],
)  # fmt: skip
def test_renames_and_scattered_edits_are_merged(
    git: Git, base: Files, ours: Files, theirs: Files, expected: Files
) -> None:
    tree, clashes = merge(git, base, ours, theirs)
    assert (tree, clashes) == (plant(git, expected), [])


CRASHING: tuple[Files, Files, Files] = (
    {b"b": (LINK, b"a"), b"a.b": f(b"\0\n\n\nx3\nx4\n"), b"a/b/a": (LINK, b"a")},
    {b"a/b": f(b"\0\n\n\nx3\nx4\n")},
    {b"a.b": f(b"\0\n\n\nx3\nx4\n"), b"b/a": (LINK, b"a")},
)
"""An assertion in the merge of git 2.39 fails here."""

TWO = {b"old/f": f(LONG), b"old/g": f(LONG * 2)}
CLASHES: Mapping[str, tuple[Files, Files, Files, list[tuple[str, str]]]] = {
    "content": ({b"f": f(LONG)}, {b"f": f(lines(_3="x"))}, {b"f": f(lines(_3="y"))}, [("f", "content")]),
    "two": (
        {b"f": f(LONG), b"d/g": f(LONG)}, {b"f": f(lines(_3="x")), b"d/g": f(lines(_3="x"))},
        {b"f": f(lines(_3="y")), b"d/g": f(lines(_3="y"))}, [("d/g", "content"), ("f", "content")],
    ),
    "add/add": ({}, {b"f": f(b"1\n")}, {b"f": f(b"2\n")}, [("f", "add/add")]),
    "modify/delete": ({b"f": f(LONG)}, {}, {b"f": f(lines(_3="x"))}, [("f", "modify/delete")]),
    "rename/delete": ({b"f": f(LONG)}, {}, {b"g": f(LONG)}, [("g", "rename/delete")]),
    "folder in its place": (
        {b"f": f(LONG)}, {b"f/a": f(b"1\n"), b"g": f(LONG)}, {b"f/b": f(b"2\n")}, [("g", "rename/delete")],
    ),
    "rename/rename": (
        {b"f": f(LONG)}, {b"g": f(LONG)}, {b"h": f(LONG)},
        [("f", "rename/rename"), ("g", "rename/rename"), ("h", "rename/rename")],
    ),
    "rename/add": (
        {b"f": f(LONG)}, {b"g": f(lines(_3="x"))}, {b"f": f(lines(_3="y")), b"g": f(b"other\n")}, [("g", "rename/add")],
    ),
    "file/directory": ({}, {b"d": f(b"1\n")}, {b"d/f": f(b"2\n")}, [("d", "file/directory")]),
    "directory-rename": (
        TWO, {b"new/f": f(LONG), b"new/g": f(LONG * 2)}, {**TWO, b"old/h": f(b"h\n")}, [("new/h", "directory-rename")],
    ),
    "folder to two places": (
        TWO, {b"one/f": f(LONG), b"two/g": f(LONG * 2)}, {**TWO, b"old/h": f(b"h\n")}, [("old", "directory-rename")],
    ),
    "two folders to one place": (
        {b"old/f": f(LONG), b"older/g": f(LONG * 2)}, {b"new/f": f(LONG), b"new/g": f(LONG * 2)},
        {b"old/f": f(LONG), b"older/g": f(LONG * 2), b"old/h": f(b"h\n"), b"older/h": f(b"i\n")},
        [("new/h", "directory-rename"), ("old/h", "directory-rename"), ("older/h", "directory-rename")],
    ),
    "file in the way of a renamed folder": (
        {b"old/f": f(LONG), b"new/h": f(b"h\n")}, {b"new/f": f(LONG), b"new/h": f(b"h\n")},
        {b"old/f": f(LONG), b"new/h": f(b"h\n"), b"old/h": f(b"i\n")},
        [("new/h", "directory-rename"), ("old/h", "directory-rename")],
    ),
    "folder to two places, and content": (
        {**TWO, b"x": f(LONG)}, {b"one/f": f(LONG), b"two/g": f(LONG * 2), b"x": f(lines(_3="x"))},
        {**TWO, b"old/h": f(b"h\n"), b"x": f(lines(_3="y"))}, [("old", "directory-rename"), ("x", "content")],
    ),
    "submodule": ({b"m": (MODULE, b"1")}, {b"m": (MODULE, b"2")}, {b"m": (MODULE, b"3")}, [("m", "submodule")]),
    "mode": ({}, {b"f": f(b"1\n")}, {b"f": (LINK, b"1")}, [("f", "mode")]),
    "binary": ({b"f": f(b"\0" + LONG)}, {b"f": f(b"\0x")}, {b"f": f(b"\0y")}, [("f", "binary")]),
    "link": ({b"l": (LINK, b"1")}, {b"l": (LINK, b"2")}, {b"l": (LINK, b"3")}, [("l", "content")]),
    "name": ({b"\xff": f(LONG)}, {b"\xff": f(b"1\n")}, {b"\xff": f(b"2\n")}, [("\\xff", "content")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_every_contradiction_has_its_paths_and_its_kind(folder: Path, git: Git, name: str) -> None:
    base, ours, theirs, expected = CLASHES[name]
    trees = [plant(git, files) for files in (base, ours, theirs)]
    planted = objects_in(folder)
    found = merge_trees(git, base=trees[0], ours=trees[1], theirs=trees[2], write=False)
    assert (found.tree, [(clash.path, clash.kind) for clash in found.clashes]) == (None, expected)
    assert objects_in(folder) == planted
    assert merge_trees(git, base=trees[0], ours=trees[1], theirs=trees[2]) == found


def test_many_merges_in_one_run_are_those_that_each_makes_alone(git: Git) -> None:
    many = [Sides(*(plant(git, files) for files in three)) for *three, _ in CLASHES.values()]
    gone = Sides(many[0].base, many[0].ours, "1" * 40)
    mixed = [*many[:5], gone, *many[5:], gone, Sides(many[0].base, many[0].base, many[0].theirs)]
    with TreeMerger(git, write=False) as merger:
        results = merger.merge_all(mixed)
        alone = [merger.merge(**sides._asdict()) for sides in many]
    assert [each for each in results if isinstance(each, Merged)] == [*alone, Merged(many[0].theirs)]
    assert [mixed[at] for at, each in enumerate(results) if isinstance(each, MissingObject)] == [gone, gone]


def test_a_merge_that_crashes_git_leaves_those_around_it_alone(git: Git) -> None:
    plain = Sides(*(plant(git, files) for files in CLASHES["two"][:3]))
    crashing = Sides(*(plant(git, files) for files in CRASHING))
    with TreeMerger(git, write=False) as merger:
        first, crashed, last = merger.merge_all([plain, crashing, plain])
    assert first == last
    assert isinstance(crashed, Merged)
    assert crashed.tree is None


def test_a_merge_can_be_merged_again_before_anything_is_written(tmp_path: Path) -> None:
    pygit2.init_repository(str(tmp_path))
    git = open_repository(tmp_path)
    base, *sides = (plant(git, {b"f": f(text)}) for text in (LONG, lines(_3="x"), lines(_9="y"), lines(_20="z")))
    before, tree = objects_in(tmp_path), base
    with TreeMerger(git, write=False) as merger:
        for side in sides:
            tree = merger.merge(base=base, ours=tree, theirs=side).tree or ""
    assert objects_in(tmp_path) == before
    assert tree == plant(git, {b"f": f(lines(_3="x", _9="y", _20="z"))})


def objects_in(folder: Path) -> set[str]:
    return {path.name for path in (folder / ".git/objects").rglob("*") if path.is_file()}


@pytest.mark.parametrize("theirs", [{b"f": f(LONG), b"g/h": f(lines(_9="n"))}, {b"new": f(lines(_9="n"))}])
def test_a_forecast_writes_nothing_and_names_the_tree_that_a_merge_writes(tmp_path: Path, theirs: Files) -> None:
    pygit2.init_repository(str(tmp_path))
    git = open_repository(tmp_path)
    trees = [plant(git, files) for files in ({b"f": f(LONG)}, {b"f": f(lines(_3="mine"))}, theirs)]
    before = objects_in(tmp_path)
    forecast = merge_trees(git, base=trees[0], ours=trees[1], theirs=trees[2], write=False)
    assert forecast.tree is not None
    assert objects_in(tmp_path) == before
    assert forecast == merge_trees(git, base=trees[0], ours=trees[1], theirs=trees[2])
    assert len(objects_in(tmp_path)) > len(before)
    fresh = open_repository(tmp_path).handle
    tree = fresh[forecast.tree]
    assert isinstance(tree, pygit2.Tree)
    assert all(entry.id in fresh for entry in tree)


def test_settings_attributes_and_drivers_have_no_say(tmp_path: Path) -> None:
    repository = pygit2.init_repository(str(tmp_path))
    for name, value in {"merge.mine.driver": "true", "merge.default": "union", "merge.renames": "false",
                        "merge.directoryRenames": "true", "merge.renormalize": "true"}.items():  # fmt: skip
        repository.config[name] = value
    git = open_repository(tmp_path)
    attributes = {b".gitattributes": f(b"* merge=mine text=auto\n")}
    base, ours, theirs, _ = CLASHES["content"]
    assert merge(git, attributes | base, attributes | ours, attributes | theirs) == (None, [Clash("f", "content")])
    base, ours, theirs, expected = CLASHES["directory-rename"]
    assert merge(git, base, ours, theirs) == (None, [Clash(*expected[0])])


def test_objects_that_are_not_here_are_refused(git: Git) -> None:
    gone, tree = "1" * 40, plant(git, {b"f": f(b"there\n")})
    with pytest.raises(MissingObject):
        merge_trees(git, base=EMPTY_TREE, ours=tree, theirs=gone)
    sides = [plant(git, {b"f": (FILE, text)}) for text in (LONG, lines(_3="x"), b"")]
    missing = str(git.handle.write(pygit2.enums.ObjectType.TREE, b"100644 f\0" + b"\x11" * 20))
    with pytest.raises(MergeFailed) as refused:
        merge_trees(git, base=sides[0], ours=sides[1], theirs=missing)
    assert refused.value.code == "merge.failed"
    assert refused.value.hint


def test_commits_are_merged_by_all_of_their_bases(git: Git) -> None:
    trees = [plant(git, {b"f": f(text)}) for text in (LONG, lines(_3="x"), lines(_20="y"), lines(_3="x", _20="y"))]
    root = commit(git, trees[0])
    one, other = commit(git, trees[1], root), commit(git, trees[2], root)
    ours, theirs = commit(git, trees[3], one, other), commit(git, trees[3], other, one)
    assert merge_commits(git, one, other) == Merged(trees[3])
    assert merge_commits(git, ours, theirs) == Merged(trees[3])
    assert merge_commits(git, one, root, write=False) == Merged(trees[1])
    with pytest.raises(MergeFailed, match="share no history"):
        merge_commits(git, one, commit(git, trees[1]))


OLD_GIT = """#!/bin/sh
case " $* " in *" --write-tree "*) echo "usage: git merge-tree <base-tree> <branch1> <branch2>" >&2; exit 129;; esac
exec {git} "$@"
"""


SILENT_GIT = """#!/bin/sh
case " $* " in *" --write-tree "*) printf '0\\0%s\\0\\0\\0' 4b825dc642cb6eb9a060e54bf8d69288fbee4904; exit 0;; esac
exec {git} "$@"
"""


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git from before 2.39 on PATH."""
    put_on_path(OLD_GIT, tmp_path, monkeypatch)


@pytest.fixture
def silent_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git on PATH that calls every merge a conflict and does not say why."""
    put_on_path(SILENT_GIT, tmp_path, monkeypatch)


def put_on_path(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = next(Path(each) / "git" for each in os.environ["PATH"].split(os.pathsep) if (Path(each) / "git").exists())
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(script.format(git=real))
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("silent_git")
def test_a_merge_that_git_does_not_call_clean_is_never_clean(git: Git) -> None:
    assert merge(git, *CLASHES["content"][:3]) == (None, [Clash(".", "content")])


def test_a_merge_that_git_does_not_call_clean_proves_nothing(git: Git) -> None:
    base, ours, theirs = (plant(git, files) for files in CLASHES["folder to two places"][:3])
    assert find_merged_tree(git, base=base, ours=ours, theirs=theirs) is None


@pytest.mark.usefixtures("old_git")
def test_a_git_that_is_too_old_is_named(git: Git) -> None:
    with pytest.raises(MergeFailed) as refused:
        merge(git, *CLASHES["content"][:3])
    assert "2.39" in (refused.value.hint or "")


def test_where_gits_own_merge_crashes_a_person_decides(git: Git) -> None:
    assert merge(git, *CRASHING) in ((None, [Clash(".", "content")]), (None, [Clash("a/b", "file/directory")]))
