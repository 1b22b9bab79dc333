"""Runs a program until it ends: within a limit, without a terminal to prompt on, or as a person's editor."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from okstra_git.errors import refuse

PATIENCE = 1.0
"""Seconds that are listened after the program's end, where something else keeps its output open."""
_CHUNK = 65536
Process = subprocess.Popen[bytes]


def run_to_end(
    command: Sequence[str], *, cwd: Path, environ: Mapping[str, str], stdin: bytes = b"", timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program, give it `stdin`, and collect what it prints; raises what `subprocess.run` raises."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, env=environ, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            out, err = hear_out(process, stdin, timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def hear_out(process: Process, stdin: bytes = b"", *, timeout: float | None = None) -> tuple[bytes, bytes]:
    """What a program with three pipes says on standard output and error until it ends.

    `Popen.communicate` waits for the end of the pipes, and a server that a hook starts in the background inherits them
    and lives for days. Here it costs a second. Raises `TimeoutExpired` where the program itself takes too long.
    """
    assert process.stdin
    assert process.stdout
    assert process.stderr
    heard: dict[IO[bytes], list[bytes]] = {process.stdout: [], process.stderr: []}
    with selectors.DefaultSelector() as ready:
        for stream in heard:
            ready.register(stream, selectors.EVENT_READ)
        if stdin:
            os.set_blocking(process.stdin.fileno(), False)
            ready.register(process.stdin, selectors.EVENT_WRITE)
        else:
            process.stdin.close()
        _exchange(process, ready, memoryview(stdin), heard, timeout)
    out, err = (b"".join(pieces) for pieces in heard.values())
    return out, err


GRACE = 2.0
"""Seconds that a program has between being asked to end and being ended, so that it removes its lock files."""


def run_detached(
    command: Sequence[str], *, cwd: Path, environ: Mapping[str, str], stdin: bytes = b"", timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program in a session of its own and wait for its end; raises what `subprocess.run` raises.

    A session has no terminal, so that neither ssh nor a hook waits for a passphrase nobody sees being asked for. After
    `timeout` seconds, or an interruption, the program ends together with everything it started.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=cwd, env=dict(environ), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    ) as process:
        try:
            out, err = hear_out(process, stdin, timeout=timeout)
        except BaseException:
            _end_session(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def run_shown(
    command: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    show: Callable[[bytes], object],
    timeout: float | None = None,
) -> int | None:
    """Run a program in a session of its own, handing on what it prints while it prints it; its exit status.

    None where it took longer than `timeout` seconds. Standard output and error come as one stream, in their order;
    there is nothing to read. At the program's end, that of its time or an interruption everything that it started ends,
    too. Raises `OSError` where it cannot be started.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            _hand_on(process, process.stdout, show, _Clock(process, timeout))
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end_session(process)
    return process.returncode


def _hand_on(process: Process, stream: IO[bytes], show: Callable[[bytes], object], clock: "_Clock") -> None:
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while not clock.is_over():
            if ready.select(clock.pause()):
                piece = os.read(stream.fileno(), _CHUNK)
                if not piece:
                    break
                show(piece)
    process.wait(clock.left())


def start_session(command: Sequence[str], *, cwd: Path, environ: Mapping[str, str], is_heard: bool = True) -> Process:
    """Start a program in a session of its own, with nothing to read, and return at once.

    What it prints comes through two pipes, or goes nowhere. Raises `OSError` where it cannot be started.
    """
    out = subprocess.PIPE if is_heard else subprocess.DEVNULL
    return subprocess.Popen(
        command, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
    )


def has_ended(process: Process, within: float) -> bool:
    """Whether the program has ended, or ends within so many seconds."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    return process.returncode is not None


VARIABLES = ("GIT_EDITOR", "VISUAL", "EDITOR")
"""Where a person says which editor to run, as git asks them (git-var(1))."""


def find_editor(environ: Mapping[str, str]) -> str | None:
    """The command line of the editor, as the first of the variables that says one."""
    return next((environ[name] for name in VARIABLES if environ.get(name, "").strip()), None)


def edit_file(editor: str, path: Path, *, environ: Mapping[str, str]) -> None:
    """Run the editor on the file in the foreground, through sh as git does; refuses when it exits other than 0."""
    line = ["sh", "-c", f'{editor} "$@"', editor, str(path)]
    try:
        status = subprocess.run(line, env=dict(environ), check=False).returncode
    except OSError as error:
        raise refuse(
            "editor.failed", f"the editor {editor!r} cannot be run", hint="set EDITOR to one that can"
        ) from error
    if status:
        raise refuse(
            "editor.failed", f"the editor {editor!r} exited {status}, so nothing was run again", hint="try once more"
        )


def _exchange(
    process: Process,
    ready: selectors.BaseSelector,
    left: memoryview,
    heard: Mapping[IO[bytes], list[bytes]],
    timeout: float | None,
) -> None:
    """Write and read until the pipes are closed or the program has ended for a while, then wait for its end."""
    clock = _Clock(process, timeout)
    while ready.get_map() and not clock.is_over():
        for key, _ in ready.select(clock.pause()):
            if key.fileobj is process.stdin:
                left = _write(ready, process.stdin, left)
            else:
                _read(ready, key.fileobj, heard)  # type: ignore[arg-type]
    process.wait(clock.left())


class _Clock:
    """When to look up from the pipes: at the time-out, and a while after the program's end."""

    def __init__(self, process: Process, timeout: float | None) -> None:
        self._process, self._timeout = process, timeout
        self._end = None if timeout is None else time.monotonic() + timeout
        self._look, self._has_ended = time.monotonic() + PATIENCE, False

    def left(self) -> float | None:
        """Seconds until the time-out; raises `TimeoutExpired` after it."""
        if self._end is None or self._timeout is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0 and self._process.poll() is None:
            raise subprocess.TimeoutExpired(self._process.args, self._timeout)
        return max(left, 0.0)

    def pause(self) -> float:
        """Seconds to listen before looking again."""
        left, look = self.left(), max(self._look - time.monotonic(), 0.0)
        return look if left is None else min(left, look)

    def is_over(self) -> bool:
        """Whether the program has ended, and the pipes were still open a whole `PATIENCE` later."""
        if time.monotonic() < self._look:
            return False
        if self._has_ended:
            return True
        self._has_ended, self._look = self._process.poll() is not None, time.monotonic() + PATIENCE
        return False


def _write(ready: selectors.BaseSelector, stream: IO[bytes], left: memoryview) -> memoryview:
    try:
        left = left[os.write(stream.fileno(), left[:_CHUNK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:  # it has read as much as it wanted
        left = left[:0]
    if not left:
        ready.unregister(stream)
        with suppress(BrokenPipeError):
            stream.close()
    return left


def _read(ready: selectors.BaseSelector, stream: IO[bytes], heard: Mapping[IO[bytes], list[bytes]]) -> None:
    piece = os.read(stream.fileno(), _CHUNK)
    if piece:
        heard[stream].append(piece)
    else:
        ready.unregister(stream)
        stream.close()


def _end_session(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
        finally:  # also where somebody interrupts a second time
            os.killpg(process.pid, signal.SIGKILL)
