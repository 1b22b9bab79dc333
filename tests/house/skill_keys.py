"""Keys of JSON answers that skills name: each has to be one that a command of the same skill answers with."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from okstra_cli.answers.json_schema import schema_of
from okstra_cli.answers.table import ANSWERS
from okstra_cli.command_table import ALIASES
from tests.house.skill_lines import lines_of
from tests.house.skill_texts import AgentText

OTHERS = {
    **dict.fromkeys(
        (
            "clarifications",
            "consensus",
            "deliverable",
            "differences",
            "evidence",
            "finalClassificationCounts",
            "followUps",
            "round2SkippedReason",
            "roundHistory",
            "routing",
            "verdict",
        ),
        "a key of the data of a report",
    ),
    "done": "a state of stages, and of the wizard",
    "pending": "a state of stages",
    "pick_group": "a step of the wizard",
    "refs": "a fact of the refusal ref.ambiguous",
    "report_data": "a subject of a refusal",
    "shutdown_request": "a message of an agent program",
    "subagent_type": "a parameter of an agent program",
    "team_name": "a parameter of an agent program",
    "text": "a kind of the wizard's questions",
}
"""Words that are written like keys and are none, with what they are."""

_KEY = re.compile(r"[a-z]+(?:_[a-z]+)+")


def keys_answered(text: AgentText) -> set[str]:
    """Every key at any depth of what the commands of the skill answer, refusals included."""
    return {key for command in commands_of(text) for key in keys_of(command)}


def commands_of(text: AgentText) -> Iterator[str]:
    """The commands that the lines of the skill run, by the names that the table of answers has."""
    for line in lines_of(text):
        words = line.removeprefix("git ").split()[1:]
        words = [ALIASES.get(word, word) if number == 0 else word for number, word in enumerate(words)]
        yield from (name for name in (" ".join(words[:2]), " ".join(words[:1])) if name in ANSWERS)


@cache
def keys_of(command: str) -> frozenset[str]:
    """The keys of everything that the command may answer."""
    return frozenset(_keys(schema_of(command)))


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        yield from (key for each in schema for key in _keys(each))
    elif isinstance(schema, dict):
        yield from schema.get("properties", ())
        yield from (key for each in schema.values() for key in _keys(each))


def key_breaches(text: AgentText) -> Iterator[str]:
    """Words in code type that are keys, or are written like keys, and that no command of the skill answers with.

    A text that runs no command speaks of other files, in which a word may be what is a key elsewhere.
    """
    known = keys_answered(text)
    elsewhere = {key for command in ANSWERS for key in keys_of(command)} if known else set()
    for span in dict.fromkeys(text.spans):
        if (_KEY.fullmatch(span) or span in elsewhere) and span not in known and span not in OTHERS:
            yield f"{text.path}: no command of it answers with the key {span}"
