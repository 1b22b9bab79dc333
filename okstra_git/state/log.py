"""Logs as they stand in git: what each writer contributed, and the bytes of the next contribution."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from okstra_git.errors import OkstraError
from okstra_git.git.objects import find_blob, find_folder, list_blobs, read_blob, tree_of, write_blob, write_tree
from okstra_git.git.refs import TornRef, find_ref, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.base import MAJOR_FORMAT
from okstra_git.records.codec import encode_readable, is_count
from okstra_git.records.events import Event
from okstra_git.state import layout
from okstra_git.wide import widen


class NewerFormat(OkstraError):
    """A log was written by a newer major release; this clone may read what it understands, and not write."""

    code = "format.newer"


@dataclass(frozen=True)
class Problem:
    """Something about the stored state that a person should know: a stable code, a sentence, the subject."""

    code: str
    message: str
    subject: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Head:
    """The `format` entry of a log: its major format, and the clock and sequence number it has come to."""

    major: int = MAJOR_FORMAT
    clock: int = 0
    seq: int = 0


def find_tips(git: Git) -> tuple[dict[str, CommitId], list[Problem]]:
    """The tips of our own and of all fetched logs, by ref name; torn ones become problems."""
    tips: dict[str, CommitId] = {}
    problems: list[Problem] = []
    for prefix in (layout.LOGS, layout.REMOTE_LOGS):
        for name in list_ref_names(git, prefix):
            try:
                tip = find_ref(git, name)
            except TornRef as torn:
                problems.append(Problem(torn.code, torn.message, name, torn.hint))
                continue
            if tip is not None:
                tips[name] = tip
    return tips, problems


def parse_head(data: bytes) -> Head | None:
    """The `format` entry, or None when it is not one."""
    try:
        raw = json.loads(data.decode())
        head = Head(raw["okstra-log"], raw["clock"], raw["seq"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    sound = is_count(head.major) and is_count(head.clock) and is_count(head.seq)
    return head if sound and head.major >= 1 else None


def show_head(head: Head) -> bytes:
    """The bytes of a `format` entry."""
    return json.dumps({"okstra-log": head.major, "clock": head.clock, "seq": head.seq}).encode() + b"\n"


def build_tree(
    git: Git, tip: str | None, lines: Mapping[str, bytes], head: Head, attached: Mapping[str, str] | None = None
) -> str:
    """The tree of a log with these lines (by task) behind those it has; older bytes are carried over unchanged.

    `attached` are further files, path -> blob id.
    """
    base = tree_of(git, tip) if tip else None
    changes: dict[str, str | None] = {layout.FORMAT_ENTRY: write_blob(git, show_head(head)), **(attached or {})}
    for task, added in lines.items():
        path = layout.events_path(task)
        blob = find_blob(git, base, path) if base else None
        before = read_blob(git, blob) if blob else b""
        joint = b"" if not before or before.endswith(b"\n") else b"\n"
        changes[path] = write_blob(git, before + joint + added)
    return write_tree(git, base, changes)


def list_event_files(git: Git, tip: str) -> dict[str, str]:
    """Path -> blob id of the event files at a log's tip; archives are not looked into."""
    folder = find_folder(git, tree_of(git, tip), layout.TASKS_FOLDER)
    return list_blobs(git, folder, under=layout.TASKS_FOLDER) if folder else {}


def lines_by_task(events: Iterable[Event]) -> dict[str, bytes]:
    """The bytes of these events, by slashed task key; refuses what nobody would read again (`NotRecordable`)."""
    lines: dict[str, bytes] = {}
    for event in events:
        task = event.fact.task.slashed
        lines[task] = lines.get(task, b"") + encode_readable(event)
    return lines


def describe_batch(events: Sequence[Event]) -> str:
    """A commit message for a batch, a line for each event, in letters that `:/text` does not find (`widen`)."""
    lines = list(dict.fromkeys(_describe(event) for event in events))
    head = f"okstra: {lines[0]}" + (f" (and {len(events) - 1} more)" if len(events) > 1 else "")
    body = ["", *lines] if len(lines) > 1 else []
    return widen("\n".join([head, *body])) + "\n"


def _describe(event: Event) -> str:
    stage = getattr(event.fact, "stage", None)
    return f"{event.fact.type} {event.fact.task.slashed}" + (f" stage {stage}" if stage else "")
