"""A real terminal for programs that ask: a tmux server of its own, keys sent into it, its screen read back."""

import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.kit.answers import run_program
from tests.kit.surroundings import program_dir, require_tool, scratch_dir

PATIENCE = 20.0
"""Seconds that a screen is waited for; the screen is told when it does not come."""

_SCRIPT = """\
at=0
run() {{
  at=$((at + 1))
  stty -g >{folder}/$at.before
  (exec "$@")
  echo "[exit $?]" >&2
  stty -g >{folder}/$at.after
}}
{lines}
sleep 600
"""


@dataclass(frozen=True)
class Pane:
    """One terminal; `folder` holds what the programs left: their terminal's settings before and after."""

    tmux: Path
    folder: Path
    environ: Mapping[str, str]

    def ask(self, *command: str) -> str:
        """What tmux answers."""
        line = [str(self.tmux), "-L", "kit", "-f", "/dev/null", *command]
        return run_program(line, cwd=self.folder, environ=self.environ).expect(0).out

    def press(self, *keys: str) -> None:
        """Keys by their names: Enter, Escape, Down, C-c, or single letters."""
        self.ask("send-keys", "-t", "pane", *keys)

    def type(self, text: str) -> None:
        """Text, letter by letter."""
        self.ask("send-keys", "-t", "pane", "-l", "--", text)

    def screen(self) -> str:
        """What a person sees, without the blanks at the ends."""
        return "\n".join(line.rstrip() for line in self.ask("capture-pane", "-p", "-t", "pane").split("\n")).rstrip()

    def painted(self) -> str:
        """What a person sees, with the escape codes that paint it."""
        return self.ask("capture-pane", "-p", "-e", "-t", "pane")

    def see(self, *texts: str, gone: str = "") -> str:
        """The screen, once all these texts are on it and `gone` is not."""
        return self.until(lambda shown: all(text in shown for text in texts) and not (gone and gone in shown), texts)

    def until(self, is_there: Callable[[str], bool], wanted: Sequence[str]) -> str:
        """The screen, once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while True:
            shown = self.screen()
            if is_there(shown):
                return shown
            if time.monotonic() > end:
                raise AssertionError(f"waited {PATIENCE:.0f} s for {wanted}, and the screen is\n{shown}")
            time.sleep(0.02)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, which the program is told by a signal."""
        self.ask("resize-window", "-t", "pane", "-x", str(columns), "-y", str(rows))

    def child(self, program: str) -> psutil.Process:
        """What runs in the pane now; `program` is in its command line."""
        shell = self.ask("display-message", "-p", "-t", "pane", "#{pane_pid}").strip()
        (child,) = psutil.Process(int(shell)).children()
        assert program in " ".join(child.cmdline())
        return child

    def leaves_settings(self, programs: int = 1) -> bool:
        """Whether each of the first programs left the terminal's settings as it found them."""
        before, after = ([self._settings(f"{at + 1}.{when}") for at in range(programs)] for when in ("before", "after"))
        return before == after

    def _settings(self, name: str) -> str:
        path, end = self.folder / name, time.monotonic() + PATIENCE
        while not (path.exists() and path.read_text().endswith("\n")):
            assert time.monotonic() < end, f"no {name} within {PATIENCE:.0f} s"
            time.sleep(0.02)
        return path.read_text()


@contextmanager
def open_pane(
    *lines: Sequence[str], cwd: Path, environ: Mapping[str, str], columns: int = 80, rows: int = 24
) -> Iterator[Pane]:
    """A terminal that runs these programs one after the other, `okstra` among them.

    Each prints `[exit N]` when it ends. A word `>FILE` sends the answer of its line into a file, as in a shell;
    a word `NAME=VALUE` before the program sets its environment.
    """
    tmux, folder = require_tool("tmux"), scratch_dir()
    script = folder / "lines.sh"
    script.write_text(_SCRIPT.format(folder=folder, lines="\n".join(f"run env {_quoted(line)}" for line in lines)))
    path = f"{program_dir()}{os.pathsep}{environ['PATH']}"
    sealed = {name: value for name, value in environ.items() if name not in ("NO_COLOR", "TERM", "TMUX")}
    pane = Pane(tmux, folder, {**sealed, "PATH": path, "TMUX_TMPDIR": str(folder), "TERM": "xterm-256color"})
    size = ("-x", str(columns), "-y", str(rows))
    pane.ask("new-session", "-d", "-s", "pane", *size, "-c", str(cwd), "sh", str(script))
    try:
        yield pane
    finally:
        pane.ask("kill-server")


def _quoted(line: Sequence[str]) -> str:
    return " ".join(f">{shlex.quote(word[1:])}" if word.startswith(">") else shlex.quote(word) for word in line)
