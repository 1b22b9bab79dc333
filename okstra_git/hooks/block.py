"""The marked lines okstra puts into a hook script: written, found and taken out again without a trace."""

import re
from dataclasses import dataclass
from enum import StrEnum

BEGIN = b"# >>> git-okstra >>>"
END = b"# <<< git-okstra <<<"
SHEBANG = b"#!/bin/sh\n"
KEPT_SUFFIX = ".okstra-kept"

_WHAT = b"# Lets git-okstra follow rewritten commits; to remove: git okstra hooks uninstall, or delete these lines.\n"
_MADE = b"# git-okstra made this file; uninstalling removes it when nothing else is in it.\n"
_KEPT = b"# git-okstra moved the hook that was here aside; uninstalling moves it back.\n"
_BLOCK = re.compile(
    rb"^" + re.escape(BEGIN) + rb"\r?\n.*?^" + re.escape(END) + rb"\r?(\n|\Z)", re.MULTILINE | re.DOTALL
)
_SHELLS = frozenset({b"sh", b"bash", b"dash", b"ash", b"ksh", b"mksh", b"busybox"})


_RUN_KEPT = re.compile(rb'exec "\$\{0%/\*\}/[a-z-]+\.okstra-kept" "\$@"\n')


class Origin(StrEnum):
    """How the file came to hold our block, which decides what taking it out means."""

    CHAINED = "chained"
    MADE = "made"
    KEPT = "kept"


@dataclass(frozen=True)
class OurBlock:
    """Our block inside a script; `rest` is the script without it."""

    block: bytes
    rest: bytes

    @property
    def origin(self) -> Origin:
        if _MADE in self.block:
            return Origin.MADE
        return Origin.KEPT if _KEPT in self.block else Origin.CHAINED

    @property
    def is_untouched(self) -> bool:
        """Whether a file that okstra made contains nothing else."""
        return self.origin is not Origin.CHAINED and self.rest.startswith(SHEBANG) and self._tail_is_ours

    @property
    def _tail_is_ours(self) -> bool:
        tail = self.rest.removeprefix(SHEBANG)
        return tail == b"" if self.origin is Origin.MADE else _RUN_KEPT.fullmatch(tail) is not None


def render_line(hook: str, *, beside: bool) -> str:
    """The line that makes a shell hook call okstra's shim.

    `beside` is for the default hooks directory, where the shim is found without asking git.
    """
    common = "${0%/*}/.." if beside else "$(git rev-parse --git-common-dir 2>/dev/null || :)"
    return f'okstra_shim={common}/okstra/hooks/{hook}; [ ! -f "$okstra_shim" ] || . "$okstra_shim"'


def render_block(hook: str, *, beside: bool, origin: Origin) -> bytes:
    """The marked block for a hook."""
    extra = {Origin.CHAINED: b"", Origin.MADE: _MADE, Origin.KEPT: _KEPT}[origin]
    return BEGIN + b"\n" + _WHAT + extra + render_line(hook, beside=beside).encode() + b"\n" + END + b"\n"


def render_file(hook: str, *, beside: bool, origin: Origin) -> bytes:
    """A whole hook file from okstra: new, or running the hook that was moved aside."""
    run_kept = f'exec "${{0%/*}}/{hook}{KEPT_SUFFIX}" "$@"\n'.encode() if origin is Origin.KEPT else b""
    return SHEBANG + render_block(hook, beside=beside, origin=origin) + run_kept


def find_block(script: bytes) -> OurBlock | None:
    """Our block in a script, or None."""
    match = _BLOCK.search(script)
    if match is None:
        return None
    start = match.start()
    if not match[1] and script[:start].endswith(b"\n"):
        start -= 1  # the script had no newline at its end: okstra added the one before the block
    return OurBlock(match[0], script[:start] + script[match.end() :])


def insert_block(script: bytes, block: bytes) -> bytes:
    """The script with the block right after its shebang, so that it runs whatever the script does; without, on top."""
    if not script.startswith(b"#!"):
        return block + script
    shebang, newline, body = script.partition(b"\n")
    return shebang + newline + block + body if newline else shebang + b"\n" + block.removesuffix(b"\n")


def replace_block(script: bytes, block: bytes) -> bytes:
    """The script with its block replaced; the newline after it stays as it is."""
    match = _BLOCK.search(script)
    if match is None:
        return insert_block(script, block)
    content = block if match[1] else block.removesuffix(b"\n")
    return script[: match.start()] + content + script[match.end() :]


def is_shell(script: bytes) -> bool:
    """Whether a block of POSIX sh may stand in this script.

    Git runs a text file without a shebang with sh. A carriage return in the shebang breaks it, as do NUL bytes.
    """
    head = script[:8192]
    if b"\0" in head or not script.startswith(b"#!"):
        return b"\0" not in head and not head.startswith((b"MZ", b"\xca\xfe\xba\xbe"))
    shebang = script.partition(b"\n")[0][2:]
    if b"\r" in shebang:
        return False
    words = [word.rpartition(b"/")[2] for word in shebang.split()]
    if words[:1] == [b"env"]:
        words = [word for word in words[1:] if not word.startswith(b"-") and b"=" not in word]
    return bool(words) and words[0] in _SHELLS
