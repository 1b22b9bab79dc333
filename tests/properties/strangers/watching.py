"""Sees what a command does besides answering: files opened outside, programs started, words that git is given."""

import ctypes
import os
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

IN_ACCESS, IN_MODIFY, IN_ATTRIB, IN_OPEN = 0x1, 0x2, 0x4, 0x20
IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE = 0x40, 0x80, 0x100, 0x200
WATCHED = IN_ACCESS | IN_MODIFY | IN_ATTRIB | IN_OPEN | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
NEVER = ("/dev/zero", "/proc/self/environ", "/etc/passwd")
"""What hostile values name besides the folder outside; no command has a reason to open them."""

PROGRAMS = ("git", "true")
"""What a command may start: git, and `true`, which the lines of `verify` name."""
_STARTS = ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system")


class Inotify:
    """The kernel's own word for what is opened, read or changed in a folder and everything below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._number = -1
        self._names: dict[int, Path] = {}

    def begin(self) -> None:
        """Watch what is there now, from now on."""
        self.end()
        self._number = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for place in [self.folder, *(path for path in self.folder.rglob("*") if path.is_dir())]:
            known = self._libc.inotify_add_watch(self._number, os.fsencode(place), WATCHED)
            self._names[known] = place

    def end(self) -> None:
        """Watch no more."""
        if self._number >= 0:
            os.close(self._number)
        self._number, self._names = -1, {}

    def told(self) -> set[str]:
        """What happened since the last time: `opened notes/one.md`, …"""
        found: set[str] = set()
        try:
            while data := os.read(self._number, 1 << 16):
                found |= self._read(data)
        except BlockingIOError:
            pass
        return found

    def _read(self, data: bytes) -> set[str]:
        found, at = set(), 0
        while at < len(data):
            watch, mask, _, size = struct.unpack_from("iIII", data, at)
            name = os.fsdecode(data[at + 16 : at + 16 + size].rstrip(b"\0"))
            at += 16 + size
            place = self._names.get(watch, self.folder) / name
            found.add(f"{'read' if mask & (IN_ACCESS | IN_OPEN) else 'changed'} {place.relative_to(self.folder)}")
        return found


@dataclass
class Started:
    """Programs that a command started, and files that it opened and never should."""

    odd: list[str] = field(default_factory=list)
    git: list[list[str]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    active: bool = False

    def begin(self) -> None:
        """Listen, with nothing heard yet."""
        self.odd, self.git, self.opened, self.active = [], [], [], True

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """One audit event of the interpreter."""
        if not self.active:
            return
        if event == "open":
            if isinstance(arguments[0], str) and arguments[0] in NEVER:
                self.opened.append(arguments[0])
        elif event in _STARTS:
            self._start(event, arguments)

    def _start(self, event: str, arguments: tuple[Any, ...]) -> None:
        words = [os.fsdecode(word) for word in arguments[1]] if event == "subprocess.Popen" else []
        if words and words[0] in PROGRAMS:
            self.git.append(words[1:])
        else:
            self.odd.append(f"{event} {words or arguments[:2]}"[:300])


STARTED = Started()


def listen() -> Started:
    """The one listener of this process, put up at the first call."""
    if not getattr(sys, "_strangers_heard", False):
        sys.addaudithook(STARTED.hear)
        sys._strangers_heard = True  # type: ignore[attr-defined]
    return STARTED


def options_among(words: Sequence[str], hostile: Sequence[str]) -> list[str]:
    """Words of a git command that look like options and hold a hostile value, before anything that ends options."""
    before = list(words)
    for mark in ("--end-of-options", "--"):
        if mark in before and mark not in hostile:
            before = before[: before.index(mark)]
    odd = [text for text in hostile if text.startswith("-") and len(text) > len("--")]
    return [word for word in before if word[:1] == "-" and any(text in word for text in odd)]
