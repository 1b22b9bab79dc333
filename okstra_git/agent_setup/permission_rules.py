"""Permission rules and hooks in settings files: which are there, which setup added, the edits for both ways."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from okstra_git.agent_setup.inventory import HOOKS, WORKTREE_HOOKS, ActualFolder, SettingsFile
from okstra_git.agent_setup.manifest import OwnRules
from okstra_git.agent_setup.model import DesiredFiles, Kind, Rule
from okstra_git.documents.json_text import NotPlainJson, add_texts, list_at, read_json, take_texts, without_chunks

ALLOW = ("permissions", "allow")
NEW_FILE = "{}\n"
HOOK_KEY = "hooks"
HOOK_SECONDS = 10
"""After which Claude Code gives a hook up; ours end by themselves before that."""
SLOW_HOOKS = {"WorktreeCreate": 600, "WorktreeRemove": 60}
"""Seconds of the hooks that may have to write or read every file of a large repository."""
STRONGER = ("deny", "ask")
"""Claude Code looks at these lists first, whatever stands under `allow`."""
_RULE = re.compile(r"(?P<tool>[^()]+)(?:\((?P<pattern>.*)\))?", re.DOTALL)


def own_rules(actual: ActualFolder) -> dict[str, OwnRules]:
    """What setup added to each settings file: as recorded, or as a killed run meant it to be, if it came so far."""
    own = dict(actual.own.settings)
    for name, pending in actual.own.pending_settings.items():
        dropped = set(own.get(name, OwnRules()).rules) - set(pending.rules)
        present = set(present_rules(actual.settings[name], (*pending.rules, *own.get(name, OwnRules()).rules)))
        if set(pending.rules) <= present and not dropped & present:
            own[name] = pending
    return own


def with_hooks(
    desired: DesiredFiles, actual: ActualFolder, *, is_wanted: bool | None, for_worktrees: bool | None = None
) -> DesiredFiles:
    """What is desired, with the hooks for Claude Code where they are wanted; None keeps those that setup added."""
    if actual.root.kind is not Kind.CLAUDE:
        return desired
    ours = {rule for own in own_rules(actual).values() for rule in own.rules}
    wanted = ((HOOKS, is_wanted), (WORKTREE_HOOKS, for_worktrees))
    chosen = (hook for hooks, answer in wanted for hook in hooks if answer or (answer is None and hook in ours))
    return replace(desired, rules=(*desired.rules, *chosen))


def inspect_rules(actual: ActualFolder, wanted: Sequence[str]) -> tuple[Rule, ...]:
    """Each rule: whether a settings file that counts has it, and whether setup put it there."""
    present = {rule for name in actual.root.settings for rule in present_rules(actual.settings[name], wanted)}
    ours = {rule for own in own_rules(actual).values() for rule in own.rules}
    return tuple(Rule(rule, rule in present, rule in present and rule in ours) for rule in wanted)


def find_problem(actual: ActualFolder, wanted: Sequence[str] = ("-",)) -> str:
    """Why the settings file that takes new rules cannot take these; nothing when it can."""
    file = actual.settings[actual.root.settings[0]]
    try:
        _with_rules(NEW_FILE if file.text is None else file.text, wanted)
    except NotPlainJson as error:
        return error.message
    return file.problem


def find_contradictions(actual: ActualFolder, wanted: Sequence[str]) -> tuple[str, ...]:
    """Sentences about rules of a person that override okstra's wherever both match."""
    return tuple(
        f"{actual.root.folder / name}: {verb} {rule} wins over {', '.join(ours)} where both match"
        for name in actual.root.settings
        for verb, rule in _stronger(actual.settings[name])
        if (ours := [own for own in wanted if overlap(rule, own)])
    )


def present_rules(file: SettingsFile, wanted: Sequence[str]) -> list[str]:
    """Which of these stand in a settings file; none when it cannot be read."""
    return [rule for rule in wanted if _place(rule)[1] in _values(file, _place(rule)[0])]


def overlap(rule: str, other: str) -> bool:
    """Whether some call is matched by both rules; a rule without a pattern matches every call of its tool.

    Paths are compared as they are written, apart from a leading `/` or `./`.
    """
    left, right = _RULE.fullmatch(rule.strip()), _RULE.fullmatch(other.strip())
    if left is None or right is None or left["tool"] != right["tool"]:
        return False
    return any(_meet(mine, theirs) for mine in _patterns(left) for theirs in _patterns(right))


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
    problem = find_problem(actual, missing)
    if problem:
        return replace(change, by_hand=(*change.by_hand, *missing), problem=problem)
    name = actual.root.settings[0]
    was = actual.settings[name]
    before = change.edits[name].text if name in change.edits else was.text
    text, chunks, made = _with_rules(NEW_FILE if before is None else before, missing)
    ours = change.own.get(name, OwnRules())
    now = OwnRules(
        rules=_union(ours.rules, missing),
        chunks=_union(ours.chunks, chunks),
        made=_union(ours.made, made),
        created=ours.created or was.text is None,
    )
    edits = {**change.edits, name: Edit(was, text)}
    return replace(change, edits=edits, own={**change.own, name: now}, added=missing)


