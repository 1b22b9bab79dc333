"""Landings that were taken back: what no target holds any more is what it was before, whoever asks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin, handoff, ready, reasons, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME
from tests.kit.story import KEY, Story
from tests.stories.test_landed import delete, note, squash, states

Merge = Callable[[World], None]


def kept(world: World) -> None:
    world.git("merge", "-q", "--no-ff", "-m", "merged", "s1")


def forward(world: World) -> None:
    world.git("merge", "-q", "--ff-only", "s1")


def squashed(world: World) -> None:
    world.git("merge", "-q", "--squash", "s1")
    world.commit("squashed", {})


WAYS = {"merge": kept, "fast forward": forward, "squash": squashed}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A verified stage on `s1`, main checked out."""
    world = begin(tmp_path / "shop")
    ready(world, 1)
    world.checkout("main")
    return world


def state(world: World, number: int = 1) -> str:
    """The state of a stage, of which all commands that only look say the same."""
    tasks = world.okstra("status", "--json").json["tasks"]
    listed = world.okstra("stage", "list", "--task-key", NAME, "--json").json["stages"]
    shown = world.okstra("stage", "show", str(number), "--task-key", NAME, "--json").json["stage"]
    task = world.okstra("task", "show", NAME, "--json").json["task"]
    said = [shown["state"]]
    for stages in (tasks[0]["stages"], listed, task["stages"]):
        said += [stage["state"] for stage in stages if stage["number"] == number]
    assert len({*said}) == 1, said
    return str(said[0])


def noted(world: World, commit: str) -> str:
    return world.ask("notes", "--ref=okstra", "show", commit, ok=False)


def facts(world: World) -> list[dict[str, Any]]:
    """Landings and what took them back, as the log has them, the oldest first."""
    said = reversed(world.okstra("log", NAME, "--json").json["events"])
    return [event["fact"] for event in said if event["fact"]["type"] in ("stage.landed", "stage.unlanded")]


@pytest.mark.parametrize("way", [*WAYS])
def test_a_trial_merge_that_was_reset_is_no_landing(world: World, way: str) -> None:
    WAYS[way](world)
    handoff(world, "status")
    assert state(world) == "landed"
    landed = facts(world)[0]["landed"]
    world.git("reset", "-q", "--hard", world["base"])
    before = world.ask("for-each-ref")
    assert state(world) == "verified"
    assert world.okstra("status", "--problems", "--json").json["problems"] == []
    assert world.ask("for-each-ref") == before, "looking records nothing"
    assert world.okstra("reconcile", "--task-key", NAME, "--check", "--json").json["items"] == []
    assert reasons(world) == {1: []}
    assert [fact["type"] for fact in facts(world)] == ["stage.landed", "stage.unlanded"]
    assert (facts(world)[1]["landed"], facts(world)[1]["target"]) == (landed, "main")
    assert '"status": "verified"' in noted(world, world.tip("s1"))
    assert handoff(world, "assemble", "--stages", "1", "--base", "main", "--no-worktree")["merged"] == [1]


@pytest.mark.parametrize(
    "command",
    [
        ("reconcile", "--task-key", NAME, "--apply"),
        ("handoff", "status", "--task-key", NAME),
        ("worktree", "prune"),
        ("stage", "done", "1", "--task-key", NAME),
    ],
    ids=" ".join,
)
def test_whatever_records_takes_it_back_once_and_says_so(world: World, command: tuple[str, ...]) -> None:
    kept(world)
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    told = f"stage 1 of {NAME} had landed in main as {world.tip('s1')[:10]}; no target holds that any more\n"
    assert told in world.okstra(*command).err
    assert [fact["type"] for fact in facts(world)] == ["stage.landed", "stage.unlanded"]
    assert "any more" not in world.okstra(*command).err
    assert len(facts(world)) == 2
    assert world.okstra("fsck", "--json").json["findings"] == []


def test_what_was_taken_back_lands_again_when_it_comes_again(world: World) -> None:
    squashed(world)
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    handoff(world, "status")
    assert state(world) == "verified"
    world.commit("M")
    squashed(world)
    handoff(world, "status")
    assert state(world) == "landed"
    assert facts(world)[-1]["landed"] == world.tip("main")


def test_a_target_that_was_rewritten_has_it_elsewhere(world: World) -> None:
    world.commit("M")
    squashed(world)
    handoff(world, "status")
    world.git("rebase", "-q", "--onto", world["base"], world["M"], "main")
    handoff(world, "status")
    assert state(world) == "landed"
    assert [fact["type"] for fact in facts(world)] == ["stage.landed", "stage.landed"]
    assert facts(world)[-1]["landed"] == world.tip("main")


