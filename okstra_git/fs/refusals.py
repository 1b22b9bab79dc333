"""What can be wrong with a path, each with a stable code and the path as its user knows it."""

import os
import stat

from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.names import quote_path


class PathRefused(OkstraError):
    """A path that okstra does not open or write; the fact `path` is the path as it was given."""

    code = "path.refused"


class Malformed(PathRefused):
    """No path at all: empty, with a NUL byte, or with characters that no file name has here."""

    code = "path.malformed"


class Outside(PathRefused):
    """A path that leaves its root, or enters git's own directory."""

    code = "path.outside"


class Linked(PathRefused):
    """A symbolic link where none is followed, or one that leads out of the root."""

    code = "path.link"


class NotAFile(PathRefused):
    """A folder, pipe, socket or device where a file is wanted."""

    code = "path.not-a-file"


class NotAFolder(PathRefused):
    """Something else where a folder is wanted."""

    code = "path.not-a-folder"


class TooLarge(PathRefused):
    """A file longer than the limit, or without end."""

    code = "path.too-large"


class NotText(PathRefused):
    """A file that is not UTF-8 where text is wanted."""

    code = "path.not-text"


class Missing(PathRefused):
    """Nothing is there."""

    code = "path.missing"


class Taken(PathRefused):
    """Something is there where a new file was wanted."""

    code = "path.taken"


class Unreadable(PathRefused):
    """The system refuses to read."""

    code = "path.unreadable"


class Unwritable(PathRefused):
    """The system refuses to write; `why` is its reason."""

    code = "path.unwritable"

    @property
    def why(self) -> str:
        return reason_of(self)


def system_error_of(error: OSError | PathRefused) -> OSError | None:
    """The error of the system behind a refusal; None where okstra refuses by itself."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return cause if isinstance(cause, OSError) else None


def reason_of(error: OSError | PathRefused) -> str:
    """Why a path cannot be used, in the system's words where there are any."""
    cause = system_error_of(error)
    if cause is None:
        return str(error)
    return (cause.strerror or str(cause)).lower()


_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFLNK: "a link",
          stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFREG: "a file"}  # fmt: skip


def malformed(name: str) -> Malformed:
    """A text that is not a path."""
    return Malformed(f"{quote_path(name)} is not a path", hint="name a file below the root", path=name[:300])


def outside(root: str, name: str) -> Outside:
    """A path that lies elsewhere."""
    message = f"{quote_path(name)} lies outside of {quote_path(root)}, or in git's own directory there"
    return Outside(message, hint=f"name a path below {word(root)}", path=name)


def linked(root: str, name: str, at: str, *, leaves: bool) -> Linked:
    """A path with a link in it; `at` is the link itself, from the root."""
    what = f"leads out of {quote_path(root)}" if leaves else ", and links are not followed here"
    link = "it is a link" if at == name else f"{quote_path(at)} is a link"
    message = f"{quote_path(name)} cannot be used: {link}{' that ' + what if leaves else what}"
    hint = f"put the file or folder itself in the place of the link: ls -ld {word(os.path.join(root, at))}"
    return Linked(message, hint=hint, path=name, link=at, leaves=leaves)


def not_a_file(name: str, mode: int) -> NotAFile:
    """What has the name but is something else, by its mode; 0 where nobody knows what."""
    what = _KINDS.get(stat.S_IFMT(mode), "something else")
    message = f"{quote_path(name)} is {what}, not a file"
    return NotAFile(message, hint="move away what stands in its place, then try again", path=name, kind=what)


def not_a_folder(name: str, at: str) -> NotAFolder:
    """Something else where the path needs a folder."""
    message = f"{quote_path(at)} is not a folder"
    return NotAFolder(message, hint="move away what stands in its place, then try again", path=name, at=at)


def too_large(name: str, limit: int) -> TooLarge:
    """A file longer than `limit` bytes."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB" if limit >= 1 << 10 else f"{limit} bytes"
    message = f"{quote_path(name)} is larger than {size}"
    return TooLarge(message, hint="shorten it, then try again", path=name, limit=limit)


def not_text(name: str, line: int) -> NotText:
    """A file whose bytes are not UTF-8."""
    message = f"{quote_path(name)} is not UTF-8: line {line}"
    return NotText(message, hint="save it as UTF-8, then try again", path=name, line=line)


def missing(name: str) -> Missing:
    """No such file."""
    return Missing(f"{quote_path(name)} is not there", hint="check its name, or make it", path=name)


def taken(name: str) -> Taken:
    """A name that something has already."""
    return Taken(f"{quote_path(name)} exists already", hint="move it away, then try again", path=name)


def unreadable(name: str, error: OSError) -> Unreadable:
    """A file that the system does not let us read."""
    why = (error.strerror or str(error)).lower()
    message = f"{quote_path(name)} cannot be read: {why}"
    return Unreadable(message, hint="mend its owner and mode, then try again", path=name)


def unwritable(name: str, error: OSError) -> Unwritable:
    """A file that the system does not let us write."""
    why = (error.strerror or str(error)).lower()
    message = f"{quote_path(name)} cannot be written: {why}"
    return Unwritable(message, hint="make room or mend permissions, then try again", path=name)
