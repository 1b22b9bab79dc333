"""One thing that a worktree holds and that is nowhere else, as a value with its sentence."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.commands import command
from okstra_git.git.changes import show_path

Kind = Literal["changed", "untracked", "ignored", "hidden", "filtered", "unreachable", "repository", "submodule",
               "operation", "occupied", "locked", "settings", "unclear"]  # fmt: skip

UNCOMMITTED: frozenset[Kind] = frozenset({"changed", "untracked", "hidden", "operation", "unclear"})
"""Kinds by which what lies in the worktree is not what its commit says, ignored files and filters apart."""

NAMED = 3
LONGEST = 120
"""Paths that a sentence names, and letters of each."""


@dataclass(frozen=True)
class Holding:
    """What is held, in words, where, how many files and how many bytes.

    `paths` may group files by their directory (`build/`); `files` counts each.
    """

    kind: Kind
    message: str
    paths: tuple[bytes, ...] = ()
    files: int = 0
    size: int = 0


class CachesSeen(NamedTuple):
    """Caches that may go, because they can be made again: where they are, how many files, how many bytes."""

    roots: tuple[bytes, ...] = ()
    files: int = 0
    size: int = 0


NO_CACHES = CachesSeen()


def named(
    kind: Kind, what: str, paths: Sequence[bytes], *, files: int | None = None, size: int = 0
) -> Iterator[Holding]:
    """One holding of these paths, none where there are none; its sentence names the first few."""
    if not paths:
        return
    first = ", ".join(_short(show_path(path)) for path in paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    count = len(paths) if files is None else files
    much = f" ({count} files, {size_in_words(size)})" if count > len(paths) else ""
    yield Holding(kind, f"{what}: {first}{more}{much}", tuple(paths), count, size)


def _short(path: str) -> str:
    return path if len(path) <= LONGEST else f"{path[: LONGEST // 2]}…{path[-LONGEST // 2 :]}"


def in_words(found: Sequence[Holding]) -> str:
    """All of these in one phrase."""
    return "; ".join(dict.fromkeys(each.message for each in found))


def in_groups(paths: Iterable[bytes], folders: Collection[bytes]) -> tuple[bytes, ...]:
    """The paths, with those below one of the folders (`build/`) put together as that folder, the outermost first."""
    groups: dict[bytes, None] = {}
    for path in paths:
        at = path.find(b"/")
        while at >= 0 and path[: at + 1] not in folders:
            at = path.find(b"/", at + 1)
        groups[path[: at + 1] if at >= 0 else path] = None
    return tuple(groups)


def size_in_words(size: int) -> str:
    """`12 bytes`, `3 KiB`, `40 MiB`."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.0f} {name}"
    return f"{size} byte{'' if size == 1 else 's'}"


def ways_out(top: Path, found: Sequence[Holding]) -> list[str]:
    """For each kind of uncommitted work the line that deals with it; nothing is lost by any of them."""
    kinds = {each.kind for each in found}
    lines: list[str] = []
    if "operation" in kinds:
        lines.append(f"end what git is in the middle of there, as this says: {command('git -C', top)} status")
    if "hidden" in kinds:
        hidden = [os.fsdecode(path) for each in found if each.kind == "hidden" for path in each.paths[:NAMED]]
        for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
            again = command(f"{command('git -C', top)} update-index {flag} --", *hidden)
            lines.append(f"let git see the edits again: {again}")
    if kinds & {"changed", "hidden", "untracked"}:
        lines.append(f"commit what belongs there, or put it aside: {command('git -C', top)} stash --include-untracked")
    return lines
