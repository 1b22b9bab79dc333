"""Files and symbolic links exactly as they lie there: their mode, their bytes and the id these would have in git."""

import hashlib
import os
import stat

LINK, PROGRAM, FILE = "120000", "100755", "100644"
_CHUNK = 1 << 20


def read_node(path: bytes, *, limit: int) -> tuple[str, bytes] | str:
    """(mode, bytes) of a file or a symbolic link exactly as it lies there, no filter asked; else why not, in words."""
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            return LINK, os.readlink(path)
        if not stat.S_ISREG(facts.st_mode):
            return "it is neither a file nor a link"
        if facts.st_size > limit:
            return f"it is larger than {limit >> 20} MiB"
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return PROGRAM if facts.st_mode & 0o100 else FILE, file.read()
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def identify_node(path: bytes) -> tuple[str, str] | None:
    """(mode, blob id) of a file or symbolic link of any size; None where nothing like that can be read."""
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            return LINK, _id_of(os.readlink(path))
        if not stat.S_ISREG(facts.st_mode):
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            digest = hashlib.sha1(b"blob %d\0" % facts.st_size, usedforsecurity=False)
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return PROGRAM if facts.st_mode & 0o100 else FILE, digest.hexdigest()


def _id_of(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
