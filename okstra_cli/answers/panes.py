"""What the commands about panes answer."""

from typing_extensions import TypedDict


class CallerPane(TypedDict):
    """`panes where`: all null outside of tmux."""

    pane: str | None
    socket: str | None
    window: str | None
    session: str | None


class Pane(TypedDict):
    """A pane of a run; `kind` is trace (it shows a log) or worker; `closed` whether this command closed it."""

    pane: str
    title: str
    kind: str
    socket: str
    closed: bool


class Panes(TypedDict):
    """`panes list`, `clean` and `reap`."""

    panes: list[Pane]
