"""Examines what okstra stands on: programs, repository, configuration, disk, locks, worktrees."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import linked
from okstra_git.fs.root import Root
from okstra_git.git.compatibility import (
    GIT_THRESHOLDS,
    LIBGIT2_THRESHOLDS,
    PYGIT2_THRESHOLDS,
    Threshold,
    Version,
    find_risks,
    missed,
    read_entries,
    read_versions,
    show_version,
)
from okstra_git.git.discovery import find_hidden
from okstra_git.git.refs import TornRef, is_torn, list_lock_files
from okstra_git.git.repo import Git
from okstra_git.git.settings import read_settings
from okstra_git.health import derived, stored
from okstra_git.health.findings import CheckResult, HealthFinding, Severity, by_severity
from okstra_git.health.leftovers import prove_dead
from okstra_git.host.locks import hold_lock
from okstra_git.host.machine import free_bytes, refuses_writing
from okstra_git.paths import OKSTRA
from okstra_git.store import layout
from okstra_git.store.clone import find_writer, look_for_writer
from okstra_git.store.drift import find_astray, find_lost
from okstra_git.store.snapshot import DAMAGE, Memory, read_snapshot
from okstra_git.store.store import Store

LOW_DISK = 256 << 20
FIX = "git okstra doctor --fix"

GIT_LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock")


def diagnose(git: Git, *, now: datetime, others: Callable[[], Sequence[HealthFinding]] = tuple) -> CheckResult:
    """Everything around okstra that is not as it should be; `others` are findings of rooms this one cannot see."""
    checks: tuple[Callable[[], Iterator[HealthFinding]], ...] = (
        lambda: check_versions(git),
        lambda: check_writer(git),
        lambda: check_recorded(git, now=now),
        lambda: check_disk(git),
        lambda: check_identity(git),
        lambda: check_settings(git),
        lambda: check_dangers(git),
        lambda: check_main_tree(git),
        lambda: check_folders(git),
        lambda: check_worktrees(git, now=now),
        lambda: check_branches(git, now=now),
        lambda: check_commits(git, now=now),
        lambda: check_locks(git, now=now),
        lambda: iter(others()),
    )
    return CheckResult(tuple(by_severity(finding for check in checks for finding in _surviving(check))))


def treat(store: Store, *, others: Callable[[], Sequence[HealthFinding]] = tuple) -> CheckResult:
    """Remove the locks of the dead, then examine again; nothing else is touched."""
    git, now = store.git, store.now()
    before = diagnose(git, now=now, others=others)
    with hold_lock(layout.lock_file(git.private_dir)):  # so that no two processes clear the same lock
        for lock in prove_dead(git, _locks(git), now=now):
            lock.unlink(missing_ok=True)
    after = diagnose(git, now=store.now(), others=others)
    gone = tuple(finding for finding in before.findings if finding.repairable and finding not in after.findings)
    return CheckResult(after.findings, gone)


def _surviving(check: Callable[[], Iterator[HealthFinding]]) -> list[HealthFinding]:
    """A check that cannot be made is a finding, not the end of the examination."""
    try:
        return list(check())
    except OkstraError as refusal:
        return [HealthFinding(refusal.code, "error", "", refusal.message, refusal.hint)]


def check_versions(git: Git) -> Iterator[HealthFinding]:
    """Programs and libraries against the table of facts."""
    versions = read_versions(git)
    if versions.git is None:
        yield HealthFinding("version.unknown", "info", "git", "the version of git was not understood", "git version")
    else:
        yield from _too_old("git", versions.git, missed(GIT_THRESHOLDS, versions.git))
    yield from _too_old("pygit2", versions.pygit2, missed(PYGIT2_THRESHOLDS, versions.pygit2))
    yield from _too_old("libgit2", versions.libgit2, missed(LIBGIT2_THRESHOLDS, versions.libgit2))


def _too_old(name: str, version: Version, facts: Sequence[Threshold]) -> Iterator[HealthFinding]:
    for fact in facts:
        since = show_version(fact.since)
        message = f"{name} {show_version(version)} is older than {since}: {fact.without} ({fact.fact})"
        severity: Severity = "error" if fact.required else "warning"
        yield HealthFinding("version.old", severity, name, message, f"install {name} {since} or newer")


def check_writer(git: Git) -> Iterator[HealthFinding]:
    """Whether this clone has an id of its own."""
    if find_writer(git) is not None:
        return
    if layout.writer_file(git.private_dir).exists():
        message = "this directory is a copy of another clone, so it may not go on writing that clone's log"
        yield HealthFinding("writer.copied", "error", "writer", message, "git okstra init")
    else:
        message = "okstra is not set up in this clone"
        yield HealthFinding("store.not-initialised", "error", "writer", message, "git okstra init")


def check_recorded(git: Git, *, now: datetime) -> Iterator[HealthFinding]:
    """Logs and notes that cannot be read in full, or hold what they should not; fsck looks closer."""
    for problem in read_snapshot(git, Memory(), now=now).problems:
        severity: Severity = "error" if problem.code in DAMAGE else "warning"
        hint = "git okstra fsck" if problem.code == TornRef.code else problem.hint
        yield HealthFinding(problem.code, severity, problem.subject, problem.message, hint)
    if is_torn(git, layout.NOTES):
        message = f"{layout.NOTES} is damaged, so git log shows no notes and none is written"
        yield HealthFinding("ref.torn", "error", layout.NOTES, message, "git okstra fsck --repair")


def check_disk(git: Git) -> Iterator[HealthFinding]:
    """Room and permission to write."""
    why = refuses_writing(git.common_dir)
    if why is not None:
        yield HealthFinding(
            "repo.read-only",
            "error",
            str(git.common_dir),
            f"{git.common_dir} cannot be written: {why}",
            "check owner, mode and mount of the git directory",
        )
    free = free_bytes(git.common_dir)
    if free < LOW_DISK:
        message = f"only {free >> 20} MiB are free where the repository is"
        yield HealthFinding("disk.low", "warning", str(git.common_dir), message, "free some space")


def check_identity(git: Git) -> Iterator[HealthFinding]:
    """Whether events will have an author's name."""
    if git.author is None:
        message = "git has no identity configured, so events bear nobody's name"
        yield HealthFinding(
            "identity.missing",
            "warning",
            "user.name",
            message,
            "git config --global user.name NAME && git config --global user.email EMAIL",
        )


