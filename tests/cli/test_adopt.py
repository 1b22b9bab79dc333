"""Branches and worktrees that are there are taken under protection, followed, and given up; nothing of them changes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit.orchestrators import ORCHESTRATORS
from tests.kit.scenario import World


@pytest.fixture
def shop(tmp_path: Path) -> World:
    """A repository that okstra was never used in: main, and the branch `topic` with two commits, checked out."""
    world = World.begin(tmp_path / "shop")
    world.branch("topic")
    world.commit("A")
    world.commit("B")
    return world


def picture(*worlds: World) -> dict[str, str]:
    """All files of these worktrees, their indexes as git lists them, HEADs, and all branches."""
    seen = {"refs": worlds[0].ask("for-each-ref", "refs/heads", "refs/tags", "refs/remotes")}
    for world in worlds:
        for path in sorted(world.path.rglob("*")):
            parts = path.relative_to(world.path).parts
            if path.is_file() and ".git" not in parts:
                seen[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        seen[f"{world.path} index"] = world.ask("ls-files", "--stage")
        seen[f"{world.path} status"] = world.ask("status", "--porcelain=v2", "--branch")
    return seen


def adopted(answer: dict[str, Any]) -> dict[str, str]:
    """Branch -> what was done of it."""
    return {row["branch"]: row["state"] for row in answer["adopted"]}


def recorded(world: World, branch: str) -> str | None:
    """The commit that is on record for the branch."""
    tasks = world.okstra("status", "--json", exit=None).json["tasks"]
    stages = [stage for task in tasks for stage in task["stages"] if stage["branch"] == branch]
    assert len(stages) == 1
    commit: str | None = stages[0]["commit"]
    return commit


def codes(answer: dict[str, Any]) -> dict[str, str]:
    """Branch, or the folder's name of a worktree on none -> why it was left alone."""
    return {row["branch"] or Path(row["worktree"]).name: row["code"] for row in answer["left"]}


def test_one_command_makes_an_amend_followed(shop: World) -> None:
    before = picture(shop)
    answer = shop.okstra("adopt").json
    assert picture(shop) == before
    assert (answer["project"], answer["prepared"]) == ("shop", True)
    (row,) = answer["adopted"]
    assert (row["task"], row["base"], row["base_ref"]) == ("shop:adopted:topic", shop["base"], "main")
    assert (row["commit"], row["commits"], row["state"]) == (shop["B"], 2, "new")
    new = shop.amend({}, "-m", "B again")
    assert "followed" in shop.last.err
    assert recorded(shop, "topic") == new


def test_adopting_again_records_what_is_new(shop: World) -> None:
    shop.okstra("adopt")
    assert adopted(shop.okstra("adopt").json) == {"topic": "unchanged"}
    new = shop.commit("C")
    shop.write("open.txt", "not committed\n")
    again = shop.okstra("adopt").json
    assert (again["prepared"], adopted(again), recorded(shop, "topic")) == (False, {"topic": "again"}, new)


def test_all_takes_branches_with_commits_and_worktrees(shop: World, tmp_path: Path) -> None:
    shop.git("branch", "bare", "main")
    shop.worktree(tmp_path / "fresh", "fresh", "main")
    answer = shop.okstra("adopt", "--all").json
    assert adopted(answer) == {"topic": "new", "fresh": "new"}
    assert codes(answer) == {"bare": "adopt.nothing-own"}
    assert recorded(shop, "fresh") is None


def test_a_branch_without_commits_is_followed_after_its_first(shop: World) -> None:
    shop.git("switch", "-q", "-c", "fresh", "main")
    told = shop.okstra("adopt", terminal=True).out
    assert "nothing to follow yet" in told
    new = shop.commit("F")
    assert adopted(shop.okstra("adopt").json) == {"fresh": "again"}
    assert recorded(shop, "fresh") == new


def test_undo_leaves_everything_but_the_claim(shop: World) -> None:
    before = picture(shop)
    shop.okstra("adopt")
    assert shop.okstra("adopt", "--undo").json["given_up"] == [{"task": "shop:adopted:topic", "branch": "topic"}]
    assert picture(shop) == before
    assert shop.okstra("status", "--json").json["tasks"] == []
    shop.amend({}, "-m", "nobody follows")
    assert "followed" not in shop.last.err
    assert adopted(shop.okstra("adopt").json) == {"topic": "new"}
    assert recorded(shop, "topic") == shop.tip()
    assert len(shop.okstra("task", "list", "--json").json["tasks"]) == 1


