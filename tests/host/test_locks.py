"""The advisory lock: one at a time, freed by death, and a refusal that names the holder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from okstra_git.host.locks import hold_lock
from tests.kit.refusals import refuses

HOLD = "import sys,time; from pathlib import Path; from okstra_git.host.locks import hold_lock\n"
HOLD += "with hold_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"


def holder_of(path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_held_lock_refuses_and_names_the_holder(tmp_path: Path) -> None:
    process = holder_of(tmp_path / "lock")
    try:
        with refuses("store.busy") as refused, hold_lock(tmp_path / "lock", wait=0.05):
            pass
        assert refused.value.facts["holder"] == str(process.pid)
    finally:
        process.kill()
        process.wait()


def test_a_killed_holder_frees_the_lock_at_once(tmp_path: Path) -> None:
    process = holder_of(tmp_path / "lock")
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = time.monotonic()
    with hold_lock(tmp_path / "lock", wait=5) as held:
        assert held
    assert time.monotonic() - before < 2


def test_where_no_lock_file_can_be_made_the_work_goes_on_without(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "missing" / "lock") as held:
        assert held is False


@pytest.mark.parametrize("odd", ["link", "dangling", "pipe", "folder", "behind a link"])
def test_what_is_no_lock_file_is_refused_at_once_and_left(tmp_path: Path, odd: str) -> None:
    folder, outside = tmp_path / "okstra", tmp_path / "outside"
    outside.write_text("precious\n")
    folder.mkdir()
    lock = folder / "lock"
    if odd == "behind a link":
        (tmp_path / "linked").symlink_to(folder)
        lock = tmp_path / "linked" / "lock"
    elif odd in ("link", "dangling"):
        lock.symlink_to(outside if odd == "link" else tmp_path / "new")
    else:
        os.mkfifo(lock) if odd == "pipe" else lock.mkdir()
    with refuses("store.lock-unfit") as refused, hold_lock(lock):
        pass
    assert (refused.value.code, refused.value.facts["path"]) == ("store.lock-unfit", str(lock))
    assert outside.read_text() == "precious\n"
    assert not (tmp_path / "new").exists()


def test_nothing_but_a_pid_is_overwritten_by_one(tmp_path: Path) -> None:
    other, lock = tmp_path / "other", tmp_path / "lock"
    other.write_text("7\n")
    os.link(other, lock)
    with hold_lock(lock):
        assert other.read_text() == "7\n"
    lock.unlink()
    lock.write_text("a diary\n")
    with hold_lock(lock):
        assert lock.read_text() == "a diary\n"
    lock.write_text("12345\n")
    with hold_lock(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
