"""What is read of bytes that another program may have written: never raises for what they say."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.names import parse_task_key
from okstra_git.records.events import TaskOpened
from okstra_git.records.grammar import LARGEST
from okstra_git.records.states import State, Task
from okstra_git.store import layout
from okstra_git.store.derived import note_lines, task_of_line, wanted_refs
from okstra_git.store.fold import fold_task
from okstra_git.store.log import Head, parse_head, show_head
from okstra_git.store.private_files import MARK, CachedFold, _seal, last_mark, list_marks, load_fold, save_fold
from okstra_git.store.store import Store
from tests.kit.refusals import refuses
from tests.kit.scenario import World
from tests.kit.stores import KEY, open_store, open_task
from tests.kit.values import TASK, an_event, oid
from tests.records.test_grammar import RECORDED

NUMBERS = [
    "1e999",
    "Infinity",
    "NaN",
    "9" * 4_300,
    "9" * 5_000,
    "-1",
    "1.0",
    '"1"',
    "true",
    "null",
    "[]",
    str(LARGEST + 1),
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("field", ["okstra-log", "clock", "seq"])
def test_a_format_entry_counts_with_plain_numbers_or_not_at_all(field: str, number: str) -> None:
    entry = json.dumps({"okstra-log": 1, "clock": 2, "seq": 3, field: "HERE"}).replace('"HERE"', number)
    assert parse_head(entry.encode()) is None


@given(st.binary(max_size=60))
def test_no_bytes_are_taken_for_a_format_entry_by_accident(data: bytes) -> None:
    assert parse_head(data) is None
    assert parse_head(show_head(Head(1, LARGEST, LARGEST))) == Head(1, LARGEST, LARGEST)


@pytest.mark.parametrize(
    "key", ["a/b/c", "a/b", "a/b/c/d", "../b/c", "a/./c", "a//c", "a/b/c.lock", "a/b/c ", "a:b:c", "-/b/c"]
)
def test_only_files_of_task_keys_hold_events(key: str) -> None:
    assert (layout.task_of_path(f"tasks/{key}/events.jsonl") is not None) == (key == "a/b/c")


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "heads of infinity": lambda header: header.update(heads={"r": [1, float("inf"), 1]}),
    "heads that are a list": lambda header: header.update(heads=[1]),
    "heads of two": lambda header: header.update(heads={"r": [1, 2]}),
    "tips that are options": lambda header: header.update(tips={"r": "--output=x"}),
    "tips that are a number": lambda header: header.update(tips=7),
    "blobs that are a list": lambda header: header.update(blobs=[[1]]),
    "blobs that are no ids": lambda header: header.update(blobs={"r": {TASK: "HEAD"}}),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_cache_with_an_odd_header_is_no_cache(tmp_path: Path, how: str) -> None:
    path = tmp_path / "fold"
    save_fold(path, CachedFold({"r": oid("A")}, {"r": (1, 2, 3)}, {"r": {TASK: oid("b")}}, State()))
    assert load_fold(path) is not None
    _, header, body = path.read_bytes().split(b"\n", 2)
    facts = json.loads(header)
    SPOILT[how](facts)
    _seal_anew(path, json.dumps(facts).encode(), body)
    assert load_fold(path) is None


@pytest.mark.parametrize(
    "task",
    [
        {"key": TASK, "title": "a\0b"}, {"key": "../x"}, {"key": TASK, "clock": 10**400},
        {"key": TASK, "stages": {"1": {"number": 1, "branch": "--output=x"}}},
        {"key": TASK, "runs": {"R": {"id": "R", "task_type": "x", "seq": 1, "folder": "/etc"}}},
    ],
)  # fmt: skip
def test_a_cache_with_a_right_checksum_keeps_to_the_grammar(tmp_path: Path, task: dict[str, Any]) -> None:
    path = tmp_path / "fold"
    save_fold(path, CachedFold({}, {}, {}, State(tasks={TASK: Task(key=TASK)})))
    _, header, _ = path.read_bytes().split(b"\n", 2)
    _seal_anew(path, header, json.dumps({"tasks": {TASK: {"key": TASK}}}).encode())
    assert load_fold(path) is not None
    _seal_anew(path, header, json.dumps({"tasks": {TASK: task}}).encode())
    assert load_fold(path) is None


def _seal_anew(path: Path, header: bytes, body: bytes) -> None:
    rest = header + b"\n" + body
    path.write_bytes(_seal(rest) + b"\n" + rest)


def test_a_mark_of_the_journal_names_a_commit_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    marks = [oid("A"), "--output=x", "\udcff", "", oid("B")]
    path.write_bytes(b"".join(MARK + mark.encode(errors="surrogateescape") + b"\n" for mark in marks))
    assert list_marks(path) == [oid("B"), oid("A")]
    path.write_bytes(MARK + b"--output=x\n")
    assert last_mark(path) == ""


@pytest.mark.parametrize(
    "line", [b"[" * 100_000, b'{"okstra":1,"task":7}', b'{"okstra":' + b"9" * 5_000 + b"}", b"\xff", b"7"]
)
def test_a_line_of_a_note_is_ours_or_anybodys(line: bytes) -> None:
    assert task_of_line(line) is None


@given(st.lists(st.sampled_from(RECORDED), max_size=12))
def test_facts_in_any_order_fold_to_a_state_that_can_be_kept_and_shown(facts: list[Any]) -> None:
    task = fold_task(parse_task_key(TASK), [an_event(fact, clock=clock) for clock, fact in enumerate(facts, 1)])
    state = State(tasks={TASK: task})
    assert State.model_validate_json(state.model_dump_json(exclude_defaults=True)) == state
    assert all(name.startswith("refs/okstra/") for name in wanted_refs(task))
    note_lines(task)


def test_a_name_without_end_and_a_machine_of_another_age(world: World) -> None:
    store = open_store(world)
    open_task(store)
    world.git("config", "user.name", "x" * 60_000)
    long = open_store(world)
    done = long.append(lambda _: [TaskOpened(task=KEY.slashed, title="again")])
    assert len(done.events[0].by) == 1_000
    assert done.snapshot.state.tasks[parse_task_key(KEY.slashed)].title == "again"
    old = Store(long.git, lambda: datetime(1969, 12, 31, tzinfo=UTC))
    with refuses("record.refused", match="1970") as refused:
        old.append(lambda _: [TaskOpened(task=KEY.slashed, title="never")])
    assert "clock" in refused.value.hint
    assert old.read().state.tasks[parse_task_key(KEY.slashed)].title == "again"
