"""The status file: what was written is read back, and what a stranger wrote is not believed."""

import json

import pytest

from okstra_git.workers.status_file import LARGEST, LastEvent, ProcessMark, WorkerStatus, read_status, status_name

STATUS = WorkerStatus(
    cli="codex", worker="codex-worker", supervisor=ProcessMark(12, 3.5), state="ended", status="error", exit=-9,
    last=LastEvent("tool", "echo hi", 5.0), usage={"gpt-5": {"fresh": 3}}, ended=9.0,
)  # fmt: skip


def test_a_status_is_read_back_as_it_was_written() -> None:
    assert read_status(STATUS.to_json()) == STATUS


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"\xff", b'{"schema": 1}', b'{"schema": 2, "cli": "x"}', b" " * (LARGEST + 1)]
)
def test_what_is_not_a_status_is_none(data: bytes) -> None:
    assert read_status(data) is None


def test_values_of_another_kind_count_as_missing() -> None:
    odd = json.loads(STATUS.to_json()) | {
        "supervisor": 7,
        "exit": "0",
        "turns": 1.5,
        "started": True,
        "usage": {"m": {"n": -1}},
    }
    status = read_status(json.dumps(odd).encode())
    assert status is not None
    assert (status.supervisor, status.exit, status.turns, status.started) == (ProcessMark(), None, 0, 0)
    assert status.usage == {"m": {}}


def test_a_status_never_lies_over_its_prompt() -> None:
    assert status_name("a/p.md") == "a/p.status.json"
    assert status_name("a/p") == "a/p.status.json"
