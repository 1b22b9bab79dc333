"""`git okstra panes where` without the command tree: leads ask it before every batch of workers."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from okstra_git.host.tmux import TmuxPane

KEYS = ("pane", "socket", "window", "session")


def try_where(words: Sequence[str], *, environ: Mapping[str, str], stdout: TextIO) -> int | None:
    """Answer the line if it has nothing but the form of its answer; None where the command tree has to."""
    if any(word not in ("--json", "--text", "-q", "--quiet", "--no-color") for word in words):
        return None
    from okstra_git.porcelain.panes import own_pane

    pane = own_pane(environ)
    if "--json" in words or not ("--text" in words or stdout.isatty()):
        stdout.write(json.dumps({"ok": True, "schema": 1, **where_json(pane)}) + "\n")
    elif pane is not None:
        stdout.write(f"{pane.id}\n")
    return 0


def where_json(pane: TmuxPane | None) -> dict[str, str | None]:
    """The pane as JSON; all of it null outside of tmux."""
    values = (pane.id, str(pane.socket), pane.window, pane.session) if pane is not None else (None,) * 4
    return dict(zip(KEYS, values, strict=True))
