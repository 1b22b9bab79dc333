"""Where recorded stages begin, after all that people do to branches: merges of the base, landings, trials, renames."""

from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin
from tests.kit.scenario import World
from tests.kit.stores import NAME


@pytest.fixture
def world(tmp_path: Path) -> World:
    return begin(tmp_path / "shop")


def start(world: World, number: int = 1, *, base: str = "main", branch: str = "f") -> None:
    """A stage on a new branch at the base, checked out."""
    world.branch(branch, base)
    adopted = ["--branch", branch, "--no-worktree"]
    world.okstra("stage", "start", str(number), "--task-key", NAME, "--base", base, *adopted)


def done(world: World, number: int = 1, *flags: str) -> tuple[str | None, list[str], int]:
    """The stage recorded as it is: its base by label (or id), its files, how many commits."""
    world.okstra("stage", "done", str(number), "--task-key", NAME, *flags)
    shown: Any = world.okstra("stage", "show", str(number), "--task-key", NAME).json["stage"]
    labels = {commit: label for label, commit in world.labels.items()}
    return labels.get(shown["base"], shown["base"]), list(shown["range"]["paths"]), shown["range"]["commits"]


def on(world: World, branch: str, label: str) -> None:
    """Somebody commits on another branch; then back."""
    here = world.ask("symbolic-ref", "--short", "HEAD")
    world.checkout(branch)
    world.commit(label)
    world.checkout(here)


def merge(world: World, what: str, *, into: str = "", label: str = "") -> str:
    """A merge commit, remembered under the label."""
    here = world.ask("symbolic-ref", "--short", "HEAD")
    if into:
        world.checkout(into)
    world.git("merge", "-q", "--no-ff", "-m", label or f"merge {what}", *what.split())
    if label:
        world.labels[label] = world.tip()
    commit = world.tip()
    world.checkout(here)
    return commit


# --- updates from the base


