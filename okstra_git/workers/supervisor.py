"""Starts one agent program, listens to it until its end, and ends everything that it started.

Example: a worker that answers. The program prints an event (the status file is written, at most four times a second),
says nothing for a minute (a heartbeat every five seconds), prints its result and exits. What it left running is ended,
and `run` returns that it answered.
"""

import os
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
from okstra_git.contract import WORKER_MARK
from okstra_git.host.process_tree import Descendants, adopt_orphans, descendants_of, end_marked, reap, start_of
from okstra_git.host.subprocesses import Process, start_session
from okstra_git.workers.program_output import ProgramOutput
from okstra_git.workers.status_file import LastEvent, ProcessMark
from okstra_git.workers.status_writer import StatusWriter

MARK = WORKER_MARK
GRACE = 3.0
"""Seconds between being asked to end and being asked more strongly."""
LOOK_EVERY = 5.0
"""Seconds between two looks at what the program started."""
_REAP_EVERY = 1.0
_TAIL = 8_000
_STEPS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
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
    """One run of a program; `log` takes every byte that it prints, in the order in which it came.

    `count_tokens` says how many were used so far, where the stream alone does not tell.
    """

    launch: Launch
    folder: Path
    environ: Mapping[str, str]
    reader: StreamReader
    writer: StatusWriter
    log: IO[bytes]
    mark: str
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    count_tokens: Callable[[], int] | None = None
    _asked: ProgramEnd | None = None
    _sent: int | None = None
    _step: int = 0
    _next_step: float = 0.0
    _ends: float | None = None
    _looked: float = 0.0
    _has_lost_child: bool = False
    _errors: bytes = b""

    def run(self) -> ProgramEnd:
        """Start the program and see it through; how it ended. Whatever happens, all that it started has ended then.

        Raises `OSError` where the program cannot be started.
        """
        with self._hearing_signals() as wake, _adopting():
            tree = Descendants(os.getpid(), others=descendants_of(os.getpid()))
            process = self._start()
            output = ProgramOutput(process, wake, self.log, hear_line=self._hear_line, hear_error=self._hear_error)
            try:
                self._watch(process, tree, output)
            finally:
                self._end_everything(process, tree)
                output.drain()
        return self._ending(process.returncode)

    def stop(self, reason: ProgramEnd, number: int = signal.SIGINT) -> None:
        """Have the program ended: asked politely, then more strongly every few seconds; the first reason counts.

        `number` is the signal that says why. Who asks again does not want to wait: the next step follows at once.
        """
        if self._asked is None:
            self._asked, self._sent = reason, number
        self._next_step = time.monotonic()

    def _start(self) -> Process:
        environ = self.launch.environment(self.environ) | {MARK: self.mark}
        process = start_session(self.launch.argv, cwd=self.folder, environ=environ)
        if self.limits.seconds is not None:
            self._ends = time.monotonic() + self.limits.seconds
        self.writer.change(state="running", program=ProcessMark(process.pid, start_of(process.pid) or 0.0))
        self.writer.beat(at_once=True)
        return process

    def _watch(self, process: Process, tree: Descendants, output: ProgramOutput) -> None:
        while process.poll() is None:
            output.read(self._pause())
            self._look_after(process, tree)
            self._keep_limits()
            self._press(process, tree)
            self.writer.beat()

    def _pause(self) -> float:
        """Seconds until something has to be done although nothing is heard."""
        now = time.monotonic()
        waits = [self.writer.pause(), self._looked + LOOK_EVERY - now]
        if self._asked is not None:
            waits.append(self._next_step - now)
        elif self._ends is not None:
            waits.append(self._ends - now)
        return max(0.02, min(waits))

    def _look_after(self, process: Process, tree: Descendants) -> None:
        """Remember what descends from the program, take away orphans that ended, and count what was used."""
        age = time.monotonic() - self._looked
        if age < (_REAP_EVERY if self._has_lost_child else LOOK_EVERY):
            return
        self._looked, self._has_lost_child = time.monotonic(), False
        tree.look()
        reap(keep={process.pid, *tree.others})
        if self.count_tokens is not None:
            self.reader.used = max(self.reader.used, self.count_tokens())

    def _keep_limits(self) -> None:
        if self._asked is not None:
            return
        limits, reader = self.limits, self.reader
        if self._ends is not None and time.monotonic() >= self._ends:
            self.stop(ProgramEnd("timed-out", f"it took longer than {limits.seconds:g} seconds"))
        elif limits.turns is not None and reader.turns > limits.turns:
            self.stop(ProgramEnd("max-turns", f"it needed more than {limits.turns} turns"))
        elif limits.tokens is not None and reader.used > limits.tokens:
            self.stop(ProgramEnd("out-of-budget", f"it used more than {limits.tokens} tokens"))

    def _press(self, process: Process, tree: Descendants) -> None:
        """The next signal of a program that has to end, to its whole group and to whatever left the group."""
        if self._asked is None or process.poll() is not None or time.monotonic() < self._next_step:
            return
        number = _STEPS[min(self._step, len(_STEPS) - 1)]
        _signal_group(process, number)
        if number != signal.SIGINT:
            tree.signal(number)
        self._step, self._next_step = self._step + 1, time.monotonic() + GRACE

    def _end_everything(self, process: Process, tree: Descendants) -> None:
        """First of all the group, which is gone at once in most cases; then those who left it."""
        if process.poll() is None:
            _signal_group(process, signal.SIGKILL)
            process.wait()
        tree.end(GRACE)
        end_marked(MARK, self.mark, GRACE)
        reap(keep=tree.others)

    def _ending(self, exit_code: int) -> ProgramEnd:
        words = self._errors.decode("utf-8", "replace").strip()[-2_000:]
        limit = self._asked.reason if self._asked is not None and self._asked.reason in _BY_LIMIT else None
        end = self.reader.end(exit_code, words, sent=self._sent, stopped=limit)
        self.writer.change(exit=exit_code, ended=self.writer.now())
        if end.is_success or self._asked is None:
            return end
        return end._replace(reason=self._asked.reason, message=end.message or self._asked.message)

    def _hear_error(self, piece: bytes) -> None:
        self._errors = (self._errors + piece)[-_TAIL:]

    def _hear_line(self, line: bytes) -> None:
        told = self.reader.take(line)
        status, reader = self.writer.status, self.reader
        retries = status.retries + sum(each.kind == "retry" for each in told)
        last = LastEvent(told[-1].kind, told[-1].text, self.writer.now()) if told else status.last
        self.writer.change(
            events=status.events + len(told), retries=retries, last=last, session=reader.session or status.session,
            model=reader.model or status.model, turns=reader.turns, tokens=reader.used, resets=reader.resets,
        )  # fmt: skip

    @contextmanager
    def _hearing_signals(self) -> Iterator[int]:
        """Inside, a signal to us ends the program first, and us after it has ended; yields what a signal writes to."""

        def hear(number: int, _: FrameType | None) -> None:
            reason = "interrupted" if number == signal.SIGINT else "terminated"
            self.stop(ProgramEnd(reason, f"the supervisor got {signal.Signals(number).name}"), number)  # type: ignore[arg-type]

        def hear_child(_: int, __: FrameType | None) -> None:
            self._has_lost_child = True

        former = {number: signal.getsignal(number) for number in _HEARD}
        handlers = {number: hear for number, handler in former.items() if handler is not signal.SIG_IGN}
        with _woken_by_signals() as wake, _handling(handlers | {signal.SIGCHLD: hear_child}):
            yield wake


@contextmanager
def _handling(handlers: Mapping[signal.Signals, Callable[[int, FrameType | None], None]]) -> Iterator[None]:
    former = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def _woken_by_signals() -> Iterator[int]:
    """A descriptor that can be read as soon as a signal came, so that it ends the wait for output."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    former = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield read
    finally:
        signal.set_wakeup_fd(former)
        os.close(write)
        os.close(read)


@contextmanager
def _adopting() -> Iterator[None]:
    adopt_orphans()
    try:
        yield
    finally:
        adopt_orphans(wanted=False)


def _signal_group(process: Process, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
