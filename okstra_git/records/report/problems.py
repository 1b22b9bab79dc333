"""What is wrong with the shape of report data: where, what is there, and what would be right."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from okstra_git.documents.json_problems import DataProblem as DataProblem
from okstra_git.documents.json_problems import json_path as json_path
from okstra_git.names import quote

_SIMPLE = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "none_required": "must be null",
    "literal_error": "must be {expected}",
    "string_too_long": "is longer than {max_length} characters",
    "too_short": "must have at least {min_length} entry, and has {actual_length}",
    "too_long": "has more than {max_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "string_unicode": "must be Unicode text",
}
_NO_VALUE = ("missing", "too_short", "too_long", "string_too_long")
_NOT_BLANK = r"\S"
_THREE_DIGITS = re.compile(r"\^\(?([A-Z]-)\[0-9\]\{3\}(\)\?)?\$")
_FORMS = (
    ("[0-9a-f]{40}", "a full commit id"),
    ("^P-", "an id such as P-1-F1: stage, letter of the block, number"),
    ("[0-9]{3,9}", "a number of three digits or more such as 001"),
    ("", "of another form"),
)
"""A part of a pattern, and what it wants in words."""

_MEMBERS = ("SingleTicket", "ManyTickets", "NoTickets")
_COVERAGE = 'one of {"singleTicket": "A-1"}, {"tickets": {"A-1": ["E-001"]}} and {"omit": true}'


def describe_errors(error: ValidationError, model: type[BaseModel], what: str = "the report data") -> list[DataProblem]:
    """All of it, in the order of the model; the forms of one value that has several count once.

    `what` is the kind of document, as the sentences call it.
    """
    errors = error.errors(include_url=False, include_context=True)
    missing = {_path(each["loc"]) for each in errors if each["type"] == "missing"}
    places = [each["loc"] for each in errors]
    counted = (each for each in errors if not (each["type"] == "too_short" and _has_within(places, each["loc"])))
    return list(dict.fromkeys(_problem(each, model, missing, what) for each in counted))


def _has_within(places: Sequence[tuple[str | int, ...]], loc: tuple[str | int, ...]) -> bool:
    """Whether an entry of the list is wrong too: it was not counted, so that the list only seems to be too short."""
    return any(len(place) > len(loc) and place[: len(loc)] == loc for place in places)


def _path(loc: Sequence[str | int]) -> str:
    return json_path(_known_parts(loc))


def _known_parts(loc: Sequence[str | int]) -> list[str | int]:
    """The place without the names of models, which are ours and not the writer's."""
    return [part for part in loc if part not in _MEMBERS and part != "[key]"]


def _problem(error: ErrorDetails, model: type[BaseModel], missing: set[str], what: str) -> DataProblem:
    loc = error["loc"]
    if any(part in _MEMBERS for part in loc):
        return DataProblem("ticketCoverage", "data.ticket-coverage", f"ticketCoverage must be {_COVERAGE}")
    path, kind = _path(loc), error["type"]
    name = path or what
    if kind == "extra_forbidden":
        return DataProblem(path, "data.unknown-key", f"{name} is not a key of {what}", _near(loc, model, missing))
    if kind == "string_pattern_mismatch":
        return DataProblem(path, "data.form", *_pattern(name, error))
    wrong = _SIMPLE.get(kind, "has another form").format(**error.get("ctx", {}))
    rule = "data.missing-key" if kind == "missing" else "data.form"
    there = "" if kind in _NO_VALUE else _shown(error["input"])
    return DataProblem(path, rule, f"{name} {wrong}{there}")


def _pattern(name: str, error: ErrorDetails) -> tuple[str, str]:
    pattern = error["ctx"]["pattern"]
    if pattern == _NOT_BLANK:
        return f"{name} is blank", "say it, or say that nobody knows: I don't know"
    return f"{name} must be {_example(pattern)}{_shown(error['input'])}", ""


def _example(pattern: str) -> str:
    """What a pattern wants, by an example: `^E-[0-9]{3}$` wants an id such as E-001."""
    if three := _THREE_DIGITS.fullmatch(pattern):
        return f"an id such as {three[1]}001" + (", or empty" if three[2] else "")
    return next(text for part, text in _FORMS if part in pattern)


def _shown(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return f", and is {'an object' if isinstance(value, dict) else 'a list'}"
    return f", and is {quote(value) if isinstance(value, str) else _literal(value)}"


def _literal(value: object) -> str:
    return json.dumps(value, default=str)[:40]


def _near(loc: Sequence[str | int], model: type[BaseModel], missing: set[str]) -> str:
    """The key that was meant: one that is missing beside it, before one that is there."""
    key, keys = str(loc[-1]), _keys_at(model, loc[:-1])
    absent = [each for each in keys if _path([*loc[:-1], each]) in missing]
    close = get_close_matches(key, absent, cutoff=0.5) or get_close_matches(key, keys)
    if close:
        return f"did you mean {close[0]}?"
    return f"one of {', '.join(keys)}" if keys else "remove it"


def _keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    kinds: list[type[BaseModel]] = [model]
    for part in loc:
        if isinstance(part, str):
            fields = [field for kind in kinds for field in kind.model_fields.values() if field.alias == part]
            kinds = [inner for field in fields for inner in _models_in(field.annotation)]
    return [field.alias or name for kind in kinds for name, field in kind.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
