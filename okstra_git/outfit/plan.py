"""Decides every step of an installation or its removal from how a folder stands; pure, so it can be shown first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from okstra_git.digest import fingerprint
from okstra_git.outfit.judge import judge_files
from okstra_git.outfit.manifest import Manifest, render_manifest
from okstra_git.outfit.model import MANIFEST, UNTOUCHED, Blocked, Do, Judged, Kept, Outfit, Plan, State, Step
from okstra_git.outfit.rule_changes import Edit, RuleChange, add_rules
from okstra_git.outfit.rules import own_rules
from okstra_git.outfit.survey import Survey, folders_of

_WHY_KEPT = {
    State.CHANGED: "edited since setup wrote it",
    State.FOREIGN: "not put there by setup",
    State.DISOWNED: "edited since setup wrote it; it is yours now",
}


@dataclass(frozen=True)
class _Decided:
    """What becomes of the files: which are written, after setting aside what a person has there, and which go."""

    files: tuple[Judged, ...]
    forced: tuple[Judged, ...]
    written: tuple[Judged, ...]
    removed: tuple[Judged, ...]
    made: tuple[str, ...]
    emptied: tuple[str, ...]


def plan_install(survey: Survey, outfit: Outfit, *, force: bool = False) -> Plan:
    """Install, or bring up to date; `force` sets files in the way aside. Refuses where a folder cannot be made."""
    _refuse_obstacles(survey, judge_files(survey, outfit))
    decided, rules = _decide(survey, outfit, force=force), add_rules(survey, outfit.rules)
    after = Manifest(
        okstra=outfit.version,
        files=_recorded(survey, outfit, decided),
        folders=tuple(sorted({*survey.entries, *decided.made} - set(decided.emptied))),
        settings=rules.own,
    )
    begun = _first_steps(survey, outfit, decided, rules)
    steps = [*_file_steps(survey, outfit, decided), *_rule_steps(survey, rules)]
    return _plan(survey, decided, rules, [*begun, *steps, *_record_steps(survey, after, is_begun=bool(begun))])


def plan_removal(survey: Survey) -> Plan:
    """Take out everything ours that nobody has changed; the manifest goes unless rules had to stay."""
    if survey.manifest is None:
        return Plan(survey.root)
    nothing = Outfit(survey.manifest.okstra, {})
    decided, rules = _decide(survey, nothing, force=False), add_rules(survey, ())
    steps = [*_file_steps(survey, nothing, decided), *_rule_steps(survey, rules)]
    if rules.own:
        after = Manifest(nothing.version, {}, tuple(sorted(set(survey.entries) - set(decided.emptied))), rules.own)
        steps += _record_steps(survey, after, is_begun=False)
    else:
        steps.append(Step(Do.REMOVE, survey.root.manifest))
        steps += [Step(Do.UNFOLDER, survey.root.folder)] if _leaves_nothing(survey, decided, rules) else []
    return _plan(survey, decided, rules, steps)


def _decide(survey: Survey, outfit: Outfit, *, force: bool) -> _Decided:
    files = judge_files(survey, outfit)
    forced = tuple(file for file in files if force and _may_be_set_aside(file))
    written = tuple(file for file in files if file.state in (State.MISSING, State.OUTDATED) or file in forced)
    removed = tuple(file for file in files if file.state is State.EXTRA)
    needed = folders_of(file.path for file in written)
    if outfit.files:
        needed.add(".")
    emptied = tuple(_emptied(survey, {file.path for file in removed}, needed))
    return _Decided(files, forced, written, removed, tuple(sorted(needed - survey.folders)), emptied)


def _may_be_set_aside(file: Judged) -> bool:
    return file.state in (State.CHANGED, State.FOREIGN) and file.is_movable


def _emptied(survey: Survey, removed: set[str], needed: set[str]) -> Iterator[str]:
    """The folders of ours in which nothing is left, deepest first; never the root."""
    gone = set(removed) | survey.leftover_paths
    for folder in sorted(set(survey.entries) - {"."}, key=lambda each: (-each.count("/"), each)):
        if folder not in needed and all(f"{folder}/{name}" in gone for name in survey.entries[folder]):
            gone.add(folder)
            yield folder


def _leaves_nothing(survey: Survey, decided: _Decided, rules: RuleChange) -> bool:
    """Whether the root is ours and empty once everything else is done."""
    settings = {name for name, edit in rules.edits.items() if edit.text is None}
    gone = {MANIFEST, *settings, *decided.emptied, *(file.path for file in decided.removed), *survey.leftover_paths}
    return "." in survey.entries and survey.entries["."] <= gone


def _recorded(survey: Survey, outfit: Outfit, decided: _Decided) -> dict[str, str]:
    """The files that are ours afterwards; those that a person edited stay recorded as they were written."""
    ours = {file.path for file in decided.files if file.state is State.OK} | {file.path for file in decided.written}
    return {**_held(survey, decided, (State.CHANGED, State.SAME)), **_prints(outfit, ours)}


def _held(survey: Survey, decided: _Decided, states: Sequence[State]) -> dict[str, str]:
    """Files of these states that are recorded, each with the content of ours that it has or last had."""
    found = (file for file in decided.files if file.state in states and survey.own.prints(file.path))
    return {file.path: file.found if file.state in UNTOUCHED else survey.own.print_of(file.path) for file in found}


def _prints(outfit: Outfit, paths: Iterable[str]) -> dict[str, str]:
    return {path: fingerprint(outfit.files[path]) for path in paths}


def _file_steps(survey: Survey, outfit: Outfit, decided: _Decided) -> Iterator[Step]:
    folder = survey.root.folder
    yield from (Step(Do.REMOVE, path) for path in survey.leftovers)
    for file in decided.written:
        if file in decided.forced:
            yield Step(Do.ASIDE, folder / file.path, beside=survey.asides[file.path])
        is_new = file.state is not State.OUTDATED
        do, expected = (Do.WRITE, "") if is_new else (Do.REPLACE, file.found)
        yield Step(do, folder / file.path, outfit.files[file.path], expected)
    yield from (Step(Do.REMOVE, folder / file.path, expected=file.found) for file in decided.removed)
    yield from (Step(Do.UNFOLDER, folder / each) for each in decided.emptied)


def _rule_steps(survey: Survey, rules: RuleChange) -> Iterator[Step]:
    for name, edit in rules.edits.items():
        yield _edit_step(survey, name, edit)


def _edit_step(survey: Survey, name: str, edit: Edit) -> Step:
    path = survey.root.folder / name
    if edit.text is None:
        return Step(Do.REMOVE, path, expected=edit.was.digest)
    if edit.was.text is None:
        return Step(Do.WRITE, path, edit.text.encode())
    return Step(Do.EDIT, path, edit.text.encode(), edit.was.digest)


def _first_steps(survey: Survey, outfit: Outfit, decided: _Decided, rules: RuleChange) -> list[Step]:
    """Make folders, and record what is about to be written: should this run be killed, the next one knows its work."""
    if not decided.written and not rules.edits:
        return []
    intent = Manifest(
        okstra=survey.own.okstra or outfit.version,
        files=_held(survey, decided, tuple(State)),
        folders=tuple(sorted({*survey.entries, *decided.made})),
        settings=own_rules(survey),
        pending_files=_prints(outfit, (file.path for file in decided.written)),
        pending_settings={name: rules.own[name] for name in rules.edits if name in rules.own},
    )
    folders = [Step(Do.FOLDER, survey.root.folder / each) for each in sorted(decided.made, key=_depth)]
    return [
        *(step for step in folders if step.path == survey.root.folder),
        Step(Do.RECORD, survey.root.manifest, render_manifest(intent), is_intent=True),
        *(step for step in folders if step.path != survey.root.folder),
    ]


def _depth(folder: str) -> tuple[str, ...]:
    return PurePosixPath(folder).parts


def _record_steps(survey: Survey, after: Manifest, *, is_begun: bool) -> list[Step]:
    """Record what is ours now; nothing when that is what the manifest says, or when nothing is and there is none."""
    data = render_manifest(after)
    is_known = survey.manifest_digest == fingerprint(data) or (survey.manifest is None and after.is_empty)
    return [] if is_known and not is_begun else [Step(Do.RECORD, survey.root.manifest, data)]


def _plan(survey: Survey, decided: _Decided, rules: RuleChange, steps: Sequence[Step]) -> Plan:
    kept = tuple(
        Kept(survey.root.folder / file.path, file.state, file.note or _WHY_KEPT[file.state], file.is_movable)
        for file in decided.files
        if file.state in _WHY_KEPT and file not in decided.forced
    )
    return Plan(survey.root, tuple(steps), kept, rules.by_hand, rules.problem, rules.added, rules.taken)


def _refuse_obstacles(survey: Survey, files: Sequence[Judged]) -> None:
    notes = [survey.obstacle] if survey.obstacle else []
    notes += dict.fromkeys(file.note for file in files if file.state is State.BLOCKED)
    if notes:
        raise Blocked(
            f"nothing was written: {'; '.join(notes)}",
            hint="move it away or make the folder, then run setup again",
            obstacles=notes,
        )
