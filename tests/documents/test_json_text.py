"""Adding to a list in a JSON file and taking out again: no other byte changes, whatever the file looks like."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.json_text import NotPlainJson, add_texts, read_json, take_texts

KEYS = ("permissions", "allow")
RULES = ["Bash(okstra *)", "Edit(.okstra/**)"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}\n", '{\n  "permissions": {\n    "allow": [\n      "a",\n      "b"\n    ]\n  }\n}\n'),
        ('{"model": "x"}', '{"model": "x", "permissions": {"allow": ["a", "b"]}}'),
        ('{"permissions": {"allow": ["x"], "deny": []}}', '{"permissions": {"allow": ["x", "a", "b"], "deny": []}}'),
        (
            '{\n\t"permissions": {\n\t\t"allow": [\n\t\t\t"x"\n\t\t]\n\t}\n}',
            '{\n\t"permissions": {\n\t\t"allow": [\n\t\t\t"x",\n\t\t\t"a",\n\t\t\t"b"\n\t\t]\n\t}\n}',
        ),
        (
            '{\r\n    "permissions": {\r\n        "allow": []\r\n    }\r\n}\r\n',
            '{\r\n    "permissions": {\r\n        "allow": [\r\n            "a",\r\n            "b"\r\n'
            "        ]\r\n    }\r\n}\r\n",
        ),
        (
            '{\n  "permissions": {\n    "deny": ["x"]\n  },\n  "model": "y"\n}',
            '{\n  "permissions": {\n    "deny": ["x"],\n    "allow": [\n      "a",\n      "b"\n    ]\n'
            '  },\n  "model": "y"\n}',
        ),
        ('\ufeff{"permissions": {"allow": ["x"]}}', '\ufeff{"permissions": {"allow": ["x", "a", "b"]}}'),
    ],
)
def test_elements_are_added_in_the_manner_of_the_file(before: str, after: str) -> None:
    assert add_texts(before, KEYS, ["a", "b"]).text == after


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "{} // mine", '{"a": 1,}', "[]", '{"permissions": []}', '{"permissions": {"allow": {}}}', "null",
        '{"a": NaN}', "[" * 100_000, '{"permissions": {"allow": "Bash"}}',
    ],
)  # fmt: skip
def test_what_is_no_plain_json_or_has_no_place_is_refused(text: str) -> None:
    with pytest.raises(NotPlainJson):
        add_texts(text, KEYS, RULES)


def test_elements_of_others_stay_when_ours_are_taken() -> None:
    added = add_texts('{"permissions": {"allow": []}}', KEYS, ["a", "b"])
    grown = added.text.replace('"a", ', '"a", "mine", ')
    assert grown != added.text
    taken = take_texts(grown, KEYS, ["a", "b"], chunks=[added.chunk], made=added.made)
    assert taken == '{"permissions": {"allow": ["mine"]}}'


def test_containers_that_were_made_go_when_nothing_else_is_in_them() -> None:
    added = add_texts('{"model": "x"}', KEYS, ["a", "b"])
    rearranged = json.dumps(json.loads(added.text), indent=4)
    assert json.loads(take_texts(rearranged, KEYS, ["a", "b"], chunks=[added.chunk], made=added.made)) == {"model": "x"}


def test_a_container_that_was_there_stays_though_it_is_empty() -> None:
    added = add_texts('{"permissions": {}}', KEYS, ["a"])
    rearranged = json.dumps(json.loads(added.text), indent=4)
    assert json.loads(take_texts(rearranged, KEYS, ["a"], chunks=[added.chunk], made=added.made)) == {"permissions": {}}


def test_of_an_element_that_somebody_added_once_more_one_stays() -> None:
    assert take_texts('{"permissions": {"allow": ["a", "x", "a"]}}', KEYS, ["a"]) == (
        '{"permissions": {"allow": ["a", "x"]}}'
    )


def test_of_two_equal_keys_the_one_that_counts_is_edited() -> None:
    twice = '{"permissions": {"allow": ["x"]}, "permissions": {"allow": ["y"]}}'
    assert read_json(add_texts(twice, KEYS, ["a"]).text) == {"permissions": {"allow": ["y", "a"]}}


WORDS = st.sampled_from(["a", "b", "Bash(okstra *)", "ü", '"quoted"', "{", "]", ", "])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
PERMISSIONS = st.fixed_dictionaries({}, optional={"allow": st.lists(WORDS, max_size=4), "deny": VALUES, "x": VALUES})
SETTINGS = st.fixed_dictionaries({}, optional={"model": VALUES, "permissions": PERMISSIONS, "hooks": VALUES})
SPACES = st.sampled_from(["", " ", "\n", "\n  ", "\t", "\r\n    "])


@st.composite
def spelled(draw: st.DrawFn, value: Any) -> str:
    """The value in JSON with any white space wherever it may stand."""
    return _spell(draw, value)


def _spell(draw: st.DrawFn, value: Any) -> str:
    def space() -> str:
        return draw(SPACES)

    if isinstance(value, dict):
        inner = ",".join(
            f"{space()}{json.dumps(key)}{space()}:{space()}{_spell(draw, each)}{space()}" for key, each in value.items()
        )
        return f"{{{inner or space()}}}"
    if isinstance(value, list):
        return "[" + (",".join(f"{space()}{_spell(draw, each)}{space()}" for each in value) or space()) + "]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@given(data=st.data(), settings=SETTINGS)
def test_adding_and_taking_gives_back_every_byte(data: st.DataObject, settings: dict[str, Any]) -> None:
    text = data.draw(SPACES) + data.draw(spelled(settings)) + data.draw(SPACES)
    new = [rule for rule in RULES if rule not in settings.get("permissions", {}).get("allow", [])]
    if not new:
        return
    added = add_texts(text, KEYS, new)
    assert read_json(added.text)["permissions"]["allow"][-len(new) :] == new
    assert added.text.replace(added.chunk, "", 1) == text
    assert take_texts(added.text, KEYS, new, chunks=[added.chunk], made=added.made) == text


@given(data=st.data(), settings=SETTINGS)
def test_taking_from_a_file_written_anew_leaves_the_rest(data: st.DataObject, settings: dict[str, Any]) -> None:
    new = [rule for rule in RULES if rule not in settings.get("permissions", {}).get("allow", [])]
    added = add_texts(json.dumps(settings), KEYS, new or ["other"])
    anew = data.draw(spelled(json.loads(added.text)))
    taken = take_texts(anew, KEYS, new or ["other"], chunks=[added.chunk], made=added.made)
    assert read_json(taken) == settings
