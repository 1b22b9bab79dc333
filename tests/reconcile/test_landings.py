"""What counts as landed and, above all, what does not."""

import pytest

from okstra_git.names import parse_task_key
from okstra_git.reconcile.landings import as_landed, landed_facts
from okstra_git.records.events import StageLanded
from tests.kit.desk import Desk
from tests.kit.leaving import URL, hand_over, landed, look, missed
from tests.kit.scenario import World
from tests.kit.stores import KEY, open_store, record

LINES = "".join(f"line {n}\n" for n in range(40))


def edited(*places: int, text: str = LINES, word: str = "ours") -> str:
    for place in places:
        text = text.replace(f"line {place}\n", f"{word} {place}\n")
    return text


@pytest.fixture
def desk(world: World) -> Desk:
    """A file on main, an open task, nothing recorded."""
    world.commit("start", {"list": LINES})
    return Desk(world)


def stage(desk: Desk, number: int, *commits: tuple[str, dict[str, str | None] | None], base: str = "start") -> None:
    """A stage on a branch `s<N>` of its own; main is checked out afterwards."""
    world = desk.world
    world.branch(f"s{number}", base)
    for label, files in commits:
        world.commit(label, files)
    desk.record(number, f"s{number}", base=base)
    world.checkout("main")


def squash(world: World, *branches: str, title: str = "squashed") -> None:
    world.git("checkout", "-q", "--detach", "main")
    for branch in branches:
        world.git("merge", "-q", "--no-ff", "-m", "aside", branch)
    together = world.tip()
    world.checkout("main")
    world.git("merge", "-q", "--squash", together)
    world.git("commit", "-q", "-m", title)


# --- by its own commit


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only"])
def test_a_merge_that_keeps_the_commit_has_landed_it(desk: Desk, how: str) -> None:
    stage(desk, 1, ("A", None))
    assert landed(desk.world) == {}
    desk.world.git("merge", "-q", how, "-m", "merged", "s1")
    assert landed(desk.world) == {1: "main ancestor"}
    assert look(desk.world).landed[0].commit == desk.world["A"]


