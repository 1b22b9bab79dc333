"""Mends findings: logs from the journal, derived things from the fold, leftovers of the dead by removing them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from okstra_git.git.history import find_commit
from okstra_git.git.objects import mend_blob
from okstra_git.git.own_files import move_own, remove_own
from okstra_git.git.refs import RefUpdate, find_ref, list_former_values, set_torn_aside, swap_refs
from okstra_git.health.dead_locks import prove_dead
from okstra_git.health.findings import Finding
from okstra_git.state import layout
from okstra_git.state.reading import read_from_scratch
from okstra_git.state.restoring import reproduce_file, restore_lines, restore_tip
from okstra_git.state.store import Store
from okstra_git.state.views import crooked_notes, straighten_notes
from okstra_git.state.writer import require_writer

DROPPED = ("keep.covered", "keep.expired", "keep.void", "ref.extra")


def mend(store: Store, findings: Sequence[Finding]) -> None:
    """Put right what these findings name; afterwards everything derived is derived again."""
    codes = {finding.code for finding in findings}
    _clear_leftovers(store, findings)
    _mend_log(store, findings)
    for finding in findings:
        if finding.code == "ref.torn" and finding.subject != layout.log_ref(require_writer(store.git)):
            _replace_torn(store, finding.subject)
    if codes - {"lock.dead", "file.draft", "spool.torn"}:
        store.attempt(lambda: _derive_anew(store, findings))


def _mend_log(store: Store, findings: Sequence[Finding]) -> None:
    git, writer = store.git, require_writer(store.git)
    own = layout.log_ref(writer)
    for finding in findings:
        if finding.subject == own and finding.code in ("ref.torn", "log.unreadable"):
            restore_tip(store, _aside(store, own))
        elif finding.code == "log.damaged-file":
            ref, _, path = finding.subject.partition(":")
            exact = reproduce_file(git, writer, str(find_ref(git, ref)), path)
            if exact is not None:
                mend_blob(git, *exact)
    if any(finding.subject == own for finding in findings):
        restore_lines(store)


def _replace_torn(store: Store, name: str) -> None:
    """Set a torn ref aside; notes go on from their last readable version, the rest is derived or fetched again."""

    def once() -> None:
        set_torn_aside(store.git, name, _aside(store, name))
        if name == layout.NOTES:
            found = find_ref(store.git, name)
            best = next((tip for tip in list_former_values(store.git, name) if find_commit(store.git, tip)), None)
            if best is not None and found != best:
                swap_refs(store.git, [RefUpdate(name, found, best)], message="okstra: restore")

    store.attempt(once)


def _derive_anew(store: Store, findings: Sequence[Finding]) -> None:
    git = store.git
    remove_own(layout.cache_file(git.private_dir))
    store.memory.fold = None
    snapshot = read_from_scratch(git, now=store.now())
    if snapshot.is_damaged:
        return
    for finding in findings:
        if finding.code in DROPPED:
            swap_refs(git, [RefUpdate(finding.subject, find_ref(git, finding.subject), None)], message="okstra: repair")
    if any(finding.code == "note.differs" for finding in findings):
        straighten_notes(git, snapshot.state, crooked_notes(git, snapshot.state), when=store.now())
    store.derive(snapshot, snapshot.state.tasks)


def _clear_leftovers(store: Store, findings: Sequence[Finding]) -> None:
    git = store.git
    for finding in findings:
        if finding.code == "lock.dead":
            lock = git.common_dir / finding.subject
            store.attempt(partial(_unlink_if_dead, store, lock))
        elif finding.code == "file.draft":
            remove_own(git.private_dir / finding.subject)
        elif finding.code == "spool.torn":
            move_own(git.private_dir / finding.subject, _aside(store, finding.subject))


def _unlink_if_dead(store: Store, lock: Path) -> None:
    _unlink(prove_dead(store.git, [lock], now=store.now()))


def _unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _aside(store: Store, name: str) -> Path:
    """Where a damaged thing is kept: its own name and the instant, below `okstra/torn` of the git directory."""
    stamp = store.now().strftime("%Y%m%dT%H%M%S%f")
    return layout.torn_folder(store.git.private_dir) / f"{name}.{stamp}"
