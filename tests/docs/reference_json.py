"""Writes docs/reference/json.md: the keys of every command's answer, from the shapes in okstra_cli/answers."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typing_extensions

from okstra_cli.answers.parts import Cut
from okstra_cli.answers.table import ANSWERS, Shapes
from tests.docs.command_tree import command_tree

HEAD = """\
# JSON

Written by `make docs` from the shapes in `okstra_cli/answers`, which the answers of every command
are checked against.

Off a terminal, and with `--json`, exactly one object is on standard output, also on failure. It
begins with `ok` and `schema`, the version of the contract, which is 1. Keys are added, never
renamed. A key that may be absent was not asked for, or the case has nothing for it; `null` means
that there is nothing, or that it could not be determined. `git okstra schema COMMAND` prints the
same as JSON Schema.

```json
{"ok": false, "schema": 1, "error": {"code": "stage.unknown", "message": "…", "hint": "…"}}
```

`error` holds the facts of the case as further keys; [codes](codes.md) lists the codes.
`run prepare`, `render-bundle` and `run resume` answer with text off a terminal, too, unless
`--json` is given.

| exit status | means |
|---|---|
| 0 | done, or nothing to do |
| 1 | refused or failed; the message says why and what to do next |
| 2 | a person has to decide |
| 129 | wrong usage |

Objects that stand in several answers are described once, under [parts](#parts). A *cut list* is
an object: `count` says how many items there are, and `shown` has the first of them.
"""
PARTS = "\n## Parts\n\nObjects that several answers have in common.\n"
WIDTH = 100
_KINDS: dict[Any, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "true or false",
    Any: "any value",
    NoneType: "null",
}


def json_page() -> str:
    """The whole page."""
    shared = _shared()
    names = [each.name for each in command_tree() if each.name in ANSWERS]
    commands = (_command(name, ANSWERS[name], shared) for name in names)
    parts = (_part(shape, shared) for shape in sorted(shared, key=lambda shape: str(shape.__name__)))
    return HEAD + "".join(commands) + PARTS + "".join(parts)


def _command(name: str, shapes: Shapes, shared: set[Any]) -> str:
    answers = [_paragraph(_about(name, shape)) + _rows(shape, shared) for shape in shapes.done]
    between = "\nOr:\n"
    beside = [
        _paragraph(f"Beside `error`: {_about(name, shape)}") + ("" if shape in shapes.done else _rows(shape, shared))
        for shape in shapes.beside_error
    ]
    return f"\n## {name}\n" + between.join(answers) + "".join(beside)


def _part(shape: Any, shared: set[Any]) -> str:
    return f"\n### {shape.__name__}\n" + _paragraph(cleandoc(shape.__doc__)) + _rows(shape, shared)


def _about(name: str, shape: Any) -> str:
    """What the docstring says, without the name of the command, under which it stands."""
    text = cleandoc(shape.__doc__)
    text = text.removeprefix(f"`{name}`.").removeprefix(f"`{name}`: ")
    return text[:1].upper() + text[1:]


def _paragraph(text: str) -> str:
    paragraphs = [textwrap.fill(each, WIDTH, break_on_hyphens=False) for each in text.split("\n\n") if each]
    return "".join(f"\n{each}\n" for each in paragraphs)


def _rows(shape: Any, shared: set[Any]) -> str:
    return "\n" + "".join(f"{row}\n" for row in _keys(shape, shared))


def _keys(shape: Any, shared: set[Any], margin: str = "") -> Iterator[str]:
    """One row for each key, with the rows of the object in it, where that stands nowhere else."""
    for key, hint in _hints(shape).items():
        absent = "" if key in shape.__required_keys__ else ", may be absent"
        inner = [each for each in _shapes_in(hint) if each not in shared]
        about = "".join(f". {' '.join(cleandoc(each.__doc__).split())}" for each in inner)
        text = f"{margin}- `{key}`: {_kind(hint, shared)}{absent}{about}"
        yield textwrap.fill(text, WIDTH, subsequent_indent=f"{margin}  ", break_on_hyphens=False)
        for each in inner:
            yield from _keys(each, shared, f"{margin}  ")


def _kind(hint: Any, shared: set[Any]) -> str:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Cut:
        return f"cut list of {_kind(inside[0], shared)}"
    if origin in (list, Sequence):
        return f"list of {_kind(inside[0], shared)}"
    if origin is dict:
        return "object" if inside[1] is Any else f"object whose values are {_kind(inside[1], shared)}"
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_kind(each, shared) for each in inside))
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inside)
    if typing_extensions.is_typeddict(hint):
        return f"[{hint.__name__}](#{hint.__name__.lower()})" if hint in shared else "object"
    return _KINDS[hint]


def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)


def _shapes_in(hint: Any) -> list[Any]:
    """The shapes of objects that a value may be or hold, itself or as an item."""
    if typing_extensions.is_typeddict(hint):
        return [hint]
    return list(dict.fromkeys(shape for each in get_args(hint) for shape in _shapes_in(each)))


def _shared() -> set[Any]:
    """The shapes that stand in more than one other shape or answer."""
    holders: Counter[Any] = Counter()
    seen: set[Any] = set()
    waiting = [shape for shapes in ANSWERS.values() for shape in (*shapes.done, *shapes.beside_error)]
    while waiting:
        shape = waiting.pop()
        if shape in seen:
            continue
        seen.add(shape)
        inner = {each for hint in _hints(shape).values() for each in _shapes_in(hint)}
        holders.update(inner)
        waiting += inner
    return {shape for shape, count in holders.items() if count > 1}
