"""When something was last recorded of a task, read from the last line of each log."""

from collections.abc import Mapping
from datetime import datetime

from okstra_git.errors import OkstraError
from okstra_git.git.objects import find_blob, read_blob, tree_of
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey
from okstra_git.records.codec import decode_events
from okstra_git.store import layout


def last_recorded(git: Git, tips: Mapping[str, str], task: TaskKey) -> datetime | None:
    """The time of the task's newest event in any log; None where none can be read."""
    lines = (_last_line(git, tip, layout.events_path(task.slashed)) for tip in tips.values())
    moments = [event.at for line in lines if line for event in decode_events(line).events]
    return max(moments, default=None)


def _last_line(git: Git, tip: str, path: str) -> bytes:
    try:
        blob = find_blob(git, tree_of(git, tip), path)
        return read_blob(git, blob).rstrip().rpartition(b"\n")[2] if blob else b""
    except OkstraError:
        return b""
