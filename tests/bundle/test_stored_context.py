"""A stored context comes back as it was, whatever it holds; anything else is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.stored_context import BrokenContext, context_document, parse_context, read_context
from okstra_git.fs.refusals import Missing
from okstra_git.fs.root import Root
from tests.bundle.samples import SAMPLES, a_run

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
st.register_type_strategy(str, text)
st.register_type_strategy(int, st.integers(0, 10**6))


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_come_back(name: str) -> None:
    assert parse_context(context_document(SAMPLES[name])) == SAMPLES[name]


@settings(max_examples=60, deadline=None)
@given(st.from_type(RunContext))
def test_any_context_comes_back(context: RunContext) -> None:
    assert parse_context(context_document(context)) == context


def test_a_stored_context_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "context.json"
    path.write_bytes(context_document(a_run()))
    assert read_context(Root(tmp_path), path) == a_run()
    with pytest.raises(Missing):
        read_context(Root(tmp_path), "none.json")


def test_keys_of_a_later_okstra_are_left_out_and_defaults_filled_in() -> None:
    found = json.loads(context_document(a_run()))
    found["later"] = 1
    found["run"]["later"] = {"a": 1}
    del found["run"]["inputs"], found["plan"]
    assert parse_context(json.dumps(found).encode()).run.id == a_run().run.id


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "schema 1"),
        (b'{"schema": 2}', "schema 1"),
        (b'{"schema": 1}', "run is missing"),
        (b'{"schema": 1, "run": 3}', "run is not dict"),
    ],
)
def test_what_is_no_context_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BrokenContext, match=said):
        parse_context(data)


def test_a_value_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    found = json.loads(context_document(a_run()))
    found["options"]["waivers"] = [["one", "two", "three"]]
    path = tmp_path / "context.json"
    path.write_text(json.dumps(found))
    with pytest.raises(BrokenContext, match=r"context\.json"):
        read_context(Root(tmp_path), path)
    found["options"]["waivers"] = []
    found["workers"][0]["is_analyser"] = 1
    with pytest.raises(BrokenContext, match=r"workers\[\]\.is_analyser is not bool"):
        parse_context(json.dumps(found).encode())
