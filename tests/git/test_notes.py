"""Our notes in git's eyes and git's in ours, in every fan-out."""

from datetime import UTC, datetime

import pytest

from okstra_git.git.notes import edit_notes, list_notes
from okstra_git.git.objects import MissingObject, read_blob, write_blob, write_commit, write_tree
from okstra_git.git.refs import LostRace, RefUpdate, find_ref, swap_refs
from okstra_git.git.repo import Git, open_repository
from tests.kit.scenario import World

REF = "refs/notes/okstra"
WHEN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def git(world: World) -> Git:
    return open_repository(world.path)


def put(git: Git, notes: dict[str, bytes]) -> int:
    edits = {commit: (lambda _, text=text: text) for commit, text in notes.items()}
    return edit_notes(git, REF, edits, message="notes\n", when=WHEN)


def test_git_shows_the_notes_we_write(world: World, git: Git) -> None:
    commits = {world.commit(name): f'{{"stage": "{name}"}}\n'.encode() for name in "ABC"}
    assert put(git, commits) == 3
    for commit, text in commits.items():
        assert world.ask("notes", "--ref=okstra", "show", commit) + "\n" == text.decode()
    assert len(world.ask("notes", "--ref=okstra", "list").splitlines()) == 3
    assert '{"stage": "C"}' in world.ask("log", "--notes=okstra", "-1")
    world.ask("fsck", "--strict")


@pytest.mark.parametrize("cuts", [[], [2], [2, 4], [2, 4, 6], [2, 4, 6, 8]])
def test_notes_are_read_and_edited_in_every_fan_out(world: World, git: Git, cuts: list[int]) -> None:
    commit = world.tip()
    parts = [commit[start:end] for start, end in zip([0, *cuts], [*cuts, 40], strict=True)]
    tree = write_tree(git, None, {"/".join(parts): write_blob(git, b"theirs\n"), "stray/file": write_blob(git, b"x")})
    made = write_commit(git, tree=tree, parents=[], message="n", when=WHEN)
    swap_refs(git, [RefUpdate(REF, None, made)], message="test")
    assert [(noted, read_blob(git, blob)) for noted, blob in list_notes(git, REF)] == [(commit, b"theirs\n")]
    assert edit_notes(git, REF, {commit: lambda before: before + b"ours\n"}, message="n\n", when=WHEN) == 1
    assert world.ask("notes", "--ref=okstra", "show", commit) == "theirs\nours"
    assert world.ask("ls-tree", "-r", "--name-only", REF).splitlines() == sorted(["/".join(parts), "stray/file"])


def test_git_and_we_take_turns_over_many_notes(world: World, git: Git) -> None:
    blob = write_blob(git, b"annotated")
    trees = [write_tree(git, None, {f"f{number}": blob}) for number in range(300)]
    commits = [write_commit(git, tree=tree, parents=[], message=tree, when=WHEN) for tree in trees]
    put(git, {commit: commit.encode() + b"\n" for commit in commits[:200]})
    world.git("notes", "--ref=okstra", "copy", "--stdin", stdin="".join(f"{commits[0]} {c}\n" for c in commits[200:]))
    put(git, dict.fromkeys(commits[150:250], b"again\n"))
    assert {commit for commit, _ in list_notes(git, REF)} == set(commits)
    assert len(world.ask("notes", "--ref=okstra", "list").splitlines()) == 300
    assert world.ask("notes", "--ref=okstra", "show", commits[249]) == "again"
    assert world.ask("notes", "--ref=okstra", "show", commits[299]) == commits[0]


def test_an_edit_that_changes_nothing_makes_no_commit(world: World, git: Git) -> None:
    commit = world.tip()
    put(git, {commit: b"one\n"})
    tip = find_ref(git, REF)
    assert put(git, {commit: b"one\n"}) == 0
    assert find_ref(git, REF) == tip
    assert put(git, {commit: b""}) == 1
    assert list(list_notes(git, REF)) == []
    assert world.ask("notes", "--ref=okstra", "list") == ""


def test_a_note_by_git_in_between_is_a_lost_race_and_both_survive(world: World, git: Git) -> None:
    first, second = world.tip(), world.commit("A")
    put(git, {first: b"ours\n"})

    def meddle(before: bytes) -> bytes:
        world.git("notes", "--ref=okstra", "add", "-m", "theirs", second)
        return before + b"more\n"

    with pytest.raises(LostRace):
        edit_notes(git, REF, {first: meddle}, message="n\n", when=WHEN)
    put(git, {first: b"ours\nmore\n"})
    assert world.ask("notes", "--ref=okstra", "show", second) == "theirs"
    assert world.ask("notes", "--ref=okstra", "show", first) == "ours\nmore"


def test_a_notes_tree_that_cannot_be_read_is_refused(world: World, git: Git) -> None:
    commit = world.tip()
    put(git, {commit: b"one\n"})
    folder = world.ask("rev-parse", f"{REF}:{commit[:2]}")
    (git.common_dir / "objects" / folder[:2] / folder[2:]).unlink()
    fresh = open_repository(world.path)
    with pytest.raises(MissingObject):
        list(list_notes(fresh, REF))
    with pytest.raises(MissingObject):
        put(fresh, {commit: b"two\n"})
