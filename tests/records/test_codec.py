"""Lines of a log: ours come back equal, newer ones are kept apart from broken ones, nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.records.codec import decode_events, encode_event, identify_line
from okstra_git.records.events import StageDone, TaskOpened
from tests.kit.values import TASK, a_range, an_event

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
"""Without NUL: no line that has one is read."""


def test_an_event_comes_back_equal() -> None:
    event = an_event(StageDone(task=TASK, stage=1, branch="f", range=a_range("A"), carry="§ 한국어\n"), clock=3)
    line = encode_event(event)
    assert line.count(b"\n") == 1
    assert decode_events(line).events == [event]
    assert identify_line(line) == (event.id, TASK, 3, 3)


@given(TEXT, TEXT)
def test_any_title_stays_on_one_line_and_comes_back(title: str, ticket: str) -> None:
    event = an_event(TaskOpened(task=TASK, title=title, tickets=(ticket,)), clock=1)
    assert encode_event(event).count(b"\n") == 1
    assert decode_events(encode_event(event)).events == [event]


def test_newer_types_are_counted_and_broken_lines_are_numbered() -> None:
    sound = encode_event(an_event(TaskOpened(task=TASK), clock=1))
    newer = {**json.loads(sound), "fact": {"type": "stage.teleported", "task": TASK, "to": [1, 2]}}
    known_but_wrong = {**json.loads(sound), "fact": {"type": "stage.done", "task": TASK}}
    lines = [sound.strip(), json.dumps(newer).encode(), b"{half", json.dumps(known_but_wrong).encode(), b"[]", b"null"]
    found = decode_events(b"\n".join(lines))
    assert (len(found.events), found.unknown, found.broken) == (1, 1, [3, 4, 5, 6])
    assert identify_line(lines[1]) is not None


@pytest.mark.parametrize("name", ["--output=/tmp/x", "HEAD", "", "a" * 39, "a" * 41, "A" * 40, "a" * 40 + "\n"])
@pytest.mark.parametrize("place", ["head", "head_tree", "base", "base_tree"])
def test_what_is_no_object_name_never_gets_near_git(place: str, name: str) -> None:
    event = an_event(StageDone(task=TASK, stage=1, branch="f", range=a_range("A")), clock=1)
    line = json.loads(encode_event(event))
    line["fact"]["range"][place] = name
    assert decode_events(json.dumps(line).encode()).broken == [1]


def test_fields_of_newer_releases_are_skipped() -> None:
    event = an_event(TaskOpened(task=TASK), clock=1)
    line = json.dumps({**json.loads(encode_event(event)), "mood": "good"}).encode()
    assert decode_events(line).events == [event]


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    found = decode_events(data)
    assert found.events == []
    assert identify_line(data) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(JSON, JSON, JSON)
def test_no_json_makes_it_raise(identity: object, clock: object, fact: object) -> None:
    line = json.dumps({"v": 1, "id": identity, "clock": clock, "seq": 1, "at": "now", "writer": "w", "fact": fact})
    decode_events(line.encode())
    identify_line(line.encode())


def test_a_line_nested_beyond_reason_is_broken_and_nothing_worse() -> None:
    deep = b"[" * 100_000
    assert decode_events(deep).broken == [1]
    assert identify_line(b'{"id":' + deep) is None
