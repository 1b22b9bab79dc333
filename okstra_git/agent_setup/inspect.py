"""Compares what is desired with what is actually there: the status of every file and rule; pure."""

from okstra_git.agent_setup.actual import ActualFile, ActualFolder, EntryKind
from okstra_git.agent_setup.model import DesiredFiles, FileState, FileStatus, FolderStatus
from okstra_git.agent_setup.permission_rules import find_contradictions, find_problem, inspect_rules
from okstra_git.digest import fingerprint


def inspect(actual: ActualFolder, desired: DesiredFiles) -> FolderStatus:
    """The status of the folder: how it differs from what is desired."""
    rules = inspect_rules(actual, desired.rules)
    return FolderStatus(
        root=actual.root,
        version=actual.manifest.okstra if actual.manifest else None,
        files=inspect_files(actual, desired),
        rules=rules,
        problem="" if all(rule.is_there for rule in rules) else find_problem(actual),
        contradictions=find_contradictions(actual, desired.rules),
    )


def inspect_files(actual: ActualFolder, desired: DesiredFiles) -> tuple[FileStatus, ...]:
    """Every file that is shipped or recorded, by path."""
    return tuple(_inspect_file(path, actual, desired) for path in sorted(actual.files))


def _inspect_file(path: str, actual: ActualFolder, desired: DesiredFiles) -> FileStatus:
    file, recorded = actual.files[path], actual.own.fingerprints(path)
    wanted = fingerprint(desired.files[path]) if path in desired.files else None
    state = _state(file, wanted=wanted, recorded=recorded)
    return FileStatus(path, state, file.note, file.digest, path in actual.asides)


def _state(file: ActualFile, *, wanted: str | None, recorded: frozenset[str]) -> FileState:
    if file.kind is EntryKind.BLOCKED:
        return FileState.BLOCKED if wanted else FileState.GONE
    if file.kind is EntryKind.NOTHING:
        return FileState.MISSING if wanted else FileState.GONE
    is_untouched = file.kind is EntryKind.FILE and file.digest in recorded
    if wanted is None:
        return FileState.EXTRA if is_untouched else FileState.DISOWNED if recorded else FileState.GONE
    if file.digest == wanted:
        return FileState.OK if file.kind is EntryKind.FILE and recorded else FileState.SAME
    if is_untouched:
        return FileState.OUTDATED
    return FileState.CHANGED if recorded else FileState.FOREIGN
