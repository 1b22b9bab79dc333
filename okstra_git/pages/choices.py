"""The answers that a question offers, read from its expected form, and the answer it has already."""

import re
from typing import NamedTuple

from okstra_git.reports.answering import is_choice, list_choices

JOINT = " — "
"""Between the choice and a note to it."""

_PARTS = re.compile(r"\b(Recommended|Alternatives)\s*:|(권장|대안)\s*:", re.IGNORECASE)
_REASON = re.compile(r" (?:—|–|--|-) ")
_HARD = re.compile(r"; ?| \| | / ")
_SOFT = re.compile(r", (?:or )?| or |/")
LONGEST, MOST, LONGEST_FORM = 160, 12, 4_000


class ChoiceOffer(NamedTuple):
    """What may be chosen: `choices` in their order, `recommended` one of them or empty, and why it is; `form` is what
    the expected form says beside."""

    choices: tuple[str, ...]
    recommended: str
    reason: str
    form: str


def read_offer(expected: str) -> ChoiceOffer:
    """The offer of an expected form such as `one of a or b. Recommended: a — it is quick; Alternatives: b`."""
    expected = " ".join(expected.split())
    if len(expected) > LONGEST_FORM:
        return ChoiceOffer((), "", "", expected)
    head, recommended, reason, others = expected, "", "", ""
    marks = [*_PARTS.finditer(expected)]
    for at, mark in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(expected)
        words = expected[mark.end() : end].strip(" ;.\t")
        if (mark[1] or mark[2]).casefold() in ("recommended", "권장"):
            recommended, reason = _split_reason(words)
        else:
            others = words
    if marks:
        head = expected[: marks[0].start()].strip(" ;")
    named = list_choices(expected)
    choices = named or tuple(dict.fromkeys(filter(None, (recommended, *_split_choices(others)))))
    if named and recommended:
        recommended = next((choice for choice in named if is_choice(recommended, [choice])), recommended)
        choices = named if recommended in named else (*named, recommended)
    if len(choices) < 2 or len(choices) > MOST or any(len(choice) > LONGEST for choice in choices):
        return ChoiceOffer((), recommended, reason, expected if not recommended else head)
    return ChoiceOffer(choices, recommended, reason, head)


def _split_reason(words: str) -> tuple[str, str]:
    parts = _REASON.split(words, maxsplit=1)
    return parts[0].strip(" `'\""), parts[1] if len(parts) > 1 else ""


def _split_choices(words: str) -> list[str]:
    pattern = _HARD if _HARD.search(words) else _SOFT
    return [part.strip(" .`'\"") for part in pattern.split(words)]
