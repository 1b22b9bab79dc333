"""Who holds which branch and worktree, giving them up, and removing only what is safe to remove."""

import subprocess
from pathlib import Path

import pytest

from okstra_git.records.events import PlaceReserved
from tests.cli.shop import KEY, TASK, open_shop, record_stage, refused, stage_place
from tests.kit.leaving import hand_over
from tests.kit.scenario import World
from tests.kit.stores import open_store, record

ROW_KEYS = {
    "task", "scope", "branch", "tip", "worktree", "exists", "locked", "adopted", "status", "base_ref", "phase",
    "stages", "at", "checkout", "problem", "found", "hint", "own", "writer",
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def place(shop: World, home: Path) -> World:
    """The worktree of stage 1, with one commit, released."""
    shop.okstra("stage", "start", "1", *TASK)
    there = World(stage_place(home, 1), labels=shop.labels, clock=shop.clock)
    there.commit("work")
    shop.okstra("worktree", "release", *TASK, "--stage", "1")
    return there


def prune(world: World, *words: str) -> list[tuple[bool, str]]:
    return [(row["removed"], row["reason"]) for row in world.okstra("worktree", "prune", *words).json["worktrees"]]


def test_rows_have_every_key(shop: World, home: Path) -> None:
    shop.okstra("stage", "start", "1", *TASK)
    record_stage(shop, 2, "feature/login")
    first, second = shop.okstra("worktree", "list").json["worktrees"]
    assert set(first) == set(second) == ROW_KEYS
    assert (first["scope"], first["worktree"], first["exists"], first["locked"]) == (
        "stage-1",
        str(stage_place(home, 1)),
        True,
        True,
    )
    assert (second["scope"], second["worktree"], second["exists"], second["locked"]) == ("stage-2", None, None, None)
    assert (second["adopted"], second["tip"], second["status"]) == (True, shop["S2"], "active")


def test_releasing_a_task_needs_cascade_while_stages_hold_places(shop: World) -> None:
    shop.okstra("stage", "start", "1", *TASK)
    record_stage(shop, 2, "feature/login")
    answer = shop.okstra("worktree", "release", *TASK, exit=1)
    refused(answer, "place.still-active")
    assert answer.json["error"]["scopes"] == ["stage-1", "stage-2"]
    told = shop.okstra("worktree", "release", *TASK, "--cascade").json
    assert [row["scope"] for row in told["released"]] == ["stage-1", "stage-2"]
    assert shop.okstra("worktree", "release", *TASK, "--cascade").json["released"] == []
    assert shop.okstra("worktree", "list").json["worktrees"] == []
    assert len(shop.okstra("worktree", "list", "--released").json["worktrees"]) == 2


def test_a_stage_and_a_group_exclude_each_other(shop: World) -> None:
    line = ("worktree", "release", *TASK)
    refused(shop.okstra(*line, "--stage", "1", "--group", "1-2", exit=1), "name.scope-conflict")
    refused(shop.okstra(*line, "--group", "2-1", exit=1), "name.bad")
    refused(shop.okstra(*line, "--stage", "x", exit=1), "name.bad")
    assert shop.okstra(*line, "--group", "1-2").json["released"] == []


def test_prune_removes_a_released_clean_worktree_and_keeps_its_branch(shop: World, place: World) -> None:
    assert prune(shop, "--dry-run") == [(True, "released, clean, and its commits are on a branch")]
    assert place.path.exists()
    assert prune(shop) == [(True, "released, clean, and its commits are on a branch")]
    assert not place.path.exists()
    assert shop.tip("feature/web/login-stage-1") == shop["work"]
    assert prune(shop) == []


def test_prune_keeps_what_a_stage_still_holds(shop: World) -> None:
    shop.okstra("stage", "start", "1", *TASK)
    assert prune(shop) == [(False, "its stage still holds it")]


@pytest.mark.parametrize("harm", ["changed", "staged", "untracked", "unadded"])
def test_prune_never_removes_uncommitted_work(shop: World, place: World, harm: str) -> None:
    place.write("work.txt" if harm == "changed" else "new", "mine\n")
    if harm == "staged":
        place.git("add", "new")
    told = {"changed": "it has changes that are not committed: work.txt",
            "staged": "it has changes that are not committed: new"}  # fmt: skip
    reason = told.get(harm, "it has files that are not committed: new")
    assert prune(shop, "--dry-run") == prune(shop) == [(False, reason)]
    assert place.path.exists()
    assert "locked" in shop.ask("worktree", "list", "--porcelain")


def test_prune_never_removes_commits_that_are_on_no_branch(shop: World, place: World) -> None:
    place.git("checkout", "-q", "--detach")
    assert prune(shop, "--dry-run") == [(True, "released, clean, and its commits are on a branch")]
    loose = place.commit("loose")
    reason = f"it leads to a commit that no branch has: {loose[:10]}"
    assert prune(shop) == [(False, reason)]
    assert place.tip() == loose
    place.checkout("feature/web/login-stage-1")
    assert prune(shop) == [(False, reason)]


@pytest.mark.usefixtures("shop")
def test_prune_never_removes_the_directory_we_are_in(place: World) -> None:
    assert prune(place) == [(False, "you are in it")]
    below = World(place.path / "sub")
    below.path.mkdir()
    assert prune(below) == [(False, "you are in it")]
    assert below.path.exists()


def test_prune_never_interrupts_a_rebase(shop: World, place: World) -> None:
    place.rebase_i("main", [("edit", "work")])
    assert prune(shop) == [(False, "git is in the middle of a rebase there")]
    place.git("rebase", "--abort")
    assert prune(shop)[0][0] is True


def test_prune_forgets_a_worktree_deleted_by_hand(shop: World, place: World) -> None:
    subprocess.run(["rm", "-rf", str(place.path)], check=True)
    (row,) = shop.okstra("worktree", "list", "--released").json["worktrees"]
    assert row["exists"] is False
    assert prune(shop) == [(True, "released, its directory is gone, and its commits are on a branch")]
    assert len(shop.ask("worktree", "list").splitlines()) == 1


def test_prune_leaves_a_worktree_on_a_disk_that_is_away(shop: World, place: World) -> None:
    subprocess.run(["rm", "-rf", str(place.path.parent)], check=True)
    assert prune(shop) == [(False, "its directory cannot be reached")]
    assert len(shop.ask("worktree", "list").splitlines()) == 2


def test_prune_leaves_strangers_alone(shop: World, place: World) -> None:
    shop.worktree("mine", "mine")
    prune(shop)
    assert shop.ask("worktree", "list").count("\n") == 1
    assert not place.path.exists()


def test_text_says_what_happened_and_why(shop: World, place: World) -> None:
    assert shop.okstra("worktree", "prune", "-n", "--text").out == (
        f"would remove {place.path}: released, clean, and its commits are on a branch\n"
    )
    assert shop.okstra("worktree", "prune", "--text").out == (
        f"removed {place.path}: released, clean, and its commits are on a branch\n"
    )
    assert shop.okstra("worktree", "prune", "--text").out == "no worktree to prune\n"
    assert shop.okstra("worktree", "list", "--text").out == "no branch or worktree is reserved\n"
    assert f"{place.path} (gone)" in shop.okstra("worktree", "list", "--released", "--text").out
    assert shop.okstra("worktree", "release", *TASK, "--text").out == f"{KEY} holds nothing to release\n"


def merge(world: World, branch: str, *options: str) -> None:
    world.checkout("main")
    world.git("merge", "-q", *options, branch)
    if "--squash" in options:
        world.git("commit", "-q", "-m", "squashed")


@pytest.fixture
def at_work(shop: World, home: Path) -> World:
    """The worktree of stage 1, which is done and still held."""
    shop.okstra("stage", "start", "1", *TASK)
    there = World(stage_place(home, 1), labels=shop.labels, clock=shop.clock)
    there.commit("work")
    shop.okstra("stage", "done", "1", *TASK)
    return there


@pytest.mark.parametrize("options", [("--no-ff", "-m", "merged"), ("--squash",)], ids=["merge", "squash"])
def test_prune_removes_the_worktree_of_a_stage_that_landed(
    shop: World, at_work: World, options: tuple[str, ...]
) -> None:
    assert prune(shop) == [(False, "its stage still holds it")]
    merge(shop, "feature/web/login-stage-1", *options)
    gone = (True, "landed, clean, and its commits are on a branch")
    assert prune(shop, "--dry-run") == [gone]
    assert (at_work.path.exists(), "landed" in shop.okstra("log", KEY).out) == (True, False)
    assert prune(shop) == [gone]
    assert not at_work.path.exists()
    assert shop.tip("feature/web/login-stage-1") == shop["work"]


def test_prune_keeps_a_landed_stage_whose_branch_went_on(shop: World, at_work: World) -> None:
    merge(shop, "feature/web/login-stage-1", "--squash")
    at_work.commit("more")
    assert prune(shop) == [(False, "its branch has commits that have not landed")]
    merge(shop, "feature/web/login-stage-1", "--no-ff", "-m", "merged")
    assert prune(shop)[0][0] is True


def test_prune_keeps_a_landed_stage_with_work_that_is_not_committed(shop: World, at_work: World) -> None:
    merge(shop, "feature/web/login-stage-1")
    at_work.write("work.txt", "mine\n")
    assert prune(shop) == [(False, "it has changes that are not committed: work.txt")]


def test_prune_takes_a_branch_that_was_moved_to_its_target_for_landed(shop: World, at_work: World) -> None:
    shop.commit("M")
    merge(shop, "feature/web/login-stage-1", "--squash")
    shop.commit("N")
    at_work.git("reset", "-q", "--hard", "main")
    assert prune(shop)[0][0] is True


def test_prune_removes_the_worktree_of_a_group_once_all_its_stages_landed(shop: World, home: Path) -> None:
    for number in (1, 2):
        record_stage(shop, number, f"s{number}")
        shop.checkout("main")
    hand_over(shop, 1, 2)
    place = shop.worktree(home / "collector", "group-1-2")
    fact = PlaceReserved(task=KEY.replace(":", "/"), scope="group-1-2", branch="group-1-2", worktree=str(place.path))
    record(open_store(shop), fact)
    assert prune(shop) == [(False, "its group has not landed")]
    merge(shop, "s1", "--squash")
    assert prune(shop) == [(False, "its group has not landed")]
    merge(shop, "s2", "--squash")
    place.commit("fixed on the collector")
    assert prune(shop) == [(False, "its branch has commits that have not landed")]
    place.git("reset", "-q", "--hard", "HEAD^")
    assert prune(shop) == [(True, "landed, clean, and its commits are on a branch")]
    assert not place.path.exists()


def test_prune_in_a_clone_that_cannot_record_goes_on(shop: World, place: World) -> None:
    record_stage(shop, 2, "s2")
    merge(shop, "s2")
    writer = shop.path / ".git/okstra/writer"
    writer.write_text(writer.read_text().split()[0] + " 1-1\n")  # a copied clone, not set up
    answer = shop.okstra("worktree", "prune")
    assert "what has landed could not be recorded: okstra is not set up in this clone" in answer.err
    (row,) = answer.json["worktrees"]
    assert not row["removed"]  # it is the original's, which gave it up
    assert "gave up its claim, this one did not" in row["reason"]
    assert place.path.exists()
