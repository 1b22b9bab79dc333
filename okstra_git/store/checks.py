"""What is on record of commands that were run on a tree: one ref for each record, found by the tree alone.

A record comes from this clone or by a fetch, so whoever can push to a remote can write one. What protects the answer is
that nothing counts whose name, tree or form is not exact, and that whatever cannot be read makes the answer a no.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.git.objects import durable_writes, read_blob, write_blob
from okstra_git.git.refs import RefUpdate, find_ref, list_ref_names, swap_refs
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.checks import MAX_RECORD, CheckRecord, decode_check, digest_of, encode_check
from okstra_git.records.grammar import LARGEST
from okstra_git.store import layout
from okstra_git.store.validation import AHEAD, find_ignored, spelled


class StoredCheck(NamedTuple):
    """A record, and the ref under which it is."""

    ref: str
    record: CheckRecord


class BadCheck(NamedTuple):
    """A ref of the tree that does not hold what its name says, why, and the line that removes it."""

    ref: str
    why: str

    @property
    def remedy(self) -> str:
        """The line that removes it here."""
        return command("git update-ref -d", spelled(self.ref))


class TreeChecks(NamedTuple):
    """Everything on record of one tree: what counts, and what cannot be relied on."""

    tree: str
    checks: list[StoredCheck]
    bad: list[BadCheck]


def read_checks(git: Git, tree: str, *, now: datetime) -> TreeChecks:
    """The records of a tree; those of writers that this clone ignores are left out. Reads nothing of other trees."""
    ignored = find_ignored(git)
    checks: list[StoredCheck] = []
    bad: list[BadCheck] = []
    for ref in list_ref_names(git, layout.checks_folder(tree)):
        read = _read(git, ref, tree, now)
        if isinstance(read, str):
            bad.append(BadCheck(ref, read))
        elif read.writer not in ignored:
            checks.append(StoredCheck(ref, read))
    return TreeChecks(tree, checks, bad)


def _read(git: Git, ref: str, tree: str, now: datetime) -> CheckRecord | str:
    """The record under this ref, or why it does not count."""
    try:
        blob = find_ref(git, ref)
        data = read_blob(git, blob, limit=MAX_RECORD) if blob is not None else b""
    except OkstraError:
        return "it cannot be read"
    if ref != layout.checks_folder(tree) + digest_of(data):
        return "its content is not what its name says"
    record = decode_check(data)
    if record is None:
        return "it is damaged, or of a newer release"
    if record.tree != tree:
        return "it is of another tree"
    return "its time is in the future" if record.at > now + AHEAD else record


def latest_checks(checks: Iterable[StoredCheck], counts: Callable[[CheckRecord], bool]) -> StoredCheck | None:
    """The newest of the records that count, None where none does.

    Newest by what their writers knew of each other, or by their clocks: where the two differ, one that failed is taken,
    so that neither a clock that is wrong nor a clone that has not fetched makes a failure look older than it is.
    """
    counting = [check for check in checks if counts(check.record)]
    if not counting:
        return None
    by_clock = max(counting, key=lambda check: (check.record.clock, check.record.at, check.ref))
    by_time = max(counting, key=lambda check: (check.record.at, check.record.clock, check.ref))
    return by_time if by_clock.record.is_passed else by_clock


def next_clock(checks: Sequence[StoredCheck]) -> int:
    """What a record made now has to be above."""
    return min(1 + max((check.record.clock for check in checks), default=0), LARGEST)


def write_check(git: Git, record: CheckRecord) -> StoredCheck:
    """Store the record; its ref is named by its content, so that two writers never meet."""
    data = encode_check(record)
    ref = layout.checks_folder(record.tree) + digest_of(data)
    with durable_writes():
        blob = write_blob(git, data)
        swap_refs(git, [RefUpdate(ref, find_ref(git, ref), CommitId(blob))], message="okstra: check")
    return StoredCheck(ref, record)
