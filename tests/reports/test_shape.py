"""The quick look at report data and the models agree on what has the shape of report data, and on what it is then."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.phases import PHASES
from okstra_git.records.report.data import MODELS, parse_report_data
from okstra_git.reports.render import render_report
from okstra_git.reports.shape import OtherShape, read_fields, schema_of, schemas
from tests.kit.golden_reports import golden_data

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 2**40, "", " ", "E-001", "E-001\n", "C-001", "accepted", "yes", "ko", "\ud800",
    "x" * 20_001, [], [None], [1], ["a"], [{}], {}, {"a": "b"}, {" ": "a"}, {"omit": True}, {"singleTicket": "A"},
    {"tickets": {"A": ["b"]}},
)  # fmt: skip
KNOWN = {
    "$ref", "anyOf", "const", "enum", "type", "properties", "required", "additionalProperties", "items", "minItems",
    "maxItems", "maxLength", "pattern", "patternProperties", "propertyNames", "minimum", "maximum", "exclusiveMaximum",
    "default", "title", "description",
}  # fmt: skip
"""What `shape.py` reads of a schema, and what says nothing about the shape."""


@st.composite
def broken_data(draw: st.DrawFn) -> dict[str, Any]:
    """Golden data with one to three changes somewhere: a value replaced, a key taken out, added or named otherwise."""
    values = golden_data(draw(st.sampled_from(list(PHASES))))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = values
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or not place[key] or draw(st.integers(0, 3)) == 0:
                change(draw, place, key)
                break
            place = place[key]
    return values


def change(draw: st.DrawFn, place: Any, key: Any) -> None:
    what = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
    if what == "replace":
        place[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    elif what == "remove":
        del place[key]
    elif isinstance(place, dict):
        place[draw(st.sampled_from(["extra", "task_key", "Title", "schema_"]))] = 1


def accepts(values: dict[str, Any]) -> bool:
    try:
        return bool(read_fields(str(values.get("taskType")), values))
    except OtherShape:
        return False


def agree(values: dict[str, Any]) -> None:
    """What the quick look takes, the models take; what it does not take, they refuse.

    To the models `true` is 1 where 1 is the only value; what they take then is what counts.
    """
    is_valid = not isinstance(parse_report_data(values), list)
    if accepts(values):
        assert is_valid, json.dumps(values)
    elif values.get("schema") is not True and '"rounds": true' not in json.dumps(values):
        assert not is_valid, json.dumps(values)


@settings(max_examples=120, deadline=None)
@given(broken_data())
def test_both_say_the_same_of_broken_data(values: dict[str, Any]) -> None:
    agree(values)


def test_a_key_is_known_by_its_name_in_json_alone() -> None:
    values = golden_data("error-analysis")
    values["task_key"] = values.pop("taskKey")
    agree(values)
    assert isinstance(parse_report_data(values), list)


@pytest.mark.deep
@settings(max_examples=3_000, deadline=None)
@given(broken_data())
def test_both_say_the_same_of_much_broken_data(values: dict[str, Any]) -> None:
    agree(values)


@pytest.mark.parametrize("task_type", PHASES)
def test_both_make_the_same_report(task_type: str) -> None:
    values = golden_data(task_type)
    model, fields = parse_report_data(values), read_fields(task_type, values)
    assert not isinstance(model, list)
    report = render_report(model, path="r.md").text
    assert render_report(fields, path="r.md").text == report  # type: ignore[arg-type]


def test_every_word_of_the_schemas_is_read() -> None:
    def words(node: Any, *, are_names: bool = False) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(words, node)) if node else set()
        if not isinstance(node, dict):
            return set()
        inner = [words(value, are_names=key in ("properties", "patternProperties")) for key, value in node.items()]
        return set().union(*inner, () if are_names else node)

    assert words(schemas()["$defs"], are_names=True) <= KNOWN


def test_a_schema_has_the_definitions_that_it_needs() -> None:
    for task_type, model in MODELS.items():
        schema = schema_of(task_type)
        assert schema["title"] == model.__name__
        assert {each.partition('"')[0] for each in json.dumps(schema).split('"#/$defs/')[1:]} == schema["$defs"].keys()
