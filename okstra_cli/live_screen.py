"""A screen that is drawn again every second until a key, a signal or the end of the terminal ends it."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live

if TYPE_CHECKING:
    from rich.console import RenderableType

Draw = Callable[[int, int, int], "RenderableType"]
"""Makes the screen for a width, a height, and the line it is scrolled to."""
QUIT, DOWN, UP, AGAIN = b"qQ\x03\x04\x1b", b"j", b"k", b"r"
_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


class _Ended(Exception):
    """A signal asks us to go."""


def run_live(draw: Draw, lines: Callable[[], int], *, interval: float, colour: bool) -> None:
    """Draw every `interval` seconds, and at once after a key or a new size; returns when a person has seen enough."""
    console = Console(no_color=not colour, highlight=False, markup=False, emoji=False)
    with _keys() as wait, suppress(_Ended, KeyboardInterrupt):
        top = 0
        with Live(console=console, screen=True, auto_refresh=False, transient=True) as live:
            while True:
                size = console.size
                live.update(draw(size.width, size.height, top), refresh=True)
                pressed = wait(interval)
                if pressed and pressed in QUIT:
                    return
                step = 1 if pressed in (DOWN, b"B") else -1 if pressed in (UP, b"A") else 0
                top = max(0, min(top + step, lines() - 1))


@contextmanager
def _keys() -> Iterator[Callable[[float], bytes]]:
    """Inside, single keys are heard without Enter; the terminal is afterwards as it was, whatever happens."""
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)

    def leave(_: int, __: FrameType | None) -> None:
        raise _Ended

    former = {each: signal.signal(each, leave) for each in _ENDINGS}
    former[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, lambda *_: None)
    known = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def wait(seconds: float) -> bytes:
        ready, _, _ = select.select([number, woken], [], [], seconds)
        if woken in ready:
            os.read(woken, 64)
        if number not in ready:
            return b""
        pressed = os.read(number, 16)
        if not pressed:  # the terminal is gone
            raise _Ended
        return pressed[-1:] if pressed.startswith(b"\x1b[") else pressed[:1]

    try:
        tty.setcbreak(number)
        yield wait
    finally:
        signal.set_wakeup_fd(known)
        for each, handler in former.items():
            signal.signal(each, handler)
        with suppress(termios.error, OSError):
            termios.tcsetattr(number, termios.TCSADRAIN, before)
        os.close(woken)
        os.close(wake)
