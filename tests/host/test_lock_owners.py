"""Who may own a lock: whoever has it open, and git at work here; not those who wait for us, and no other okstra."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from okstra_git.host.machine import holders_of


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    path = tmp_path / ".git/x.lock"
    path.write_bytes(b"")
    return path


@contextmanager
def running(lock: Path, name: str, *, cwd: Path, stdin: Path | None = None) -> Iterator[int]:
    """A sleeping process under any name, as `ps` shows it."""
    program = lock.parent / name
    if not program.exists():
        program.write_bytes(Path("/bin/sleep").read_bytes())
        program.chmod(0o755)
    with open(stdin or os.devnull) as given, subprocess.Popen([program, "30"], cwd=cwd, stdin=given) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def holders(lock: Path) -> list[int]:
    return [one.pid for one in holders_of(lock, directory=lock.parent, work_tree=lock.parent.parent)]


def test_nobody_holds_a_lock_that_was_left(lock: Path) -> None:
    assert holders(lock) == []


def test_whoever_has_it_open_holds_it(lock: Path) -> None:
    with running(lock, "anything", cwd=Path("/"), stdin=lock) as pid:
        assert holders(lock) == [pid]


@pytest.mark.parametrize("name", ["git", "git-remote-http"])
def test_git_at_work_in_this_repository_may_hold_it(lock: Path, name: str) -> None:
    with running(lock, name, cwd=lock.parent.parent) as pid:
        assert holders(lock) == [pid]
    with running(lock, name, cwd=Path("/")):
        assert holders(lock) == []


def test_another_okstra_that_waits_does_not(lock: Path) -> None:
    with running(lock, "git-okstra", cwd=lock.parent.parent):
        assert holders(lock) == []


def test_an_okstra_that_has_it_open_does(lock: Path) -> None:
    with running(lock, "git-okstra", cwd=lock.parent.parent, stdin=lock) as pid:
        assert holders(lock) == [pid]
