"""Which permission rules stand in settings files, which of them are ours, and what other rules say against them."""

from collections.abc import Iterator, Sequence
from typing import Any

from okstra_git.documents.json_lists import NotPlainJson, add_texts, list_at, read_json
from okstra_git.outfit.manifest import OwnRules
from okstra_git.outfit.model import Rule
from okstra_git.outfit.overlaps import overlap
from okstra_git.outfit.survey import SettingsFile, Survey

ALLOW = ("permissions", "allow")
NEW_FILE = "{}\n"
STRONGER = ("deny", "ask")
"""Claude Code looks at these lists first, whatever stands under `allow`."""


def own_rules(survey: Survey) -> dict[str, OwnRules]:
    """What is ours in each settings file: as recorded, or as a killed run meant it to be, if it came so far."""
    own = dict(survey.own.settings)
    for name, pending in survey.own.pending_settings.items():
        dropped = set(own.get(name, OwnRules()).rules) - set(pending.rules)
        there = set(allowed(survey.settings[name]))
        if set(pending.rules) <= there and not dropped & there:
            own[name] = pending
    return own


def judge_rules(survey: Survey, wanted: Sequence[str]) -> tuple[Rule, ...]:
    """Each rule: whether a settings file that counts has it, and whether setup put it there."""
    there = {rule for name in survey.root.settings for rule in allowed(survey.settings[name])}
    ours = {rule for own in own_rules(survey).values() for rule in own.rules}
    return tuple(Rule(rule, rule in there, rule in there and rule in ours) for rule in wanted)


def find_problem(survey: Survey) -> str:
    """Why the settings file that takes new rules cannot take any; nothing when it can."""
    file = survey.settings[survey.root.settings[0]]
    try:
        add_texts(NEW_FILE if file.text is None else file.text, ALLOW, ["-"])
    except NotPlainJson as error:
        return error.message
    return file.problem


def find_contradictions(survey: Survey, wanted: Sequence[str]) -> tuple[str, ...]:
    """Sentences about rules of a person that win over ours wherever both match."""
    return tuple(
        f"{survey.root.folder / name}: {verb} {rule} wins over {', '.join(ours)} where both match"
        for name in survey.root.settings
        for verb, rule in _stronger(survey.settings[name])
        if (ours := [each for each in wanted if overlap(rule, each)])
    )


def allowed(file: SettingsFile) -> list[str]:
    """The allow rules of a settings file; none when it cannot be read."""
    return _texts(file, ALLOW)


def _stronger(file: SettingsFile) -> Iterator[tuple[str, str]]:
    for verb in STRONGER:
        yield from ((verb, rule) for rule in _texts(file, ("permissions", verb)))


def _texts(file: SettingsFile, keys: Sequence[str]) -> list[str]:
    try:
        found: list[Any] = list_at(read_json(file.text), keys) or [] if file.text is not None else []
    except NotPlainJson:
        return []
    return [each for each in found if isinstance(each, str)]
