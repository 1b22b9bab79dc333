"""What git is asked before a stage is explained; nothing changes by asking."""

from pathlib import Path

import pytest

from okstra_git.names import parse_task_key
from okstra_git.porcelain.explain import gather_facts, gather_plan
from okstra_git.records.runs import Plan
from okstra_git.runs.explain import PlanFacts, StageFacts
from tests.kit.scenario import World
from tests.kit.stores import KEY, NAME, open_store

STAGE = ("1", "--task-key", NAME)


@pytest.fixture
def stage(world: World, home: Path) -> World:
    """A started stage in a worktree of its own."""
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", NAME)
    world.okstra("stage", "start", *STAGE, "--base", "main")
    return World(home / ".okstra/worktrees/shop/web/login/stage-1", labels=world.labels, clock=world.clock)


def facts(world: World) -> StageFacts:
    store = open_store(world)
    task = store.read().state.tasks[parse_task_key(KEY.slashed)]
    return gather_facts(store.git, task, targets=["main"], findings={})[1]


def test_a_fresh_stage_has_nothing_on_it(world: World, stage: World) -> None:
    found = facts(world)
    assert (found.has_branch, found.dirty, found.ahead, found.beyond, found.unmerged) == (True, 0, 0, None, 0)
    assert (found.worktree, found.base, found.upstream) == (str(stage.path), world["base"], "")


def test_commits_files_and_merges_are_counted(world: World, stage: World) -> None:
    stage.commit("A")
    world.okstra("stage", "done", *STAGE)
    stage.commit("B")
    stage.write("fresh", "x\n")
    stage.write("B.txt", "changed\n")
    before = world.ask("for-each-ref"), stage.ask("status", "--porcelain=v2")
    found = facts(world)
    assert (found.ahead, found.beyond, found.unmerged, found.dirty, found.during) == (2, 1, 2, 2, "")
    assert (world.ask("for-each-ref"), stage.ask("status", "--porcelain=v2")) == before
    world.git("merge", "-q", "--ff-only", "feature/web/login-stage-1")
    assert facts(world).unmerged == 0


def test_what_git_is_in_the_middle_of_is_told(world: World, stage: World) -> None:
    stage.commit("A", {"same": "a\n"})
    world.commit("M", {"same": "m\n"})
    stage.git("merge", "main", ok=False)
    assert facts(world).during == "merge"
    stage.git("merge", "--abort")
    stage.git("rebase", "main", ok=False)
    assert facts(world).during == "rebase"


def test_commits_that_were_not_pushed_are_counted(world: World, stage: World, tmp_path: Path) -> None:
    world.git("init", "-q", "--bare", str(tmp_path / "hub"))
    world.git("remote", "add", "origin", str(tmp_path / "hub"))
    stage.git("push", "-q", "-u", "origin", "HEAD")
    stage.commit("A")
    found = facts(world)
    assert (found.upstream, found.unpushed) == ("origin/feature/web/login-stage-1", 1)


def test_a_branch_or_worktree_that_is_gone_is_told(world: World, stage: World) -> None:
    world.git("worktree", "remove", "-f", "-f", str(stage.path))
    assert (facts(world).worktree, facts(world).dirty) == ("", None)
    world.git("branch", "-D", "feature/web/login-stage-1")
    found = facts(world)
    assert (found.has_branch, found.ahead, found.unmerged) == (False, None, None)


def test_the_plan_is_compared_by_its_bytes(world: World) -> None:
    plan = Plan(path="plan.md", blob=world.git("hash-object", "--stdin", stdin="the plan\n"))
    assert gather_plan(plan, world.path) == PlanFacts(matches=None)
    world.write("plan.md", "the plan\n")
    assert gather_plan(plan, world.path).matches is True
    world.write("plan.md", "another\n")
    assert gather_plan(plan, world.path).matches is False
    assert gather_plan(None, world.path).matches is True
