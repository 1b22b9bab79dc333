"""Which panes belong to a run: by a tag that we set ourselves, or by a worker's name in the lead's own window.

A tag is the fingerprint of the run's folder, because a server compares it in a format, where a path could be read as
something else. Whether a pane may be closed is decided by the server in the very command that closes it: ids are given
out again, and between a look and a deed everything can change.
"""

import re
from hashlib import sha256
from typing import NamedTuple

TAG = "@okstra_run"
PROCESS = "@okstra_pid"
WORKER_TITLE = r"^((claude|codex|gemini|report-writer)-(worker|reverify-r[0-9]+)|report-writer)$"
"""Names by which a lead dispatches workers; `claude` alone would be anybody's pane with that program."""
_PANE = re.compile(r"%[0-9]{1,9}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}", re.ASCII)


class LeadPane(NamedTuple):
    """The pane of the lead, which is never closed, and its window, in which worker's panes are looked for."""

    pane: str
    window: str


def tag_of(folder: str) -> str:
    """The tag of a run's panes, from the real path of its folder."""
    return sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def is_tagged(tag: str) -> str:
    """The format that is true of a pane with this tag."""
    return f"#{{==:#{{{TAG}}},{tag}}}"


def is_any_tagged() -> str:
    """The format that is true of every pane of ours, whatever its run."""
    return f"#{{!=:#{{{TAG}}},}}"


def is_worker_of(lead: LeadPane) -> str:
    """The format that is true of worker's panes beside the lead: same window, a worker's title, another pane."""
    in_window = f"#{{==:#{{window_id}},{lead.window}}}"
    named = f"#{{m/r:{WORKER_TITLE},#{{pane_title}}}}"
    other = f"#{{!=:#{{pane_id}},{lead.pane}}}"
    return f"#{{&&:{in_window},#{{&&:{named},{other}}}}}"


def is_pane_id(text: str) -> bool:
    """Whether it is an id that tmux gives to panes."""
    return _PANE.fullmatch(text) is not None


def trace_title(cli: str, role: str, pid: int) -> str:
    """The title of a pane that shows a worker's log, by contract: program, role, process, `tail`."""
    words = [word if _WORD.fullmatch(word) else "worker" for word in (cli, role)]
    return f"{words[0]}-{words[1]}-{pid}-tail"
