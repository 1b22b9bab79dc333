"""Puts back what this clone's own log lost, from the journal and through the one write primitive."""

from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

from okstra_git.faults import fault_point
from okstra_git.git.git_directory import replace_own
from okstra_git.git.history import contains
from okstra_git.git.objects import (
    MissingObject,
    durable_writes,
    find_blob,
    list_blobs,
    name_of_blob,
    tree_of,
    write_commit,
)
from okstra_git.git.refs import RefUpdate, find_ref, is_torn, set_torn_aside, swap_refs
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.codec import archive_of_line, identify_line
from okstra_git.store import layout
from okstra_git.store.clone import require_writer
from okstra_git.store.log import Head, build_tree, read_head
from okstra_git.store.private_files import last_mark, level_journal, list_marks, load_fold, missing_lines, read_lines
from okstra_git.store.store import Store
from okstra_git.wording import widen


def restore_lines(store: Store) -> int:
    """Record again, byte for byte, every event line of ours that the log lost; how many there were."""
    writer = require_writer(store.git)

    def once() -> int:
        ref = layout.log_ref(writer)
        tip = find_ref(store.git, ref)
        lines = missing_lines(store.git, ref, tip)
        if lines:
            tip = _append_lines(store, ref, tip, lines)
        if tip is not None:
            level_journal(store.git, writer, tip)
        return len(lines)

    return store.attempt(once)


def _append_lines(store: Store, ref: str, tip: CommitId | None, lines: Iterable[bytes]) -> CommitId:
    by_task: dict[str, bytes] = {}
    archives: dict[str, str] = {}
    head = (read_head(store.git, tip) if tip else None) or Head()
    count = 0
    for line in lines:
        facts = identify_line(line)
        if facts is not None:
            by_task[facts.task] = by_task.get(facts.task, b"") + line + b"\n"
            archives |= _archived_files(store.git, line)
            head = Head(head.major, max(head.clock, facts.clock), max(head.seq, facts.seq))
            count += 1
    message = widen(f"okstra: restored {count} events from the journal\n")
    with durable_writes():
        tree = build_tree(store.git, tip, by_task, head, archives)
        when = store.now().astimezone(UTC)
        new = write_commit(store.git, tree=tree, parents=[tip] if tip else [], message=message, when=when)
        fault_point("log.restored")
        swap_refs(store.git, [RefUpdate(ref, tip, new)], message="okstra: restore")
    return new


def _archived_files(git: Git, line: bytes) -> dict[str, str]:
    """The archive that an event speaks of, path -> blob id, where its objects are still here; else nothing."""
    archive = archive_of_line(line)
    try:
        return list_blobs(git, archive[1], under=layout.archive_folder(archive[0])) if archive else {}
    except MissingObject:
        return {}


def restore_tip(store: Store, aside: Path) -> CommitId | None:
    """Give a torn or unreadable own log its last known readable tip again; what was there goes into `aside`.

    None when no earlier tip is left: then the log begins anew, with everything the journal holds.
    """
    git, writer = store.git, require_writer(store.git)
    ref = layout.log_ref(writer)

    def once() -> CommitId | None:
        if is_torn(git, ref):
            set_torn_aside(git, ref, aside)
        present = find_ref(git, ref)
        if present is not None and _is_readable(git, present) and not _is_older(git, writer, present):
            return present
        best = next((tip for tip in _known_tips(git, writer) if _is_readable(git, tip)), None)
        if present is not None and not aside.exists():
            replace_own(aside, f"{present}\n".encode())
        swap_refs(git, [RefUpdate(ref, present, best)], message="okstra: restore")
        return best

    return store.attempt(once)


def can_restore_tip(git: Git, writer: str) -> bool:
    """Whether the journal is known to hold everything the log held, so that no event hides in what is unreadable."""
    mark = last_mark(layout.journal_file(git.private_dir, writer))
    ref = layout.log_ref(writer)
    tip = None if is_torn(git, ref) else find_ref(git, ref)
    return bool(mark) and tip in (None, mark)


def _known_tips(git: Git, writer: str) -> list[CommitId]:
    """Tips this clone's own log once had, the newest first."""
    cached = load_fold(layout.cache_file(git.private_dir))
    seen = cached.tips.get(layout.log_ref(writer)) if cached else None
    marks = list_marks(layout.journal_file(git.private_dir, writer))
    newer = [seen] if seen and (not marks or contains(git, seen, marks[0])) else []
    return [CommitId(tip) for tip in dict.fromkeys([*newer, *marks])]


def _is_older(git: Git, writer: str, tip: CommitId) -> bool:
    """Whether a later tip is known: packed-refs often holds one from long ago under a torn loose file."""
    known = next((known_tip for known_tip in _known_tips(git, writer) if _is_readable(git, known_tip)), None)
    return known is not None and known != tip and contains(git, known, tip)


def _is_readable(git: Git, tip: str) -> bool:
    try:
        return read_head(git, tip) is not None
    except MissingObject:
        return False


def reproduce_file(git: Git, writer: str, tip: str, path: str) -> tuple[str, bytes] | None:
    """(blob id, bytes) of an event file of our log at `tip` from the journal alone; None when that gives other bytes.

    The blob's name proves the bytes, so this is exact or nothing.
    """
    blob, task = find_blob(git, tree_of(git, tip), path), layout.task_of_path(path)
    if blob is None or task is None:
        return None
    data = b""
    for line in read_lines(layout.journal_file(git.private_dir, writer)):
        facts = identify_line(line)
        if facts is not None and facts.task == task:
            data += line + b"\n"
            if name_of_blob(data) == blob:
                return blob, data
    return None
