"""Writes the status file of one worker: whole and renamed, rarely enough to cost nothing, never late at the end."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.workers.status_file import WorkerStatus

AT_MOST_EVERY = 0.25
"""Seconds between two writes while events come."""
HEARTBEAT = 5.0
"""Seconds after which the file is written although nothing happened: who finds it older knows that we do not live."""


@dataclass
class StatusWriter:
    """Keeps the status of a worker and its file.

    `path` is counted from the project's root; `now` says the seconds since 1970.
    """

    files: Root
    path: str
    status: WorkerStatus
    now: Callable[[], float]
    written: float = 0.0
    is_stale: bool = field(default=True)

    def change(self, **values: Any) -> None:
        """Keep these facts; they are written soon."""
        self.status = self.status.changed(**values)
        self.is_stale = True

    def beat(self, *, at_once: bool = False) -> None:
        """Write the file where it is due, or at once; one that cannot be written now is written at the next beat."""
        age = time.monotonic() - self.written
        if at_once or age >= HEARTBEAT or (self.is_stale and age >= AT_MOST_EVERY):
            self.written = time.monotonic()  # also where it fails: a full disk is not asked all the time
            with suppress(PathRefused):
                self.write()

    def write(self, *, durable: bool = False) -> None:
        """Write the file now."""
        self.status = self.status.changed(heartbeat=self.now())
        self.files.write(self.path, self.status.to_json(), durable=durable)
        self.written, self.is_stale = time.monotonic(), False

    def pause(self) -> float:
        """Seconds until the next write is due."""
        wait = AT_MOST_EVERY if self.is_stale else HEARTBEAT
        return max(0.0, wait - (time.monotonic() - self.written))
