"""A `git-okstra` for hooks that answers like the installed one, without the third of a second in which Python loads it.

Stories let git call okstra a thousand times. One server in a test process has everything imported and forks for every
call; the program that git starts hands over arguments, environment, directory and standard streams, and ends as the
fork ends. What a process of its own has to do when it starts is tested with the real program, as in
tests/cli/test_process.py.
"""

import gc
import importlib
import marshal
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from tests.kit.answers import Answer, run_program
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT, scratch_dir

_CLIENT = """\
#!{python} -IS
import _socket, marshal, os, sys
server = _socket.socket(_socket.AF_UNIX)
server.connect({address!r})
mask = os.umask(0o22)
request = marshal.dumps((sys.argv, dict(os.environ), os.getcwd(), mask))
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
server.sendmsg([len(request).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
server.sendall(request)
os._exit(int.from_bytes(server.recv(4) or b"F", "big"))
"""
_NEVER_IN_A_HOOK = ("okstra_cli.wizard.", "okstra_cli.demo.", "okstra_git.rendering")
"""What loads a library that no hook needs, and so makes every fork dearer."""


@cache
def forked_program_dir() -> Path:
    """A directory with `git-okstra` and `okstra` that a server of this test process answers, while it lives."""
    directory = scratch_dir()
    address = str(directory / "server")
    for name in ("git-okstra", "okstra"):
        program = directory / name
        program.write_text(_CLIENT.format(python=sys.executable, address=address))
        program.chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(128)
    ours, theirs = socket.socketpair()
    numbers = (listener.fileno(), theirs.fileno())
    command = [sys.executable, "-m", "tests.kit.forked", *map(str, numbers)]
    subprocess.Popen(command, cwd=ROOT, pass_fds=numbers, stdin=subprocess.DEVNULL, start_new_session=True)
    _lives.append(ours)
    return directory


def okstra_forked(world: World, *arguments: str) -> Answer:
    """The command line in a fork of the server: hooks that it installs call the server, too."""
    program = str(forked_program_dir() / "okstra")
    return run_program([program, *arguments], cwd=world.path, environ=world.environ()).expect(0)


_lives: list[socket.socket] = []
"""The ends of a connection by which a server sees that this process has ended."""


class _Server:
    def __init__(self, listener: socket.socket, parent: socket.socket) -> None:
        self._listener, self._parent = listener, parent
        self._calls: dict[int, socket.socket] = {}
        self._woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Answer until the test process has ended."""
        while True:
            ready, _, _ = select.select([self._listener.fileno(), self._parent.fileno(), self._woken], [], [])
            if self._parent.fileno() in ready:
                return
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._report_ends()
            if self._listener.fileno() in ready:
                self._begin(self._listener.accept()[0])

    def _report_ends(self) -> None:
        with suppress(ChildProcessError):
            while ended := os.waitpid(-1, os.WNOHANG):
                if not ended[0]:
                    return
                status = os.waitstatus_to_exitcode(ended[1])
                with self._calls.pop(ended[0]) as call, suppress(OSError):
                    call.sendall((status if status >= 0 else 128 - status).to_bytes(4, "big"))

    def _begin(self, call: socket.socket) -> None:
        size, streams, _, _ = socket.recv_fds(call, 4, 3)
        request = b""
        while len(request) < int.from_bytes(size, "big"):
            request += call.recv(65536)
        child = os.fork()
        if not child:
            _answer(request, streams)
        self._calls[child] = call
        for stream in streams:
            os.close(stream)


def _answer(request: bytes, streams: list[int]) -> None:
    """Become the process that was asked for, and end."""
    from okstra_cli.entry import main

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, max(*streams, 64) + 1)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.argv, environ, directory, mask = marshal.loads(request)
    os.environ.clear()
    os.environ.update(environ)
    os.umask(mask)
    os.chdir(directory)
    time.tzset()
    try:
        main()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    os._exit(1)


def _load() -> None:
    for package in ("okstra_git", "okstra_cli"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.startswith(_NEVER_IN_A_HOOK) and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _listener, _parent = (socket.socket(fileno=int(word)) for word in sys.argv[1:])
    _load()
    _Server(_listener, _parent).serve()
