"""The caller's pane and the panes of a run, in real servers: nothing foreign is ever touched."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from okstra_git.host.tmux import find_tmux
from okstra_git.panes.ownership import PROCESS, TAG, tag_of
from tests.kit.scenario import World
from tests.kit.surroundings import path_without, program_dir, require_tool


@dataclass
class Server:
    """A tmux of its own; `folder` is where what runs in its panes leaves answers."""

    tmux: str
    socket: Path
    folder: Path

    def ask(self, *words: str) -> str:
        done = subprocess.run([self.tmux, "-S", str(self.socket), "-f", "/dev/null", *words], env=self.environ(),
                              capture_output=True, text=True, check=False, timeout=20)  # fmt: skip
        return done.stdout.strip()

    def environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TMUX")}
        return kept | {"PATH": f"{program_dir()}{os.pathsep}{os.environ['PATH']}", "TMUX_TMPDIR": str(self.folder)}

    def panes(self) -> list[str]:
        return self.ask("list-panes", "-a", "-F", "#{pane_id} #{pane_title} #{pane_pid}").splitlines()

    def run(self, line: str, *, target: str = "", wait: float = 20) -> str:
        """The output of a shell line in a new pane, which stays open."""
        out = self.folder / f"out-{time.monotonic_ns()}"
        script = f"({line}) >{out}.part 2>&1; mv {out}.part {out}; sleep 300"
        words = [
            "split-window",
            "-d",
            "-P",
            "-F",
            "#{pane_id}",
            *(["-t", target] if target else []),
            "sh",
            "-c",
            script,
        ]
        self.pane = self.ask(*words)
        until = time.monotonic() + wait
        while not out.exists() and time.monotonic() < until:
            time.sleep(0.05)
        return out.read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(str(require_tool("tmux")), tmp_path / "s", tmp_path)
    made.ask("new-session", "-d", "-s", "one", "-x", "200", "-y", "400", "sleep", "600")
    made.ask("new-session", "-d", "-s", "two", "-x", "200", "-y", "400", "sleep", "600")
    yield made
    made.ask("kill-server")


def run_folder(world: World) -> Path:
    folder = world.path / ".okstra/tasks/shop/web/login/runs/error-analysis"
    (folder / "state").mkdir(parents=True)
    return folder


STRIPPED = "env -u TMUX -u TMUX_PANE"


@pytest.mark.parametrize(
    "line",
    [
        "okstra panes where --text",
        f"{STRIPPED} okstra panes where --text",
        f'{STRIPPED} sh -c \'sh -c "sh -c \\"okstra panes where --text; true\\"; true"; true\'',
        f"{STRIPPED} sh -c 'setsid okstra panes where --text & wait'",
        f"{STRIPPED} sh -c 'nohup okstra panes where --text </dev/null & wait'",
    ],
)
def test_the_callers_pane_is_found_at_any_depth(server: Server, line: str) -> None:
    for session in ("one", "two"):
        assert server.run(line, target=f"{session}:").strip().splitlines()[-1] == server.pane


def test_outside_of_tmux_there_is_no_pane_and_no_error(world: World) -> None:
    assert world.okstra("panes", "where", "--text").out.strip() == ""
    assert world.okstra("panes", "where", "--json").json["pane"] is None
    folder = run_folder(world)
    assert world.okstra("panes", "list", "--run-dir", str(folder), "--json").json["panes"] == []
    assert world.okstra("panes", "where", "--record", str(folder), "--json").json["pane"] is None
    assert (folder / "state/lead-pane.id").read_bytes() == b""


def test_a_machine_without_tmux_has_no_panes() -> None:
    assert find_tmux({"PATH": path_without("tmux")}) is None


def test_what_is_not_the_folder_of_a_run_is_refused(world: World) -> None:
    answer = world.okstra("panes", "clean", "--run-dir", "/", "--json", exit=1)
    assert answer.json["error"]["code"] == "panes.no-run"


def asked(server: Server, world: World, *words: str) -> Any:
    line = f"cd {world.path} && {STRIPPED} okstra panes {' '.join(words)} --json"
    return json.loads(server.run(line).strip().splitlines()[-1])


def test_the_panes_of_a_run_are_closed_and_nothing_else(server: Server, world: World) -> None:
    """Beside them: the lead, a pane of another run, one with a worker's name elsewhere, and names that are formats."""
    folder = run_folder(world)
    asked(server, world, "where", "--record", str(folder))
    lead, socket = (folder / "state/lead-pane.id").read_text().splitlines()
    assert (lead, socket) == (server.pane, str(server.socket))
    tag = tag_of(os.path.realpath(folder))
    mine = server.ask("split-window", "-d", "-t", lead, "-P", "-F", "#{pane_id}", "sleep", "500")
    worker = server.ask("split-window", "-d", "-t", lead, "-P", "-F", "#{pane_id}", "sleep", "500")
    server.ask("set-option", "-p", "-t", mine, TAG, tag)
    server.ask("set-option", "-p", "-t", lead, TAG, tag)
    server.ask("select-pane", "-t", worker, "-T", "codex-worker")
    foreign = []
    for title, value in (("codex-worker", ""), ("x", "0" * 32), ("#{pane_id}", f"{tag},1"), ("#(touch x)", "a\nb}")):
        pane = server.ask("new-window", "-d", "-t", "two:", "-P", "-F", "#{pane_id}", "sleep", "500")
        server.ask("select-pane", "-t", pane, "-T", title)
        server.ask("set-option", "-p", "-t", pane, TAG, value)
        foreign.append(pane)
    others = [pane for pane in server.panes() if pane.split()[0] not in (mine, worker)]
    listed = asked(server, world, "list", "--run-dir", str(folder))["panes"]
    assert {(each["pane"], each["kind"]) for each in listed} >= {(mine, "trace"), (worker, "worker")}
    closed = asked(server, world, "clean", "--run-dir", str(folder))["panes"]
    assert {each["pane"] for each in closed if each["closed"]} == {mine, worker}
    after = {pane.split()[0] for pane in server.panes()}
    assert {pane.split()[0] for pane in others} <= after
    assert lead in after
    assert set(foreign) <= after
    assert not {mine, worker} & after


