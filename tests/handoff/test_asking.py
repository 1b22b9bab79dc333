"""Publishing on a terminal: everything is shown, and one letter decides."""

import os
import pty
import select
import signal
import time
from pathlib import Path

import pytest

from tests.kit.forge import Forge
from tests.kit.handing import begin, handoff, ready
from tests.kit.scenario import World
from tests.kit.stores import NAME
from tests.kit.surroundings import program_dir

BRANCH = "feature/web/login-group-1"


def on_a_terminal(world: World, env: dict[str, str], answer: bytes, *words: str) -> tuple[str, int]:
    """What a person sees who types `answer` when asked, and the exit status."""
    program = str(program_dir() / "git-okstra")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(world.path)
        os.execvpe(program, ["git-okstra", *words], {**world.environ(env), "TERM": "xterm", "COLUMNS": "100"})
    seen, is_answered, give_up = b"", False, time.monotonic() + 60
    while time.monotonic() < give_up:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            seen += (piece := os.read(terminal, 65536))
        except OSError:
            break
        if not piece:
            break
        if b"[y/N]" in seen and not is_answered:
            os.write(terminal, answer)
            is_answered = True
    else:
        os.kill(child, signal.SIGKILL)
    return seen.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(("answer", "status"), [(b"n\n", 2), (b"\n", 2), (b"\x04", 2), (b"y\n", 0), (b"YES\n", 0)])
def test_one_letter_decides(tmp_path: Path, answer: bytes, status: int) -> None:
    world = begin(tmp_path / "shop")
    ready(world, 1)
    world.checkout("main")
    handoff(world, "assemble", "--stages", "1", "--base", "main", "--no-worktree")
    forge = Forge.begin(world, tmp_path)
    seen, exit = on_a_terminal(world, dict(forge.env), answer, "handoff", "publish", "--task-key", NAME)
    assert exit == status, seen
    assert "make test" in seen
    assert "[y/N]" in seen
    assert (forge.tip(BRANCH) is not None, len(forge.pull_requests())) == ((True, 1) if status == 0 else (False, 0))