def test_undo_of_what_was_not_adopted_is_refused(shop: World) -> None:
    assert shop.okstra("adopt", "--undo", exit=1).json["error"]["code"] == "adopt.not-adopted"
    assert shop.okstra("adopt", "--undo", "--all").json["given_up"] == []


def test_undo_of_a_branch_that_is_gone(shop: World) -> None:
    shop.okstra("adopt")
    shop.checkout("main")
    shop.git("branch", "-D", "topic")
    assert shop.okstra("adopt", "--undo", "topic").json["given_up"][0]["branch"] == "topic"


def test_a_branch_that_a_task_holds_is_left_to_it(shop: World) -> None:
    shop.okstra("init", "--no-hooks")
    shop.okstra("task", "open", "shop:web:login")
    shop.okstra("stage", "start", "1", "--base", "main", "--branch", "topic", "--no-worktree")
    answer = shop.okstra("adopt").json
    assert (answer["adopted"], codes(answer)) == ([], {"topic": "adopt.held"})
    assert "shop:web:login" in answer["left"][0]["message"]
    assert shop.okstra("adopt", "--undo", exit=1).json["error"]["code"] == "adopt.not-adopted"


def test_the_target_itself_is_refused_without_commits_of_its_own(shop: World) -> None:
    shop.checkout("main")
    refusal = shop.okstra("adopt", exit=1).json["error"]
    assert (refusal["code"], refusal["hint"]) == ("adopt.target", "git okstra adopt --all")
    assert not (shop.path / ".git/okstra").exists()


def test_the_target_is_adopted_for_what_its_remote_lacks(shop: World, tmp_path: Path) -> None:
    shop.checkout("main")
    shop.git("clone", "-q", "--bare", str(shop.path), str(tmp_path / "remote.git"))
    shop.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    shop.git("fetch", "-q", "origin")
    shop.git("branch", "-q", "--set-upstream-to=origin/main")
    new = shop.commit("on main")
    (row,) = shop.okstra("adopt").json["adopted"]
    assert (row["branch"], row["base_ref"], row["commit"]) == ("main", "origin/main", new)


def test_a_detached_worktree_gets_the_line_that_makes_a_branch(shop: World, tmp_path: Path) -> None:
    place = tmp_path / "apart"
    shop.git("worktree", "add", "-q", "--detach", str(place), "topic")
    refusal = shop.okstra("adopt", str(place), exit=1).json["error"]
    assert refusal["code"] == "adopt.detached"
    shop.git(*refusal["hint"].split()[1:])
    assert adopted(shop.okstra("adopt", str(place)).json) == {"apart": "new"}


def test_a_remote_branch_gets_the_line_that_brings_it_here(shop: World, tmp_path: Path) -> None:
    shop.git("clone", "-q", "--bare", str(shop.path), str(tmp_path / "remote.git"))
    shop.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    shop.git("fetch", "-q", "origin")
    shop.checkout("main")
    shop.git("branch", "-D", "topic")
    refusal = shop.okstra("adopt", "topic", exit=1).json["error"]
    assert refusal["code"] == "branch.missing"
    shop.git(*refusal["hint"].split()[1:])
    assert adopted(shop.okstra("adopt", "topic").json) == {"topic": "new"}


def test_a_history_of_its_own_is_refused(shop: World) -> None:
    shop.git("switch", "-q", "--orphan", "pages")
    shop.commit("pages")
    assert shop.okstra("adopt", exit=1).json["error"]["code"] == "adopt.unrelated"
    assert codes(shop.okstra("adopt", "--all").json) == {"pages": "adopt.unrelated"}


def test_names_are_made_of_branches_and_never_clash(shop: World) -> None:
    names = ["feature/login", "feature-login", "Feature-Login", "機能", "-dash", "a.lock.b", "x" * 150]
    for name in names:
        shop.git("update-ref", f"refs/heads/{name}", shop["B"])
    answer = shop.okstra("adopt", "--all").json
    keys = {row["branch"]: row["task"].split(":")[2] for row in answer["adopted"]}
    assert keys.keys() == {*names, "topic"} - {"-dash"}
    assert codes(answer) == {"-dash": "name.bad"}
    assert len({key.lower() for key in keys.values()}) == len(keys)
    assert keys["機能"] == "branch"
    again = shop.okstra("adopt", "--all").json
    assert {row["branch"]: row["task"].split(":")[2] for row in again["adopted"]} == keys


