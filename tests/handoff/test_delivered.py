"""A stage is delivered to a base or it is not: what the base has of it stays out, what it lacks comes along."""

from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin, files_of, handoff, ready, reasons, stage, verify
from tests.kit.scenario import Files, World
from tests.kit.stores import NAME


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = begin(tmp_path / "shop")
    found.git("branch", "develop")
    return found


def assemble(world: World, stages: str = "1", *, base: str = "main", exit: int = 0) -> dict[str, Any]:
    world.checkout("main")
    return dict(handoff(world, "assemble", "--stages", stages, "--base", base, "--no-worktree", exit=exit))


def error_of(answer: dict[str, Any]) -> dict[str, Any]:
    return dict(answer["error"])


def subjects(world: World, commit: object, base: str = "main") -> list[str]:
    """Subjects of what the commit has and the base has not, oldest first."""
    return world.ask("log", "--reverse", "--topo-order", "--format=%s", f"{base}..{commit}").splitlines()


def changes(world: World, commit: object, base: str = "main") -> list[str]:
    return world.ask("diff", "--name-only", f"{base}...{commit}").splitlines()


def again(world: World, number: int = 1, label: str = "more", files: Files | None = None) -> None:
    """One more commit of a stage, recorded and verified."""
    world.checkout(f"s{number}")
    world.commit(label, files)
    record(world, number)


def record(world: World, number: int = 1) -> None:
    world.okstra("stage", "done", str(number), "--task-key", NAME)
    verify(world, number)


def land(world: World, how: str, branch: str = "s1", target: str = "main") -> None:
    """What a forge does, with other commits of the target before and after."""
    world.checkout(target)
    world.commit(f"before {how}", {"others.txt": "before\n"})
    if how == "merge":
        world.git("merge", "-q", "--no-ff", "-m", "landed", branch)
    elif how == "squash":
        world.git("merge", "-q", "--squash", branch)
        world.commit("landed", {})
    else:
        world.git("branch", "-q", "landing", branch)
        world.git("rebase", "-q", target, "landing")
        world.checkout(target)
        world.git("merge", "-q", "--ff-only", "landing")
        world.git("branch", "-q", "-D", "landing")
    world.commit(f"after {how}", {"others.txt": "after\n"})
    world.checkout("main")


WAYS = ["merge", "squash", "rebase"]


@pytest.mark.parametrize("looked", [True, False], ids=["noted", "not noted"])
@pytest.mark.parametrize("how", WAYS)
def test_after_its_first_half_landed_the_second_half_leaves(world: World, how: str, looked: bool) -> None:
    stage(world, 1)
    land(world, how)
    if looked:
        handoff(world, "status")
    again(world)
    found = assemble(world)
    assert files_of(world, str(found["commit"])) == {
        "README": "base", "f1.txt": "1", "more.txt": "more", "others.txt": "after",
    }  # fmt: skip
    assert changes(world, found["commit"]) == ["more.txt"]
    assert found["rests"] == [{"stage": 1, "after": world["S1"]}]
    assert "S1" not in subjects(world, found["commit"])
    both = assemble(world, base="develop")
    assert files_of(world, str(both["commit"])) == {"README": "base", "f1.txt": "1", "more.txt": "more"}
    assert subjects(world, both["commit"], "develop") == ["S1", "more"]


@pytest.mark.parametrize("how", WAYS)
def test_the_halves_may_change_the_same_lines(world: World, how: str) -> None:
    stage(world, 1, {"f1.txt": "one\n"})
    again(world, label="first half", files={"f1.txt": "one, better\n"})
    land(world, how)
    again(world, files={"f1.txt": "two\n"})
    again(world, label="most", files={"f1.txt": "three\n"})
    found = assemble(world)
    assert files_of(world, str(found["commit"]))["f1.txt"] == "three"
    assert [one for one in subjects(world, found["commit"]) if not one.startswith("Merge")] == ["more", "most"]
    assert files_of(world, str(assemble(world, base="develop")["commit"]))["f1.txt"] == "three"


@pytest.mark.parametrize("how", WAYS)
def test_what_others_made_of_the_first_half_stays(world: World, how: str) -> None:
    stage(world, 1, {"f1.txt": "one\n"})
    land(world, how)
    world.commit("went on", {"f1.txt": "one, as others like it\n"})
    again(world)
    found = assemble(world)
    assert files_of(world, str(found["commit"]))["f1.txt"] == "one, as others like it"
    assert changes(world, found["commit"]) == ["more.txt"]


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_a_first_half_that_was_taken_out_again_comes_along(world: World, how: str) -> None:
    stage(world, 1)
    land(world, how)
    world.git("revert", "--no-edit", *(["-m", "1"] if how == "merge" else []), "HEAD~1")
    again(world)
    found = assemble(world)
    assert changes(world, found["commit"]) == ["f1.txt", "more.txt"] or how == "merge"
    assert {"f1.txt", "more.txt"} <= files_of(world, str(found["commit"])).keys()


