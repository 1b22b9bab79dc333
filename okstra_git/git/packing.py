"""Writes many objects at once as one pack, which costs one file instead of as many."""

import zlib
from collections.abc import Collection
from hashlib import sha1

from okstra_git.git.binary import run_git
from okstra_git.git.repo import Git

LEVEL = 1
"""Compression; git packs everything anew when it collects garbage."""


def write_pack(git: Git, objects: Collection[tuple[int, bytes]]) -> None:
    """Store objects (git's type number and bytes) as a pack, by git itself, which checks every one of them.

    Refuses (`GitFailed`) when git cannot write. The form is that of gitformat-pack(5), without deltas.
    """
    parts = [b"PACK", (2).to_bytes(4), len(objects).to_bytes(4)]
    for kind, data in objects:
        parts += [_header(kind, len(data)), zlib.compress(data, LEVEL)]
    body = b"".join(parts)
    trailer = sha1(body, usedforsecurity=False).digest()
    run_git(["index-pack", "--stdin"], cwd=git.top, stdin=body + trailer)


def _header(kind: int, size: int) -> bytes:
    """Type and size in the variable-length form of a pack: four bits of the size first, then seven at a time."""
    first, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    out.append(first)
    return bytes(out)
