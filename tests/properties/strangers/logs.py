"""Writes logs the way another program would: loose objects and refs, whatever they hold."""

import zlib
from collections.abc import Mapping
from hashlib import sha1
from pathlib import Path

from tests.properties.strangers.story import CLOCK

FORMAT = b'{"okstra-log": 1, "clock": %d, "seq": %d}\n' % (CLOCK + 90, 90)
Entry = tuple[str, str, str]
"""Mode, name, object id."""


def write_object(repository: Path, kind: str, content: bytes) -> str:
    """A loose object, sound or not; its id."""
    data = b"%s %d\0%s" % (kind.encode(), len(content), content)
    oid = sha1(data, usedforsecurity=False).hexdigest()
    path = repository / ".git" / "objects" / oid[:2] / oid[2:]
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(data, 1))
    return oid


def write_tree(repository: Path, entries: list[Entry]) -> str:
    """A tree of these entries, as they come."""
    content = b"".join(b"%s %s\0%s" % (m.encode(), n.encode(), bytes.fromhex(oid)) for m, n, oid in entries)
    return write_object(repository, "tree", content)


def write_files(repository: Path, files: Mapping[str, bytes]) -> list[Entry]:
    """The entries of a tree with these files, by path; names in the order that git wants."""
    here: list[Entry] = []
    folders: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = content
        else:
            here.append(("100644", name, write_object(repository, "blob", content)))
    here += [
        ("40000", name, write_tree(repository, write_files(repository, inside))) for name, inside in folders.items()
    ]
    return sorted(here, key=lambda entry: entry[1] + ("/" if entry[0] == "40000" else ""))


def write_commit(repository: Path, tree: str) -> str:
    """A commit of this tree."""
    who = "Eve Example <eve@example.org> 1700000000 +0000"
    content = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n"
    return write_object(repository, "commit", content.encode())


def log_files(lines: Mapping[str, list[bytes]], head: bytes = FORMAT) -> dict[str, bytes]:
    """What a log's tree holds: these lines by slashed task, and its `format`."""
    return {"format": head, **{f"tasks/{task}/events.jsonl": b"\n".join(said) + b"\n" for task, said in lines.items()}}


def write_log(repository: Path, ref: str, files: Mapping[str, bytes]) -> str:
    """A log of these files under this ref; its tip."""
    tip = write_commit(repository, write_tree(repository, write_files(repository, files)))
    set_ref(repository, ref, tip.encode() + b"\n")
    return tip


def set_ref(repository: Path, ref: str, content: bytes) -> None:
    """A loose ref with whatever content."""
    path = repository / ".git" / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
