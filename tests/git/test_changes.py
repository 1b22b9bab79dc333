"""Deltas are what git says they are, for every kind of entry and any path; they compose, and their sums add up."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okstra_git.digest import add_sums, multiset_sum
from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import ABSENT, NO_MODE, Change, compose, delta_fingerprint, delta_sum, diff_trees
from okstra_git.git.file_changes import line_difference
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git, open_repository
from tests.kit.imports import FILE, LINK, MODULE, PROGRAM, Made, Snapshot, make_commits
from tests.kit.scenario import World

SUBMODULE = b"1" * 40
PATHS = [b"a", b"a b", b"line\nbreak", b":100644 colon", b"caf\xe9", b"d/e", b"d/f", b'quo"te', b"tab\there"]

entries = st.one_of(
    st.tuples(st.sampled_from([FILE, PROGRAM]), st.sampled_from([b"", b"1\n", b"1\n2\n", b"1\r\n", b"2\n", b"\0\1"])),
    st.tuples(st.just(LINK), st.sampled_from([b"1\n", b"a"])),
    st.tuples(st.just(MODULE), st.just(SUBMODULE)),
)
snapshots = st.dictionaries(st.sampled_from(PATHS), entries, max_size=5)
serials = itertools.count()


def made_trees(world: World, snapshots: list[Snapshot]) -> tuple[Git, list[str]]:
    ids = make_commits(world, [Made(tree) for tree in snapshots])
    return open_repository(world.path), [world.ask("rev-parse", f"{commit}^{{tree}}") for commit in ids]


def told_by_git(world: World, old: str, new: str) -> set[bytes]:
    said = world.ask("diff-tree", "-r", "-z", "--name-only", old, new)
    return set(said.encode(errors="surrogateescape").split(b"\0"))


def test_every_kind_of_change_is_listed_with_its_exact_path(world: World) -> None:
    before: Snapshot = {
        b"gone": (FILE, b"1\n"), b"mode": (FILE, b"2\n"), b"type": (FILE, b"3\n"), b"module": (MODULE, b"1" * 40),
        b"link": (LINK, b"a"), b"same": (FILE, b"4\n"), b"folder": (FILE, b"5\n"), b"line\nbreak": (FILE, b"6\n"),
    }  # fmt: skip
    after: Snapshot = {
        b"mode": (PROGRAM, b"2\n"), b"type": (LINK, b"3\n"), b"module": (MODULE, b"2" * 40), b"link": (LINK, b"b"),
        b"same": (FILE, b"4\n"), b"folder/file": (FILE, b"5\n"), b"caf\xe9 and\ttab": (FILE, b"7\n"),
        b"line\nbreak": (FILE, b"8\n"),
    }  # fmt: skip
    git, (old, new) = made_trees(world, [before, after])
    found = {change.path: (change.old_mode, change.new_mode) for change in diff_trees(git, [(old, new)])[0]}
    assert found == {
        b"gone": (FILE, NO_MODE), b"mode": (FILE, PROGRAM), b"type": (FILE, LINK), b"module": (MODULE, MODULE),
        b"link": (LINK, LINK), b"folder": (FILE, NO_MODE), b"folder/file": (NO_MODE, FILE),
        b"caf\xe9 and\ttab": (NO_MODE, FILE), b"line\nbreak": (FILE, FILE),
    }  # fmt: skip


def test_many_pairs_in_one_run_keep_their_places_with_empty_ones_between(world: World) -> None:
    git, (one, two) = made_trees(world, [{b"a": (FILE, b"1\n")}, {b"b\n:x": (FILE, b"1\n")}])
    pairs = [(one, one), (one, two), (two, two), (EMPTY_TREE, one), (one, EMPTY_TREE), (one, two)]
    sizes = [len(delta) for delta in diff_trees(git, pairs)]
    assert sizes == [0, 2, 0, 1, 1, 2]
    assert diff_trees(git, []) == []


def test_a_root_commit_is_everything_against_the_empty_tree(world: World) -> None:
    git = open_repository(world.path)
    (delta,) = diff_trees(git, [(EMPTY_TREE, world.ask("rev-parse", "HEAD^{tree}"))])
    assert [(change.path, change.old, change.old_mode) for change in delta] == [(b"README", ABSENT, NO_MODE)]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees=st.lists(snapshots, min_size=3, max_size=3))
def test_deltas_compose_and_their_sums_add_up(tmp_path: Path, trees: list[Snapshot]) -> None:
    world = World.begin(tmp_path / str(next(serials)))
    git, (a, b, c) = made_trees(world, trees)
    first, second, whole = diff_trees(git, [(a, b), (b, c), (a, c)])
    assert compose(first, second) == whole
    assert add_sums(delta_sum(first), delta_sum(second)) == delta_sum(whole)
    lines = [line_difference(git, delta) for delta in (first, second, whole)]
    sums = [multiset_sum(difference.items()) for difference in lines if difference is not None]
    assert add_sums(sums[0], sums[1]) == sums[2]
    assert {change.path for change in whole} == told_by_git(world, a, c) - {b""}
    back = diff_trees(git, [(c, a)])[0]
    assert compose(whole, back) == ()
    assert add_sums(delta_sum(whole), delta_sum(back)) == 0


def test_fingerprints_tell_every_side_of_a_change_apart() -> None:
    plain = Change(b"f", FILE, FILE, "1" * 40, "2" * 40)
    others = [
        plain._replace(path=b"g"), plain._replace(old_mode=PROGRAM), plain._replace(new_mode=PROGRAM),
        plain._replace(old="3" * 40), plain._replace(new="3" * 40),
    ]  # fmt: skip
    assert len({delta_fingerprint((change,)) for change in (plain, *others)}) == 6
    assert delta_fingerprint((plain,)) != delta_fingerprint((plain, others[0]))


def test_many_pairs_are_read_like_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, trees = made_trees(world, [{b"f": (FILE, b"%d\n" % number)} for number in range(6)])
    pairs = list(itertools.pairwise(trees))
    few = diff_trees(repository, pairs)
    monkeypatch.setattr("okstra_git.git.diffs.MANY", 2)
    assert diff_trees(repository, pairs) == few
    missing = ("1" * 40, "2" * 40)
    for asked in ([missing, *pairs], [*pairs, missing]):
        with pytest.raises(GitFailed):
            diff_trees(repository, asked)
