"""Reads the conformance manifest and the results beside it: everything that is wrong with them at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from okstra_git.names import quote
from okstra_git.records.conformance import (
    ConformanceEntry,
    ConformanceManifest,
    ConformanceResults,
    parse_conformance,
)

EXAMPLE = {
    "schema": 1,
    "entries": [
        {"stageKey": "login-stage-1", "requires": ["database"], "command": "make db-test"},
        {"stageKey": "login-stage-2", "requires": ["database"], "exempt": "renames a model class, no query changes"},
    ],
}
"""A manifest of two stages: one that shows something, one that does not have to."""

RESULTS_EXAMPLE = {
    "schema": 1,
    "entries": [
        {"stageKey": "login-stage-1", "command": "make db-test", "exitCode": 0, "run": "01M7Y3TRG94ZD3A45BQH53SD8T"}
    ],
}

_NUMBERED = re.compile(r".-stage-([1-9][0-9]{0,5})$")


class DeclaredEntry(NamedTuple):
    """An entry of the manifest, and the stage that it is about."""

    stage: int
    entry: ConformanceEntry


def parse_manifest(values: Mapping[str, Any], *, task_id: str) -> list[DeclaredEntry] | list[str]:
    """The entries with their stages, or every error, each beginning with its place; empty where nothing is declared."""
    manifest = parse_conformance(values, ConformanceManifest, what="the conformance manifest")
    if isinstance(manifest, list):
        return manifest
    errors = list(_contradictions(manifest.entries, task_id))
    if errors:
        return errors
    return [DeclaredEntry(_stage_of(entry, task_id) or 0, entry) for entry in manifest.entries]


def parse_results(values: Mapping[str, Any]) -> ConformanceResults | list[str]:
    """The results, or every error in their form."""
    return parse_conformance(values, ConformanceResults, what="the conformance results")


def stage_in(key: str, task_id: str) -> int | None:
    """The stage that a stage key names, None where it names none.

    The number is what stands behind `<task-id>-stage-`. A key that a planner wrote for another id of the task is read
    by its end; the task's own id is no key, even if it ends like one.
    """
    if key == task_id:
        return None
    rest = key.removeprefix(f"{task_id}-stage-")
    match = _NUMBERED.fullmatch(f".-stage-{rest}") if rest != key else _NUMBERED.search(key)
    return int(match[1]) if match else None


def _stage_of(entry: ConformanceEntry, task_id: str) -> int | None:
    return entry.stage or stage_in(entry.stage_key, task_id)


def _contradictions(entries: Sequence[ConformanceEntry], task_id: str) -> Iterator[str]:
    """What no form can say: exactly one of command and exemption, a stage that is named, nothing twice."""
    seen: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(entries):
        place = f"entries[{index}]"
        named, key = stage_in(entry.stage_key, task_id), quote(entry.stage_key)
        if named is None and entry.stage is None:
            yield f"{place}.stageKey must be <task-id>-stage-<N> such as {task_id}-stage-1, and is {key}"
        if named is not None and entry.stage not in (None, named):
            yield f"{place}.stage is {entry.stage}, and its stageKey {key} names stage {named}"
        if bool(entry.command.strip()) == bool(entry.exempt.strip()):
            yield f"{place} must have either a command or, in exempt, the reason why it needs none"
        first = seen.setdefault((entry.stage_key, entry.command), index)
        if first != index:
            yield f"{place} says the same as entries[{first}]"