def test_what_a_merge_of_the_base_brought_is_no_part_of_the_stage(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M")
    merge(world, "main")
    assert done(world) == ("M", ["A.txt"], 2)


def test_updates_may_be_repeated_before_and_after_recording(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M1")
    merge(world, "main")
    assert done(world)[:2] == ("M1", ["A.txt"])
    on(world, "main", "M2")
    merge(world, "main")
    world.commit("B")
    on(world, "main", "M3")
    merge(world, "main")
    assert done(world) == ("M3", ["A.txt", "B.txt"], 5)


def test_an_update_of_which_the_base_branch_is_gone_later_stays_known(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M")
    merge(world, "main")
    done(world)
    world.git("branch", "-f", "main", world["base"])
    world.commit("B")
    assert done(world)[:2] == ("M", ["A.txt", "B.txt"])
    world.git("update-ref", "-d", "refs/heads/main")
    world.commit("C")
    assert done(world)[:2] == ("M", ["A.txt", "B.txt", "C.txt"])


def test_a_conflict_resolved_in_the_update_is_the_stages_own(world: World) -> None:
    start(world)
    world.commit("A", {"README": "mine\n"})
    world.checkout("main")
    world.commit("M", {"README": "theirs\n", "m.txt": "m\n"})
    world.checkout("f")
    world.git("merge", "-q", "--no-commit", "main", ok=False)
    world.commit("both", {"README": "mine and theirs\n"})
    assert done(world)[:2] == ("M", ["README"])


def test_an_octopus_of_base_and_another_branch(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M")
    world.git("branch", "other", world["base"])
    on(world, "other", "X")
    merge(world, "main other")
    assert done(world)[:2] == ("M", ["A.txt", "X.txt"])


def test_an_update_from_a_branch_that_is_not_the_base_is_part_of_the_stage(world: World) -> None:
    start(world)
    world.commit("A")
    world.git("branch", "other", world["base"])
    on(world, "other", "X")
    merge(world, "other")
    assert done(world)[:2] == ("base", ["A.txt", "X.txt"])


def test_another_branch_may_bring_the_base_along(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M")
    world.git("branch", "other", "main")
    on(world, "other", "X")
    merge(world, "other")
    assert done(world)[:2] == ("M", ["A.txt", "X.txt"])


def test_an_update_by_rebase_is_as_ever(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M")
    world.git("rebase", "-q", "main")
    assert done(world)[:2] == ("M", ["A.txt"])


def test_a_base_that_is_known_as_fetched_only(world: World) -> None:
    server = world.clone("server")
    world.git("remote", "add", "origin", str(server.path))
    world.git("fetch", "-q", "origin")
    start(world, base="origin/main")
    world.git("branch", "-q", "-D", "main")
    world.commit("A")
    server.commit("M")
    world.git("fetch", "-q", "origin")
    merge(world, "origin/main")
    assert done(world)[:2] == ("M", ["A.txt"])


def test_an_update_from_what_was_fetched_while_the_branch_here_stays_behind(world: World) -> None:
    server = world.clone("server")
    world.git("remote", "add", "origin", str(server.path))
    start(world)
    world.commit("A")
    server.commit("M")
    world.git("fetch", "-q", "origin")
    merge(world, "origin/main")
    assert done(world)[:2] == ("M", ["A.txt"])


def test_a_base_that_was_fetched_and_an_update_from_the_branch_here(world: World) -> None:
    server = world.clone("server")
    world.git("remote", "add", "origin", str(server.path))
    world.git("fetch", "-q", "origin")
    start(world, base="origin/main")
    world.commit("A")
    on(world, "main", "M")
    merge(world, "main")
    assert done(world)[:2] == ("M", ["A.txt"])


@pytest.mark.parametrize("named", ["commit", "tag", "expression"])
def test_a_base_that_is_no_branch_stands_for_the_main_branches_that_contain_it(world: World, named: str) -> None:
    world.git("tag", "v1")
    base = {"commit": world["base"], "tag": "v1", "expression": "v1~0"}[named]
    start(world, base=base)
    world.commit("A")
    on(world, "main", "M")
    merge(world, "main")
    assert done(world)[:2] == ("M", ["A.txt"])


def test_a_stack_whose_lower_stage_took_the_update(world: World) -> None:
    start(world, 1, branch="one")
    world.commit("A")
    done(world, 1)
    start(world, 2, base="one", branch="two")
    world.commit("B")
    done(world, 2)
    on(world, "main", "M")
    world.checkout("one")
    world.labels["U"] = merge(world, "main")
    assert done(world, 1)[:2] == ("M", ["A.txt"])
    world.checkout("two")
    assert done(world, 2)[:2] == ("A", ["B.txt"])
    merge(world, "one")
    assert done(world, 2)[:2] == ("U", ["B.txt"])
    world.commit("C")
    assert done(world, 2)[:2] == ("U", ["B.txt", "C.txt"])


def test_a_stacked_stage_goes_on_from_main_when_the_lower_one_landed_there(world: World) -> None:
    start(world, 1, branch="one")
    world.commit("A")
    done(world, 1)
    start(world, 2, base="one", branch="two")
    world.commit("B")
    merge(world, "one", into="main", label="landed")
    world.git("branch", "-q", "-D", "one")
    merge(world, "main")
    assert done(world, 2)[:2] == ("landed", ["B.txt"])


def test_several_stages_on_one_branch_with_an_update_between_them(world: World) -> None:
    start(world, 1)
    world.commit("A")
    done(world, 1)
    on(world, "main", "M")
    merge(world, "main", label="U")
    world.commit("B")
    assert done(world, 2, "--branch", "f")[:2] == ("U", ["B.txt"])
    assert done(world, 1, "--commit", world["A"])[:2] == ("base", ["A.txt"])


def test_a_stacked_stage_that_begins_with_an_update_of_its_own(world: World) -> None:
    start(world, 1, branch="one")
    world.commit("A")
    done(world, 1)
    start(world, 2, base="one", branch="two")
    on(world, "main", "M")
    merge(world, "main", label="U")
    world.commit("B")
    assert done(world, 2)[:2] == ("U", ["B.txt"])


@pytest.mark.parametrize("base", ["f", "origin/f"])
def test_what_was_pushed_of_a_stage_that_names_its_own_branch_as_base_is_its_own(world: World, base: str) -> None:
    server = world.clone("server")
    world.git("remote", "add", "origin", str(server.path))
    world.branch("f")
    world.commit("theirs")
    world.git("push", "-q", "origin", "f")
    world.okstra("stage", "start", "1", "--task-key", NAME, "--base", base, "--branch", "f", "--no-worktree")
    world.commit("A")
    world.git("push", "-q", "-u", "origin", "f")
    world.commit("B")
    assert done(world)[:2] == ("theirs", ["A.txt", "B.txt"])


# --- what others have of the stage


@pytest.mark.parametrize("how", [("--no-ff", "-m", "taken in"), ("--ff-only",)])
@pytest.mark.parametrize("target", ["main", "develop"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_merge_elsewhere_makes_no_stage_shorter(world: World, how: tuple[str, ...], target: str, reset: bool) -> None:
    world.git("branch", "develop")
    start(world)
    world.commit("A")
    done(world)
    world.checkout(target)
    world.git("merge", "-q", *how, "f")
    world.okstra("handoff", "status", "--task-key", NAME)
    if reset:
        world.git("reset", "-q", "--hard", world["base"])
    world.checkout("f")
    world.commit("B")
    assert done(world)[:2] == ("base", ["A.txt", "B.txt"])


@pytest.mark.parametrize("target", ["main", "develop"])
def test_nor_does_a_merge_from_before_it_was_recorded(world: World, target: str) -> None:
    world.git("branch", "develop")
    start(world)
    world.commit("A")
    merge(world, "f", into=target)
    world.commit("B")
    assert done(world)[:2] == ("base", ["A.txt", "B.txt"])
    merge(world, "f", into=target)
    assert done(world)[:2] == ("base", ["A.txt", "B.txt"])


def test_nor_does_main_that_was_forwarded_to_it_before_it_was_recorded(world: World) -> None:
    start(world)
    world.commit("A")
    world.commit("B")
    world.git("branch", "-f", "main", "f")
    world.commit("C")
    assert done(world)[:2] == ("base", ["A.txt", "B.txt", "C.txt"])


def test_what_others_made_and_the_stage_was_rebased_onto_is_not_its_own(world: World) -> None:
    start(world)
    on(world, "main", "M")
    world.git("rebase", "-q", "main")
    world.commit("A")
    assert done(world)[:2] == ("M", ["A.txt"])


def test_a_landing_by_merge_is_seen_when_the_stage_took_it_in_again_before_it_was_recorded(world: World) -> None:
    start(world)
    world.commit("A")
    merge(world, "f", into="main", label="landed")
    merge(world, "main")
    world.commit("B")
    assert done(world)[:2] == ("base", ["A.txt", "B.txt"])


def test_nor_does_a_merge_of_all_of_it(world: World) -> None:
    start(world)
    world.commit("A")
    on(world, "main", "M")
    merge(world, "main")
    world.commit("B")
    merge(world, "f", into="main")
    assert done(world)[:2] == ("M", ["A.txt", "B.txt"])


def test_a_landing_that_the_stage_took_in_again(world: World) -> None:
    start(world)
    world.commit("A")
    done(world)
    on(world, "main", "M")
    merge(world, "f", into="main")
    merge(world, "main")
    world.commit("B")
    assert done(world)[:2] == ("M", ["A.txt", "B.txt"])


def test_where_work_of_others_came_with_the_landing_the_stage_begins_above_both(world: World) -> None:
    start(world)
    world.commit("A")
    done(world)
    merge(world, "f", into="main")
    on(world, "main", "M")
    merge(world, "main")
    world.commit("B")
    assert done(world)[:2] == ("M", ["B.txt"])


def test_main_and_the_stage_merged_each_other(world: World) -> None:
    start(world)
    world.commit("A")
    done(world)
    on(world, "main", "M")
    before = world.tip("main")
    merge(world, "f", into="main")
    merge(world, before)
    world.commit("B")
    assert done(world)[:2] == ("M", ["A.txt", "B.txt"])


def test_a_stage_without_a_commit_of_its_own_is_empty_wherever_its_start_was_merged(world: World) -> None:
    world.branch("theirs")
    world.commit("T")
    start(world, base="theirs")
    merge(world, "theirs", into="main")
    world.git("branch", "-f", "theirs", "main")
    assert done(world) == ("T", [], 0)


@pytest.mark.parametrize("how", ["reworded", "changed", "reset"])
def test_an_empty_stage_does_not_claim_what_its_base_was_rewritten_to(world: World, how: str) -> None:
    start(world, branch="f1")
    world.commit("A")
    done(world)
    start(world, 2, base="f1", branch="f2")
    world.checkout("f1")
    if how == "reset":
        world.git("reset", "-q", "--hard", "HEAD~1")
        world.commit("other")
    elif how == "changed":
        world.amend({"more": "x\n"}, "-m", "A")
    else:
        world.amend(None, "-m", "reworded")
    world.checkout("f2")
    assert done(world, 2) == ("A", [], 0)


def test_an_empty_stage_does_not_claim_a_base_branch_that_was_amended(world: World) -> None:
    world.commit("M")
    start(world)
    on(world, "main", "later")
    world.checkout("main")
    world.git("reset", "-q", "--hard", "HEAD~1")
    world.amend(None, "-m", "reworded")
    world.checkout("f")
    assert done(world) == ("M", [], 0)


def test_an_empty_stage_that_followed_its_base_is_still_empty(world: World) -> None:
    start(world, branch="f1")
    world.commit("A")
    done(world)
    start(world, 2, base="f1", branch="f2")
    world.checkout("f1")
    world.amend({"more": "x\n"}, "-m", "A")
    world.labels["A2"] = world.tip()
    done(world)
    world.checkout("f2")
    world.git("reset", "-q", "--hard", "f1")
    assert done(world, 2) == ("A2", [], 0)


def test_a_stage_with_a_commit_of_its_own_is_that_whatever_its_base_became(world: World) -> None:
    start(world, branch="f1")
    world.commit("A")
    done(world)
    start(world, 2, base="f1", branch="f2")
    world.commit("B")
    world.checkout("f1")
    world.amend({"more": "x\n"}, "-m", "A")
    world.checkout("f2")
    assert done(world, 2) == ("A", ["B.txt"], 1)
