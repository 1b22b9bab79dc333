"""Refs in a format that only git reads: read at once, changed at once, and never asked of libgit2."""

import os
from pathlib import Path

import pygit2
import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.history import resolve_head
from okstra_git.git.reflogs import last_head, list_commits_made, list_former_values, list_moves, was_renamed
from okstra_git.git.refs import (
    LostRace,
    RefLocked,
    RefUpdate,
    find_ref,
    find_symbolic,
    is_unborn,
    list_lock_files,
    list_ref_names,
    swap_refs,
)
from okstra_git.git.refs_by_git import OF_REFS, ObjectsOnly
from okstra_git.git.repo import open_repository
from okstra_git.git.sole_commits import list_own_refs, list_sole_commits
from okstra_git.git.worktrees import current_branch
from okstra_git.names import NO_OBJECT, CommitId
from tests.kit.ref_formats import begin_in, count_git, use_reftable
from tests.kit.scenario import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository with reftable and one commit."""
    use_reftable()
    return begin_in(tmp_path / "shop", "reftable")


def _swap(world: World, *updates: RefUpdate) -> None:
    swap_refs(open_repository(world.path), updates, message="okstra: test")


def test_refs_are_found_and_listed(world: World) -> None:
    git = open_repository(world.path)
    assert find_ref(git, "refs/heads/main") == find_ref(git, "HEAD") == resolve_head(git) == world["base"]
    assert find_ref(git, "refs/heads/none") is find_ref(git, "CHERRY_PICK_HEAD") is None
    assert list_ref_names(git, "refs/heads/", "refs/tags/") == ["refs/heads/main"]
    assert (current_branch(git), find_symbolic(git, "HEAD"), is_unborn(git)) == ("main", "refs/heads/main", False)


def test_a_branch_that_is_not_born_is_checked_out(world: World) -> None:
    world.git("checkout", "-q", "--orphan", "new")
    git = open_repository(world.path)
    assert (current_branch(git), resolve_head(git), is_unborn(git)) == ("new", None, True)


def test_a_change_by_another_process_is_seen(world: World) -> None:
    git = open_repository(world.path)
    assert find_ref(git, "refs/heads/other") is None
    world.git("branch", "other")
    assert find_ref(git, "refs/heads/other") == world["base"]
    world.git("checkout", "-q", "--detach")
    assert (current_branch(git), resolve_head(git)) == (None, world["base"])


def test_many_questions_cost_one_process(world: World) -> None:
    world.git("update-ref", "--stdin", stdin="".join(f"create refs/heads/b{n} {world['base']}\n" for n in range(200)))
    git = open_repository(world.path)
    with count_git() as started:
        assert all(find_ref(git, name) for name in list_ref_names(git, "refs/heads/"))
        assert not any(find_ref(git, f"refs/heads/c{n}") for n in range(200))
    assert started() == 0  # what was read when the repository was opened still holds
    world.git("branch", "later")
    with count_git() as started:
        assert len([find_ref(git, name) for name in list_ref_names(git, "refs/heads/")]) == 202
    assert started() == 1


def test_all_changes_are_made_or_none(world: World) -> None:
    second = CommitId(world.commit("A"))
    base = CommitId(world["base"])
    _swap(world, RefUpdate("refs/okstra/x/1", None, base), RefUpdate("refs/okstra/x/2", None, second))
    with pytest.raises(LostRace) as lost:
        _swap(world, RefUpdate("refs/okstra/x/1", base, second), RefUpdate("refs/okstra/x/2", base, None))
    assert lost.value.facts == {"ref": "refs/okstra/x/2", "found": second}
    with pytest.raises(LostRace):
        _swap(world, RefUpdate("refs/okstra/x/1", None, second))
    git = open_repository(world.path)
    assert [find_ref(git, f"refs/okstra/x/{n}") for n in (1, 2)] == [base, second]
    _swap(world, RefUpdate("refs/okstra/x/1", base, base), RefUpdate("refs/okstra/x/2", second, None))
    assert list_ref_names(git, "refs/okstra/") == ["refs/okstra/x/1"]


def test_a_held_lock_is_named(world: World) -> None:
    lock = world.path / ".git/reftable/tables.list.lock"
    lock.touch()
    with pytest.raises(RefLocked):
        _swap(world, RefUpdate("refs/okstra/x", None, CommitId(world["base"])))
    assert list_lock_files(open_repository(world.path), ("refs/",)) == [lock]


def test_reflogs_say_the_same(world: World) -> None:
    world.branch("login")
    first = world.commit("A")
    second = world.amend({"A.txt": "other\n"})
    world.git("branch", "-m", "login", "signin")
    git = open_repository(world.path)
    assert list_commits_made(git, "refs/heads/signin") == {first, second}
    assert list_former_values(git, "refs/heads/signin")[-3:] == [second, first, world["base"]]
    assert was_renamed(git, "refs/heads/signin", "refs/heads/login")
    moves = [(move.old, move.new) for move in list_moves(git, "refs/heads/signin")]
    assert moves[-3:] == [(first, second), (world["base"], first), (NO_OBJECT, world["base"])]
    assert last_head(world.path) == second
    assert list_moves(git, "refs/heads/none") == []


def test_what_one_worktree_alone_leads_to_is_found(world: World) -> None:
    other = world.worktree("other", "login")
    git = open_repository(world.path)
    private = world.path / ".git/worktrees/other"
    assert (list_own_refs(private), list_sole_commits(git, private)) == ([], [])
    other.checkout("main~0")
    lost = other.commit("A")
    other.git("update-ref", "refs/worktree/kept", lost)
    other.checkout("login")
    assert (list_own_refs(private), list_sole_commits(git, private)) == (["refs/worktree/kept"], [lost])
    assert current_branch(open_repository(other.path)) == "login"


def test_libgit2_is_not_asked_for_refs(world: World) -> None:
    handle = open_repository(world.path).handle
    assert isinstance(handle, ObjectsOnly)
    assert handle[world["base"]].type_str == "commit"
    for name in OF_REFS:
        assert hasattr(pygit2.Repository, name) or name in vars(pygit2.Repository(str(world.path)))
        with pytest.raises(AssertionError, match=name):
            getattr(handle, name)


def test_a_git_that_cannot_read_them_is_named(world: World, home: Path) -> None:
    old = home / "bin" / "git"
    old.parent.mkdir()
    old.write_text('#!/bin/sh\ncase "$*" in *version) echo git version 2.39.5 ;; *) exit 128 ;; esac\n')
    old.chmod(0o755)
    os.environ["PATH"] = str(old.parent)
    with pytest.raises(OkstraError, match=r"reftable.*2\.39\.5") as refused:
        open_repository(world.path)
    assert refused.value.code == "repo.unsupported"
