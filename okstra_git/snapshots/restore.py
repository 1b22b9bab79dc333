"""Puts a snapshot's files back without ever losing what stands where they go."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused, taken
from okstra_git.fs.root import Root
from okstra_git.git.diffs import ABSENT, SUBMODULE, Change, diff_trees, show_path
from okstra_git.git.objects import EMPTY_TREE, name_of_blob, read_blob, tree_of
from okstra_git.git.repo import Git
from okstra_git.git.tree_objects import LINK, PROGRAM, read_node
from okstra_git.git.worktree_content import FILE_LIMIT
from okstra_git.snapshots.take import WorktreeSnapshot

Does = Literal["write", "replace", "delete", "same", "keep"]


@dataclass(frozen=True)
class RestoreStep:
    """What happens to one path: written, put in place of its committed version, deleted, or left for a reason."""

    path: bytes
    does: Does
    change: Change
    why: str = ""


def plan_restore(git: Git, snapshot: WorktreeSnapshot, into: Path, *, is_fresh: bool) -> list[RestoreStep]:
    """What putting the snapshot back into a directory would do; refuses when anything there would be lost.

    A file may be replaced or deleted only where it has exactly the content that the snapshot's own HEAD has for it, for
    that is committed. A fresh directory gets the changed files alone.
    """
    base = tree_of(git, snapshot.head) if snapshot.head else EMPTY_TREE
    (changes,) = diff_trees(git, [(base, tree_of(git, snapshot.commit))])
    steps = [_step(into, change, is_fresh=is_fresh) for change in changes]
    stuck = [step for step in steps if step.does == "keep" and not _is_told(step)]
    if stuck:
        listed = "; ".join(f"{show_path(step.path)}: {step.why}" for step in stuck[:5])
        more = f"; and {len(stuck) - 5} more" if len(stuck) > 5 else ""
        raise refuse(
            "restore.refused",
            f"nothing was written, because {into} holds something else ({listed}{more})",
            hint=f"git okstra run restore {word(snapshot.id)} --into DIR, with a new directory",
            into=str(into),
            paths=[{"path": show_path(step.path), "why": step.why} for step in stuck],
        )
    return steps


def _is_told(step: RestoreStep) -> bool:
    """Whether a path is left alone by intention: submodules, and deletions in a fresh directory."""
    return SUBMODULE in (step.change.new_mode, step.change.old_mode) or step.why == "deleted in the snapshot"


def _step(into: Path, change: Change, *, is_fresh: bool) -> RestoreStep:
    if SUBMODULE in (change.new_mode, change.old_mode):
        return RestoreStep(change.path, "keep", change, f"a submodule, at {change.new}")
    if is_fresh:
        gone = change.new == ABSENT
        return RestoreStep(change.path, "keep" if gone else "write", change, "deleted in the snapshot" if gone else "")
    if not _is_inside(into, change.path):
        if change.new == ABSENT:
            return RestoreStep(change.path, "same", change)  # what git would call this path is not there
        return RestoreStep(change.path, "keep", change, "a folder on the way is a link, or the path is unfit")
    return _judge(change, _standing(into, change.path))


def _judge(change: Change, standing: tuple[str, str] | str | None) -> RestoreStep:
    """What to do, given (mode, blob id) of what stands at the path, None for nothing, or why that is unknown."""
    wanted = None if change.new == ABSENT else (change.new_mode, change.new)
    committed = None if change.old == ABSENT else (change.old_mode, change.old)
    if standing == wanted:
        return RestoreStep(change.path, "same", change)
    if isinstance(standing, str):
        return RestoreStep(change.path, "keep", change, standing)
    if standing is None:
        return RestoreStep(change.path, "write", change)
    if standing == committed:
        return RestoreStep(change.path, "replace" if wanted else "delete", change)
    return RestoreStep(change.path, "keep", change, "it has other content")


def _standing(into: Path, path: bytes) -> tuple[str, str] | str | None:
    place = os.path.join(os.fsencode(into), path)
    if not os.path.lexists(place):
        return None
    node = read_node(place, limit=FILE_LIMIT)
    return node if isinstance(node, str) else (node[0], name_of_blob(node[1]))


def _is_inside(into: Path, path: bytes) -> bool:
    """Whether writing the path stays in the directory: no link on the way, nothing of git's own."""
    parts = path.split(b"/")
    if any(part in (b"", b".", b"..") or part.lower() == b".git" for part in parts):
        return False
    directory = os.fsencode(into)
    for part in parts[:-1]:
        directory = os.path.join(directory, part)
        if os.path.islink(directory) or (os.path.lexists(directory) and not os.path.isdir(directory)):
            return False
    return True


def carry_out(git: Git, steps: Iterable[RestoreStep], into: Path) -> None:
    """Do what was planned, byte for byte, deletions first; what appeared meanwhile is refused, not overwritten."""
    into.mkdir(parents=True, exist_ok=True)
    for step in sorted(steps, key=lambda planned: planned.does != "delete"):
        if step.does in ("write", "replace", "delete"):
            _carry_out(git, step, into)


def _carry_out(git: Git, step: RestoreStep, into: Path) -> None:
    root, name = Root(into), os.fsdecode(step.path)
    try:
        if step.does != "write" and _judge(step.change, _standing(into, step.path)).does != step.does:
            raise taken(name)
        if step.does == "delete":
            root.remove(name)
            return
        fresh = f"{name}.okstra-restore" if step.does == "replace" else name
        _write(root, fresh, step.change.new_mode, read_blob(git, step.change.new))
        if fresh != name:
            root.rename(fresh, name)
    except PathRefused as refusal:
        raise refuse(
            "restore.refused",
            f"{show_path(step.path)} was not put back: {refusal.message}",
            hint="look at it, then repeat; what was put back already is left as it is",
            path=show_path(step.path),
        ) from refusal


def _write(root: Root, name: str, mode: str, data: bytes) -> None:
    if mode == LINK:
        root.create_link(name, os.fsdecode(data))
        return
    root.create(name, data, executable=mode == PROGRAM, durable=False)