def test_an_id_that_two_servers_have_is_the_lead_in_its_own_alone(server: Server, world: World) -> None:
    """The other server's pane of that id is in a window with a worker's name, and is somebody else's."""
    folder = run_folder(world)
    asked(server, world, "where", "--record", str(folder))
    lead = server.pane
    other = Server(server.tmux, server.folder / "tmux-other", server.folder)
    other.ask("new-session", "-d", "-s", "x", "-x", "200", "-y", "400", "sleep", "600")
    try:
        while lead not in {pane.split()[0] for pane in other.panes()}:
            other.ask("split-window", "-d", "sleep", "500")
        foreign = other.ask("split-window", "-d", "-t", lead, "-P", "-F", "#{pane_id}", "sleep", "500")
        other.ask("select-pane", "-t", foreign, "-T", "codex-worker")
        line = f"cd {world.path} && okstra panes clean --run-dir {folder} --json"
        assert json.loads(other.run(line).strip().splitlines()[-1])["panes"] == []
        assert foreign in {pane.split()[0] for pane in other.panes()}
    finally:
        other.ask("kill-server")


def test_a_pane_of_the_user_beside_the_lead_is_left_alone(server: Server, world: World) -> None:
    folder = run_folder(world)
    asked(server, world, "where", "--record", str(folder))
    mine = server.ask("split-window", "-d", "-t", server.pane, "-P", "-F", "#{pane_id}", "sleep", "500")
    for title in ("claude", "codex", "my codex-worker", "codex-worker-7"):
        server.ask("select-pane", "-t", mine, "-T", title)
        assert asked(server, world, "clean", "--run-dir", str(folder))["panes"] == []


def test_a_pane_that_closes_under_our_feet_is_no_error(server: Server, world: World) -> None:
    folder = run_folder(world)
    for _ in range(60):
        pane = server.ask("new-window", "-d", "-t", "one:", "-P", "-F", "#{pane_id}", "sleep", "1")
        server.ask("set-option", "-p", "-t", pane, TAG, tag_of(os.path.realpath(folder)))
    assert asked(server, world, "clean", "--run-dir", str(folder))["ok"] is True
    assert asked(server, world, "list", "--run-dir", str(folder))["panes"] == []


def test_traces_of_dead_workers_are_reaped(server: Server, world: World) -> None:
    run_folder(world)
    dead, alive = (
        server.ask("new-window", "-d", "-t", "one:", "-P", "-F", "#{pane_id}", "sleep", "500") for _ in range(2)
    )
    gone = subprocess.Popen(["true"])
    gone.wait()
    for pane, pid in ((dead, gone.pid), (alive, os.getpid())):
        server.ask("set-option", "-p", "-t", pane, TAG, "a" * 32)
        server.ask("set-option", "-p", "-t", pane, PROCESS, str(pid))
    assert [each["pane"] for each in asked(server, world, "reap", "--dry-run")["panes"]] == [dead]
    asked(server, world, "reap")
    left = {pane.split()[0] for pane in server.panes()}
    assert dead not in left
    assert alive in left


def test_a_trace_is_opened_beside_the_caller_and_closed_again(server: Server, world: World) -> None:
    folder = run_folder(world)
    log = folder / "w.log"
    log.write_text("it works\n")
    script = server.folder / "trace.py"
    script.write_text(
        "import os, time\nfrom pathlib import Path\n"
        "from okstra_git.porcelain.panes import close_trace, open_trace\n"
        f"pane = open_trace(os.environ, Path({str(folder)!r}), Path({str(log)!r}), \n"
        "    title=f'codex-worker-{os.getpid()}-tail', pid=os.getpid())\n"
        "time.sleep(0.5)\nprint(pane.id, os.getpid(), flush=True)\n"
        f"Path({str(server.folder / 'opened')!r}).write_text('x')\n"
        f"while not Path({str(server.folder / 'go')!r}).exists(): time.sleep(0.05)\n"
        f"print(close_trace(os.environ, pane, Path({str(folder)!r})))\n"
    )
    python = sys.executable
    before = server.panes()
    out = server.folder / "out"
    server.ask("split-window", "-d", "sh", "-c", f"{STRIPPED} {python} {script} >{out} 2>&1; sleep 300")
    until = time.monotonic() + 20
    while not (server.folder / "opened").exists() and time.monotonic() < until:
        time.sleep(0.05)
    said = out.read_text()
    assert len(said.split()) == 2, said
    pane, pid = said.split()
    titles = {line.split()[0]: line.split()[1] for line in server.panes()}
    assert titles[pane] == f"codex-worker-{pid}-tail"
    assert "it works" in server.ask("capture-pane", "-p", "-t", pane)
    (server.folder / "go").write_text("")
    while "True" not in out.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    assert set(before) <= set(server.panes())
    assert pane not in {line.split()[0] for line in server.panes()}
