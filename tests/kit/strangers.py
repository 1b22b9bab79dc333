"""What arrives by `git fetch`: logs of writers that are not ours, with whatever their events say."""

import json
from typing import Any

from tests.kit.scenario import World

EVE = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
"""A writer that sorts behind every real one."""


def fetched_log(world: World, *facts: dict[str, Any], writer: str = EVE, task: str = "shop/web/login") -> str:
    """A log as a fetch from origin leaves it: these facts about the task, one event each; its ref."""
    lines = [json.dumps(_event(number, fact | {"task": task}, writer)) for number, fact in enumerate(facts, 1)]
    events = _blob(world, "\n".join(lines) + "\n")
    tree = _tree(world, f"100644 blob {events}\tevents.jsonl")
    for part in reversed(task.split("/")):
        tree = _tree(world, f"040000 tree {tree}\t{part}")
    head = _blob(world, '{"okstra-log":1,"clock":900,"seq":900}\n')
    top = _tree(world, f"100644 blob {head}\tformat", f"040000 tree {tree}\ttasks")
    ref = f"refs/okstra/remote/origin/{writer}"
    world.git("update-ref", ref, world.ask("commit-tree", top, "-m", "okstra"))
    return ref


def _event(number: int, fact: dict[str, Any], writer: str) -> dict[str, Any]:
    return {
        "v": 1, "id": f"01M8NJ4K{writer[1] * 4}{number:014}", "at": "2026-11-30T05:00:00.000Z", "clock": 800 + number,
        "seq": number, "writer": writer, "by": "Eve <eve@example.org>", "fact": fact,
    }  # fmt: skip


def _blob(world: World, text: str) -> str:
    return world.git("hash-object", "-w", "--stdin", stdin=text).strip()


def _tree(world: World, *lines: str) -> str:
    return world.git("mktree", stdin="\n".join(lines) + "\n").strip()