def test_a_trial_that_was_reset_leaves_no_trace(world: World) -> None:
    stage(world, 1)
    world.checkout("main")
    world.git("merge", "-q", "s1")
    handoff(world, "status")
    world.git("reset", "-q", "--hard", world["base"])
    again(world)
    assert subjects(world, assemble(world)["commit"]) == ["S1", "more"]


def test_a_landing_on_record_that_the_base_lost_keeps_no_stage_here(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    world.git("merge", "-q", "s1")
    handoff(world, "status")
    world.okstra("worktree", "prune", "--task-key", NAME)
    world.git("reset", "-q", "--hard", world["base"])
    assert reasons(world) == {1: []}
    assert subjects(world, assemble(world)["commit"]) == ["S1"]


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_when_both_halves_have_landed_the_stage_has(world: World, first: str, second: str) -> None:
    stage(world, 1)
    land(world, first)
    again(world)
    land(world, second, str(assemble(world)["branch"]))
    states = {row["stage"]: row["state"] for row in handoff(world, "status")["tasks"][0]["stages"]}
    assert states == {1: "landed"}
    assert handoff(world, "status")["tasks"][0]["groups"][0]["state"] == "landed"
    assert reasons(world) == {1: ["landed"]}
    assert world.okstra("reconcile", "--task-key", NAME).json["items"] == []


@pytest.mark.parametrize("how", WAYS)
def test_a_stage_that_landed_elsewhere_may_leave_for_its_own_base(world: World, how: str) -> None:
    ready(world, 1)
    land(world, how, target="develop")
    assert handoff(world, "status")["tasks"] == [] or True
    world.okstra("worktree", "prune", "--task-key", NAME)
    assert reasons(world) == {1: []}
    assert subjects(world, assemble(world)["commit"]) == ["S1"]
    answer = handoff(world, "eligible", "--base", "develop")
    assert [(row["stage"], row["reasons"]) for row in answer["stages"]] == [(1, ["landed"])]
    assert error_of(assemble(world, base="develop", exit=1))["stages"] == [{"stage": 1, "reasons": ["landed"]}]
    (group,) = handoff(world, "status")["tasks"][0]["groups"]
    assert group["state"] == "assembled"
    world.git("remote", "add", "origin", str(world.path))
    published = handoff(world, "publish", "--stages", "1", "--dry-run")
    assert published["stages"] == [1]


def test_a_group_waits_for_its_own_base_whatever_another_branch_has(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    group = handoff(world, "assemble", "--stages", "1", "--base", "main")
    url = "https://f.example/pull/1"
    handoff(world, "record-pr", "--stages", "1", "--branch", str(group["branch"]), "--url", url)
    land(world, "merge", target="develop")
    told = handoff(world, "status")["tasks"][0]
    assert [one["state"] for one in told["groups"]] == ["in-pr"]
    assert [one["status"] for one in told["prs"]] == ["open"]
    rows = world.okstra("worktree", "prune", "--task-key", NAME, "--json").json["worktrees"]
    assert [(row["removed"], row["reason"]) for row in rows] == [(False, "its group has not landed where it goes to")]
    assert "in-pr" in world.okstra("handoff", "status", "--task-key", NAME, "--text").out
    assert reasons(world) == {1: ["already-in-pr"]}
    handoff(world, "record-closed", "--url", url)
    assert reasons(world) == {1: []}
    land(world, "squash")
    assert [one["state"] for one in handoff(world, "status")["tasks"][0]["groups"]] == ["landed"]


def test_what_a_base_has_wholly_is_not_put_on_once_more(world: World) -> None:
    ready(world, 1, {"f1.txt": "one\n"})
    ready(world, 2)
    world.branch("integration", "main")
    world.git("merge", "-q", "--squash", "s1")
    world.commit("one", {})
    world.commit("went on", {"f1.txt": "one, as others like it\n"})
    found = assemble(world, "1,2", base="integration")
    assert changes(world, found["commit"], "integration") == ["f2.txt"]


def test_a_stage_that_landed_where_it_is_meant_to_go_stays_landed(world: World) -> None:
    ready(world, 1)
    land(world, "squash")
    assert reasons(world) == {1: ["landed"]}
    assert error_of(assemble(world, exit=1))["stages"] == [{"stage": 1, "reasons": ["landed"]}]
    assert subjects(world, assemble(world, base="develop")["commit"], "develop") == ["S1"]


def test_a_base_that_is_behind_what_was_fetched_has_what_that_has(world: World) -> None:
    ready(world, 1)
    server = world.clone("server")
    land(server, "squash")
    world.git("remote", "add", "origin", str(server.path))
    world.git("fetch", "-q", "origin")
    world.git("branch", "-q", "-u", "origin/main", "main")
    assert error_of(assemble(world, exit=1))["stages"] == [{"stage": 1, "reasons": ["landed"]}]


def test_a_dependency_that_the_base_has_by_content_will_do(world: World) -> None:
    ready(world, 1)
    ready(world, 2, base="s1", after=[1])
    land(world, "squash", target="develop")
    world.okstra("worktree", "prune", "--task-key", NAME)
    land(world, "squash")
    found = assemble(world, "2")
    assert changes(world, found["commit"]) == ["f2.txt"]
    assert error_of(assemble(world, "2", base="develop~3", exit=1))["code"] == "handoff.dependency-missing"


def test_a_dependency_that_landed_elsewhere_can_be_taken_along(world: World) -> None:
    ready(world, 1)
    ready(world, 2, base="s1", after=[1])
    land(world, "squash", target="develop")
    world.okstra("worktree", "prune", "--task-key", NAME)
    error = error_of(assemble(world, "2", exit=1))
    assert (error["code"], error["hint"]) == ("handoff.dependency-missing", "take it along: --stages 1,2")
    assert handoff(world, "eligible")["suggested_groups"] == [[1, 2]]
    assert subjects(world, assemble(world, "1,2")["commit"]) == ["S1", "S2"]


# --- stages that merged their base


def updated(world: World, files: Files | None = None) -> None:
    """Stage 1: S1, then main's M merged in, then `more`."""
    stage(world, 1)
    world.checkout("main")
    world.commit("M", files)
    world.checkout("s1")
    world.git("merge", "-q", "--no-ff", "-m", "update", "main")
    again(world)


def test_an_updated_stage_leaves_as_it_is(world: World) -> None:
    updated(world)
    found = assemble(world)
    assert found["joined"] == [{"stage": 1, "how": "as-is"}]
    assert changes(world, found["commit"]) == ["f1.txt", "more.txt"]


def test_an_updated_stage_is_merged_where_main_moved_on(world: World) -> None:
    updated(world)
    world.checkout("main")
    world.commit("N")
    found = assemble(world)
    assert found["joined"] == [{"stage": 1, "how": "merged"}]
    assert changes(world, found["commit"]) == ["f1.txt", "more.txt"]


def test_of_an_updated_stage_its_own_commits_are_copied_where_the_base_lacks_the_update(world: World) -> None:
    updated(world)
    found = assemble(world, base="develop")
    assert found["joined"] == [{"stage": 1, "how": "replayed"}]
    assert subjects(world, found["commit"], "develop") == ["S1", "more"]
    assert files_of(world, str(found["commit"])) == {"README": "base", "f1.txt": "1", "more.txt": "more"}


def test_an_update_that_took_thought_makes_it_one_commit(world: World) -> None:
    stage(world, 1, {"f1.txt": "1\n", "a.txt": "a\n"})
    world.checkout("main")
    world.commit("M", {"m.txt": "m\n"})
    world.checkout("s1")
    world.git("merge", "-q", "--no-commit", "--no-ff", "main")
    world.commit("update, and more", {"a.txt": "mended\n"})
    record(world)
    found = assemble(world, base="develop")
    assert found["joined"] == [{"stage": 1, "how": "squashed"}]
    assert files_of(world, str(found["commit"])) == {"README": "base", "a.txt": "mended", "f1.txt": "1"}


@pytest.mark.parametrize("how", WAYS)
def test_an_updated_stage_of_which_a_part_landed_brings_the_rest(world: World, how: str) -> None:
    stage(world, 1)
    land(world, how)
    world.checkout("s1")
    world.git("merge", "-q", "--no-ff", "-m", "update", "main~3")
    again(world)
    found = assemble(world)
    assert changes(world, found["commit"]) == ["more.txt"]
    assert changes(world, assemble(world, base="develop")["commit"], "develop") == ["f1.txt", "more.txt"]


def test_a_stacked_stage_that_merged_main_brings_its_own_change_alone(world: World) -> None:
    ready(world, 1)
    stage(world, 2, base="s1", after=[1])
    world.checkout("main")
    world.commit("M", {"m.txt": "m\n"})
    world.checkout("s2")
    world.git("merge", "-q", "--no-ff", "-m", "update", "main")
    again(world, 2, "second")
    world.checkout("main")
    world.commit("N", {"m.txt": "others went on\n"})
    found = assemble(world, "1,2")
    assert changes(world, found["commit"]) == ["f1.txt", "f2.txt", "second.txt"]
    assert files_of(world, str(found["commit"]))["m.txt"] == "others went on"


def test_what_cannot_be_told_apart_is_refused(world: World) -> None:
    stage(world, 1, {"a.txt": "mine\n"})
    mine = world.tip()
    world.checkout("main")
    world.commit("M", {"a.txt": "theirs\n"})
    world.checkout("s1")
    world.git("merge", "-q", "main", ok=False)
    world.commit("both", {"a.txt": "mine and theirs\n"})
    again(world)
    world.git("branch", "release", world["base"])
    world.checkout("release")
    world.git("merge", "-q", "--no-ff", "-m", "first half", mine)
    error = error_of(assemble(world, base="release", exit=1))
    assert error["code"] == "handoff.not-separable"
    assert "'a.txt'" in str(error["message"])


@pytest.mark.parametrize("how", WAYS)
def test_a_base_without_what_a_stage_went_on_from_is_refused(world: World, how: str) -> None:
    ready(world, 1)
    land(world, how)
    world.checkout("s1")
    world.git("merge", "-q", "--no-ff", "-m", "update", "main")
    again(world)
    assert changes(world, assemble(world)["commit"]) == ["more.txt"]
    error = error_of(assemble(world, base="develop", exit=1))
    assert error["code"] == "handoff.not-separable"
    assert "lacks" in str(error["message"])
    line = next(one for one in str(error["hint"]).splitlines() if "stage done" in one)
    world.okstra(*line.split("git okstra ")[1].split())
    verify(world, 1)
    assert {"f1.txt", "more.txt"} <= files_of(world, str(assemble(world, base="develop")["commit"])).keys()


# --- what the pull request says


def body(world: World) -> str:
    """The text of the pull request of the group that waits."""
    return str(handoff(world, "publish", "--dry-run")["body"])


@pytest.fixture
def far(world: World) -> World:
    """The world with a remote."""
    world.git("remote", "add", "origin", str(world.path))
    return world


def test_the_verified_commit_is_said_to_leave_where_it_does(far: World) -> None:
    ready(far, 1)
    assemble(far)
    assert "Delivered: exactly this commit" in body(far)
    far.commit("M")
    assert assemble(far)["joined"] == [{"stage": 1, "how": "merged"}]
    assert "Delivered: exactly this commit" in body(far)


@pytest.mark.parametrize("commits", [1, 2])
def test_of_copies_the_text_says_that_they_are_copies(far: World, commits: int) -> None:
    far.branch("theirs")
    far.commit("T")
    stage(far, 1, base="theirs")
    if commits == 2:
        far.git("merge", "-q", "--no-ff", "-m", "own side", *[side(far)])
    record(far)
    how = assemble(far)["joined"]
    assert how == [{"stage": 1, "how": "replayed" if commits == 1 else "squashed"}]
    said = body(far)
    assert "exactly this commit" not in said
    copied = "its commits copied one by one" if commits == 1 else "as one new commit"
    assert f"Delivered: the change of commit `{far.tip('s1')}`, {copied}" in said
    assert "the tree as a whole was not verified" in said
    assert "here in other commits" in said


def side(world: World) -> str:
    """A branch of the stage's own, beside it."""
    world.branch("side")
    world.commit("side work")
    world.checkout("s1")
    return "side"


def test_of_a_rest_only_its_own_files_are_listed(far: World) -> None:
    stage(far, 1)
    land(far, "squash")
    again(far)
    assemble(far)
    said = body(far)
    assert f"The base has it up to commit `{far['S1']}` already; this is the rest." in said
    assert "`more.txt`" in said
    assert "`f1.txt`" not in said
    assert "(commits: 1; here in other commits)" in said


def test_copies_that_make_the_verified_files_are_said_to(far: World) -> None:
    stage(far, 1)
    far.checkout("main")
    far.git("merge", "-q", "--squash", "s1")
    far.commit("landed", {})
    again(far)
    assemble(far)
    assert "Exactly the files that were verified." in body(far)
