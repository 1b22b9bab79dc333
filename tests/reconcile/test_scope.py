"""Which branches count: what `okstra.target` says, what is fetched of a target, and what a stage's branch follows."""

import pytest

from okstra_git.names import parse_task_key
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.records.states import Task
from tests.kit.desk import Desk
from tests.kit.leaving import URL, hand_over, landed, look
from tests.kit.scenario import World
from tests.kit.stores import KEY, open_store


@pytest.fixture
def desk(world: World) -> Desk:
    """A task with one stage on `s1`; main is checked out, `develop` and `release` are where it is."""
    world.git("branch", "-q", "develop")
    world.git("branch", "-q", "release")
    desk = Desk(world)
    world.branch("s1", "main")
    world.commit("A")
    desk.record(1, "s1", base="base")
    world.checkout("main")
    return desk


def places(world: World, *targets: str) -> tuple[SearchScope, Task]:
    store = open_store(world)
    state = store.read().state
    found = SearchScope(store.git, extra_targets=targets)
    found.know_stage_branches(state)
    return found, state.tasks[parse_task_key(KEY.slashed)]


def names(homes: list[SearchRef]) -> list[str]:
    assert {home.kind for home in homes} <= {"target"}
    return [home.name for home in homes]


def merge(world: World, branch: str, into: str) -> None:
    world.checkout(into)
    world.git("merge", "-q", "--no-ff", "-m", f"merged into {into}", branch)


def follow(world: World, branch: str, name: str, tip: str) -> None:
    """`git branch --set-upstream-to` a branch of the remote `origin`, as if it had been fetched."""
    if "origin" not in world.ask("remote").split():
        world.git("remote", "add", "origin", "https://forge.example/shop.git")
    world.git("update-ref", f"refs/remotes/origin/{name}", tip)
    world.git("branch", "-q", "-u", f"origin/{name}", branch)


# --- okstra.target


def test_without_a_list_the_usual_names_count(desk: Desk) -> None:
    merge(desk.world, "s1", "develop")
    assert landed(desk.world) == {1: "develop ancestor"}


def test_a_list_is_the_whole_list(desk: Desk) -> None:
    merge(desk.world, "s1", "develop")
    assert landed(desk.world, "main") == {}
    found, task = places(desk.world, "main")
    assert names(found.targets(task, task.stages[1])) == names(found.destinations_of(task, 1)) == ["main"]
    merge(desk.world, "s1", "main")
    assert landed(desk.world, "main") == {1: "main ancestor"}


def test_a_list_may_name_several(desk: Desk) -> None:
    merge(desk.world, "s1", "release")
    assert landed(desk.world, "main", "release") == {1: "release ancestor"}


def test_not_even_the_base_of_a_stage_counts_besides_a_list(world: World) -> None:
    world.git("branch", "-q", "epic")
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", str(KEY))
    world.branch("s1", "epic")
    world.commit("A")
    words = ("--task-key", str(KEY))
    world.okstra("stage", "start", "1", *words, "--base", "epic", "--branch", "s1", "--no-worktree")
    world.okstra("stage", "done", "1", *words)
    merge(world, "s1", "epic")
    assert (landed(world), landed(world, "main")) == ({1: "epic ancestor"}, {})
    world.git("branch", "-q", "-D", "s1")
    world.git("config", "okstra.target", "main")
    said = world.okstra("reconcile", *words, "--check", "--json").json
    assert said["items"] == [], "it is in the branch it was begun on, so nothing is lost and nothing is asked"


def test_a_pull_request_lands_where_it_was_opened_against(desk: Desk) -> None:
    hand_over(desk.world, 1, base="release", url=URL)
    desk.world.checkout("release")
    desk.world.git("merge", "-q", "--squash", "group-1")
    desk.world.commit("squashed", {})
    assert landed(desk.world, "main") == {1: "release same-tree"}


def test_a_pull_request_lands_in_what_was_fetched_of_its_base(desk: Desk) -> None:
    world = desk.world
    hand_over(world, 1, base="release", url=URL)
    world.checkout("release")
    world.git("merge", "-q", "--squash", "group-1")
    world.commit("squashed", {})
    world.checkout("main")
    world.git("remote", "add", "origin", "https://forge.example/shop.git")
    world.git("update-ref", "refs/remotes/origin/release", "release")
    world.git("branch", "-q", "-D", "release")
    assert landed(world, "main") == landed(world) == {1: "origin/release same-tree"}


def test_a_group_that_nobody_published_does_not(desk: Desk) -> None:
    hand_over(desk.world, 1, base="release")
    merge(desk.world, "group-1", "release")
    assert landed(desk.world, "main") == {}
    assert landed(desk.world) == {1: "release same-tree"}


