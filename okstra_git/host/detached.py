"""Runs a program that talks to a network: without a terminal to prompt on, and within a limit of time."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from okstra_git.host.finished import hear_out

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


def _end_session(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        os.killpg(process.pid, signal.SIGKILL)
