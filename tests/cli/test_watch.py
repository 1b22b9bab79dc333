"""`watch` in a real terminal: it fits, follows a new size, shows strangers' words as words, and leaves cleanly."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from okstra_git.workers.status_file import LastEvent, ProcessMark, WorkerStatus
from tests.kit.prepared import prepare, set_up
from tests.kit.scenario import World
from tests.kit.tmux import Pane, open_pane

WIDE, LOW = 120, 12


@pytest.fixture
def busy(world: World) -> World:
    """A prepared run with a worker that seems to be at work: this very process."""
    set_up(world, {1: ()})
    prepare(world, "--stage", "1", "--holder", str(os.getpid()))
    run = world.okstra("run", "list", "--json").json["runs"][0]
    folder = world.path / str(run["folder"]) / "prompts"
    folder.mkdir(parents=True, exist_ok=True)
    us = ProcessMark(os.getpid(), _born(os.getpid()))
    machine = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    status = WorkerStatus(
        cli="codex", worker="codex-worker", run=run["id"], host=os.uname().nodename, boot=machine, supervisor=us,
        program=us, state="running", started=1.0, heartbeat=1.0, tokens=1234,
        last=LastEvent("tool", "echo [bold red]x[/] \x1b[31m\x07", 1.0),
    )  # fmt: skip
    (folder / "codex-worker-prompt001.md").write_text("Read.\n")
    (folder / "codex-worker-prompt001.status.json").write_bytes(status.to_json())
    return world


def _born(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def pane(busy: World) -> Iterator[Pane]:
    with open_pane(["okstra", "watch"], cwd=busy.path, environ=os.environ) as opened:
        yield opened


def test_it_fits_a_small_terminal_and_follows_a_new_size(pane: Pane) -> None:
    shown = pane.see("codex-worker", "1,234", "q quit")
    assert max(len(line) for line in shown.split("\n")) <= 80
    assert len(shown.split("\n")) <= 24
    pane.resize(WIDE, LOW)
    low = pane.until(lambda text: len(text.split("\n")) == LOW and "q quit" in text, ["q quit in the last line"])
    assert "q quit" in low.split("\n")[-1]


def test_words_of_strangers_are_shown_as_words(pane: Pane) -> None:
    shown = pane.see("codex-worker", "[bold")
    assert "\x07" not in shown
    assert "\x1b[31m" not in pane.painted()


@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_it_and_the_terminal_is_as_it_was(pane: Pane, key: str) -> None:
    pane.see("q quit")
    pane.press(key)
    pane.see("[exit 0]")
    assert pane.leaves_settings()


def test_a_signal_ends_it_too(pane: Pane) -> None:
    pane.see("q quit")
    pane.child("okstra").send_signal(signal.SIGTERM)
    pane.see("[exit 0]")
    assert pane.leaves_settings()


def test_off_a_terminal_it_looks_once(busy: World) -> None:
    seen = busy.okstra("watch", "--json").json
    assert [each["life"] for each in seen["runs"]] == ["alive"]
    (worker,) = seen["runs"][0]["workers"]
    assert (worker["worker"], worker["supervisor"], worker["tokens"]) == ("codex-worker", "alive", 1234)
    assert [task["tokens"] for task in seen["tasks"]] == [1234]
    assert "1,234" in busy.okstra("watch", "--once", "--text").out


def test_a_budget_that_is_used_up_is_said(busy: World) -> None:
    busy.git("config", "okstra.budget", "1k tokens")
    assert busy.okstra("watch", "--json").json["tasks"][0]["over"] == "1234 of 1000 tokens are used"
