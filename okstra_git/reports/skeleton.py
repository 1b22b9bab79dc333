"""Report data to begin with: every key of the task type, what is known filled in, and a gap for everything else.

A gap is a text such as `<observed by>`, null for a number, or the words to choose from; each is a problem of
`report check` until it is filled in. Lists have one row of gaps, to be filled in, copied, or taken out.

    {"finding": "<finding>", "source": "<source>", "sourceItems": ["<source items>"]}
"""

import re
from collections.abc import Mapping
from typing import Any

from okstra_git.contract import BLOCKED, DIRECTIONS, VERDICTS
from okstra_git.reports.shape import schemas

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ROW_ID = re.compile(r"\^\(?([A-Z]-)\[0-9\]\{3\}(?!\)\?)")


def new_report_data(task_type: str, known: Mapping[str, Any], *, ticket: str) -> dict[str, Any]:
    """The data of a report of this type, in the order of its model.

    `known` has what is known already by its key (`roundHistory`, `carriedIn` …), those of the deliverable below
    `deliverable`. `ticket` tags every row; empty where the task type tags none.
    """
    document = schemas()
    writer = _Writer(document["$defs"], ticket)
    data = writer.blank({"$ref": f"#/$defs/{document['okstraTaskTypes'][task_type]}"}, "")
    data |= _VERDICT
    return _merged(data, known)


_VERDICT: Mapping[str, Any] = {
    "verdict": {
        "token": f"<{' | '.join((*VERDICTS, BLOCKED))}>",
        "direction": f"<{' | '.join(DIRECTIONS)}>",
        "reasons": "<reasons, each resting on rows of the report>",
    },
    "nextSteps": ["<next step; the first one is that of the card>"],
}


def _merged(blank: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The blank data with what is known in its places; objects are merged, everything else is replaced."""
    merged = dict(blank)
    for key, value in known.items():
        is_inner = key == "deliverable" and isinstance(value, Mapping)
        merged[key] = _merged(blank[key], value) if is_inner else value
    return merged


class _Writer:
    """Writes gaps from the parts of a schema."""

    def __init__(self, definitions: Mapping[str, Any], ticket: str) -> None:
        self._definitions, self._ticket = definitions, ticket

    def blank(self, node: Mapping[str, Any], key: str) -> Any:
        """A value of the node's shape that says nothing yet."""
        if "$ref" in node:
            return self.blank(self._definitions[str(node["$ref"]).rpartition("/")[2]], key)
        if "anyOf" in node:
            return None if {"type": "null"} in node["anyOf"] else self.blank(node["anyOf"][0], key)
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return f"<{' | '.join(map(str, node['enum']))}>"
        kind = node.get("type")
        if kind == "object":
            return self._object(node)
        if kind == "array":
            return [self.blank(node["items"], key)]
        return self._text(node, key) if kind == "string" else None

    def _object(self, node: Mapping[str, Any]) -> dict[str, Any]:
        inner = node.get("properties", {})
        return {key: self.blank(value, key) for key, value in inner.items() if key != "ticketId" or self._ticket}

    def _text(self, node: Mapping[str, Any], key: str) -> str:
        pattern = str(node.get("pattern", ""))
        if key == "ticketId":
            return self._ticket
        if key == "id" and (form := _ROW_ID.match(pattern)):
            return f"{form[1]}001"
        return f"<{_HUMP.sub(' ', key).lower()}>" if pattern == r"\S" else ""
