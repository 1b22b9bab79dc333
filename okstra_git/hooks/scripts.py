"""Hook scripts: those of others with okstra's marked lines in them, and the copies of the shims that these call."""

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused, reason_of, system_error_of
from okstra_git.fs.root import Root
from okstra_git.git.git_directory import is_shared, share
from okstra_git.git.repo import Git
from okstra_git.hooks.model import HOOKS, HookState
from okstra_git.paths import hooks_directory
from okstra_git.spool import DIRECTORY

EXECUTABLE = 0o755
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_MANAGERS = ((b"LEFTHOOK", "lefthook"), (b"pre-commit.com", "pre-commit"), (b"husky", "husky"))


@dataclass(frozen=True)
class HookFile:
    """What stands at a hook's path: nothing (`content` None), a regular file, or something we never touch (`odd`)."""

    path: Path
    content: bytes | None = None
    mode: int = EXECUTABLE
    odd: str | None = None

    @property
    def runs(self) -> bool:
        return self.mode & 0o111 != 0

    @property
    def manager(self) -> str | None:
        """The tool that generated the file, which may write it anew and drop our lines."""
        head = (self.content or b"")[:16384]
        return next((name for mark, name in _MANAGERS if mark in head), None)


def read_hook(path: Path) -> HookFile:
    """The file at `path`, links not followed."""
    try:
        entry = path.lstat()
        if stat.S_ISLNK(entry.st_mode):
            return HookFile(path, odd=f"is a link to {os.readlink(path)}")
        if not stat.S_ISREG(entry.st_mode):
            return HookFile(path, odd="is not a regular file")
        return HookFile(path, path.read_bytes(), stat.S_IMODE(entry.st_mode))
    except (FileNotFoundError, NotADirectoryError):
        return HookFile(path)
    except OSError as error:
        return HookFile(path, odd=f"cannot be read: {error.strerror}")


def write_hook(path: Path, content: bytes, *, mode: int = EXECUTABLE) -> None:
    """Make `content` the file at `path`, whole or not at all, with this mode.

    Of a new one the umask takes what it takes, and it is shared as git shares.
    """
    is_new = not path.exists()
    with _refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        Root(path.parent).write(path.name, content, mode=mode, exact_mode=not is_new, durable=False)
        if is_new:
            share(path)


def move_hook(source: Path, target: Path) -> None:
    """Rename a hook; its bytes, mode and times stay."""
    with _refusals(source):
        source.replace(target)


def remove_hook(path: Path) -> None:
    """Delete a file that okstra wrote."""
    with _refusals(path):
        path.unlink(missing_ok=True)


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


def is_first_line(script: bytes, line: str) -> bool:
    """Whether nothing runs in the script before this line; comments do not run, nor does the loader of an older husky.

    >>> is_first_line(b"#!/bin/sh\\n# mine\\n. x\\n", ". x"), is_first_line(b"cat\\n. x\\n", ". x")
    (True, False)
    """
    before = script.partition(line.encode())[0].rpartition(b"\n")[0].splitlines()
    return all(not words or words.startswith(b"#") or b"/husky.sh" in words for words in map(bytes.strip, before))


SHIMS = (*HOOKS, "spool", "call")


def copy_shims(git: Git) -> None:
    """Bring the copies up to date; those that are current are not written."""
    for name in SHIMS:
        shipped = (hooks_directory() / name).read_bytes()
        copy = read_hook(_shims(git) / name)
        if copy.content != shipped or not copy.runs:
            write_hook(copy.path, shipped)


def share_spool(git: Git) -> None:
    """In a shared repository, make the folder of events here: the shims would make it for their own user alone."""
    if is_shared(git.common_dir):
        folder = git.private_dir / DIRECTORY
        folder.mkdir(parents=True, exist_ok=True)
        share(folder)


def inspect_shims(git: Git) -> HookState:
    """Installed, stale or missing."""
    copies = [read_hook(_shims(git) / name) for name in SHIMS]
    if any(file.content is None for file in copies):
        return HookState.MISSING
    shipped = [(hooks_directory() / name).read_bytes() for name in SHIMS]
    return HookState.INSTALLED if [file.content for file in copies] == shipped else HookState.STALE


def drop_shims(git: Git) -> None:
    """Remove copies, recorded program and crash log; waiting events stay, for they are facts."""
    for name in SHIMS:
        remove_hook(_shims(git) / name)
    for name in ("program", "hook.log", "hook.log.old"):
        remove_hook(git.private_dir / name)
    shutil.rmtree(_shims(git), ignore_errors=True)


def record_program(git: Git, program: Path) -> None:
    """Write where git-okstra is, for hooks that run with a poorer PATH than a terminal's."""
    wanted = os.fsencode(program) + b"\n"
    file = git.private_dir / "program"
    if read_hook(file).content != wanted:
        write_hook(file, wanted, mode=0o644)


def recorded_program(git: Git) -> Path | None:
    """The git-okstra that the hooks call first."""
    content = read_hook(git.private_dir / "program").content
    return Path(os.fsdecode(content.partition(b"\n")[0])) if content else None


def find_crashes(git: Git) -> Path | None:
    """The log of crashed hook runs, when there is one."""
    log = git.private_dir / "hook.log"
    return log if log.exists() else None


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, PathRefused) as error:
        cause = system_error_of(error)
        is_read_only = cause is not None and cause.errno in _REFUSED
        reason = "it is read-only for us" if is_read_only else reason_of(error)
        raise refuse(
            "hooks.read-only",
            f"the hook {path.name} cannot be written in {path.parent}: {reason}",
            hint="let the owner of the repository run 'git okstra hooks install'; reconcile works without hooks",
            path=str(path),
        ) from error


def _shims(git: Git) -> Path:
    return git.private_dir / "hooks"
