"""Proves that what is stored is whole and that what is derived equals it, and repairs what can be repaired."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from okstra_git.git.damage import mend_blob
from okstra_git.git.git_directory import move_own, remove_own
from okstra_git.git.history import find_commit
from okstra_git.git.reflogs import list_former_values
from okstra_git.git.refs import RefUpdate, find_ref, set_torn_aside, swap_refs
from okstra_git.git.repo import Git
from okstra_git.health import derived, leftovers, stored
from okstra_git.health.findings import CheckResult, HealthFinding, by_severity
from okstra_git.health.leftovers import prove_dead
from okstra_git.store import layout
from okstra_git.store.clone import look_for_writer, require_writer
from okstra_git.store.derived import crooked_notes, straighten_notes
from okstra_git.store.restore import reproduce_file, restore_lines, restore_tip
from okstra_git.store.snapshot import Snapshot, read_from_scratch
from okstra_git.store.store import Store

ROUNDS = 3
"""What is derived can only be compared once the logs are whole, and one repair may uncover the need of the next."""


DROPPED = ("keep.covered", "keep.expired", "keep.void", "ref.extra")


def examine(git: Git, *, now: datetime) -> list[HealthFinding]:
    """Everything that is not as it should be, worst first; changes nothing."""
    snapshot, (writer, damaged) = read_from_scratch(git, now=now), look_for_writer(git)
    findings = [HealthFinding(damaged.code, "error", "writer", damaged.message, damaged.hint)] if damaged else []
    findings += [*stored.check_logs(git, snapshot, writer), *stored.check_agreement(snapshot.state)]
    findings += _check_derived(git, snapshot, writer, now)
    for check in (leftovers.check_spool, leftovers.check_drafts, leftovers.check_aside):
        findings += check(git)
    return by_severity([*findings, *leftovers.check_locks(git, now=now)])


def _check_derived(git: Git, snapshot: Snapshot, writer: str | None, now: datetime) -> Iterable[HealthFinding]:
    if snapshot.is_damaged:
        message = "refs and notes were not compared, because the log of this clone cannot be read in full"
        yield HealthFinding("derived.not-compared", "info", "refs/okstra/", message)
        return
    yield from stored.check_cache(git, snapshot)
    yield from stored.check_archives(git, snapshot)
    yield from derived.check_refs(git, snapshot)
    yield from derived.check_commits(git, snapshot, writer)
    yield from stored.check_objects(git, snapshot.state)
    yield from derived.check_notes(git, snapshot)
    yield from derived.check_keeps(git, snapshot, now=now)
    yield from derived.check_marks(git, snapshot)


def check(git: Git, *, now: datetime) -> CheckResult:
    """Examine alone."""
    return CheckResult(tuple(examine(git, now=now)))


def repair(store: Store, *, report: Callable[[HealthFinding], None] = lambda _: None) -> CheckResult:
    """Mend what is repairable, each finding reported before it is touched; nothing that is not derived is deleted.

    Refuses what a write refuses: a clone without a writer id, a read-only repository, a log of a newer format.
    """
    treated: dict[HealthFinding, None] = {}
    left: Sequence[HealthFinding] = examine(store.git, now=store.now())
    for _ in range(ROUNDS):
        todo = [finding for finding in left if finding.repairable and finding not in treated]
        if not todo:
            break
        treated.update(dict.fromkeys(todo))
        for finding in todo:
            report(finding)
        mend(store, todo)
        left = examine(store.git, now=store.now())
    mended = [finding for finding in treated if finding not in left]
    return CheckResult(tuple(left), tuple(by_severity(mended)))


def mend(store: Store, findings: Sequence[HealthFinding]) -> None:
    """Put right what these findings name; afterwards everything derived is derived again."""
    codes = {finding.code for finding in findings}
    _clear_leftovers(store, findings)
    _mend_log(store, findings)
    for finding in findings:
        if finding.code == "ref.torn" and finding.subject != layout.log_ref(require_writer(store.git)):
            _replace_torn(store, finding.subject)
    if codes - {"lock.dead", "file.draft", "spool.torn"}:
        store.attempt(lambda: _derive_anew(store, findings))


def _mend_log(store: Store, findings: Sequence[HealthFinding]) -> None:
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
            current = find_ref(store.git, name)
            best = next((tip for tip in list_former_values(store.git, name) if find_commit(store.git, tip)), None)
            if best is not None and current != best:
                swap_refs(store.git, [RefUpdate(name, current, best)], message="okstra: restore")

    store.attempt(once)


def _derive_anew(store: Store, findings: Sequence[HealthFinding]) -> None:
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


def _clear_leftovers(store: Store, findings: Sequence[HealthFinding]) -> None:
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
