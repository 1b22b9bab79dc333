"""Says on a terminal how far a long look has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okstra_cli.session import Session

INTERVAL = 2.0
"""Seconds between two lines."""


def report_progress(session: Session, what: str) -> Callable[[int, int], None]:
    """A function that takes how many of how many are done, and says `WHAT 3 of 8` every two seconds on a terminal."""
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if session.around.stderr_is_terminal and time.monotonic() - last > INTERVAL:
            last = time.monotonic()
            session.note(f"{what} {done} of {total}")

    return report
