"""Compares what is desired with what a folder has, and decides every step; pure, so that it can be shown first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from okstra_git.agent_setup.inventory import ActualFile, ActualFolder, EntryKind, folders_of
from okstra_git.agent_setup.manifest import Manifest, render_manifest
from okstra_git.agent_setup.model import (
    MANIFEST,
    UNTOUCHED,
    Action,
    DesiredFiles,
    FileState,
    FileStatus,
    FolderStatus,
    KeptFile,
    SetupPlan,
    SetupStep,
)
from okstra_git.agent_setup.permission_rules import (
    Edit,
    RuleChange,
    add_rules,
    find_contradictions,
    find_problem,
    inspect_rules,
    own_rules,
)
from okstra_git.digest import fingerprint
from okstra_git.errors import refuse

_WHY_KEPT = {
    FileState.CHANGED: "edited since setup wrote it",
    FileState.FOREIGN: "not put there by setup",
    FileState.DISOWNED: "edited since setup wrote it; it is yours now",
}


def plan_install(actual: ActualFolder, desired: DesiredFiles, *, force: bool = False) -> SetupPlan:
    """Install, or bring up to date; `force` sets files in the way aside. Refuses where a folder cannot be made."""
    _refuse_obstacles(actual, inspect_files(actual, desired))
    decided, rules = _decide(actual, desired, force=force), add_rules(actual, desired.rules)
    after = Manifest(
        okstra=desired.version,
        files=_recorded(actual, desired, decided),
        folders=tuple(sorted({*actual.entries, *decided.made} - set(decided.emptied))),
        settings=rules.own,
    )
    begun = _first_steps(actual, desired, decided, rules)
    steps = [*_file_steps(actual, desired, decided), *_rule_steps(actual, rules)]
    return _plan(actual, decided, rules, [*begun, *steps, *_record_steps(actual, after, is_begun=bool(begun))])


def plan_removal(actual: ActualFolder) -> SetupPlan:
    """Take out everything of okstra's that was not changed; the manifest goes unless rules had to stay."""
    if actual.manifest is None:
        return SetupPlan(actual.root)
    nothing = DesiredFiles(actual.manifest.okstra, {})
    decided, rules = _decide(actual, nothing, force=False), add_rules(actual, ())
    steps = [*_file_steps(actual, nothing, decided), *_rule_steps(actual, rules)]
    if rules.own:
        after = Manifest(nothing.version, {}, tuple(sorted(set(actual.entries) - set(decided.emptied))), rules.own)
        steps += _record_steps(actual, after, is_begun=False)
    else:
        steps.append(SetupStep(Action.REMOVE, actual.root.manifest))
        steps += [SetupStep(Action.UNFOLDER, actual.root.folder)] if _leaves_nothing(actual, decided, rules) else []
    return _plan(actual, decided, rules, steps)


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


@dataclass(frozen=True)
class _Decided:
    """What becomes of the files: which are written, after setting aside what a person has there, and which go."""

    files: tuple[FileStatus, ...]
    forced: tuple[FileStatus, ...]
    written: tuple[FileStatus, ...]
    removed: tuple[FileStatus, ...]
    made: tuple[str, ...]
    emptied: tuple[str, ...]


def _decide(actual: ActualFolder, desired: DesiredFiles, *, force: bool) -> _Decided:
    files = inspect_files(actual, desired)
    forced = tuple(file for file in files if force and _may_be_set_aside(file))
    written = tuple(file for file in files if file.state in (FileState.MISSING, FileState.OUTDATED) or file in forced)
    removed = tuple(file for file in files if file.state is FileState.EXTRA)
    needed = folders_of(file.path for file in written)
    if desired.files:
        needed.add(".")
    emptied = tuple(_emptied(actual, {file.path for file in removed}, needed))
    return _Decided(files, forced, written, removed, tuple(sorted(needed - actual.folders)), emptied)


def _may_be_set_aside(file: FileStatus) -> bool:
    return file.state in (FileState.CHANGED, FileState.FOREIGN) and file.is_movable


def _emptied(actual: ActualFolder, removed: set[str], needed: set[str]) -> Iterator[str]:
    """The folders that setup made in which nothing is left, deepest first; never the root."""
    gone = set(removed) | actual.leftover_paths
    for folder in sorted(set(actual.entries) - {"."}, key=lambda path: (-path.count("/"), path)):
        if folder not in needed and all(f"{folder}/{name}" in gone for name in actual.entries[folder]):
            gone.add(folder)
            yield folder


def _leaves_nothing(actual: ActualFolder, decided: _Decided, rules: RuleChange) -> bool:
    """Whether setup made the root and it is empty once everything else is done."""
    settings = {name for name, edit in rules.edits.items() if edit.text is None}
    gone = {MANIFEST, *settings, *decided.emptied, *(file.path for file in decided.removed), *actual.leftover_paths}
    return "." in actual.entries and actual.entries["."] <= gone


