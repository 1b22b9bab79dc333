"""Tests work in memory where that is possible, and what passed leaves nothing there."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.kit import surroundings
from tests.kit.surroundings import has_room, work_in_memory


def test_room_is_asked_of_the_place_and_a_place_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert has_room(tmp_path, room=1)
    assert not has_room(tmp_path, room=2**62)
    assert not has_room(tmp_path / "nowhere", room=1)
    (tmp_path / "file").write_text("")
    assert not has_room(tmp_path / "file", room=1)


def test_a_place_that_runs_no_programs_will_not_do() -> None:
    assert not has_room(Path("/proc"), room=1)


@pytest.mark.parametrize(("said", "chosen"), [(None, "shared"), ("/said", "/said")])
def test_a_person_who_says_where_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, chosen: str
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(surroundings, "SHARED", shared)
    monkeypatch.setattr(surroundings, "ROOM", 1)
    monkeypatch.setattr(surroundings, "has_room", lambda place: place == shared)
    monkeypatch.setattr(tempfile, "tempdir", said)
    monkeypatch.setenv("TMPDIR", said or "")
    if said is None:
        monkeypatch.delenv("TMPDIR")
    work_in_memory()
    assert os.environ["TMPDIR"] == (str(shared) if chosen == "shared" else chosen)
    assert tempfile.gettempdir() == os.environ["TMPDIR"]
