"""Writes docs/reference/json.md: the keys of every command's answer, as seen in the answers that are on record."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.docs.command_tree import command_tree
from tests.stories.answers.recording import answers_on_record

HEAD = """\
# JSON

Written by `make docs` from the answers in `tests/stories/answers`, which one long story gave: a key
stands here when a command of it had the key, with every kind of value that was seen.

Off a terminal, and with `--json`, exactly one object is on standard output, also on failure. It
begins with `ok` and `schema`, the version of the contract, which is 1. Keys are added, never
renamed. A key that is absent was not asked for; `null` means that it could not be determined.
`git okstra schema COMMAND` prints the JSON Schema of what a command answers.

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
"""
_KEY = re.compile(r"[a-z][A-Za-z_]*")


def json_page() -> str:
    """The whole page."""
    answers = _answers()
    sections = (_section(name, answers[name]) for name in (each.name for each in command_tree()) if name in answers)
    return HEAD + "".join(sections)


def _answers() -> dict[str, list[Any]]:
    """Every successful answer by command."""
    names = sorted((each.name for each in command_tree() if not each.is_group), key=len, reverse=True)
    found: dict[str, list[Any]] = {}
    for line, answer in answers_on_record():
        name = next((name for name in names if f"{line} ".startswith(f"{name} ")), None)
        if name and answer["ok"]:
            found.setdefault(name, []).append(answer)
    return found


def _section(name: str, answers: list[Any]) -> str:
    rows = "\n".join(_keys([{key: answer[key] for key in answer if key not in ("ok", "schema")} for answer in answers]))
    return f"\n## {name}\n\n{rows or 'No further keys.'}\n"


def _keys(objects: list[dict[str, Any]], margin: str = "") -> Iterator[str]:
    """One row for each key of these objects, with the rows of what is inside."""
    keys = dict.fromkeys(key for each in objects for key in each)
    if not all(_KEY.fullmatch(key) for key in keys):
        yield from _row("any name", [value for each in objects for value in each.values()], margin)
        return
    for key in keys:
        yield from _row(f"`{key}`", [each[key] for each in objects if key in each], margin)


def _row(name: str, values: list[Any], margin: str) -> Iterator[str]:
    yield f"{margin}- {name}: {' or '.join(_kinds(values))}"
    inner = [each for value in values for each in (value if isinstance(value, list) else [value])]
    objects = [each for each in inner if isinstance(each, dict)]
    yield from _keys(objects, f"{margin}  ")


def _kinds(values: Iterable[Any]) -> list[str]:
    kinds = dict.fromkeys(map(_kind, sorted(values, key=lambda each: each is None)))
    return [kind for kind in kinds if kind != "list" or not any(each.startswith("list of") for each in kinds)]


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return f"list of {' or '.join(_kinds(value))}" if value else "list"
    kinds = {bool: "true or false", int: "number", float: "number", str: "text", dict: "object"}
    return "null" if value is None else kinds[type(value)]