def test_a_merge_whose_conflict_was_resolved_by_hand_has_landed(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    desk.world.commit("M", {"list": edited(5, word="theirs")})
    desk.world.git("merge", "-q", "s1", ok=False)
    desk.world.write("list", edited(5, word="both"))
    desk.world.git("commit", "-q", "-a", "-m", "merged")
    assert landed(desk.world) == {1: "main ancestor"}


@pytest.mark.parametrize("strategy", [("-s", "ours"), ("-X", "ours")])
def test_a_merge_that_took_nothing_of_it_is_no_landing(desk: Desk, strategy: tuple[str, str]) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    desk.world.commit("M", {"list": edited(5, word="theirs")})
    desk.world.git("merge", "-q", *strategy, "-m", "merged", "s1")
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out"})


def test_an_empty_stage_lands_nowhere(desk: Desk) -> None:
    stage(desk, 1, ("E", {}))
    desk.world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")
    assert landed(desk.world) == {}


def test_the_branch_of_a_stage_above_it_is_no_target(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    stage(desk, 2, ("B", None), base="A")
    desk.world.git("update-ref", "refs/remotes/origin/s2", "s2")
    assert landed(desk.world, "s2", "origin/s2") == {}


def test_a_collector_is_no_target(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    hand_over(desk.world, 1)
    desk.world.git("update-ref", "refs/remotes/origin/group-1", "group-1")
    desk.world.git("merge", "-q", "s1")
    desk.world.git("update-ref", "refs/heads/main", desk.world["start"])
    assert landed(desk.world, "group-1", "origin/group-1") == {}


def test_a_branch_on_which_stages_were_put_together_for_another_one_is_no_target(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", str(KEY))
    for number, start in ((1, "main"), (2, "main"), (3, "together")):
        if number == 3:
            world.branch("together", "s1")
            world.git("merge", "-q", "-m", "together", "s2")
        world.branch(f"s{number}", start)
        world.commit(f"S{number}")
        words = ("--task-key", str(KEY))
        world.okstra("stage", "start", str(number), *words, "--base", start, "--branch", f"s{number}", "--no-worktree")
        world.okstra("stage", "done", str(number), *words)
    assert landed(world) == {}
    world.checkout("together")
    world.git("merge", "-q", "s3")
    assert landed(world) == {3: "together ancestor"}
    assert landed(world, "together") == dict.fromkeys((1, 2, 3), "together ancestor")


# --- by its own change


@pytest.mark.parametrize("commits", [1, 3])
@pytest.mark.parametrize("moved", [False, True], ids=["main unmoved", "main moved"])
def test_a_squash_merge_is_recognised(desk: Desk, commits: int, moved: bool) -> None:
    stage(desk, 1, *((f"A{n}", None) for n in range(commits)))
    if moved:
        desk.world.commit("M")
    squash(desk.world, "s1")
    assert landed(desk.world) == {1: "main same-delta" if moved else "main same-tree"}
    assert look(desk.world).landed[0].commit == desk.world.tip()


def test_a_squash_merge_over_edits_in_the_same_file_is_recognised(desk: Desk) -> None:
    stage(desk, 1, ("A1", {"list": edited(5)}), ("A2", {"list": edited(5, 6)}))
    desk.world.commit("M", {"list": edited(30, word="theirs")})
    squash(desk.world, "s1")
    assert landed(desk.world) == {1: "main squash"}


def test_a_rebase_merge_is_recognised_stage_by_stage(desk: Desk) -> None:
    stage(desk, 1, ("A1", None), ("A2", {"list": edited(5)}))
    stage(desk, 2, ("B", {"list": edited(5, 20)}), base="A2")
    desk.world.commit("M", {"list": edited(35, word="theirs")})
    desk.world.git("cherry-pick", f"{desk.world['start']}..s2")
    assert landed(desk.world) == {1: "main replay", 2: "main replay"}


def test_a_cherry_pick_is_recognised(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    desk.world.commit("M")
    desk.world.git("cherry-pick", "-x", "s1")
    assert landed(desk.world) == {1: "main same-delta"}


def test_a_squash_with_a_conflict_resolved_by_hand_is_not_proven(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}), ("B", None))
    desk.world.commit("M", {"list": edited(5, word="theirs")})
    desk.world.git("merge", "-q", "--squash", "s1", ok=False)
    desk.world.write("list", edited(5, word="both"))
    desk.world.git("commit", "-q", "-a", "-m", "squashed")
    assert (landed(desk.world), missed(desk.world)) == ({}, {})


def test_a_squash_of_a_part_is_no_landing(desk: Desk) -> None:
    stage(desk, 1, ("A1", None), ("A2", None))
    squash(desk.world, "s1~1")
    assert landed(desk.world) == {}
    squash(desk.world, "s1")
    assert landed(desk.world) == {1: "main same-tree"}


def test_a_squash_with_something_else_inside_is_not_proven(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    desk.world.git("merge", "-q", "--squash", "s1")
    desk.world.commit("squashed", {"A.txt": "fixed while merging\n"})
    assert landed(desk.world) == {}


def test_two_places_that_could_be_meant_are_none(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    squash(desk.world, "s1")
    desk.world.git("revert", "--no-edit", "HEAD")
    desk.world.git("cherry-pick", "s1")
    assert landed(desk.world) == {}


def test_two_stages_with_the_same_change_land_with_neither(desk: Desk) -> None:
    stage(desk, 1, ("A", {"a": "same\n"}))
    stage(desk, 2, ("B", {"a": "same\n"}))
    desk.world.commit("M")
    squash(desk.world, "s1")
    assert landed(desk.world) == {}


def test_a_window_that_ends_too_early_proves_nothing(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    desk.world.commit("M1")
    squash(desk.world, "s1")
    for number in range(3):
        desk.world.commit(f"N{number}")
    assert landed(desk.world) == {1: "main same-delta"}
    desk.world.okstra("init", "--project-id", "shop", "--no-hooks")
    for limit in ("3", "4"):  # without and with the squash, but without what came before
        desk.world.okstra("config", "set", "okstra.reconcileWindow", limit)
        assert "landed" not in desk.world.okstra("worktree", "prune").err
    desk.world.okstra("config", "set", "okstra.reconcileWindow", "300")
    assert "landed in main (same-delta)" in desk.world.okstra("worktree", "prune").err


def test_a_shallow_clone_that_cannot_see_enough_proves_nothing(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, ("A", None))
    world.commit("M")
    squash(world, "s1")
    world.commit("N")
    clone = world.clone("shallow", "--depth", "2", "--no-single-branch")
    clone.git("fetch", "-q", "--depth", "2", "origin", "+refs/okstra/log/*:refs/okstra/log/*")
    assert landed(clone) == {}
    clone.git("fetch", "-q", "--unshallow", "origin")
    assert landed(clone) == {1: "main same-delta"}


# --- taken out again


def test_a_revert_of_a_merge_is_seen(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    desk.world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")
    desk.world.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out"})
    desk.world.git("revert", "--no-edit", "HEAD")
    assert landed(desk.world) == {1: "main ancestor"}


def test_a_revert_of_a_squash_is_seen_whatever_came_later(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    desk.world.commit("M")
    squash(desk.world, "s1")
    assert landed(desk.world) == {1: "main same-delta"}
    desk.world.git("revert", "--no-edit", "HEAD")
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out"})
    desk.world.commit("N", {"list": edited(5, word="another")})
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out"})


def test_a_revert_together_with_other_work_is_seen(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5), "a": "a\n"}))
    stage(desk, 2, ("B", {"list": edited(30)}))
    squash(desk.world, "s1")
    squash(desk.world, "s2")
    assert set(landed(desk.world)) == {1, 2}
    desk.world.commit("all back", {"list": edited(15, word="later"), "a": None})
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out", 2: "taken-out"})


def test_a_squash_of_which_one_file_was_taken_out_has_not_landed_even_where_the_branch_is_gone(desk: Desk) -> None:
    stage(desk, 1, ("A", {"one": "1\n", "two": "2\n"}))
    squash(desk.world, "s1")
    desk.world.git("branch", "-q", "-D", "s1")
    assert landed(desk.world) == {1: "main same-tree"}
    desk.world.commit("half of it", {"two": None})
    assert landed(desk.world) == {}
    (question,) = desk.look().confirms  # its branch is gone, so reconcile asks
    assert question.reason == "main had the recorded change, and it was taken out there again"


def test_a_revert_that_left_the_change_log_is_seen(desk: Desk) -> None:
    stage(desk, 1, ("A", {"code": "new\n", "list": edited(5)}))
    squash(desk.world, "s1")
    desk.world.git("revert", "--no-commit", "HEAD")
    desk.world.git("checkout", "-q", "HEAD", "--", "list")
    desk.world.git("commit", "-q", "-m", "back, but for the change log")
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out"})


def test_a_file_that_is_gone_holds_nothing_of_the_change(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    squash(desk.world, "s1")
    desk.world.commit("gone", {"list": None})
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out"})


def test_a_revert_on_the_branch_before_it_was_merged_is_seen(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    desk.world.checkout("s1")
    desk.world.git("revert", "--no-edit", "HEAD")
    desk.world.checkout("main")
    desk.world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")
    assert landed(desk.world) == {}


def test_a_revert_that_only_the_upstream_has_is_seen(desk: Desk) -> None:
    world = desk.world
    stage(desk, 1, ("A", None))
    squash(world, "s1")
    world.git("remote", "add", "origin", str(world.path))
    world.git("update-ref", "refs/remotes/origin/main", "main")
    world.git("branch", "-q", "-u", "origin/main", "main")
    assert set(landed(world)) == {1}
    world.branch("aside")
    world.git("revert", "--no-edit", "HEAD")
    world.git("update-ref", "refs/remotes/origin/main", "aside")
    world.checkout("main")
    assert landed(world) == {}


def test_what_one_target_took_out_may_be_in_another_one(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    for target in ("one", "two"):
        desk.world.branch(target, "main")
        desk.world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")
    desk.world.checkout("one")
    desk.world.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert landed(desk.world, "one", "two") == {1: "two ancestor"}
    assert (landed(desk.world, "one"), missed(desk.world, "one")) == ({}, {1: "taken-out"})


@pytest.mark.parametrize(
    "later",
    [
        {"A.txt": "better\n"},
        {"A.txt": "A\nand more\n"},
        {"list": edited(5, word="theirs")},
        {"A.txt": None, "kept/A.txt": "A\n"},
    ],
    ids=["rewritten", "continued", "something else", "moved"],
)
def test_work_that_goes_on_from_there_changes_nothing(desk: Desk, later: dict[str, str | None]) -> None:
    stage(desk, 1, ("A", None))
    squash(desk.world, "s1")
    desk.world.commit("later", later)
    assert set(landed(desk.world)) == {1}


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only"])
@pytest.mark.parametrize(
    "files", [{"list": edited(5, word="more")}, {"list": edited(5, 6)}], ids=["same", "next to it"]
)
def test_a_revert_of_a_whole_stack_is_seen_for_every_stage(desk: Desk, how: str, files: dict[str, str | None]) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    stage(desk, 2, ("B", files), base="A")
    desk.world.git("merge", "-q", how, "-m", "merged", "s2")
    desk.world.commit("N", {"list": (desk.world.path / "list").read_text() + "later\n"})
    assert set(landed(desk.world)) == {1, 2}
    desk.world.commit("all back", {"list": LINES + "later\n"})
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out", 2: "taken-out"})


def test_what_a_stage_above_takes_away_again_is_no_revert(desk: Desk) -> None:
    stage(desk, 1, ("A", {"scaffold": "for now\n", "code": "1\n"}))
    stage(desk, 2, ("B", {"scaffold": None, "code": "2\n"}), base="A")
    desk.world.git("merge", "-q", "--no-ff", "-m", "merged", "s2")
    assert set(landed(desk.world)) == {1, 2}
    desk.world.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert landed(desk.world) == {}


# --- with a group


@pytest.fixture
def pair(desk: Desk) -> Desk:
    """Stages 1 and 2 side by side, assembled as one group."""
    stage(desk, 1, ("A1", None), ("A2", {"list": edited(5)}))
    stage(desk, 2, ("B", {"list": edited(30)}))
    hand_over(desk.world, 1, 2)
    return desk


@pytest.mark.parametrize("moved", [False, True], ids=["main unmoved", "main moved"])
def test_a_squash_of_a_whole_group_lands_every_member(pair: Desk, moved: bool) -> None:
    assert landed(pair.world) == {}
    if moved:
        pair.world.commit("M", {"list": edited(15, word="theirs")})
    squash(pair.world, "group-1-2")
    how = "squash" if moved else "same-tree"
    assert landed(pair.world) == {1: f"main {how} 1-2", 2: f"main {how} 1-2"}
    assert {one.commit for one in look(pair.world).landed} == {pair.world.tip()}


def test_a_squash_of_a_group_that_was_reverted_lands_nothing(pair: Desk) -> None:
    squash(pair.world, "group-1-2")
    pair.world.git("revert", "--no-edit", "HEAD")
    assert (landed(pair.world), missed(pair.world)) == ({}, {1: "taken-out", 2: "taken-out"})


def test_a_squash_of_a_part_of_a_group_lands_nothing_of_the_rest(pair: Desk) -> None:
    squash(pair.world, "group-1-2~1")
    assert landed(pair.world) == {1: "main same-tree"}


def test_the_base_of_a_group_is_a_target_of_its_members(desk: Desk) -> None:
    desk.world.git("branch", "-q", "release", "main")
    stage(desk, 1, ("A", None))
    stage(desk, 2, ("B", None))
    hand_over(desk.world, 1, 2, base="release")
    desk.world.checkout("release")
    desk.world.git("merge", "-q", "--squash", "group-1-2")
    desk.world.git("commit", "-q", "-m", "squashed")
    desk.world.checkout("main")
    assert landed(desk.world) == {1: "release same-tree 1-2", 2: "release same-tree 1-2"}


def test_a_member_that_was_merged_alone_into_the_base_of_its_group_has_landed(desk: Desk) -> None:
    desk.world.git("branch", "-q", "release", "main")
    stage(desk, 1, ("A", None))
    stage(desk, 2, ("B", None))
    hand_over(desk.world, 1, 2, base="release")
    desk.world.checkout("release")
    desk.world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")
    assert landed(desk.world) == {1: "release ancestor"}


def test_a_member_that_was_amended_after_it_was_handed_over_has_not_landed(pair: Desk) -> None:
    pair.world.checkout("s2")
    pair.world.amend({"list": edited(30, 31)})
    pair.record(2, "s2", base="start")
    squash(pair.world, "group-1-2")
    assert (landed(pair.world), missed(pair.world)) == ({1: "main same-tree 1-2"}, {2: "landed-older"})
    assert look(pair.world).not_landed[0].what.group == "1-2"


def test_a_member_whose_branch_holds_another_version_has_not_landed(pair: Desk) -> None:
    pair.world.checkout("s2")
    pair.world.amend({"list": edited(30, 31)}, "--reset-author", "-m", "quite another message")
    squash(pair.world, "group-1-2")
    assert (landed(pair.world), missed(pair.world)) == ({1: "main same-tree 1-2"}, {2: "landed-older"})


@pytest.mark.parametrize("files", [None, {"list": edited(15, word="theirs")}], ids=["other files", "same file"])
def test_a_member_that_was_only_rebased_since_has_landed(pair: Desk, files: dict[str, str] | None) -> None:
    pair.world.commit("M", files)
    pair.world.git("rebase", "-q", "main", "s2")
    squash(pair.world, "group-1-2")
    assert set(landed(pair.world)) == {1, 2}
    pair.settle()
    assert set(landed(pair.world)) == {1, 2}


def test_a_member_whose_branch_was_moved_to_the_target_has_landed(pair: Desk) -> None:
    pair.world.commit("M")
    squash(pair.world, "group-1-2")
    pair.world.git("branch", "-q", "-f", "s2", "main")
    assert set(landed(pair.world)) == {1, 2}


def test_a_stage_that_a_person_moved_after_its_older_version_landed_is_told(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    desk.world.commit("M")
    squash(desk.world, "s1")
    desk.world.okstra("init", "--project-id", "shop", "--no-hooks")
    desk.world.checkout("s1")
    desk.world.amend({"list": edited(5, 6)})
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "landed-older"})
    desk.world.okstra("reconcile", "--task-key", str(KEY), "--apply", "--stage", "1", "--use-ref", "s1")
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "landed-older"})


def test_a_member_that_a_person_moved_has_landed_only_if_its_change_is_the_same(pair: Desk) -> None:
    world = pair.world
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.checkout("s2")
    world.amend({"list": edited(30, 31)})
    world.okstra("reconcile", "--task-key", str(KEY), "--apply", "--stage", "2", "--use-ref", "s2")
    squash(world, "group-1-2")
    assert (landed(world), missed(world)) == ({1: "main same-tree 1-2"}, {2: "landed-older"})


def test_the_version_in_a_pull_request_is_known_after_the_group_was_assembled_again(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    stage(desk, 2, ("B", {"list": edited(20)}))
    hand_over(desk.world, 1, 2, url=URL)
    desk.world.git("branch", "-q", "published", "group-1-2")
    desk.world.checkout("s2")
    desk.world.amend({"list": edited(20, 21)})
    desk.record(2, "s2", base="start")
    hand_over(desk.world, 1, 2)
    squash(desk.world, "published")
    assert (landed(desk.world), missed(desk.world)) == ({1: "main same-tree 1-2"}, {2: "landed-older"})


# --- several squashed by hand


def test_stages_squashed_by_hand_land_together_while_their_branches_stand(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    stage(desk, 2, ("B", None))
    stage(desk, 3, ("C", {"list": edited(5, 6)}), base="A")
    desk.world.commit("M")
    squash(desk.world, "s1", "s2")
    assert landed(desk.world) == {1: "main same-delta", 2: "main same-delta"}


def test_a_stack_squashed_by_hand_over_edits_in_the_same_file_lands(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5)}))
    stage(desk, 2, ("B", {"list": edited(5, 6)}), base="A")
    desk.world.commit("M", {"list": edited(30, word="theirs")})
    squash(desk.world, "s2")
    assert landed(desk.world) == {1: "main squash", 2: "main squash"}
    desk.world.git("revert", "--no-edit", "HEAD")
    assert (landed(desk.world), missed(desk.world)) == ({}, {1: "taken-out", 2: "taken-out"})


def test_two_versions_of_a_file_of_which_one_was_squashed_land_at_most_that_one(desk: Desk) -> None:
    stage(desk, 1, ("A", {"list": edited(5, word="one")}))
    stage(desk, 2, ("B", {"list": edited(5, word="two")}))
    squash(desk.world, "s2")
    assert landed(desk.world) == {2: "main same-tree"}


# --- what is recorded


def test_what_is_recorded_is_checked_again_under_the_append(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    desk.world.git("merge", "-q", "s1")
    found = look(desk.world).landed
    store = open_store(desk.world)
    assert [type(fact) for fact in landed_facts(store.read(), found)] == [StageLanded]
    record(store, *landed_facts(store.read(), found))
    assert landed_facts(store.read(), found) == []
    assert landed(desk.world) == {}
    desk.world.checkout("s1")
    desk.world.commit("more")
    desk.record(1, "s1", base="start")
    assert landed_facts(store.read(), found) == []


def test_whoever_only_looks_sees_the_task_as_it_would_be(desk: Desk) -> None:
    stage(desk, 1, ("A", None))
    stage(desk, 2, ("B", None))
    desk.world.git("merge", "-q", "s1")
    task = open_store(desk.world).read().state.tasks[parse_task_key(KEY.slashed)]
    seen = as_landed(task, look(desk.world).landed)
    assert {n: s.status for n, s in seen.stages.items()} == {1: "landed", 2: "done"}


def test_a_landing_whose_target_was_rewritten_is_looked_for_again(pair: Desk) -> None:
    world = pair.world
    squash(world, "group-1-2")
    store = open_store(world)
    record(store, *landed_facts(store.read(), look(world).landed))
    assert landed(world) == {}
    world.git("branch", "-q", "-D", "s1", "s2")
    assert set(pair.verdicts().values()) == {"ok"}
    world.git("reset", "-q", "--hard", world["start"])
    assert set(pair.verdicts().values()) == {"confirm"}
    world.commit("M")
    squash(world, "group-1-2")
    assert set(pair.verdicts().values()) == {"ok"}
    assert set(landed(world)) == {1, 2}
