"""Whether values have the shape of report data, told from the JSON Schema that okstra ships, and what they are then.

The models in `okstra_git/records/report/` say what the shape is; loading them takes longer than everything else that
`report render` does. So values that fit the schema made of them are taken as they are, and only those that do not are
given to the models, which say why.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from okstra_git.paths import templates_directory

SCHEMA_FILE = "reports/data.schema.json"
"""Below the templates; made of the models by `make docs`."""

_Reader = Callable[[Any], Any]
_Node = Mapping[str, Any]
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a key in camelCase has its next word: `HUMP.sub("_", key).lower()` is the attribute."""

_REMARKS = {"title", "description", "default"}


class OtherShape(Exception):
    """The values do not fit; the models know why."""


def read_fields(task_type: str, values: Mapping[str, Any]) -> SimpleNamespace:
    """The data with their keys as attributes (`taskKey` as `task_key`), lists as tuples, defaults filled in.

    Raises OtherShape where the models may have something to say.
    """
    schema = schemas()
    name = schema["okstraTaskTypes"].get(task_type)
    if name is None:
        raise OtherShape
    fields = _Readers(schema["$defs"]).named(name)(values)
    assert isinstance(fields, SimpleNamespace)
    return fields


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    """The JSON Schemas of the data of all task types, as one document."""
    content: dict[str, Any] = json.loads((templates_directory() / SCHEMA_FILE).read_bytes())
    return content


def schema_of(task_type: str | None) -> dict[str, Any]:
    """The JSON Schema of the data of one task type, or (None) of any, with the definitions that it needs."""
    definitions, names = schemas()["$defs"], schemas()["okstraTaskTypes"]
    if task_type is None:
        own = {"title": "ReportData", "oneOf": [{"$ref": f"#/$defs/{name}"} for name in names.values()]}
    else:
        own = definitions[names[task_type]]
    needed: dict[str, Any] = {}
    waiting = [own]
    while waiting:
        referred = set(_REFERENCE.findall(json.dumps(waiting.pop()))) - needed.keys()
        needed.update({each: definitions[each] for each in referred})
        waiting += [definitions[each] for each in referred]
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **own, "$defs": {each: needed[each] for each in sorted(needed)}}


_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


class _Readers:
    """Functions that take a value and give what it is, made of the parts of a schema as they are needed."""

    def __init__(self, definitions: Mapping[str, _Node]) -> None:
        self._definitions = definitions
        self._named: dict[str, _Reader] = {}

    def named(self, name: str) -> _Reader:
        """The reader of one definition; made once."""
        if name not in self._named:
            self._named[name] = self._of(self._definitions[name])
        return self._named[name]

    def _of(self, node: _Node) -> _Reader:
        if "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            return lambda value: self.named(name)(value)
        if "anyOf" in node:
            return _first_of([self._of(each) for each in node["anyOf"]])
        if "const" in node or "enum" in node:
            return _one_of([node["const"]] if "const" in node else node["enum"])
        kind = node.get("type")
        if kind == "object":
            return self._mapping(node) if "properties" not in node else self._object(node)
        if kind == "array":
            return _list_of(self._of(node["items"]), node.get("minItems", 0), node.get("maxItems"))
        plain = {"string": _text, "integer": _number, "boolean": _truth, "null": _nothing}
        return plain[str(kind)](node)

    def _object(self, node: _Node) -> _Reader:
        required = set(node.get("required", ()))
        readers = {
            key: (HUMP.sub("_", key).lower(), self._of(inner), key in required, inner.get("default"))
            for key, inner in node["properties"].items()
        }

        def read(value: Any) -> SimpleNamespace:
            if type(value) is not dict or not value.keys() <= readers.keys():
                raise OtherShape
            fields = {}
            for key, (attribute, reader, is_required, default) in readers.items():
                if key in value:
                    fields[attribute] = reader(value[key])
                elif is_required:
                    raise OtherShape
                else:
                    fields[attribute] = default
            return SimpleNamespace(**fields)

        return read

    def _mapping(self, node: _Node) -> _Reader:
        names = _text(node.get("propertyNames", {}))
        ((pattern, inner),) = node["patternProperties"].items()
        key, reader = _text({"pattern": pattern}), self._of(inner)

        def read(value: Any) -> dict[str, Any]:
            if type(value) is not dict:
                raise OtherShape
            return {key(names(name)): reader(each) for name, each in value.items()}

        return read


def _first_of(readers: list[_Reader]) -> _Reader:
    def read(value: Any) -> Any:
        for reader in readers:
            try:
                return reader(value)
            except OtherShape:
                continue
        raise OtherShape

    return read


def _one_of(allowed: list[Any]) -> _Reader:
    def read(value: Any) -> Any:
        if not any(value == each and type(value) is type(each) for each in allowed):
            raise OtherShape
        return value

    return read


def _list_of(reader: _Reader, least: int, most: int | None) -> _Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list or len(value) < least or (most is not None and len(value) > most):
            raise OtherShape
        return tuple(map(reader, value))

    return read


def _text(node: _Node) -> _Reader:
    most = node.get("maxLength")
    pattern = re.compile(str(node["pattern"]).replace("$", r"\Z")) if "pattern" in node else None

    def read(value: Any) -> str:
        if type(value) is not str or (most is not None and len(value) > most):
            raise OtherShape
        if pattern is not None and not pattern.search(value):
            raise OtherShape
        if not value.isascii() and _HALF.search(value):
            raise OtherShape
        return value

    return read


_HALF = re.compile("[\ud800-\udfff]")
"""Halves of a character, which are no Unicode text."""


def _number(node: _Node) -> _Reader:
    least, most, below = node.get("minimum"), node.get("maximum"), node.get("exclusiveMaximum")

    def read(value: Any) -> int:
        if type(value) is not int or (least is not None and value < least):
            raise OtherShape
        if (most is not None and value > most) or (below is not None and value >= below):
            raise OtherShape
        return value

    return read


def _truth(_: _Node) -> _Reader:
    return _one_of([True, False])


def _nothing(_: _Node) -> _Reader:
    return _one_of([None])
