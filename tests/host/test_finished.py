"""A program is run to its end: its whole output, and never longer because something else keeps its pipes open."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from okstra_git.git.binary import run_git
from okstra_git.host.subprocesses import run_detached, run_to_end
from tests.kit.scenario import World

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
RUNS = pytest.mark.parametrize("run", [run_to_end, run_detached])
ECHO = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data); sys.stderr.buffer.write(data[::-1])"


def asked(run: Run, *command: str, **how: object) -> "subprocess.CompletedProcess[bytes]":
    return run(command, cwd=Path("/"), environ=os.environ, **how)


@RUNS
def test_everything_is_given_and_everything_is_heard(run: Run) -> None:
    data = os.urandom(1_000_003)
    done = asked(run, sys.executable, "-c", ECHO, stdin=data)
    assert (done.returncode, done.stdout, done.stderr) == (0, data, data[::-1])


@RUNS
def test_a_program_that_reads_nothing_and_one_that_says_nothing(run: Run) -> None:
    done = asked(run, "sh", "-c", "echo said; echo why >&2; exit 3", stdin=b"x" * 1_000_000)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"said\n", b"why\n")
    assert asked(run, "true").stdout == b""


@RUNS
@pytest.mark.parametrize("noise", ["sleep 60", "while sleep 0.01; do echo noise; done"], ids=["silent", "talking"])
def test_what_is_left_behind_with_the_pipes_open_is_not_waited_for(run: Run, noise: str) -> None:
    began = time.monotonic()
    done = asked(run, "sh", "-c", f"({noise}) & echo $!; echo late >&2")
    assert time.monotonic() - began < 20
    assert done.stdout.splitlines()[0].isdigit()
    assert done.stderr == b"late\n"
    subprocess.run(["pkill", "-P", done.stdout.split()[0].decode()], check=False, timeout=10)
    subprocess.run(["kill", done.stdout.split()[0]], check=False, timeout=10)


@RUNS
def test_a_program_that_closes_its_pipes_is_waited_for_all_the_same(run: Run) -> None:
    done = asked(run, "sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 5")
    assert done.returncode == 5


@RUNS
@pytest.mark.parametrize("line", ["sleep 60", "exec >&- 2>&-; sleep 60", "while :; do echo; done", "cat; sleep 60"])
def test_one_that_takes_too_long_is_ended(run: Run, line: str) -> None:
    began = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        asked(run, "sh", "-c", line, timeout=0.3)
    assert time.monotonic() - began < 20


def test_a_server_that_a_hook_starts_is_not_waited_for(world: World, tmp_path: Path) -> None:
    hook = world.path / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\nsleep 60 &\necho $! >pid\n")
    hook.chmod(0o755)
    began = time.monotonic()
    run_git(["worktree", "add", "-q", "--detach", str(tmp_path / "there")], cwd=world.path, sealed=False)
    assert time.monotonic() - began < 20
    assert (tmp_path / "there/README").exists()
    os.kill(int((tmp_path / "there/pid").read_text()), 15)
