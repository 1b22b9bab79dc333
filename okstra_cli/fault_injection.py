"""Arms one fault point for a test that runs okstra as a real process; does nothing in ordinary use."""

from __future__ import annotations

import os
from itertools import count

from okstra_git.errors import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE = "OKSTRA_FAULT_POINT"


class drilled:
    """While entered, the point named by `OKSTRA_FAULT_POINT=<point>:kill|stop|delay=<ms>` does that to this process.

    `<point>@<n>` means the n-th time that the point is reached.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._order = environ.get(VARIABLE, "")
        self._disarm: Callable[[], None] | None = None

    def __enter__(self) -> None:
        if not self._order:
            return
        from okstra_git import faults

        where, _, action = self._order.rpartition(":")
        point, _, nth = where.partition("@")
        react, times = _action(action), count(1)

        def on(reached: str) -> None:
            if reached == point and (not nth or str(next(times)) == nth):
                react()

        self._disarm = faults.arm(on)

    def __exit__(self, *exception: object) -> None:
        if self._disarm is not None:
            self._disarm()


def _action(text: str) -> Callable[[], None]:
    import signal
    import time

    if text in ("kill", "stop"):
        number = signal.SIGKILL if text == "kill" else signal.SIGSTOP
        return lambda: os.kill(os.getpid(), number)
    word, _, milliseconds = text.partition("=")
    if word == "delay" and milliseconds.isdigit():
        return lambda: time.sleep(int(milliseconds) / 1000)

    raise refuse("usage", f"{VARIABLE} is not understood", hint="<point>:kill, <point>:stop or <point>:delay=<ms>")
