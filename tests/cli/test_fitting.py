"""A document is cut to a size: the largest lists first, then texts, and never more than needed."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from okstra_cli.json_objects import fitted, size_of_json, truncatable, truncated

TEXTS = some.text(max_size=60) | some.sampled_from(["\x00" * 500, "한" * 500, "\udcff" * 300, "a" * 5000])
SCALARS = TEXTS | some.none() | some.booleans() | some.integers(-(10**20), 10**20)
ROWS = some.fixed_dictionaries({"name": TEXTS, "more": some.lists(TEXTS, max_size=30).map(truncatable)})
DOCUMENTS = some.fixed_dictionaries(
    dict.fromkeys("abcd", SCALARS) | {name: some.lists(ROWS | TEXTS, max_size=60).map(truncatable) for name in "ef"}
)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_a_document_fits_whatever_is_in_it(document: dict[str, Any]) -> None:
    made = fitted(document, 1000)
    assert size_of_json(made) <= 1000
    assert list(made) == list(document)
    assert [made[name]["count"] for name in "ef"] == [document[name]["count"] for name in "ef"]
    json.loads(json.dumps(made))


@settings(max_examples=200, deadline=None)
@given(TEXTS, some.integers(3, 100))
def test_a_text_is_cut_to_bytes_and_marked(text: str, size: int) -> None:
    made = truncated(text, size)
    assert size_of_json(made) <= size + 2
    assert made == text or made.endswith("…")
    assert text.startswith(made.removesuffix("…"))


def test_what_fits_is_left_as_it_is() -> None:
    made = fitted({"a": "x", "b": truncatable([1, {"c": "y"}])}, 100)
    assert made == {"a": "x", "b": {"count": 2, "shown": [1, {"c": "y"}]}}


def test_the_largest_list_gives_way_first() -> None:
    made = fitted({"small": truncatable(["a", "b"]), "large": truncatable(["x" * 90] * 20)}, 1000)
    assert made["small"]["shown"] == ["a", "b"]
    assert 3 <= len(made["large"]["shown"]) < 20
    assert made["large"]["count"] == 20


def test_numbers_that_count_nothing_become_null() -> None:
    assert fitted({"a": 10**4000, "b": 7, "c": True}, 100) == {"a": None, "b": 7, "c": True}
