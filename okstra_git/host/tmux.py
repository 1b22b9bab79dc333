"""The one door to tmux: its servers by their sockets, and commands to them by argv, never typed into a shell.

Agents take `$TMUX` out of the environment of what they call, so a server is looked for where tmux puts its sockets, and
among the caller's ancestors: the process of a pane is a child of its server. A server that does not answer in time, or
a machine without tmux, has no panes.
"""

import os
import stat
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import NamedTuple

import psutil

SECONDS = 3.0
MOST_SOCKETS = 64
_HIDDEN = ("TMUX", "TMUX_PANE")


class TmuxPane(NamedTuple):
    """A pane: the socket of its server, its id (`%3`), the process in it, its window (`@1`) and session (`$0`)."""

    socket: Path
    id: str
    pid: int
    window: str
    session: str


class Tmux(NamedTuple):
    """The program, and the environment in which it is called."""

    program: str
    environ: Mapping[str, str]

    def ask(self, socket: Path, *words: str) -> str | None:
        """What a server answers; None where it refuses, or does not answer in time."""
        try:
            done = subprocess.run(
                [self.program, "-S", str(socket), *words], env=dict(self.environ), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None

    def panes(self, socket: Path, *, where: str = "") -> list[TmuxPane]:
        """All panes of a server, or those for which a format is true."""
        form = "#{pane_id} #{pane_pid} #{window_id} #{session_id}"
        chosen = ("-f", where) if where else ()
        lines = (self.ask(socket, "list-panes", "-a", *chosen, "-F", form) or "").splitlines()
        rows = (line.split(" ") for line in lines)
        sound = [row for row in rows if len(row) == 4 and row[1].isdecimal()]
        return [TmuxPane(socket, row[0], int(row[1]), row[2], row[3]) for row in sound]


def find_tmux(environ: Mapping[str, str]) -> Tmux | None:
    """tmux, without the marks of the caller's own pane; None where it is not installed."""
    program = which("tmux", path=environ.get("PATH"))
    if program is None:
        return None
    return Tmux(program, {key: value for key, value in environ.items() if key not in _HIDDEN})


def find_sockets(environ: Mapping[str, str]) -> list[Path]:
    """The sockets of servers that the caller may be in: the one it names, those of its ancestors, those of its user."""
    named = [Path(environ["TMUX"].partition(",")[0])] if environ.get("TMUX") else []
    found = dict.fromkeys((*named, *_of_ancestors(), *_in_folder(environ)))
    return [path for path in found if is_own_socket(path)][:MOST_SOCKETS]


def pids_above() -> list[int]:
    """The caller and its ancestors, the nearest first, at any depth."""
    try:
        process = psutil.Process()
        return [process.pid, *(parent.pid for parent in process.parents())]
    except psutil.Error:
        return []


def _in_folder(environ: Mapping[str, str]) -> list[Path]:
    folder = Path(environ.get("TMUX_TMPDIR") or "/tmp") / f"tmux-{os.getuid()}"
    with suppress(OSError):
        seen = folder.lstat()
        if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid():
            return sorted(folder.iterdir())[:MOST_SOCKETS]
    return []


def _of_ancestors() -> list[Path]:
    """What tmux servers among the ancestors listen on."""
    found: list[str] = []
    with suppress(psutil.Error):
        for process in psutil.Process().parents():
            if process.name().startswith("tmux"):
                found += [str(each.laddr) for each in process.net_connections("unix") if each.laddr]
    return [Path(path) for path in dict.fromkeys(found)]


def is_own_socket(path: Path) -> bool:
    """Whether there is a socket of this user, and not a link to one."""
    try:
        seen = path.lstat()
    except OSError:
        return False
    return stat.S_ISSOCK(seen.st_mode) and seen.st_uid == os.getuid()
