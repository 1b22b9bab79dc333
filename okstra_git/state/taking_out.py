"""Takes secrets out of the free texts of a fact, in one place, before it becomes part of the log."""

from collections import Counter
from typing import Any, TypeVar

from okstra_git.records.base import Record
from okstra_git.redaction.late import redact
from okstra_git.redaction.subjects import NO_HOME

TEXTS = frozenset({"title", "tickets", "reason", "subject", "command"})
"""Fields of facts, at whatever depth, typed or found: home directories go as well."""

NAMES = frozenset({"report", "data", "paths", "files"})
"""Names of files: secrets go, but `~` would be another file."""

_Fact = TypeVar("_Fact", bound=Record)


def without_secrets(fact: _Fact, found: Counter[str]) -> _Fact:
    """The fact as it may be recorded; `found` counts what was taken out, by its kind."""
    changed = {name: new for name, old in fact if (new := _value(name, old, found)) is not old}
    return fact.model_copy(update=changed) if changed else fact


def _value(name: str, value: Any, found: Counter[str]) -> Any:
    if isinstance(value, Record):
        return without_secrets(value, found)
    if isinstance(value, str) and value and (name in TEXTS or name in NAMES):
        done = redact(value, home=NO_HOME if name in TEXTS else "")
        found.update(done.found)
        return done.text if done.found else value
    if isinstance(value, tuple):
        new = tuple(_value(name, each, found) for each in value)
        return new if any(one is not other for one, other in zip(new, value, strict=True)) else value
    return value