def test_a_branch_that_is_not_utf8_is_left_alone(shop: World) -> None:
    shop.git("update-ref", "refs/heads/caf\udce9", shop["B"])
    assert list(codes(shop.okstra("adopt", "--all").json).values()) == ["name.bad"]


def test_a_directory_that_is_no_project_id_gives_one(tmp_path: Path) -> None:
    for folder, project in (("My Shop!", "My-Shop"), ("店", "project")):
        world = World.begin(tmp_path / folder)
        world.branch("topic")
        world.commit("A")
        assert world.okstra("adopt").json["project"] == project


def test_merges_of_the_target_do_not_count_as_work(shop: World) -> None:
    shop.checkout("main")
    shop.commit("news")
    shop.checkout("topic")
    shop.git("merge", "-q", "--no-edit", "main")
    (row,) = shop.okstra("adopt").json["adopted"]
    assert (row["base"], row["files"]) == (shop["news"], 2)


def test_branches_at_one_commit_are_followed_each_by_itself(shop: World) -> None:
    shop.git("branch", "twin")
    shop.okstra("adopt", "--all")
    new = shop.amend({}, "-m", "B again")
    assert (recorded(shop, "topic"), recorded(shop, "twin")) == (new, shop["B"])


def test_in_a_stack_each_branch_is_what_it_adds(shop: World) -> None:
    shop.branch("upper")
    shop.commit("C")
    rows = {row["branch"]: row for row in shop.okstra("adopt", "--all").json["adopted"]}
    assert (rows["upper"]["base"], rows["upper"]["base_ref"]) == (shop["B"], "topic")
    shop.checkout("main")
    shop.commit("news")
    shop.checkout("upper")
    shop.git("rebase", "-q", "--update-refs", "main")
    assert recorded(shop, "topic") == shop.tip("topic")
    assert recorded(shop, "upper") == shop.tip("upper")
    shop.checkout("topic")
    shop.commit("B2")
    shop.okstra("adopt")
    shop.git("rebase", "-q", "--onto", "topic", "topic~1", "upper")
    assert recorded(shop, "upper") == shop.tip("upper")


def test_during_a_rebase_the_branch_is_the_one_that_comes_back(shop: World) -> None:
    shop.git("rebase", "-q", "-i", "main", env={"GIT_SEQUENCE_EDITOR": "sed -i s/^pick/edit/"})
    assert adopted(shop.okstra("adopt").json) == {"topic": "new"}
    shop.git("rebase", "--abort")


def test_without_a_target_the_refusal_says_how_to_name_one(tmp_path: Path) -> None:
    world = World.begin(tmp_path / "shop")
    world.git("branch", "-m", "main", "work")
    world.branch("topic")
    world.commit("A")
    assert world.okstra("adopt", exit=1).json["error"]["code"] == "landed.no-target"
    assert adopted(world.okstra("adopt", "--into", "work").json) == {"topic": "new"}


@pytest.mark.parametrize("make", ORCHESTRATORS.values(), ids=ORCHESTRATORS.keys())
def test_layouts_of_other_orchestrators_stay_as_they_are(
    make: Callable[[World, Path], list[World]], tmp_path: Path
) -> None:
    world = World.begin(tmp_path / "shop")
    worlds = [world, *make(world, tmp_path / "home")]
    before = picture(*worlds)
    answer = world.okstra("adopt", "--all").json
    assert picture(*worlds) == before
    listed = world.ask("for-each-ref", "--format=%(refname:short)", "refs/heads")
    branches = set(listed.splitlines()) - {"main"}
    assert set(adopted(answer)) == branches
    detached = [one for one in worlds if not one.ask("branch", "--show-current")]
    assert len(answer["left"]) == len(detached)
    for one in worlds[1:]:
        branch = one.ask("branch", "--show-current")
        if branch and one.ask("rev-list", "main..HEAD"):
            new = one.amend({}, "-m", "said better", "--only")
            assert recorded(world, branch) == new
    after = picture(*worlds)
    pruned = world.okstra("worktree", "prune", "--json").json
    assert [row for row in pruned["worktrees"] if row["removed"]] == []
    assert {row["branch"] for row in world.okstra("adopt", "--undo", "--all").json["given_up"]} == branches
    assert picture(*worlds) == after
    assert world.okstra("status", "--json").json["tasks"] == []