def test_a_listed_branch_that_only_a_remote_has_counts(desk: Desk) -> None:
    merge(desk.world, "s1", "release")
    desk.world.checkout("main")
    desk.world.git("remote", "add", "origin", "https://forge.example/shop.git")
    desk.world.git("update-ref", "refs/remotes/origin/release", "release")
    desk.world.git("branch", "-q", "-D", "release")
    assert landed(desk.world, "release") == {1: "origin/release ancestor"}


# --- what a branch follows


def test_an_upstream_that_is_a_target_is_a_target(desk: Desk) -> None:
    follow(desk.world, "s1", "main", "main")
    for targets in ((), ("main",)):
        found, task = places(desk.world, *targets)
        above = found.upstream("s1")
        assert above is not None
        assert (above.kind, above.name) == ("target", "origin/main")
        for homes in (found.targets(task, task.stages[1]), found.destinations_of(task, 1)):
            assert names(homes).count("origin/main") == 1
    follow(desk.world, "s1", "release", "main")
    found, _ = places(desk.world)
    assert found.upstream("s1") == SearchRef("upstream", "origin/release", desk.world.tip("main"))


def test_a_local_target_that_is_followed_is_one_too(desk: Desk) -> None:
    desk.world.git("branch", "-q", "-u", "main", "s1")
    found, task = places(desk.world)
    assert found.upstream("s1") == SearchRef("target", "main", desk.world.tip("main"))
    assert names(found.targets(task, task.stages[1])).count("main") == 1


def test_the_own_branch_as_pushed_is_no_target(desk: Desk) -> None:
    follow(desk.world, "s1", "s1", "s1")
    found, task = places(desk.world)
    assert found.upstream("s1") == SearchRef("upstream", "origin/s1", desk.world["A"])
    assert "origin/s1" not in names(found.targets(task, task.stages[1]))
    assert landed(desk.world) == {}


def test_a_branch_whose_name_only_ends_like_a_target_is_none(desk: Desk) -> None:
    follow(desk.world, "s1", "feature/main", "main")
    found, _ = places(desk.world)
    assert [found.is_target_ref(f"refs/remotes/origin/{name}") for name in ("main", "feature/main")] == [True, False]
    assert (found.is_target_ref("main"), found.is_target_ref("s1"), found.is_target_ref("origin/s1")) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize("remains", ["as it was", "rebased onto main"])
def test_a_stage_whose_branch_follows_its_base_lands_there(desk: Desk, remains: str) -> None:
    """Somebody squashed it on the server; main here has not been pulled, and follows nothing."""
    world = desk.world
    world.git("checkout", "-q", "--detach", "main")
    world.git("merge", "-q", "--squash", "s1")
    world.commit("squashed", {})
    follow(world, "s1", "main", "HEAD")
    world.checkout("main")
    if remains == "rebased onto main":
        world.git("branch", "-q", "-f", "s1", "origin/main")
    (one,) = look(world).landed
    assert (one.target, one.commit) == ("origin/main", world["squashed"])


def test_only_a_remote_has_the_branch_of_a_stage(desk: Desk) -> None:
    follow(desk.world, "s1", "s1", "s1")
    desk.world.git("branch", "-q", "-D", "s1")
    found, _ = places(desk.world)
    assert found.branch("s1") == SearchRef("upstream", "origin/s1", desk.world["A"])
    assert desk.verdicts() == {1: "ok"}


# --- names that fit two refs


def test_a_branch_here_that_is_called_like_a_fetched_one_is_another_home(desk: Desk) -> None:
    world = desk.world
    follow(world, "main", "main", world["A"])
    world.git("update-ref", "refs/heads/origin/main", world["base"])
    found, task = places(world, "origin/main", "refs/remotes/origin/main")
    homes = {home.name: home.tip for home in found.targets(task, task.stages[1])}
    assert homes == {"origin/main": world["base"], "refs/remotes/origin/main": world["A"]}
    assert {found.full_name(home) for home in found.targets(task, task.stages[1])} == {
        "refs/heads/origin/main", "refs/remotes/origin/main"}  # fmt: skip


def test_a_target_in_full_is_the_same_target(desk: Desk) -> None:
    merge(desk.world, "s1", "release")
    assert landed(desk.world, "refs/heads/release") == {1: "release ancestor"}
    found, _ = places(desk.world, "refs/heads/release")
    assert found.is_target_ref("refs/heads/release")
    assert not found.is_target_ref("refs/heads/develop")


def test_a_tag_is_no_target_whatever_it_is_called(desk: Desk) -> None:
    desk.world.git("tag", "ship", "s1")
    assert landed(desk.world, "ship", "refs/tags/ship", "tags/ship") == {}
