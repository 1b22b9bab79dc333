"""The spool is read whatever a crash left in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git import spool
from okstra_git.spool import _parse, drop_spooled, list_spooled
from tests.kit.surroundings import ROOT

OLD, NEW = "a" * 40, "b" * 40
WHOLE = f"okstra-spool 1 rebase\nin /some where/.git\n{OLD} {NEW}\n{NEW} {OLD} extra words\nend\n"


def put(private: Path, text: str | bytes, name: str = "1700000000-00000-1.post-rewrite") -> None:
    (private / "spool").mkdir(exist_ok=True)
    (private / "spool" / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_whole_event_is_read(tmp_path: Path) -> None:
    put(tmp_path, WHOLE)
    (event,) = list_spooled(str(tmp_path))
    assert (event.kind, event.git_dir, event.torn) == ("rebase", "/some where/.git", False)
    assert event.pairs == ((OLD, NEW), (NEW, OLD))


def test_without_a_spool_there_is_nothing(tmp_path: Path) -> None:
    assert list_spooled(str(tmp_path)) == []


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_an_event_cut_short_anywhere_is_torn_and_left(tmp_path: Path, length: int) -> None:
    put(tmp_path, WHOLE[:length])
    (event,) = list_spooled(str(tmp_path))
    assert (event.torn, event.pairs) == (True, ())
    assert len(os.listdir(tmp_path / "spool")) == 1


@pytest.mark.parametrize(
    "text",
    [
        b"\0" * 500,
        b"\xff\xfe garbage\n",
        WHOLE.replace("spool 1", "spool 2"),
        WHOLE.replace("rebase", "somersault"),
        WHOLE.replace(OLD, OLD.upper()),
        WHOLE.replace(OLD, OLD[:39]),
        WHOLE + WHOLE,
    ],
)
def test_garbage_and_other_formats_are_torn(tmp_path: Path, text: str | bytes) -> None:
    put(tmp_path, text)
    assert [event.torn for event in list_spooled(str(tmp_path))] == [True]


@given(st.binary())
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    assert _parse("x", data).torn


def test_events_come_in_the_order_of_their_names_and_strangers_are_left_alone(tmp_path: Path) -> None:
    for name in ("2-1-1.post-rewrite", "1-9-1.post-rewrite", ".3-1-1.post-rewrite.tmp", ".4.post-rewrite", "notes"):
        put(tmp_path, WHOLE, name)
    (tmp_path / "spool/5.post-rewrite").mkdir()
    events = list_spooled(str(tmp_path))
    assert [event.name for event in events] == ["1-9-1.post-rewrite", "2-1-1.post-rewrite", "5.post-rewrite"]
    assert [event.torn for event in events] == [False, False, True]


def test_dropping_is_repeatable_and_stays_in_its_directory(tmp_path: Path) -> None:
    put(tmp_path, WHOLE)
    outside = tmp_path / "precious.post-rewrite"
    outside.write_text("x")
    names = [event.name for event in list_spooled(str(tmp_path))]
    drop_spooled(str(tmp_path), [*names, *names, "../precious.post-rewrite", "no-such.post-rewrite"])
    assert (list_spooled(str(tmp_path)), outside.exists()) == ([], True)


def test_a_huge_file_is_torn_without_being_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SIZE_LIMIT", 100)
    put(tmp_path, WHOLE)
    assert [event.torn for event in list_spooled(str(tmp_path))] == [True]


def test_amends_held_during_a_rebase_are_told_apart(tmp_path: Path) -> None:
    put(tmp_path, WHOLE.replace(f"{OLD} {NEW}\n", f"{OLD} {NEW} amend\n", 1))
    (event,) = list_spooled(str(tmp_path))
    assert (event.amends, event.pairs) == (((OLD, NEW),), ((NEW, OLD),))


def test_the_module_loads_nothing_but_os() -> None:
    code = "import sys; before = set(sys.modules); import okstra_git.spool; print(sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == "['okstra_git', 'okstra_git.spool']"


def test_what_is_no_file_is_torn_and_not_waited_for_and_a_linked_spool_is_not_ours(tmp_path: Path) -> None:
    put(tmp_path, WHOLE)
    (tmp_path / "secret").write_text(WHOLE)
    os.mkfifo(tmp_path / "spool/1.post-rewrite")
    (tmp_path / "spool/2.post-rewrite").symlink_to(tmp_path / "secret")
    (tmp_path / "spool/3.post-rewrite").mkdir()
    with (tmp_path / "spool/4.post-rewrite").open("wb") as file:
        file.truncate(10 << 30)
    assert [event.torn for event in list_spooled(str(tmp_path))] == [True, False, True, True, True]
    (tmp_path / "other").mkdir()
    (tmp_path / "other/spool").symlink_to(tmp_path / "spool")
    assert list_spooled(str(tmp_path / "other")) == []
    drop_spooled(str(tmp_path / "other"), ["1.post-rewrite"])
    assert (tmp_path / "spool/1.post-rewrite").is_fifo()
    drop_spooled(str(tmp_path), ["1.post-rewrite", "2.post-rewrite"])
    assert (tmp_path / "secret").exists()