def _recorded(actual: ActualFolder, desired: DesiredFiles, decided: _Decided) -> dict[str, str]:
    """The files that belong to okstra afterwards; those that a person edited stay recorded as they were written."""
    ours = {file.path for file in decided.files if file.state is FileState.OK} | {file.path for file in decided.written}
    return {**_held(actual, decided, (FileState.CHANGED, FileState.SAME)), **_fingerprints(desired, ours)}


def _held(actual: ActualFolder, decided: _Decided, states: Sequence[FileState]) -> dict[str, str]:
    """Recorded files of these states, each with the content from okstra that it has or last had."""
    recorded = (file for file in decided.files if file.state in states and actual.own.fingerprints(file.path))
    return {
        file.path: file.digest if file.state in UNTOUCHED else actual.own.fingerprint_of(file.path) for file in recorded
    }


def _fingerprints(desired: DesiredFiles, paths: Iterable[str]) -> dict[str, str]:
    return {path: fingerprint(desired.files[path]) for path in paths}


def _file_steps(actual: ActualFolder, desired: DesiredFiles, decided: _Decided) -> Iterator[SetupStep]:
    folder = actual.root.folder
    yield from (SetupStep(Action.REMOVE, path) for path in actual.leftovers)
    for file in decided.written:
        if file in decided.forced:
            yield SetupStep(Action.ASIDE, folder / file.path, beside=actual.asides[file.path])
        is_new = file.state is not FileState.OUTDATED
        do, expected = (Action.WRITE, "") if is_new else (Action.REPLACE, file.digest)
        yield SetupStep(do, folder / file.path, desired.files[file.path], expected)
    yield from (SetupStep(Action.REMOVE, folder / file.path, expected=file.digest) for file in decided.removed)
    yield from (SetupStep(Action.UNFOLDER, folder / emptied) for emptied in decided.emptied)


def _rule_steps(actual: ActualFolder, rules: RuleChange) -> Iterator[SetupStep]:
    for name, edit in rules.edits.items():
        yield _edit_step(actual, name, edit)


def _edit_step(actual: ActualFolder, name: str, edit: Edit) -> SetupStep:
    path = actual.root.folder / name
    if edit.text is None:
        return SetupStep(Action.REMOVE, path, expected=edit.was.digest)
    if edit.was.text is None:
        return SetupStep(Action.WRITE, path, edit.text.encode())
    return SetupStep(Action.EDIT, path, edit.text.encode(), edit.was.digest)


def _first_steps(actual: ActualFolder, desired: DesiredFiles, decided: _Decided, rules: RuleChange) -> list[SetupStep]:
    """Make folders, and record what is about to be written: should this run be killed, the next one knows its work."""
    if not decided.written and not rules.edits:
        return []
    intent = Manifest(
        okstra=actual.own.okstra or desired.version,
        files=_held(actual, decided, tuple(FileState)),
        folders=tuple(sorted({*actual.entries, *decided.made})),
        settings=own_rules(actual),
        pending_files=_fingerprints(desired, (file.path for file in decided.written)),
        pending_settings={name: rules.own[name] for name in rules.edits if name in rules.own},
    )
    folders = [SetupStep(Action.FOLDER, actual.root.folder / made) for made in sorted(decided.made, key=_depth)]
    return [
        *(step for step in folders if step.path == actual.root.folder),
        SetupStep(Action.RECORD, actual.root.manifest, render_manifest(intent), is_intent=True),
        *(step for step in folders if step.path != actual.root.folder),
    ]


def _depth(folder: str) -> tuple[str, ...]:
    return PurePosixPath(folder).parts


def _record_steps(actual: ActualFolder, after: Manifest, *, is_begun: bool) -> list[SetupStep]:
    """Record what belongs to okstra now; nothing when the manifest says so already, or when there is nothing."""
    data = render_manifest(after)
    is_known = actual.manifest_digest == fingerprint(data) or (actual.manifest is None and after.is_empty)
    return [] if is_known and not is_begun else [SetupStep(Action.RECORD, actual.root.manifest, data)]


def _plan(actual: ActualFolder, decided: _Decided, rules: RuleChange, steps: Sequence[SetupStep]) -> SetupPlan:
    kept_files = tuple(
        KeptFile(actual.root.folder / file.path, file.state, file.note or _WHY_KEPT[file.state], file.is_movable)
        for file in decided.files
        if file.state in _WHY_KEPT and file not in decided.forced
    )
    return SetupPlan(actual.root, tuple(steps), kept_files, rules.by_hand, rules.problem, rules.added, rules.taken)


def _refuse_obstacles(actual: ActualFolder, files: Sequence[FileStatus]) -> None:
    notes = [actual.obstacle] if actual.obstacle else []
    notes += dict.fromkeys(file.note for file in files if file.state is FileState.BLOCKED)
    if notes:
        raise refuse(
            "setup.blocked",
            f"nothing was written: {'; '.join(notes)}",
            hint="move it away or make the folder, then run setup again",
            obstacles=notes,
        )


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
