"""A repository with an open task, a brief and an approved plan, for tests of runs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kit.answers import Answer
from tests.kit.papers import a_brief, a_plan
from tests.kit.scenario import World
from tests.kit.templates import build_once

KEY = "shop:web:login"
PREPARE = ("run", "prepare", "--task-key", KEY, "--task-type")


def set_up(world: World, stages: Mapping[int, Sequence[int]], *, brief: str | None = None) -> World:
    """Open the task, write and approve a plan of these stages (number -> dependencies)."""
    plan = a_plan(stages)
    return build_once(world, ("set up", plan, brief), lambda new: _set_up(new, plan, brief or a_brief()))


def _set_up(world: World, plan: str, brief: str) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("config", "set", "worktreeRoot", str(world.path.parent / "worktrees"))
    world.okstra("task", "open", KEY)
    world.write(".okstra/briefs/web/login.md", brief)
    world.write(".okstra/plan.md", plan)
    approve(world, ".okstra/plan.md")


def approve(world: World, path: str) -> None:
    """Approve the plan as it stands."""
    world.okstra("plan", "approve", path, "--task-key", KEY)


def prepare(world: World, *more: str, task_type: str = "implementation", exit: int | None = 0) -> Answer:
    """Prepare a run in this process, as JSON."""
    return world.okstra(*PREPARE, task_type, *more, "--json", exit=exit)


def code_of(answer: Answer) -> str:
    """The code of a refusal, which has a hint."""
    error = answer.json["error"]
    assert error["hint"]
    return str(error["code"])


def runs(world: World) -> list[dict[str, Any]]:
    """Every run on record, oldest first."""
    found: list[dict[str, Any]] = world.okstra("run", "list", "--all", "--json").json["runs"]
    return found[::-1]


def folder(world: World) -> Path:
    """The task's folder."""
    return world.path / ".okstra/tasks/shop/web/login"


def manifest(world: World, stem: str, *, stage: int = 1, seq: int = 1) -> Any:
    """One of the JSON documents of an implementation run."""
    path = folder(world) / f"runs/implementation/stage-{stage}/{stem}-implementation-{seq:03}.json"
    return json.loads(path.read_text())
