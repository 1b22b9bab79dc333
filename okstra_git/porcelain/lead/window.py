"""Opens a window of the caller's tmux for a lead: by its argv, never typed into a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.errors import refuse
from okstra_git.host.tmux import TmuxPane, find_tmux
from okstra_git.panes.ownership import is_pane_id
from okstra_git.porcelain.panes import own_pane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.porcelain.workspace import Workspace

_FORM = "#{window_id} #{pane_id}"


def open_window(workspace: Workspace, line: Sequence[str], *, name: str) -> TmuxPane:
    """The pane of a new window in the caller's session, which closes with the line; refuses outside of tmux."""
    tmux, caller = find_tmux(workspace.environ), own_pane(workspace.environ)
    if tmux is None or caller is None:
        raise refuse(
            "run.no-terminal",
            "a lead needs a terminal, and this is not inside tmux",
            hint="add --here to use this terminal, or --headless to need none",
        )
    said = tmux.ask(
        caller.socket, "new-window", "-t", f"{caller.session}:", "-P", "-F", _FORM, "-n", name[:40],
        "-c", str(workspace.cwd), *line,
    )  # fmt: skip
    window, _, pane = (said or "").strip().partition(" ")
    if not is_pane_id(pane):
        raise refuse("run.no-terminal", "tmux opened no window", hint="add --here, or --headless")
    return TmuxPane(caller.socket, pane, 0, window, caller.session)
