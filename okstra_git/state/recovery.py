"""Events that others removed from this clone's log, told from its journal."""

from okstra_git.git.history import contains
from okstra_git.git.objects import list_blobs, read_blob, tree_of
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.codec import decode_events, encode_event
from okstra_git.records.events import Event
from okstra_git.state import layout
from okstra_git.state.cache import replace_file
from okstra_git.state.journal import MARK, last_mark, read_journal


def missing_events(git: Git, ref: str, tip: CommitId | None) -> list[Event]:
    """Events this clone's journal has and its log lost: empty unless somebody rewrote or removed the log ref."""
    path = layout.journal_file(git.private_dir, ref.removeprefix(layout.LOGS))
    mark = last_mark(path)
    if mark is None or mark == tip or (mark and tip is not None and contains(git, tip, mark)):
        return []
    present = {event.id for event in own_events(git, tip)} if tip else set()
    return [event for event in read_journal(path).events if event.id not in present]


def own_events(git: Git, tip: str) -> list[Event]:
    """Every event in the log at `tip`, in order."""
    files = list_blobs(git, tree_of(git, tip))
    events = [
        event
        for path, blob in files.items()
        if layout.task_of_path(path)
        for event in decode_events(read_blob(git, blob)).events
    ]
    return sorted(events, key=lambda event: event.order)


def level_journal(git: Git, writer: str, tip: str) -> bool:
    """Write the journal anew from the log at `tip`; False when the file system refuses."""
    lines = b"".join(encode_event(event) for event in own_events(git, tip))
    return replace_file(layout.journal_file(git.private_dir, writer), lines + MARK + tip.encode() + b"\n")
