"""A run's context as a JSON document, written and read back."""

import json
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.layout import misplaced
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import Missing, NotText, TooLarge
from okstra_git.fs.root import Given, Root
from okstra_git.records.runs import Run

SCHEMA = 1

MOST_BYTES = 16 << 20
"""Bytes of a context; it holds what stages left for others."""


class BrokenContext(OkstraError):
    """A stored context that is not one."""

    code = "context.broken"


def context_document(context: RunContext) -> bytes:
    """The context as stored: indented JSON with its schema."""
    return pretty_json({"schema": SCHEMA, **context.as_dict()})


def context_name(run: Run) -> str:
    """Where a recorded run's context is, from the project's root; empty for a run that has no documents."""
    return f"{run.folder}/manifests/run-context-{run.task_type}-{run.seq:03}.json" if run.folder else ""


def read_context(root: Root, path: Given) -> RunContext:
    """The context stored at `path`; refuses a file that is missing, broken or of a newer schema."""
    try:
        return parse_context(root.read_bytes(path, MOST_BYTES))
    except BrokenContext as error:
        raise _broken(f"{root.name(path)}: {error.message}") from error


def find_context(project_root: Path, run: Run) -> RunContext | None:
    """What a recorded run was rendered from; None when its documents are gone, broken, or name other places than the
    run's own. Refuses links on the way there, and what is not a file."""
    root, name = Root(project_root), context_name(run)
    if not name or not root.has_place_for(name):
        return None
    try:
        context = read_context(root, name)
    except (BrokenContext, Missing, TooLarge):
        return None
    return None if misplaced(context, run) else context


def find_prompt(files: Root, context: RunContext) -> str | None:
    """What the lead prompt of a run says; None where it is gone, or not text. Refuses links."""
    try:
        return files.find_text(context.paths.prompt)
    except (NotText, TooLarge):
        return None


def parse_context(data: bytes) -> RunContext:
    """The inverse of `context_document`; unknown keys are left out."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _broken(f"not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _broken(f"not a run context of schema {SCHEMA}")
    try:
        context: RunContext = _revived(RunContext, document, "")
    except (TypeError, ValueError) as error:
        raise _broken(str(error)) from error
    return context


def pretty_json(value: Any) -> bytes:
    """JSON that people read and that differs by lines; strings keep their letters."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _broken(message: str) -> BrokenContext:
    return BrokenContext(message, hint="prepare the run again; its bundle is made anew")


def _revived(kind: Any, value: Any, place: str) -> Any:
    """`value` from JSON as the type `kind`; TypeError with the place when it does not fit."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else _revived(next(part for part in inner if part is not type(None)), value, place)
    if is_dataclass(kind) and isinstance(kind, type):
        return _revived_parts(kind, _checked(dict, value, place), place)
    if origin is tuple:
        items = _checked(list, value, place)
        kinds = [inner[0]] * len(items) if inner[1:] == (...,) else list(inner)
        return tuple(_revived(part, item, f"{place}[]") for part, item in zip(kinds, items, strict=True))
    if origin is dict:
        return {key: _revived(inner[1], item, f"{place}.{key}") for key, item in _checked(dict, value, place).items()}
    return _checked(kind, value, place)


def _revived_parts(kind: type, value: dict[str, Any], place: str) -> Any:
    hints, values = get_type_hints(kind), {}
    for field in fields(kind):
        if field.name in value:
            values[field.name] = _revived(hints[field.name], value[field.name], f"{place}.{field.name}".lstrip("."))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise TypeError(f"{place}.{field.name}".lstrip(".") + " is missing")
    return kind(**values)


def _checked(kind: type, value: Any, place: str) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{place} is not {kind.__name__}")
    return value
