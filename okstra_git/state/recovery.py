"""Events that others removed from this clone's log, told from its journal."""

from okstra_git.git.history import contains
from okstra_git.git.objects import read_blob
from okstra_git.git.own_files import replace_own
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.codec import LineFacts, identify_line
from okstra_git.state import layout
from okstra_git.state.journal import MARK, last_mark, read_lines
from okstra_git.state.log import list_event_files


def missing_lines(git: Git, ref: str, tip: CommitId | None) -> list[bytes]:
    """Lines this clone's journal has and its log lost: empty unless somebody rewrote or removed the log ref."""
    path = layout.journal_file(git.private_dir, ref.removeprefix(layout.LOGS))
    mark = last_mark(path)
    if mark is None or mark == tip or (mark and tip is not None and contains(git, tip, mark)):
        return []
    present = {facts.id for facts, _ in own_lines(git, tip)} if tip else set()
    found: dict[str, bytes] = {}
    for line in read_lines(path):
        facts = identify_line(line)
        if facts is not None and facts.id not in present:
            found.setdefault(facts.id, line)
    return list(found.values())


def own_lines(git: Git, tip: str) -> list[tuple[LineFacts, bytes]]:
    """Every event line in the log at `tip`, of known types or not, in order."""
    files = list_event_files(git, tip)
    lines = [
        line for path, blob in files.items() if layout.task_of_path(path) for line in read_blob(git, blob).split(b"\n")
    ]
    known = [(facts, line) for line in lines if (facts := identify_line(line)) is not None]
    return sorted(known, key=lambda one: (one[0].clock, one[0].seq))


def level_journal(git: Git, writer: str, tip: str) -> bool:
    """Write the journal anew from the log at `tip`; False when the file system refuses."""
    lines = b"".join(line + b"\n" for _, line in own_lines(git, tip))
    return replace_own(layout.journal_file(git.private_dir, writer), lines + MARK + tip.encode() + b"\n")
