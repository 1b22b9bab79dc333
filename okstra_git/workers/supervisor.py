"""Starts one agent program, listens to it until its end, and ends everything that it started.

Example: a worker that answers. The program prints an event (the status file is written, at most four times a second),
says nothing for a minute (a heartbeat every five seconds), prints its result and exits. What it left running is ended,
and the status file says `ended`, `completed`, `answered`.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from okstra_git.agents.endings import ProgramEnd
from okstra_git.agents.program import Launch, StreamReader
from okstra_git.host.process_tree import Descendants, adopt_orphans, descendants_of, end_marked, reap, start_of
from okstra_git.host.subprocesses import Process, has_ended, start_session
from okstra_git.workers.status_file import LastEvent, ProcessMark
from okstra_git.workers.status_writer import StatusWriter

MARK = "OKSTRA_WORKER"
"""Variable by whose value everything that one worker started is known."""
GRACE = 3.0
"""Seconds between being asked to end and being asked more strongly."""
LINGER = 1.0
"""Seconds that are listened after the program's end, where something it started keeps its output open."""
_CHUNK = 1 << 16
_LONGEST_LINE = 64 << 20
_TAIL = 8_000
_STEPS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_AROUND = 4.0
_BY_LIMIT = ("timed-out", "max-turns", "out-of-budget")
_HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker may use: seconds, answers of the model, tokens; None = as much as it takes."""

    seconds: float | None = None
    turns: int | None = None
    tokens: int | None = None


@dataclass
class Supervisor:
    """One run of a program.

    `log` takes every byte that it prints, in the order in which it came. `count` says the tokens so far, where the
    stream does not.
    """

    launch: Launch
    folder: Path
    environ: Mapping[str, str]
    reader: StreamReader
    writer: StatusWriter
    log: IO[bytes]
    mark: str
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    count: Callable[[], int] | None = None
    _counted: int = 0
    _next_look: float = 0.0
    _asked: ProgramEnd | None = None
    _sent: int | None = None
    _step: int = 0
    _next_step: float = 0.0
    _woken: int = -1
    _line: list[bytes] = field(default_factory=list)
    _long: int = 0
    _errors: bytearray = field(default_factory=bytearray)

    def run(self) -> ProgramEnd:
        """Start the program, see it through, end whatever it left running, and say how it ended.

        Raises `OSError` where the program cannot be started.
        """
        adopt_orphans()
        with self._hearing_signals():
            tree = Descendants(os.getpid(), others=descendants_of(os.getpid()))
            process = self._start()
            try:
                self._listen(process, tree)
            finally:
                self._end_everything(process, tree)
                adopt_orphans(wanted=False)
        return self._finish(process.returncode)

    def stop(self, reason: ProgramEnd, number: int = signal.SIGINT) -> None:
        """Have the program ended: from this signal on, more strongly every few seconds; the first reason counts."""
        if self._asked is None:
            self._asked, self._step, self._next_step = reason, _STEPS.index(_known_step(number)), time.monotonic()

    def _start(self) -> Process:
        environ = self.launch.environment(self.environ) | {MARK: self.mark}
        process = start_session(self.launch.argv, cwd=self.folder, environ=environ)
        self.writer.change(state="running", program=ProcessMark(process.pid, start_of(process.pid) or 0.0))
        self.writer.write()
        return process

    def _listen(self, process: Process, tree: Descendants) -> None:
        assert process.stdout
        assert process.stderr
        ends = time.monotonic() + self.limits.seconds if self.limits.seconds is not None else None
        gone: float | None = None
        streams = 2
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ, self._hear)
            ready.register(process.stderr, selectors.EVENT_READ, self._hear_error)
            ready.register(self._woken, selectors.EVENT_READ, None)
            while streams and not (gone is not None and time.monotonic() - gone > LINGER):
                for key, _ in ready.select(self._pause(ends, gone)):
                    piece = os.read(key.fd, _CHUNK)
                    if key.data is None:
                        continue
                    if not piece:
                        ready.unregister(key.fileobj)
                        streams -= 1
                        continue
                    self.log.write(piece)
                    key.data(piece)
                gone = gone or (time.monotonic() if process.poll() is not None else None)
                self._keep_limits(ends)
                self._press(process, tree)
                self._look_around(tree)
                self.writer.beat()
        while process.poll() is None:  # it closed its output and goes on
            self._keep_limits(ends)
            self._press(process, tree)
            self.writer.beat()
            has_ended(process, min(0.5, self._pause(ends, None)))

    def _look_around(self, tree: Descendants) -> None:
        """Now and then: who descends from us, and what the session used, where the stream does not say it."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _AROUND
        tree.look()
        if self.limits.tokens is not None and self.count is not None:
            self._counted = self.count()

    def _pause(self, ends: float | None, gone: float | None) -> float:
        now = time.monotonic()
        waits = [self.writer.pause(), *([ends - now] if ends is not None else [])]
        waits += [LINGER] if gone is not None else []
        waits += [self._next_step - now] if self._asked is not None else []
        return max(0.02, min(waits))

    def _keep_limits(self, ends: float | None) -> None:
        if ends is not None and time.monotonic() >= ends:
            self.stop(ProgramEnd("timed-out", f"it took longer than {self.limits.seconds:g} seconds"))
        if self.limits.turns is not None and self.reader.turns > self.limits.turns:
            self.stop(ProgramEnd("max-turns", f"it needed more than {self.limits.turns} turns"))
        if self.limits.tokens is not None and max(self.reader.used, self._counted) > self.limits.tokens:
            self.stop(ProgramEnd("out-of-budget", f"it used more than {self.limits.tokens} tokens"))

    def _press(self, process: Process, tree: Descendants) -> None:
        """The next signal of a program that has to end, to its whole group and to whatever left the group."""
        if self._asked is None or process.poll() is not None or time.monotonic() < self._next_step:
            return
        number = _STEPS[min(self._step, len(_STEPS) - 1)]
        self._sent = self._sent or number
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        if number != signal.SIGINT:
            tree.signal(number)
        self._step, self._next_step = self._step + 1, time.monotonic() + GRACE

    def _end_everything(self, process: Process, tree: Descendants) -> None:
        if process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        tree.end(GRACE)
        end_marked(MARK, self.mark, GRACE)
        reap()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    def _finish(self, exit_code: int) -> ProgramEnd:
        if self._line:
            self._take(b"".join(self._line))
        said = self._errors.decode("utf-8", "replace").strip()[-2_000:]
        stopped = self._asked if self._asked is not None and self._asked.reason in _BY_LIMIT else None
        end = self.reader.end(exit_code, said, sent=self._sent, stopped=stopped.reason if stopped else None)
        self.writer.change(exit=exit_code)
        return (
            end if end.is_success or self._asked is None else end._replace(message=end.message or self._asked.message)
        )

    def _hear(self, piece: bytes) -> None:
        """Lines as they become whole; of one beyond all measure only the end is kept, which is not an object then."""
        *lines, rest = piece.split(b"\n")
        for line in lines:
            self._take(b"".join((*self._line, line)))
            self._line, self._long = [], 0
        self._long += len(rest)
        if self._long > _LONGEST_LINE:
            self._line, self._long = [], 0
        if rest:
            self._line.append(rest)

    def _hear_error(self, piece: bytes) -> None:
        self._errors = (self._errors + piece)[-_TAIL:]

    def _take(self, line: bytes) -> None:
        told = self.reader.take(line)
        status, reader = self.writer.status, self.reader
        retries = status.retries + sum(each.kind == "retry" for each in told)
        last = LastEvent(told[-1].kind, told[-1].text, self.writer.now()) if told else status.last
        self.writer.change(
            events=status.events + len(told), retries=retries, last=last, session=reader.session or status.session,
            model=reader.model or status.model, turns=reader.turns, tokens=reader.used, resets=reader.resets,
        )  # fmt: skip

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """Inside, a signal to us ends the program first, and us after it has ended."""

        def hear(number: int, _: FrameType | None) -> None:
            reason = "interrupted" if number == signal.SIGINT else "terminated"
            self.stop(ProgramEnd(reason, f"the supervisor got {signal.Signals(number).name}"), number)  # type: ignore[arg-type]

        self._woken, wake = os.pipe()  # a signal has to end the wait for output
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        former = {number: signal.getsignal(number) for number in _HEARD}
        heard = [number for number, handler in former.items() if handler is not signal.SIG_IGN]
        for number in heard:
            signal.signal(number, hear)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            os.close(wake)
            os.close(self._woken)
            for number in heard:
                signal.signal(number, former[number])


def _known_step(number: int) -> signal.Signals:
    return signal.SIGINT if number == signal.SIGINT else signal.SIGTERM
