"""Panes as commands have them: the caller's, a run's, and traces of workers' logs; silent outside of tmux."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.host.tmux import Tmux, TmuxPane, find_sockets, find_tmux, is_own_socket, pids_above
from okstra_git.panes.ownership import (
    PROCESS,
    TAG,
    LeadPane,
    is_any_tagged,
    is_pane_id,
    is_tagged,
    is_worker_of,
    tag_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okstra_git.porcelain.workspace import Workspace

LEAD_FILE = "state/lead-pane.id"
_SHELL = 'exec tail -n +1 -F -- "$1"'


class OwnedPane(NamedTuple):
    """A pane of a run; `kind` is trace or worker, `title` as it is shown, `closed` after it was closed."""

    pane: TmuxPane
    title: str
    kind: str
    closed: bool = False


def own_pane(environ: Mapping[str, str]) -> TmuxPane | None:
    """The pane that this process is in, by its ancestors, whatever the environment says; None outside of tmux."""
    tmux = find_tmux(environ)
    if tmux is None:
        return None
    above = pids_above()
    for socket in find_sockets(environ):
        by_pid = {pane.pid: pane for pane in tmux.panes(socket)}
        found = next((by_pid[pid] for pid in above if pid in by_pid), None)
        if found is not None:
            return found
    return None


def record_lead(workspace: Workspace, run_dir: str) -> TmuxPane | None:
    """Write the caller's pane into the run's lead-pane file, and its server's socket, since every server has a `%1`.

    An empty file says that the lead is not in tmux.
    """
    pane = own_pane(workspace.environ)
    files = _folder(workspace, run_dir)
    files.write(LEAD_FILE, f"{pane.id}\n{pane.socket}\n".encode() if pane else b"")
    return pane


def list_panes(workspace: Workspace, run_dir: str) -> list[OwnedPane]:
    """The panes of a run that are there now: traces, and workers in the lead's window."""
    files = _folder(workspace, run_dir)
    tmux = find_tmux(workspace.environ)
    if tmux is None:
        return []
    found: list[OwnedPane] = []
    tag, lead = is_tagged(tag_of(str(files.path))), _lead(tmux, workspace.environ, files)
    for socket in find_sockets(workspace.environ):
        found += _owned(tmux, socket, tag, "trace")
    if lead is not None:
        place, pane = lead
        known = {(each.pane.socket, each.pane.id) for each in found}
        found += [
            each for each in _owned(tmux, place, is_worker_of(pane), "worker") if (place, each.pane.id) not in known
        ]
    return found


def clean_panes(workspace: Workspace, run_dir: str, *, dry_run: bool) -> list[OwnedPane]:
    """Close the panes of a run, never the lead's; what they are is asked again in the command that closes them."""
    files = _folder(workspace, run_dir)
    tmux = find_tmux(workspace.environ)
    panes = list_panes(workspace, run_dir)
    if dry_run or tmux is None:
        return panes
    lead = _lead(tmux, workspace.environ, files)
    tag = is_tagged(tag_of(str(files.path)))
    kept = f"#{{!=:#{{pane_id}},{lead[1].pane}}}" if lead is not None else "1"
    own = {"trace": f"#{{&&:{tag},{kept}}}", "worker": is_worker_of(lead[1]) if lead is not None else "0"}
    return [each._replace(closed=_close(tmux, each.pane, own[each.kind])) for each in panes]


def reap_panes(workspace: Workspace, *, dry_run: bool) -> list[OwnedPane]:
    """Close the traces of workers whose supervisors are gone, of whatever run."""
    from okstra_git.host.machine import find_process

    tmux = find_tmux(workspace.environ)
    if tmux is None:
        return []
    own = is_any_tagged()
    found = [each for socket in find_sockets(workspace.environ) for each in _owned(tmux, socket, own, "trace")]
    orphans = [each for each in found if (pid := _process(tmux, each.pane)) and find_process(pid) is None]
    return orphans if dry_run else [each._replace(closed=_close(tmux, each.pane, own)) for each in orphans]


