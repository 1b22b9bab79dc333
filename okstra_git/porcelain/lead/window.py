"""Opens a window of the caller's tmux for a lead: by its argv, never typed into a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okstra_git.errors import refuse
from okstra_git.host.subprocesses import run_detached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.porcelain.workspace import Workspace

SECONDS = 10.0


class TmuxWindow(NamedTuple):
    """A window of tmux: its id, and the id of its only pane."""

    window: str
    pane: str


def open_window(workspace: Workspace, line: Sequence[str], *, name: str) -> TmuxWindow:
    """A new window that runs the line and closes with it; refuses outside of tmux."""
    if not workspace.environ.get("TMUX"):
        raise refuse(
            "run.no-terminal",
            "a lead needs a terminal, and this is not inside tmux",
            hint="add --here to use this terminal, or --headless to need none",
        )
    asked = ["tmux", "new-window", "-P", "-F", "#{window_id} #{pane_id}", "-n", name[:40], "-c", str(workspace.cwd)]
    try:
        done = run_detached([*asked, *line], cwd=workspace.cwd, environ=workspace.environ, timeout=SECONDS)
    except OSError as error:
        raise refuse("run.no-terminal", "tmux cannot be run", hint="add --here, or --headless") from error
    said = done.stdout.decode("utf-8", "replace").split()
    if done.returncode or len(said) != 2:
        message = done.stderr.decode("utf-8", "replace").strip()[:200]
        raise refuse("run.no-terminal", f"tmux opened no window: {message}", hint="add --here, or --headless")
    return TmuxWindow(*said)
