"""A pane beside the caller's that shows what a worker prints, while it works."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.panes.ownership import trace_title
from okstra_git.porcelain.panes import close_trace, open_trace

if TYPE_CHECKING:
    from okstra_git.host.tmux import TmuxPane
    from okstra_git.porcelain.workers.files import WorkerFiles
    from okstra_git.porcelain.workspace import Workspace


@contextmanager
def traced(workspace: Workspace, files: WorkerFiles, cli: str, role: str) -> Iterator[None]:
    """Inside, a pane shows the worker's log; nothing happens outside of tmux, or for a prompt that is no run's."""
    pane = show_trace(workspace, files, cli, role, os.getpid())
    try:
        yield
    finally:
        if pane is not None:
            close_trace(workspace.environ, pane, run_folder(files))


def show_trace(workspace: Workspace, files: WorkerFiles, cli: str, role: str, pid: int) -> TmuxPane | None:
    """Open such a pane for the worker with this supervisor, and leave it open."""
    folder = run_folder(files)
    if ".okstra" not in folder.parts:
        return None
    title = trace_title(cli, role, pid)
    return open_trace(workspace.environ, folder, Path(files.path(files.log)), title=title, pid=pid)


def run_folder(files: WorkerFiles) -> Path:
    """The folder of the run that the prompt lies in."""
    return Path(files.path(files.prompt)).parent.parent