def test_a_target_that_is_gone_holds_nothing(world: World) -> None:
    world.git("branch", "-q", "develop")
    world.checkout("develop")
    kept(world)
    handoff(world, "status")
    assert state(world) == "landed"
    world.checkout("main")
    world.git("branch", "-q", "-D", "develop")
    assert state(world) == "verified"
    assert reasons(world) == {1: []}


def test_a_branch_that_is_no_target_any_more_holds_nothing(world: World) -> None:
    world.git("branch", "-q", "develop")
    world.checkout("develop")
    kept(world)
    world.checkout("main")
    handoff(world, "status")
    assert state(world) == "landed"
    world.okstra("config", "set", "okstra.target", "main")
    assert state(world) == "verified"
    assert handoff(world, "assemble", "--stages", "1", "--base", "main", "--no-worktree")["merged"] == [1]
    assert [fact["type"] for fact in facts(world)] == ["stage.landed", "stage.unlanded"]
    handoff(world, "status")
    assert len(facts(world)) == 2, "and nobody finds it there again"


def test_a_list_that_names_no_branch_takes_nothing_back(world: World) -> None:
    kept(world)
    handoff(world, "status")
    world.okstra("config", "set", "okstra.target", "mian")
    handoff(world, "status")
    assert (state(world), [fact["type"] for fact in facts(world)]) == ("landed", ["stage.landed"])


def test_a_list_that_is_no_list_of_branches_hides_nothing_from_who_only_looks(world: World) -> None:
    kept(world)
    handoff(world, "status")
    world.git("config", "okstra.target", "-x y")
    said = world.okstra("stage", "list", "--task-key", NAME, "--json")
    assert [stage["state"] for stage in said.json["stages"]] == ["landed"]
    assert "was not looked at" in said.err


def test_a_damaged_target_takes_nothing_back(world: World) -> None:
    kept(world)
    handoff(world, "status")
    world.checkout("s1")
    world.git("branch", "-q", "trunk", world["base"])
    (world.path / ".git" / "refs" / "heads" / "main").write_text("torn\n")
    world.okstra("worktree", "prune")
    shown = world.okstra("stage", "show", "1", "--task-key", NAME, "--json").json["stage"]
    assert shown["state"] == "landed"


def test_a_pull_request_that_had_landed_is_open_again(world: World) -> None:
    branch = str(handoff(world, "assemble", "--stages", "1", "--base", "main", "--no-worktree")["branch"])
    url = "https://forge.example/shop/pull/7"
    handoff(world, "record-pr", "--stages", "1", "--branch", branch, "--url", url)
    world.git("merge", "-q", "--no-ff", "-m", "merged", branch)
    handoff(world, "status")
    assert state(world) == "landed"
    world.git("reset", "-q", "--hard", world["base"])
    assert state(world) == "in-pr"
    (task,) = world.okstra("handoff", "status", "--task-key", NAME, "--json").json["tasks"]
    assert [(pr["url"], pr["status"]) for pr in task["prs"]] == [(url, "open")]
    assert reasons(world) == {1: ["already-in-pr"]}


def test_a_pull_request_that_had_landed_may_be_closed_after_all(world: World) -> None:
    branch = str(handoff(world, "assemble", "--stages", "1", "--base", "main", "--no-worktree")["branch"])
    url = "https://forge.example/shop/pull/7"
    handoff(world, "record-pr", "--stages", "1", "--branch", branch, "--url", url)
    world.git("merge", "-q", "--no-ff", "-m", "merged", branch)
    handoff(world, "status")
    world.okstra("handoff", "record-closed", "--task-key", NAME, "--url", url, exit=1)
    world.git("reset", "-q", "--hard", world["base"])
    world.okstra("handoff", "record-closed", "--task-key", NAME, "--url", url)
    assert (state(world), reasons(world)) == ("verified", {1: []})


def test_the_worktree_of_a_stage_that_did_not_land_after_all_stays(world: World) -> None:
    world.okstra("stage", "start", "2", "--task-key", NAME, "--base", "main")
    (place,) = [row for row in world.okstra("worktree", "list", "--json").json["worktrees"] if row["worktree"]]
    there = world.worktree(place["worktree"], place["branch"]) if not Path(place["worktree"]).exists() else World(
        Path(place["worktree"]), labels=world.labels, clock=world.clock)  # fmt: skip
    there.commit("work")
    world.okstra("stage", "done", "2", "--task-key", NAME)
    world.git("merge", "-q", "--no-ff", "-m", "merged", place["branch"])
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    for options in (("--dry-run",), ()):
        (row,) = world.okstra("worktree", "prune", *options, "--json").json["worktrees"]
        assert (row["removed"], row["reason"]) == (False, "its stage still holds it")
    assert there.path.exists()


