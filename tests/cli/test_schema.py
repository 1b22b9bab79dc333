"""`git okstra schema`: every command has a schema, and every answer on record obeys the one of its command."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from okstra_cli.answers.json_schema import schema_of, strict_reader
from okstra_cli.answers.table import ANSWERS
from okstra_cli.command_table import ALIASES
from tests.docs.command_tree import command_tree
from tests.kit.scenario import World
from tests.stories.answers.recording import answers_on_record

RECORDED = [(line, answer) for line, answer in answers_on_record() if line != "statu"]
WITH_REFUSALS = ["plan check", "brief check", "setup", "handoff assemble", "wizard step"]


def command_of(line: str) -> str:
    """The command that the line calls."""
    first, *rest = line.split(" ")
    words = [ALIASES.get(first, first), *rest]
    return next(name for name in (" ".join(words[:2]), words[0]) if name in ANSWERS)


def inner_shapes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in schema["$defs"].values() if each["type"] == "object"]


def test_every_command_has_a_schema_in_the_order_of_the_front_page() -> None:
    assert list(ANSWERS) == [each.name for each in command_tree() if not each.is_group]


def test_every_answer_on_record_has_the_shape_of_its_command_and_no_other_key() -> None:
    readers = {name: strict_reader(name) for name in ANSWERS}
    for line, answer in RECORDED:
        readers[command_of(line)].validate_json(json.dumps(answer))


def test_an_answer_of_every_command_is_on_record() -> None:
    assert {command_of(line) for line, _ in RECORDED} == set(ANSWERS)


@pytest.mark.parametrize("place", ["top", "stage", "missing", "kind"])
def test_an_answer_of_another_shape_is_noticed(place: str) -> None:
    answer = next(answer for line, answer in RECORDED if line.startswith("stage show") and answer["ok"])
    changed = json.loads(json.dumps(answer))
    if place == "missing":
        del changed["stage"]["state"]
    elif place == "kind":
        changed["stage"]["number"] = "1"
    else:
        (changed if place == "top" else changed["stage"])["strange"] = 1
    with pytest.raises(ValidationError):
        strict_reader("stage show").validate_json(json.dumps(changed))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_schema_is_of_the_dialect_has_the_refusal_and_lets_keys_be_added(name: str) -> None:
    schema = json.loads(json.dumps(schema_of(name)))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == f"git okstra {name}"
    refused = schema["$defs"]["Refused"]
    assert refused["required"] == ["ok", "schema", "error"]
    assert refused["properties"]["schema"]["const"] == 1
    assert schema["$defs"]["Error"]["required"] == ["code", "message", "hint"]
    assert [each["title"] for each in inner_shapes(schema) if each.get("additionalProperties") is False] == []


@pytest.mark.parametrize("name", WITH_REFUSALS)
def test_what_stands_beside_a_refusal_is_in_the_schema(name: str) -> None:
    whole = {key for key, each in schema_of(name)["$defs"].items() if "ok" in each.get("properties", {})}
    assert [key for key in whole if key.endswith("Refused") and key != "Refused"]


def test_the_schema_is_printed_alone_also_off_a_terminal(world: World) -> None:
    assert json.loads(world.okstra("schema", "run", "show").out) == schema_of("run show")


def test_with_json_the_schema_is_in_the_usual_envelope(world: World) -> None:
    assert world.okstra("schema", "run", "show", "--json").json == {
        "ok": True,
        "schema": 1,
        "command": "run show",
        "json_schema": schema_of("run show"),
    }


def test_without_a_command_all_of_them_are_listed(world: World) -> None:
    assert world.okstra("schema", "--json").json["commands"] == list(ANSWERS)
    assert world.okstra("schema", "--text").out.splitlines() == list(ANSWERS)


def test_the_other_name_of_a_command_has_its_schema(world: World) -> None:
    assert json.loads(world.okstra("schema", "git-reconcile").out) == schema_of("reconcile")


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("statu",), ["status"]),
        (("config",), ["config get", "config set", "config unset", "config list"]),
        (("run", "shwo"), ["run show"]),
        (("\x1b[31m",), []),
    ],
)
def test_an_unknown_command_is_refused_with_those_that_are_near(
    world: World, words: tuple[str, ...], near: list[str]
) -> None:
    error = world.okstra("schema", *words, "--json", exit=129).json["error"]
    assert error["code"] == "usage"
    assert error["near"][: len(near)] == near
    assert "\x1b" not in error["message"]
