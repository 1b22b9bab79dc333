"""Proves that what is stored is whole and that what is derived equals it, or mends what can be mended."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from okstra_git.git.repo import Git
from okstra_git.health import derived, leftovers, mending, objects, stored
from okstra_git.health.findings import Finding, by_severity, needs_somebody
from okstra_git.state.reading import Snapshot, read_from_scratch
from okstra_git.state.store import Store
from okstra_git.state.writer import look_for_writer

ROUNDS = 3
"""What is derived can only be compared once the logs are whole, and one repair may uncover the need of the next."""


@dataclass(frozen=True)
class Checked:
    """What is wrong now, and what was wrong and has been mended."""

    findings: tuple[Finding, ...]
    repaired: tuple[Finding, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left that needs a repair or a person."""
        return not needs_somebody(self.findings)


def examine(git: Git, *, now: datetime) -> list[Finding]:
    """Everything that is not as it should be, worst first; changes nothing."""
    snapshot, (writer, damaged) = read_from_scratch(git, now=now), look_for_writer(git)
    found = [Finding(damaged.code, "error", "writer", damaged.message, damaged.hint)] if damaged else []
    found += [*stored.check_logs(git, snapshot, writer), *stored.check_agreement(snapshot.state)]
    found += _check_derived(git, snapshot, writer, now)
    for check in (leftovers.check_spool, leftovers.check_drafts, leftovers.check_aside):
        found += check(git)
    return by_severity([*found, *leftovers.check_locks(git, now=now)])


def _check_derived(git: Git, snapshot: Snapshot, writer: str | None, now: datetime) -> Iterable[Finding]:
    if snapshot.is_damaged:
        told = "refs and notes were not compared, because the log of this clone cannot be read in full"
        yield Finding("derived.not-compared", "info", "refs/okstra/", told)
        return
    yield from stored.check_cache(git, snapshot)
    yield from stored.check_archives(git, snapshot)
    yield from derived.check_refs(git, snapshot)
    yield from derived.check_commits(git, snapshot, writer)
    yield from objects.check_objects(git, snapshot.state)
    yield from derived.check_notes(git, snapshot)
    yield from derived.check_keeps(git, snapshot, now=now)
    yield from derived.check_marks(git, snapshot)


def check(git: Git, *, now: datetime) -> Checked:
    """Examine alone."""
    return Checked(tuple(examine(git, now=now)))


def repair(store: Store, *, tell: Callable[[Finding], None] = lambda _: None) -> Checked:
    """Mend what is repairable, each finding told before it is touched; nothing that is not derived is deleted.

    Refuses what a write refuses: a clone without a writer id, a read-only repository, a log of a newer format.
    """
    seen: dict[Finding, None] = {}
    left: Sequence[Finding] = examine(store.git, now=store.now())
    for _ in range(ROUNDS):
        todo = [finding for finding in left if finding.repairable and finding not in seen]
        if not todo:
            break
        seen.update(dict.fromkeys(todo))
        for finding in todo:
            tell(finding)
        mending.mend(store, todo)
        left = examine(store.git, now=store.now())
    mended = [finding for finding in seen if finding not in left]
    return Checked(tuple(left), tuple(by_severity(mended)))