def test_the_next_stage_begins_on_what_was_taken_back(world: World) -> None:
    """A stage that depends on it has to have it below, and the target does not."""
    squashed(world)
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    world.git("branch", "-q", "next")
    words = ("--base", "main", "--branch", "next", "--no-worktree", "--depends-on", "1")
    assert "no target holds that any more" in world.okstra("stage", "start", "2", "--task-key", NAME, *words).err
    assert state(world) == "verified"


def test_a_shallow_clone_takes_nothing_back(world: World, tmp_path: Path) -> None:
    kept(world)
    world.commit("later")
    handoff(world, "status")
    source = tmp_path / "source"
    world.git("clone", "-q", "--bare", str(world.path), str(source))
    world.git("remote", "add", "origin", source.as_uri())
    world.git("fetch", "-q", "--depth", "1", "--update-shallow", "origin", "main")
    assert world.ask("rev-parse", "--is-shallow-repository") == "true"
    assert state(world) == "landed"
    handoff(world, "status")
    assert [fact["type"] for fact in facts(world)] == ["stage.landed"]


# --- a record that had moved into the target


def followed(story: Story) -> str:
    """A stage whose record was followed into main, because its branch was gone; the commit there."""
    story.stage("login", "A1", "A2")
    story.advance("M")
    squash(story, "login")
    delete(story, "login")
    story.reconcile("--apply", exit=0)
    assert states(story) == {1: "landed"}
    return story.tip("main")


def test_a_record_that_moved_into_the_target_is_looked_for_again(story: Story) -> None:
    followed(story)
    story.git("reset", "-q", "--hard", "HEAD~1")
    (item,) = story.reconcile("--check", exit=2)["items"]
    assert item["class"] == "confirm"
    assert states(story) == {1: "done"}
    note(story)
    assert states(story) == {1: "done"}
    assert [problem["code"] for problem in story.okstra("status", "--json").json["problems"]] == ["stage.stale"]


def test_and_goes_back_to_its_branch_where_that_is_there_again(story: Story) -> None:
    followed(story)
    story.git("reset", "-q", "--hard", "HEAD~1")
    story.git("branch", "-q", "login", story["A2"])
    story.reconcile("--apply", exit=0)
    assert states(story) == {1: "done"}
    assert story.stage_refs() == {1: story["A2"]}
    assert story.reconcile("--check", exit=0)["items"] == []


def test_and_follows_a_target_that_was_rewritten(story: Story) -> None:
    followed(story)
    story.git("rebase", "-q", "--onto", story["base"], "HEAD~1", "main")
    note(story)
    story.reconcile("--apply", exit=0)
    assert states(story) == {1: "landed"}
    assert story.reconcile("--check", exit=0)["items"] == []


def test_both_stages_of_a_group_are_taken_back_together(tmp_path: Path) -> None:
    world = begin(tmp_path / "shop")
    ready(world, 1)
    ready(world, 2)
    world.checkout("main")
    branch = str(handoff(world, "assemble", "--stages", "1,2", "--base", "main", "--no-worktree")["branch"])
    world.git("merge", "-q", "--squash", branch)
    world.commit("squashed", {})
    handoff(world, "status")
    assert (state(world, 1), state(world, 2)) == ("landed", "landed")
    world.git("reset", "-q", "--hard", world["base"])
    assert (state(world, 1), state(world, 2)) == ("verified", "verified")
    assert reasons(world) == {1: [], 2: []}
    assert [fact["type"] for fact in facts(world)].count("stage.unlanded") == 2


def test_new_content_after_a_taken_back_landing_is_recorded_whole(world: World) -> None:
    """What had landed for a while is not taken off the stage."""
    kept(world)
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    world.checkout("s1")
    world.commit("more")
    world.okstra("stage", "done", "1", "--task-key", NAME)
    verify(world, 1)
    stage = world.okstra("stage", "show", "1", "--task-key", NAME, "--json").json["stage"]
    assert (stage["base"], stage["commit"]) == (world["base"], world.tip("s1"))


def test_the_log_tells_of_it_in_words(world: World) -> None:
    kept(world)
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    handoff(world, "status")
    said = world.okstra("log", KEY, "--text").out
    assert f"not at {world.tip('s1')[:10]} any more" in said
    history = world.okstra("inspect", "history", "--task-key", KEY, "--json").json
    assert "stage.unlanded" in str(history)
