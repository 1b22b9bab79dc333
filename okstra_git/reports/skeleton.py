"""Report data to begin with: every key of the task type, what is known filled in, and a gap for everything else.

A gap is a text such as `<observed by>`, null for a number, or the words to choose from; each is a problem of
`report check` until it is filled in. Lists have one row of gaps, to be filled in, copied, or taken out.

    {"finding": "<finding>", "source": "<source>", "sourceItems": ["<source items>"]}
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from okstra_git.contract import BLOCKED, DIRECTIONS, VERDICTS
from okstra_git.phases import PHASES
from okstra_git.reports.shape import HUMP, schemas

_GAP = re.compile(r"<[^<>]+>")
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


INSIDE = ("<path:line>", "<shape>", "<why>", "<others>")
"""Gaps inside of texts that are known in part."""

CARRIED: Mapping[str, Any] = {"id": "C-001", "answer": "<answer>", "finding": "<what this run found>",
                               "status": "<resolved | obsolete | open>"}  # fmt: skip
VERIFICATION: Mapping[str, Any] = {
    "rounds": 1,
    "gate": "<gate>",
    "items": [{
        "id": "P-1-F1", "part": "<part>", "verdicts": {"<worker>": "<agree | disagree>"},
        "classification": "<agree | minority-disagree | majority-disagree>", "clarification": "C-001",
    }],
    "dissent": [{"item": "<item>", "worker": "<worker>", "reason": "<reason>"}],
}  # fmt: skip
ROUND: Mapping[str, Any] = {"round": 1, "findings": ["<finding>"], "verdicts": {"<finding>": {"<worker>": "<verdict>"}},
          "moved": ["<finding>"]}  # fmt: skip
"""Rows that a skeleton has not, since they are copied from elsewhere; the form shows them."""

_MEANT: Mapping[str, str] = {
    "source": "path:line, or a command and its exit code",
    "sourceItems": "worker:item",
    "sourceWorkers": "worker:item",
    "observedBy": "how anybody can see it",
    "ifWrong": "what breaks if it is wrong",
    "exitContract": "what later stages may rely on",
    "rollback": "how it is undone",
}
"""Keys whose gap says more than their name."""

_VERDICT: Mapping[str, Any] = {
    "verdict": {
        "token": f"<{' | '.join((*VERDICTS, BLOCKED))}>",
        "direction": f"<{' | '.join(DIRECTIONS)}>",
        "reasons": "<reasons, each resting on rows of the report>",
    },
    "nextSteps": ["<next step; the first one is that of the card>"],
}


@lru_cache(maxsize=1)
def list_gaps() -> frozenset[str]:
    """Every gap that a skeleton or a form leaves, as it stands there."""
    skeletons = [new_report_data(task_type, {}, ticket="unknown") for task_type in PHASES]
    texts = (text for each in (*skeletons, CARRIED, VERIFICATION, ROUND, list(INSIDE)) for text in _texts(each))
    return frozenset(gap for text in texts for gap in _GAP.findall(text.replace(" | ", ", ")))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


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
        inner, required = node.get("properties", {}), node.get("required", ())
        keys = (key for key in inner if key != "ticketId" or self._ticket or key in required)
        return {key: self.blank(inner[key], key) for key in keys}

    def _text(self, node: Mapping[str, Any], key: str) -> str:
        pattern = str(node.get("pattern", ""))
        if key == "ticketId":
            return self._ticket
        if key == "id" and (form := _ROW_ID.match(pattern)):
            return f"{form[1]}001"
        return f"<{_MEANT.get(key) or HUMP.sub(' ', key).lower()}>" if pattern == r"\S" else ""