def check_settings(git: Git) -> Iterator[HealthFinding]:
    """okstra's own settings."""
    settings = read_settings(git)
    for value in settings.survey():
        if value.problem:
            name = value.setting.name
            yield HealthFinding(
                "config.bad-value", "error", name, value.problem, command("git okstra config unset", name)
            )
    for name in settings.unknown():
        message = f"{name} means nothing to this version"
        yield HealthFinding("config.unknown-key", "info", name, message, "git okstra config list")


def check_dangers(git: Git) -> Iterator[HealthFinding]:
    """Configuration that carries okstra's refs and notes where they do damage."""
    for danger in find_risks(read_entries(git)):
        message = f"{danger.key} = {danger.value}: {danger.does}"
        yield HealthFinding("config.dangerous", "warning", danger.key, message, danger.instead)


def check_main_tree(git: Git) -> Iterator[HealthFinding]:
    """Settings that hide the main worktree from git."""
    for hidden in find_hidden(git.common_dir):
        yield HealthFinding("config.main-worktree", "error", hidden.key, hidden.sentence, hidden.remedy)


def check_folders(git: Git) -> Iterator[HealthFinding]:
    """The folder of documents where it is a link: whatever would write there is refused."""
    entry = Root(git.top).see(OKSTRA)
    if entry is not None and entry.kind == "link":
        refusal = linked(str(git.top), OKSTRA, OKSTRA, leaves=False)
        yield HealthFinding(refusal.code, "warning", OKSTRA, refusal.message, refusal.hint)


def check_worktrees(git: Git, *, now: datetime) -> Iterator[HealthFinding]:
    """Recorded worktrees that are not where they should be, or cut off."""
    for row in find_astray(git, read_snapshot(git, Memory(), now=now).state, look_for_writer(git)[0]):
        yield HealthFinding(row.code, "warning", row.subject, row.message, row.line)


def check_branches(git: Git, *, now: datetime) -> Iterator[HealthFinding]:
    """Stages whose branch has another name now than on record, or is gone."""
    for lost in find_lost(git, read_snapshot(git, Memory(), now=now).state, look_for_writer(git)[0]):
        subject = f"{lost.task.key} stage {lost.stage.number}"
        yield HealthFinding(lost.code, "warning", subject, lost.message, lost.line)


def check_commits(git: Git, *, now: datetime) -> Iterator[HealthFinding]:
    """What this clone recorded and cannot be read any more."""
    snapshot = read_snapshot(git, Memory(), now=now)
    lost = derived.check_commits(git, snapshot, look_for_writer(git)[0])
    yield from (finding for finding in lost if finding.severity == "error")
    yield from stored.check_objects(git, snapshot.state)


def check_locks(git: Git, *, now: datetime) -> Iterator[HealthFinding]:
    """Lock files that no live process can own."""
    for lock in prove_dead(git, _locks(git), now=now):
        name = lock.relative_to(git.common_dir).as_posix()
        yield HealthFinding(
            "lock.dead", "warning", name, f"{name} was left by a process that is gone", FIX, repairable=True
        )


def _locks(git: Git) -> list[Path]:
    return [*(git.common_dir / name for name in GIT_LOCKS), *list_lock_files(git, ("refs/",))]
