"""Removing what has landed: only what is provably elsewhere goes, and each line says how it comes back."""

from pathlib import Path

import pytest

from tests.cli.test_landed import merge, squash, topic
from tests.kit.answers import Answer
from tests.kit.scenario import World

LINES = "".join(f"line {n}\n" for n in range(40))


@pytest.fixture
def shop(world: World) -> World:
    """A file on main, and the branch `topic` with two commits in it, squashed into main."""
    world.commit("start", {"list": LINES, "other": "x\n"})
    topic(world, "topic", 3, 20)
    squash(world, "topic")
    return world


def prune(world: World, *words: str) -> dict[str, str]:
    """What became of each branch: "removed", or the reason why it stays."""
    return outcomes(world.okstra("landed", "--all", "--prune", "--yes", *words))


def outcomes(answer: Answer) -> dict[str, str]:
    return {row["ref"]: "removed" if row["removed"] else row["reason"] for row in answer.json["pruned"]}


def branches(world: World) -> set[str]:
    return set(world.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split())


def test_what_has_landed_goes_and_comes_back_by_the_line_that_was_printed(shop: World) -> None:
    topic(shop, "open", 30)
    tip = shop.tip("topic")
    answer = shop.okstra("landed", "--all", "--prune", "--yes")
    assert outcomes(answer) == {"topic": "removed"}
    assert branches(shop) == {"main", "open"}
    (row,) = answer.json["pruned"]
    shop.git(*row["restore"].split()[1:])
    assert shop.tip("topic") == tip


def test_a_dry_run_and_a_missing_yes_remove_nothing(shop: World) -> None:
    assert outcomes(shop.okstra("landed", "--all", "--prune", "--dry-run")) == {"topic": "removed"}
    refused = shop.okstra("landed", "--all", "--prune", exit=1)
    assert refused.json["error"]["code"] == "landed.needs-yes"
    assert "topic" in branches(shop)


def test_the_worktree_goes_with_its_branch_unless_it_holds_something(shop: World, tmp_path: Path) -> None:
    shop.git("worktree", "add", "-q", str(tmp_path / "there"), "topic")
    (tmp_path / "there" / "notes").write_text("mine\n")
    assert "untracked" in prune(shop)["topic"] or "notes" in prune(shop)["topic"]
    assert (tmp_path / "there" / "notes").exists()
    (tmp_path / "there" / "notes").unlink()
    assert prune(shop) == {"topic": "removed"}
    assert not (tmp_path / "there").exists()


def test_a_locked_worktree_and_the_one_we_are_in_stay(shop: World, tmp_path: Path) -> None:
    there = shop.worktree(tmp_path / "there", "twin", "topic")
    shop.git("worktree", "lock", "--reason", "mine", str(tmp_path / "there"))
    assert prune(shop)["twin"] == "its worktree is locked: mine"
    shop.git("worktree", "unlock", str(tmp_path / "there"))
    assert outcomes(there.okstra("landed", "twin", "--prune", "--yes")) == {"twin": "we are in its worktree"}


def test_what_was_checked_out_here_is_merged_into_or_is_about_to_begin_stays(shop: World) -> None:
    shop.git("branch", "fresh")
    shop.git("branch", "release", "main")
    shop.checkout("topic")
    assert prune(shop, "--into", "release") == {
        "fresh": "nothing was ever committed on it here: it may be about to begin",
        "main": "others are merged into it",
        "topic": "it is checked out in the main worktree",
    }


def test_a_merged_branch_with_work_that_was_not_pushed_stays(shop: World) -> None:
    topic(shop, "more", 30)
    merge(shop, "more")
    shop.git("update-ref", "refs/remotes/origin/more", "more~1")
    shop.git("config", "remote.origin.url", "somewhere")
    shop.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    shop.git("config", "branch.more.remote", "origin")
    shop.git("config", "branch.more.merge", "refs/heads/more")
    assert prune(shop)["more"] == "it has commits that refs/remotes/origin/more does not have"
    shop.git("update-ref", "refs/remotes/origin/more", "more")
    assert prune(shop)["more"] == "removed"


def test_a_branch_in_the_midst_of_a_rebase_stays(shop: World, tmp_path: Path) -> None:
    there = shop.worktree(tmp_path / "there", "twin", "topic")
    there.git("rebase", "-q", "-i", "--exec", "false", "topic~1", ok=False)
    assert (tmp_path / "there").exists()
    assert prune(shop)["twin"] == "a rebase or bisection goes on with it"


def test_names_that_are_not_branches_stay(shop: World) -> None:
    shop.git("tag", "v1", "topic")
    found = outcomes(shop.okstra("landed", "v1", shop.tip("topic"), "--prune", "--yes"))
    assert sorted(found.values()) == ["it is a commit, not a branch", "it is not a branch of this clone"]


def test_options_of_pruning_are_refused_without_it(shop: World) -> None:
    assert shop.okstra("landed", "--all", "--yes", exit=129).json["error"]["code"] == "usage"
