"""The ordinary shop: a repository with one task, and a branch that becomes its first stage."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.kit.answers import Answer
from tests.kit.scenario import World
from tests.kit.templates import build_once, take_step

KEY = "shop:web:login"
TASK = ("--task-key", KEY)

ITEM_KEYS = {
    "stage", "class", "recorded", "replacement", "proof", "branch", "reason", "found_by", "verified_carries",
    "candidates",
}  # fmt: skip
STAGE_KEYS = {
    "number", "title", "depends_on", "state", "branch", "worktree", "commit", "base", "finding", "verified", "pr",
    "lease", "released", "checkout",
}  # fmt: skip
TASK_KEYS = {"key", "category", "phase", "status", "anchor", "stages"}
STATUS_KEYS = {"ok", "schema", "project", "writer", "problems", "tasks"}
RECONCILE_KEYS = {"ok", "schema", "task", "mode", "items", "anchor", "applied", "remaining_confirm"}
ANCHOR_KEYS = {"recorded", "status", "replacement", "proof"}


def open_shop(world: World, *, hooks: bool = False) -> World:
    """okstra set up in the world, the task open."""
    if hooks:
        _open(world)
        return world
    return build_once(world, "a shop", lambda new: _open(new, "--no-hooks"))


def _open(world: World, *flags: str) -> None:
    world.okstra("init", "--project-id", "shop", *flags)
    world.okstra("task", "open", KEY, "--category", "feature")


def record_stage(world: World, number: int, branch: str, files: Mapping[str, str] | None = None) -> Answer:
    """A stage adopted on a new branch from main, with one commit labelled S<number>."""
    step = ("record", number, branch, repr(files))
    return take_step(world, step, lambda: _record_stage(world, number, branch, files))


def _record_stage(world: World, number: int, branch: str, files: Mapping[str, str] | None) -> Answer:
    world.branch(branch, "main")
    world.commit(f"S{number}", files)
    start = ("stage", "start", str(number), *TASK, "--base", "main", "--branch", branch, "--no-worktree")
    world.okstra(*start)
    return world.okstra("stage", "done", str(number), *TASK)


def status(world: World, *words: str) -> Any:
    return world.okstra("status", "--json", *words).json


def stage_of(world: World, number: int, key: str = KEY) -> Any:
    """One stage as `status --json` has it."""
    (task,) = [task for task in status(world)["tasks"] if task["key"] == key]
    (stage,) = [stage for stage in task["stages"] if stage["number"] == number]
    return stage


def refused(answer: Answer, code: str, *, status: int = 1) -> str:
    """The sentence of a refusal, which has this code and this exit status and is one line."""
    assert answer.exit == status, answer
    error = answer.json["error"]
    assert error["code"] == code
    assert "\n" not in error["message"]
    assert error["message"]
    return str(error["message"])


def stage_place(home: Path, number: int, key: str = KEY) -> Path:
    """Where the worktree of a stage goes by default."""
    return home.joinpath(".okstra", "worktrees", *key.split(":"), f"stage-{number}")


def refs(world: World, *patterns: str) -> dict[str, str]:
    """Every ref with what it points at."""
    lines = world.ask("for-each-ref", "--format=%(refname) %(objectname)", *patterns).splitlines()
    return dict(line.split(" ") for line in lines)


def codes(problems: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(problem["code"]) for problem in problems]
