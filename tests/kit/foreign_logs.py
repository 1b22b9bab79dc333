"""Logs as a stranger may push them: any bytes, under any ref, and whatever their events say."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from okstra_git.git.objects import write_blob, write_commit, write_tree
from okstra_git.git.repo import Git
from okstra_git.names import mint_ulid
from okstra_git.store import layout
from tests.kit.scenario import World

EVE = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
TASK = "shop/web/login"
SEEN_FROM = datetime(2024, 1, 1, tzinfo=UTC)


def fetched(writer: str = EVE, remote: str = "origin") -> str:
    """The ref under which a log of this writer is fetched."""
    return f"{layout.REMOTE_LOGS}{remote}/{writer}"


def a_line(clock: int, writer: str = EVE, *, fact: Mapping[str, Any] | None = None, **changes: Any) -> bytes:
    """One event line; by default somebody opens the task anew under a title with the clock in it."""
    said = fact or {"type": "task.opened", "task": TASK, "title": f"title {clock}"}
    event = {"v": 1, "id": mint_ulid(clock), "at": "2024-01-01T00:00:00.000Z", "clock": clock, "seq": clock,
             "writer": writer, "by": "Eve <eve@example.org>", "fact": said}  # fmt: skip
    return json.dumps(event | changes).encode()


def push_log(
    git: Git,
    ref: str,
    lines: Iterable[bytes],
    *,
    head: str = '{"okstra-log": 1, "clock": 9, "seq": 9}',
    parent: str | None = None,
    task: str = TASK,
) -> str:
    """Put a log with these lines of one task under the ref, as a fetch would; its tip."""
    blobs = {layout.FORMAT_ENTRY: write_blob(git, head.encode())}
    blobs[layout.events_path(task)] = write_blob(git, b"".join(line + b"\n" for line in lines))
    tree = write_tree(git, None, blobs)
    tip = write_commit(git, tree=tree, parents=[parent] if parent else [], message="x", when=SEEN_FROM)
    git.handle.references.create(ref, tip, force=True)
    return tip


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