def take_rules(actual: ActualFolder, *, keep: Sequence[str] = ()) -> RuleChange:
    """Every rule that setup added and does not keep goes out; where a file cannot be read, its rules stay recorded."""
    change = RuleChange()
    for name, ours in own_rules(actual).items():
        change = _take_from(actual.settings[name], ours, keep, change)
    return change


def _stronger(file: SettingsFile) -> Iterator[tuple[str, str]]:
    for verb in STRONGER:
        yield from ((verb, rule) for rule in _texts(file, ("permissions", verb)))


def _texts(file: SettingsFile, keys: Sequence[str]) -> list[str]:
    return [text for text in _values(file, keys) if isinstance(text, str)]


def _values(file: SettingsFile, keys: Sequence[str]) -> list[Any]:
    try:
        return list_at(read_json(file.text), keys) or [] if file.text is not None else []
    except NotPlainJson:
        return []


def _place(rule: str) -> tuple[tuple[str, ...], Any]:
    """The list in which a rule stands, and how it stands there: `hooks.EVENT: COMMAND` is a hook."""
    where, colon, command = rule.partition(": ")
    if not (colon and where.startswith(f"{HOOK_KEY}.")):
        return ALLOW, rule
    event = where.removeprefix(f"{HOOK_KEY}.")
    entry = {"type": "command", "command": command, "timeout": SLOW_HOOKS.get(event, HOOK_SECONDS)}
    return (HOOK_KEY, event), {"hooks": [entry]}


def _in_lists(rules: Sequence[str]) -> list[tuple[tuple[str, ...], list[Any]]]:
    """The rules by the list that they stand in, in the order in which they are given."""
    lists: dict[tuple[str, ...], list[Any]] = {}
    for keys, value in map(_place, rules):
        lists.setdefault(keys, []).append(value)
    return list(lists.items())


def _with_rules(text: str, rules: Sequence[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The text with the rules; what was put in, and the keys that were made for them."""
    chunks: list[str] = []
    made: list[str] = []
    for keys, values in _in_lists(rules):
        added = add_texts(text, keys, values)
        text = added.text
        chunks.append(added.chunk)
        made += added.made
    return text, tuple(chunks), tuple(made)


def _patterns(rule: re.Match[str]) -> list[str]:
    """The rule's patterns with one kind of star: `x *`, whose old spelling is `x:*`, also means x alone."""
    pattern = "*" if rule["pattern"] is None else rule["pattern"]
    if rule["tool"] != "Bash":
        return [re.sub(r"\*+", "*", re.sub(r"^(?:\./|/+)", "", pattern))]
    words = re.fullmatch(r"(.*)(?::| )\*", pattern, re.DOTALL)
    return [words[1], f"{words[1]} *"] if words else [pattern]


def _meet(left: str, right: str) -> bool:
    """Whether some text is matched by both patterns: walks through both at once, a star taking what it likes."""
    states, visited = [(0, 0)], {(0, 0)}
    while states:
        i, j = states.pop()
        if i == len(left) and j == len(right):
            return True
        for step in _steps(left[i : i + 1], right[j : j + 1], i, j):
            if step not in visited:
                visited.add(step)
                states.append(step)
    return False


def _steps(left: str, right: str, i: int, j: int) -> list[tuple[int, int]]:
    steps = []
    if left == "*":
        steps += [(i + 1, j), *([(i, j + 1)] if right else [])]
    if right == "*":
        steps += [(i, j + 1), *([(i + 1, j)] if left else [])]
    if left and left == right:
        steps.append((i + 1, j + 1))
    return steps


def _take_from(file: SettingsFile, ours: OwnRules, keep: Sequence[str], change: RuleChange) -> RuleChange:
    gone = tuple(rule for rule in ours.rules if rule not in keep)
    problem = _why_not(file, gone) if gone else ""
    if problem:
        own = {**change.own, file.name: ours}
        return replace(change, own=own, by_hand=(*change.by_hand, *gone), problem=problem)
    staying = tuple(rule for rule in ours.rules if rule in keep)
    if staying:
        change = replace(change, own={**change.own, file.name: replace(ours, rules=staying)})
    present = tuple(present_rules(file, gone))
    if not present:
        return change
    edits = {**change.edits, file.name: Edit(file, _without(file, ours, present, is_all=not staying))}
    return replace(change, edits=edits, taken=(*change.taken, *present))


def _why_not(file: SettingsFile, rules: Sequence[str]) -> str:
    try:
        for keys, _ in _in_lists(rules):
            list_at(read_json(file.text) if file.text is not None else {}, keys)
    except NotPlainJson as error:
        return error.message
    return file.problem


def _without(file: SettingsFile, ours: OwnRules, rules: Sequence[str], *, is_all: bool) -> str | None:
    """The text without these rules; None when the file was made for them and nothing else is in it."""
    plain = file.text or ""
    for keys, values in _in_lists(rules):
        plain = take_texts(plain, keys, values, made=[key for key in keys if key in ours.made])
    text = without_chunks(file.text or "", ours.chunks if is_all else (), plain)
    is_left_alone = is_all and ours.created and not file.is_link and read_json(text) in _NOTHING_LEFT
    return None if is_left_alone else text


def _union(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