def open_trace(environ: Mapping[str, str], run_dir: Path, log: Path, *, title: str, pid: int) -> TmuxPane | None:
    """A pane beside the caller's that shows a log as it grows; None outside of tmux, or where there is no room.

    `pid` is the supervisor's, by which `panes reap` knows later. The pane is started by its argv, tagged with the run,
    and closes with `close_trace`, `panes clean` or `panes reap`.
    """
    caller = own_pane(environ)
    tmux = find_tmux(environ)
    if caller is None or tmux is None:
        return None
    form = "#{pane_id}"
    made = tmux.ask(
        caller.socket, "split-window", "-d", "-v", "-l", "30%", "-t", caller.id, "-P", "-F", form,
        "sh", "-c", _SHELL, "tail", str(log),
    )  # fmt: skip
    pane = (made or "").strip()
    if not is_pane_id(pane):
        return None
    tag = tag_of(os.path.realpath(run_dir))
    for name, value in ((TAG, tag), (PROCESS, str(pid))):
        tmux.ask(caller.socket, "set-option", "-p", "-t", pane, name, value)
    tmux.ask(caller.socket, "select-pane", "-t", pane, "-T", title)
    tmux.ask(caller.socket, "select-pane", "-t", caller.id)
    return TmuxPane(caller.socket, pane, 0, caller.window, caller.session)


def close_trace(environ: Mapping[str, str], pane: TmuxPane, run_dir: Path) -> bool:
    """Close a trace that we opened, if it still is one of the run's."""
    tmux = find_tmux(environ)
    return tmux is not None and _close(tmux, pane, is_tagged(tag_of(os.path.realpath(run_dir))))


def _folder(workspace: Workspace, run_dir: str) -> Root:
    """The run's folder, as the line names it; refuses what is not a folder below a project's `.okstra`."""
    path = Path(os.path.realpath(workspace.cwd / run_dir))
    if ".okstra" not in path.parts or not path.is_dir():
        raise refuse(
            "panes.no-run", f"{run_dir} is not the folder of a run", hint="git okstra run list --all", path=run_dir
        )
    return Root(path)


def _lead(tmux: Tmux, environ: Mapping[str, str], files: Root) -> tuple[Path, LeadPane] | None:
    """The lead's pane: as it was recorded, if it lives, else the caller's own.

    A record without a server is believed of the caller's server alone.
    """
    own = own_pane(environ)
    recorded, socket = _recorded_lead(files)
    place = Path(socket) if socket else own.socket if own is not None else None
    if place is not None and is_own_socket(place) and is_pane_id(recorded):
        pane = next((each for each in tmux.panes(place) if each.id == recorded), None)
        if pane is not None:
            return place, LeadPane(pane.id, pane.window)
    return (own.socket, LeadPane(own.id, own.window)) if own is not None else None


def _recorded_lead(files: Root) -> tuple[str, str]:
    """The pane and the socket in the lead-pane file; empty where it does not say them."""
    try:
        lines = files.read_head(LEAD_FILE, 4_200).decode("utf-8", "replace").splitlines()
    except OkstraError:
        return "", ""
    pane, socket = (*(line.strip() for line in lines[:2]), "", "")[:2]
    return pane, socket


def _owned(tmux: Tmux, socket: Path, where: str, kind: str) -> list[OwnedPane]:
    return [OwnedPane(pane, _title(tmux, pane), kind) for pane in tmux.panes(socket, where=where)]


def _title(tmux: Tmux, pane: TmuxPane) -> str:
    told = tmux.ask(pane.socket, "display-message", "-p", "-t", pane.id, "#{pane_title}") or ""
    return " ".join(told.split())[:200]


def _process(tmux: Tmux, pane: TmuxPane) -> int:
    told = (tmux.ask(pane.socket, "display-message", "-p", "-t", pane.id, f"#{{{PROCESS}}}") or "").strip()
    return int(told) if told.isdecimal() and len(told) < 10 else 0


def _close(tmux: Tmux, pane: TmuxPane, own: str) -> bool:
    """Close the pane if the format is true of it at this moment; the server asks and closes in one command."""
    told = tmux.ask(
        pane.socket, "if-shell", "-F", "-t", pane.id, own, f"kill-pane -t {pane.id}", "display-message -p no"
    )
    return told is not None and not told.strip()
