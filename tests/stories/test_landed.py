"""What forges do to stages that were handed over, done by plain git: what has landed is known without asking them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.leaving import hand_over
from tests.kit.story import KEY, Story

LINES = "".join(f"line {n}\n" for n in range(1, 41))


def note(story: Story) -> str:
    """A command that records what has landed; what it said of it."""
    return story.okstra("worktree", "prune", "--task-key", KEY).err


def states(story: Story) -> dict[int, str]:
    listed = story.okstra("stage", "list", "--task-key", KEY, "--json").json["stages"]
    return {stage["number"]: stage["state"] for stage in listed}


def landings(story: Story) -> list[dict[str, Any]]:
    """The landings on record, as the log tells them."""
    said = story.okstra("log", KEY, "--json").json["events"]
    return [event["fact"] for event in said if event["fact"]["type"] == "stage.landed"]


def delete(story: Story, *branches: str) -> None:
    story.checkout("main")
    story.git("branch", "-q", "-D", *branches)


def squash(story: Story, branch: str, *, on: str = "main") -> None:
    story.checkout(on)
    story.git("merge", "-q", "--squash", branch)
    story.git("commit", "-q", "-m", "Squashed (#1)")


def settled(story: Story, *gone: str) -> None:
    """Nothing is asked, nothing is left to record, nothing is damaged, whatever becomes of the branches."""
    if gone:
        delete(story, *gone)
    before = story.everything()
    report = story.reconcile("--check", exit=0)
    assert (report["items"], report["remaining_confirm"]) == ([], 0)
    assert story.okstra("status", "--json").json["problems"] == []
    assert note(story) == ""
    assert story.reconcile("--apply", exit=0)["applied"] == []
    assert story.everything() == before
    assert story.okstra("fsck", "--json").json["findings"] == []
    assert [f for f in story.okstra("doctor", "--json").json["findings"] if f["code"] != "hooks.absent"] == []


Forge = Callable[[Story], None]


def merge(story: Story) -> None:
    story.checkout("main")
    story.git("merge", "-q", "--no-ff", "-m", "Merged (#1)", "login")


def fast_forward(story: Story) -> None:
    story.checkout("main")
    story.git("merge", "-q", "--ff", "login")


def squash_login(story: Story) -> None:
    squash(story, "login")


def squash_on_moved_main(story: Story) -> None:
    story.advance("M")
    squash(story, "login")


def rebase_and_merge(story: Story) -> None:
    """What a forge does on `rebase and merge`: other commits on the target, the branch as it was."""
    story.advance("M")
    story.git("checkout", "-q", "--detach", "login")
    story.git("rebase", "-q", "main")
    rebased = story.tip()
    story.checkout("main")
    story.git("merge", "-q", "--ff-only", rebased)


def cherry_pick(story: Story) -> None:
    story.advance("M")
    story.checkout("main")
    story.git("cherry-pick", "-x", "main..login")


@pytest.mark.parametrize(
    ("forge", "how"),
    [
        (merge, "ancestor"),
        (fast_forward, "ancestor"),
        (squash_login, "same-tree"),
        (squash_on_moved_main, "same-delta"),
        (rebase_and_merge, "same-delta"),
        (cherry_pick, "same-delta"),
    ],
    ids=["merge", "fast forward", "squash", "squash on a moved main", "rebase and merge", "cherry-pick"],
)
def test_a_stage_lands_by_whatever_a_forge_does(story: Story, forge: Forge, how: str) -> None:
    story.stage("login", "A1", "A2")
    forge(story)
    story.commit("later")
    assert note(story) == f"okstra: stage 1 of {KEY} landed in main ({how})\n"
    assert states(story) == {1: "landed"}
    (landing,) = landings(story)
    assert (landing["recorded"], landing["target"], landing["how"]) == (story["A2"], "main", how)
    assert landing["landed"] == (story["A2"] if how == "ancestor" else story.tip("main~1"))
    assert story.stage_refs() == {1: story["A2"]}
    facts = json.loads(story.ask("notes", "--ref=okstra", "show", story["A2"]))
    assert (facts["stage"], facts["status"]) == (1, "landed")
    settled(story, "login")


def test_a_group_squashed_into_one_commit_lands_with_all_its_stages(story: Story) -> None:
    story.advance(("L", {"list": LINES}))
    story.stage("one", "A1", ("A2", {"list": LINES.replace("line 5\n", "five\n")}))
    story.stage("two", ("B", {"list": LINES.replace("line 20\n", "twenty\n")}))
    hand_over(story, 1, 2)
    assert note(story) == ""
    story.advance(("M", {"list": LINES.replace("line 35\n", "others\n")}))
    squash(story, "group-1-2")
    assert note(story) == "".join(
        f"okstra: stage {number} of {KEY} landed in main (squash, with group 1-2)\n" for number in (1, 2)
    )
    assert states(story) == {1: "landed", 2: "landed"}
    settled(story, "one", "two", "group-1-2")


def test_a_group_is_not_asked_about_when_nobody_looked_before_its_branches_went(story: Story) -> None:
    story.stage("one", "A")
    story.stage("two", "B1", "B2")
    story.stage("three", "C")
    hand_over(story, 1, 2)
    story.advance("M")
    squash(story, "group-1-2")
    delete(story, "one", "two", "group-1-2")
    before = story.everything()
    assert story.reconcile("--check", exit=0)["items"] == []
    assert [p["code"] for p in story.okstra("status", "--json").json["problems"]] == []
    assert story.everything() == before
    assert states(story) == {1: "done", 2: "done", 3: "done"}
    assert story.reconcile("--apply", exit=0)["applied"] == []
    assert "stage 2 of shop:web:login landed in main (same-delta, with group 1-2)" in note(story)
    assert states(story) == {1: "landed", 2: "landed", 3: "done"}
    settled(story)


def test_a_single_stage_whose_branch_went_first_is_followed_into_the_target_as_ever(story: Story) -> None:
    story.stage("login", "A1", "A2")
    story.advance("M")
    squash(story, "login")
    delete(story, "login")
    (item,) = story.reconcile("--check", exit=0)["items"]
    assert (item["class"], item["landed"], item["replacement"]) == ("auto", True, story.tip("main"))
    (applied,) = story.reconcile("--apply", exit=0)["applied"]
    assert applied["landed"] is True
    assert landings(story) == []
    assert states(story) == {1: "landed"}
    settled(story)


def test_only_a_part_of_it_squashed_lands_nothing(story: Story) -> None:
    story.stage("login", "A1", "A2")
    squash(story, "login~1")
    assert note(story) == ""
    assert states(story) == {1: "done"}


def test_a_conflict_resolved_in_the_squash_lands_nothing(story: Story) -> None:
    story.stage("login", ("A", {"README": "ours\n"}))
    story.advance(("M", {"README": "theirs\n"}))
    story.checkout("main")
    story.git("merge", "-q", "--squash", "login", ok=False)
    story.commit("Squashed (#1)", {"README": "both\n"})
    assert note(story) == ""
    assert states(story) == {1: "done"}


def test_a_stage_amended_after_it_was_handed_over_has_not_landed_and_people_see_it(story: Story) -> None:
    story.stage("one", "A")
    story.stage("two", "B")
    hand_over(story, 1, 2)
    story.checkout("two")
    story.amend({"B.txt": "better\n"})
    story.okstra("stage", "done", "2", "--task-key", KEY)
    squash(story, "group-1-2")
    told = note(story).splitlines()
    assert told == [
        f"okstra: stage 1 of {KEY} landed in main (same-tree, with group 1-2)",
        f"okstra: main has an older version of stage 2 of {KEY} (same-tree, with group 1-2); "
        "what it is now has not landed",
    ]
    assert states(story) == {1: "landed", 2: "done"}
    assert note(story) == ""
    (problem,) = story.okstra("status", "--json").json["problems"]
    assert (problem["code"], problem["stage"], problem["task"]) == ("stage.landed-older", 2, KEY)


def test_a_stage_amended_and_not_decided_yet_is_asked_about_not_landed(story: Story) -> None:
    story.stage("one", "A")
    story.stage("two", "B")
    hand_over(story, 1, 2)
    story.checkout("two")
    story.amend({"B.txt": "better\n"})
    story.advance("M")
    squash(story, "group-1-2")
    note(story)
    assert states(story) == {1: "landed", 2: "done"}
    (item,) = story.reconcile("--check", exit=2)["items"]
    assert (item["stage"], item["class"]) == (2, "confirm")


def test_what_was_reverted_before_anybody_looked_has_not_landed(story: Story) -> None:
    story.stage("login", "A")
    merge(story)
    story.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert note(story) == (f"okstra: stage 1 of {KEY} was in main (ancestor), but not all of it is there any more\n")
    assert states(story) == {1: "done"}
    assert note(story) == ""
    story.git("revert", "--no-edit", "HEAD")
    assert "landed in main (ancestor)" in note(story)


def test_a_change_that_was_reverted_is_not_followed_into_the_target(story: Story) -> None:
    story.stage("login", "A")
    squash_on_moved_main(story)
    story.git("revert", "--no-edit", "HEAD")
    delete(story, "login")
    (item,) = story.reconcile("--check", exit=2)["items"]
    assert item["class"] == "confirm"
    assert "taken out" in item["reason"]
    assert note(story) == ""
    assert states(story) == {1: "done"}


def test_a_stage_that_changes_nothing_lands_nowhere(story: Story) -> None:
    story.stage("login", ("E", {}))
    merge(story)
    assert note(story) == ""


def test_a_landing_on_a_server_is_known_after_a_fetch(story: Story) -> None:
    story.stage("one", "A")
    story.stage("two", "B")
    hand_over(story, 1, 2)
    server = story.inside(story.path.parent / "server")
    story.git("clone", "-q", str(story.path), str(server.path))
    server.checkout("main")
    server.git("merge", "-q", "--squash", "origin/group-1-2")
    server.git("commit", "-q", "-m", "Squashed (#1)")
    story.git("remote", "add", "origin", str(server.path))
    assert note(story) == ""
    story.git("fetch", "-q", "origin", "main:refs/remotes/origin/main")
    story.git("branch", "-q", "-u", "origin/main", "main")
    assert "stage 1 of shop:web:login landed in origin/main (same-tree, with group 1-2)" in note(story)
    story.git("pull", "-q", "--ff-only")
    settled(story, "one", "two", "group-1-2")


def test_a_target_that_was_rewritten_is_judged_as_usual(story: Story) -> None:
    story.stage("one", "A")
    story.stage("two", "B")
    hand_over(story, 1, 2)
    squash(story, "group-1-2")
    note(story)
    delete(story, "one", "two", "group-1-2")
    story.git("reset", "-q", "--hard", story["base"])
    assert {item["stage"] for item in story.reconcile("--check", exit=2)["items"]} == {1, 2}


def test_looking_again_reads_no_history(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.stage("one", "A")
    story.stage("two", "B")
    hand_over(story, 1, 2)
    squash(story, "group-1-2")
    note(story)

    def forbidden(*_: object) -> None:
        raise AssertionError("somebody looked again")

    monkeypatch.setattr("okstra_git.reconcile.landings.look_for_landings", forbidden)
    assert note(story) == ""
    assert story.okstra("status", "--json").json["problems"] == []
    story.commit("later")
    with pytest.raises(AssertionError, match="looked again"):
        story.okstra("worktree", "prune", "--task-key", KEY)


def test_starting_a_stage_notes_what_has_landed(story: Story) -> None:
    story.stage("login", "A")
    merge(story)
    words = ("stage", "start", "2", "--task-key", KEY, "--base", "main", "--branch", "next", "--no-worktree")
    story.git("branch", "-q", "next")
    assert f"okstra: stage 1 of {KEY} landed in main (ancestor)\n" in story.okstra(*words).err
    assert states(story) == {1: "landed", 2: "started"}


def test_a_dry_run_counts_what_has_landed_and_records_nothing(story: Story) -> None:
    story.stage("login", "A")
    merge(story)
    before = story.everything()
    story.okstra("worktree", "prune", "--dry-run", "--task-key", KEY)
    story.okstra("reconcile", "--task-key", KEY, "--check")
    story.okstra("status")
    assert story.everything() == before
    assert states(story) == {1: "done"}
    assert "landed in main (ancestor)" in note(story)
