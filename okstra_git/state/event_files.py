"""Which files of events a log holds, looked for where they may stand and nowhere else: others wrote the log's tree."""

from collections.abc import Mapping

from okstra_git.errors import OkstraError
from okstra_git.git.objects import (
    ObjectTooLarge,
    changed_files,
    find_blob,
    find_folder,
    is_commit,
    list_children,
    read_blob,
    tree_of,
)
from okstra_git.git.repo import Git
from okstra_git.state import layout
from okstra_git.state.log import Head, parse_head

MOST_FOLDERS = 50_000
"""Folders of a log that are looked into: a tree that names itself again and again is small and endless."""

MOST_BYTES = 512 << 20
"""Of one task's events in one log."""

LONGEST_FORMAT = 4096
LAST_MAJOR = 1000
"""No release will ever have a format beyond; whoever claims one is not taken for a newer release."""


class NotALog(OkstraError):
    """What a ref names is not a log, and never will be: the verdict on this tip is final."""

    code = "log.not-a-log"


def read_head(git: Git, tip: str) -> Head | None:
    """The `format` entry of the log at `tip`, None when it is not one."""
    blob = find_blob(git, tree_of(git, tip), layout.FORMAT_ENTRY)
    try:
        return parse_head(read_blob(git, blob, limit=LONGEST_FORMAT)) if blob else None
    except ObjectTooLarge:
        return None


def require_head(git: Git, tip: str) -> Head:
    """The same, refused (`NotALog`) where the tip is not that of a log; refuses otherwise what cannot be read."""
    if is_commit(git, tip) is False:
        raise NotALog("it does not point at a commit")
    head = read_head(git, tip)
    if head is None or head.major > LAST_MAJOR:
        raise NotALog("it has no readable format entry")
    return head


def find_quietly(git: Git, tip: str, task: str) -> str | None:
    """The blob of a task's events (slashed key) in the log at this tip; None also where its tree cannot be read."""
    try:
        return find_blob(git, tree_of(git, tip), layout.events_path(task))
    except OkstraError:
        return None


def event_files(git: Git, tip: str, *, before: tuple[str, Mapping[str, str]] | None, is_own: bool) -> dict[str, str]:
    """Task -> blob of its events in the log at `tip`.

    `before` is an earlier tip with what it held, so that only what changed is looked at. Refuses (`NotALog`) a log with
    more folders than anybody has tasks.
    """
    if before is None:
        return _apply({}, _difference(git, None, tip))
    try:
        changes = _own_difference(git, before[0], tip) if is_own else _difference(git, before[0], tip)
    except NotALog:
        raise
    except OkstraError:
        changes = None  # the earlier tip is gone
    return _apply({}, _difference(git, None, tip)) if changes is None else _apply(before[1], changes)


def _apply(files: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    found = dict(files)
    for task, blob in changes.items():
        if blob is not None:
            found[task] = blob
        else:
            found.pop(task, None)
    return found


def _own_difference(git: Git, old: str, new: str) -> dict[str, str | None] | None:
    """By libgit2, which is quick and descends into whatever is there; None where that cannot be told."""
    before, now = (find_folder(git, tree_of(git, tip), layout.TASKS_FOLDER) for tip in (old, new))
    if not before or not now:
        return None
    keyed = (
        (layout.task_of_path(layout.TASKS_FOLDER + path), blob)
        for path, blob in changed_files(git, before, now).items()
    )
    return {key.slashed: blob for key, blob in keyed if key is not None}


def _difference(git: Git, old: str | None, new: str) -> dict[str, str | None]:
    sides = [find_folder(git, tree_of(git, tip), layout.TASKS_FOLDER) if tip else None for tip in (old, new)]
    found: dict[str, str | None] = {}
    waiting: list[tuple[str, int, str | None, str | None]] = [("", 0, *sides)]  # type: ignore[list-item]
    looked = 0
    while waiting:
        path, depth, before, now = waiting.pop()
        looked += 1
        if looked > MOST_FOLDERS:
            raise NotALog(f"it has more than {MOST_FOLDERS} folders")
        was, has = (list_children(git, side) if side else {} for side in (before, now))
        for name in {*was, *has} if depth < 3 else {layout.EVENTS_FILE}:
            a, b = was.get(name), has.get(name)
            if a == b:
                continue
            if depth < 3:
                folders = [each[0] if each and each[1] else None for each in (a, b)]
                waiting.append((f"{path}{name}/", depth + 1, folders[0], folders[1]))
            elif (key := layout.task_of_path(f"{layout.TASKS_FOLDER}{path}{name}")) is not None:
                found[key.slashed] = b[0] if b and not b[1] else None
    return found
