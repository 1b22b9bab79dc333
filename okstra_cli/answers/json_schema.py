"""Makes JSON Schema of a command's shapes, and the type of its whole answer, by pydantic."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Literal, Union, get_type_hints

import typing_extensions
from pydantic import ConfigDict, TypeAdapter

from okstra_cli.answers.parts import Error
from okstra_cli.answers.table import ANSWERS
from okstra_cli.command_table import ALIASES
from okstra_git.errors import SCHEMA, refuse
from okstra_git.names import quote

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PROGRAM = "git okstra"
HINT = f"{PROGRAM} schema"


def require_command(words: list[str]) -> str:
    """The command that these words name; a refusal where there is none, or a group of commands."""
    first, *rest = words
    name = " ".join([ALIASES.get(first, first), *rest])
    if name in ANSWERS:
        return name
    members = [each for each in ANSWERS if each.startswith(f"{name} ")]
    near = members or get_close_matches(name, ANSWERS)
    hint = f"did you mean {' or '.join(near)}?\n{HINT}" if near else HINT
    raise refuse("usage", f"no command {quote(name)} has a schema", hint=hint, near=near)


def schema_of(command: str) -> dict[str, Any]:
    """The JSON Schema of everything that the command may answer, refusals too; further keys may come with time."""
    made = TypeAdapter(answer_type(command)).json_schema()
    return {"$schema": DIALECT, "title": f"{PROGRAM} {command}", **made}


def strict_reader(command: str) -> TypeAdapter[Any]:
    """What reads an answer of the command and refuses every key that its shapes do not have."""
    strict = ConfigDict(extra="forbid", strict=True)
    return TypeAdapter(answer_type(command), config=strict)


def answer_type(command: str) -> Any:
    """The union of whole answers: `ok` and `schema` with the keys of a shape, or with `error` and what is beside it."""
    shapes = ANSWERS[command]
    done = [_whole(shape.__name__, {"ok": Literal[True]}, shape) for shape in shapes.done]
    refused = [_whole(f"{shape.__name__}Refused", _REFUSED, shape) for shape in shapes.beside_error]
    return Union[(*done, *refused, _whole("Refused", _REFUSED, None))]


_REFUSED: dict[str, Any] = {"ok": Literal[False], "error": Error}


def _whole(name: str, head: dict[str, Any], shape: Any) -> Any:
    """The shape with the keys that every answer begins with."""
    ok, *error = head.items()
    keys = get_type_hints(shape, include_extras=True) if shape is not None else {}
    make: Any = typing_extensions.TypedDict
    whole = make(name, {**dict([ok]), "schema": Literal[SCHEMA], **dict(error), **keys})
    whole.__doc__ = shape.__doc__ if shape is not None else "The line was refused, or failed."
    return whole
