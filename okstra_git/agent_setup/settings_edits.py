"""Decides what to do to settings files: add the rules that are missing, take out those that setup added; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from okstra_git.agent_setup.actual import ActualFolder, SettingsFile
from okstra_git.agent_setup.manifest import OwnRules
from okstra_git.agent_setup.permission_rules import ALLOW, NEW_FILE, allowed, find_problem, inspect_rules, own_rules
from okstra_git.documents.json_lists import NotPlainJson, add_texts, list_at, read_json, take_texts

_NOTHING_LEFT: tuple[Any, ...] = ({}, {"permissions": {}}, {"permissions": {"allow": []}})


@dataclass(frozen=True)
class Edit:
    """One settings file as it is to be: another text, or None when it is to go. `was` is what stands there now."""

    was: SettingsFile
    text: str | None


@dataclass(frozen=True)
class RuleChange:
    """The edits, and what is okstra's after them; `by_hand` is what a person has to do, because of the problem."""

    edits: Mapping[str, Edit] = field(default_factory=dict)
    own: Mapping[str, OwnRules] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    problem: str = ""


def add_rules(actual: ActualFolder, wanted: Sequence[str]) -> RuleChange:
    """The missing rules go into the file that takes new ones; what setup added and no longer wants goes out."""
    change = take_rules(actual, keep=wanted)
    missing = tuple(rule.rule for rule in inspect_rules(actual, wanted) if not rule.is_there)
    if not missing or not actual.root.settings:
        return change
    problem = find_problem(actual)
    if problem:
        return replace(change, by_hand=(*change.by_hand, *missing), problem=problem)
    name = actual.root.settings[0]
    was = actual.settings[name]
    before = change.edits[name].text if name in change.edits else was.text
    added = add_texts(NEW_FILE if before is None else before, ALLOW, missing)
    ours = change.own.get(name, OwnRules())
    now = OwnRules(
        rules=_union(ours.rules, missing),
        chunks=_union(ours.chunks, (added.chunk,)),
        made=_union(ours.made, added.made),
        created=ours.created or was.text is None,
    )
    edits = {**change.edits, name: Edit(was, added.text)}
    return replace(change, edits=edits, own={**change.own, name: now}, added=missing)


def take_rules(actual: ActualFolder, *, keep: Sequence[str] = ()) -> RuleChange:
    """Every rule that setup added and does not keep goes out; where a file cannot be read, its rules stay recorded."""
    change = RuleChange()
    for name, ours in own_rules(actual).items():
        change = _take_from(actual.settings[name], ours, keep, change)
    return change


def _take_from(file: SettingsFile, ours: OwnRules, keep: Sequence[str], change: RuleChange) -> RuleChange:
    gone = tuple(rule for rule in ours.rules if rule not in keep)
    problem = _why_not(file) if gone else ""
    if problem:
        own = {**change.own, file.name: ours}
        return replace(change, own=own, by_hand=(*change.by_hand, *gone), problem=problem)
    staying = tuple(rule for rule in ours.rules if rule in keep)
    if staying:
        change = replace(change, own={**change.own, file.name: replace(ours, rules=staying)})
    present = tuple(rule for rule in gone if rule in allowed(file))
    if not present:
        return change
    edits = {**change.edits, file.name: Edit(file, _without(file, ours, present, is_all=not staying))}
    return replace(change, edits=edits, taken=(*change.taken, *present))


def _why_not(file: SettingsFile) -> str:
    try:
        list_at(read_json(file.text) if file.text is not None else {}, ALLOW)
    except NotPlainJson as error:
        return error.message
    return file.problem


def _without(file: SettingsFile, ours: OwnRules, rules: Sequence[str], *, is_all: bool) -> str | None:
    """The text without these rules; None when the file was made for them and nothing else is in it."""
    text = take_texts(
        file.text or "", ALLOW, rules, chunks=ours.chunks if is_all else (), made=ours.made if is_all else ()
    )
    is_left_alone = is_all and ours.created and not file.is_link and read_json(text) in _NOTHING_LEFT
    return None if is_left_alone else text


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
