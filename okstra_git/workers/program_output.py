"""What a program prints while it runs: every byte goes into the log, whole lines and words on standard error go on."""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from okstra_git.host.subprocesses import Process

SILENCE = 1.0
"""Seconds of silence after which nobody waits any longer for the end of an ended program's output."""
LONGEST_DRAIN = 10.0
"""Seconds in which what an ended program left in its pipes is read."""
_CHUNK = 1 << 16
_LONGEST_LINE = 64 << 20


class ProgramOutput:
    """Both streams of one program, and a descriptor that ends the wait for them when a signal comes."""

    def __init__(
        self,
        process: Process,
        wake: int,
        log: IO[bytes],
        *,
        hear_line: Callable[[bytes], object],
        hear_error: Callable[[bytes], object],
    ) -> None:
        assert process.stdout
        assert process.stderr
        self._log, self._wake, self._hear_line = log, wake, hear_line
        self._streams = [process.stdout, process.stderr]
        self._line: list[bytes] = []
        self._length = 0
        self._ready = selectors.DefaultSelector()
        self._ready.register(process.stdout, selectors.EVENT_READ, self._hear)
        self._ready.register(process.stderr, selectors.EVENT_READ, hear_error)
        self._ready.register(wake, selectors.EVENT_READ)
        self._open = 2

    def read(self, within: float) -> bool:
        """Take what comes within so many seconds; whether anything came. A signal ends the wait."""
        has_come = False
        for key, _ in self._ready.select(within):
            piece = os.read(key.fd, _CHUNK)
            if key.data is None:
                continue
            has_come = True
            if piece:
                self._keep(piece)
                key.data(piece)
            else:
                self._ready.unregister(key.fileobj)
                self._open -= 1
        return has_come

    def drain(self) -> None:
        """Take what is left when the program and all that it started have ended, and close the streams."""
        self._ready.unregister(self._wake)
        until = time.monotonic() + LONGEST_DRAIN
        while self._open and time.monotonic() < until and self.read(SILENCE):
            pass
        if self._line:
            self._hear_line(b"".join(self._line))
        self._ready.close()
        for stream in self._streams:
            stream.close()

    def _keep(self, piece: bytes) -> None:
        """A disk that is full costs lines of the log, not the worker."""
        with suppress(OSError):
            self._log.write(piece)

    def _hear(self, piece: bytes) -> None:
        """Lines as they become whole; of one beyond all measure only the end is kept, which is not an object then."""
        *lines, rest = piece.split(b"\n")
        for line in lines:
            self._hear_line(b"".join((*self._line, line)))
            self._line, self._length = [], 0
        self._length += len(rest)
        if self._length > _LONGEST_LINE:
            self._line, self._length = [], 0
        if rest:
            self._line.append(rest)
