"""Reads the events that the post-rewrite hook left for okstra; the hook path, so os alone."""

import os

DIRECTORY = "spool"
SUFFIX = ".post-rewrite"
KINDS = ("amend", "rebase")
SIZE_LIMIT = 64 << 20
"""Bytes of one spool file; 700,000 rewritten commits. A larger one counts as torn."""

MOST_FILES = 10_000
"""Files that are read at once; the rest waits."""

_KIND, _FILE = 0o170000, 0o100000
_HEAD = "okstra-spool 1 "
_HELD = " amend"
_OID_LENGTHS = (40, 64)
_HEX = frozenset("0123456789abcdef")


class Spooled:
    """One event: `kind` is amend or rebase, `pairs` are (old, new) commits, `git_dir` is the worktree's own.

    `amends` are the amends made while the rebase was at work, in their order: their commits are transient, and a pair
    of the rebase may lead to one that was amended afterwards.
    `torn` says that the file was cut short, is too large or speaks another format; then there are no pairs.
    """

    __slots__ = ("amends", "git_dir", "kind", "name", "pairs", "torn")

    def __init__(
        self,
        name: str,
        *,
        kind: str = "",
        git_dir: str = "",
        pairs: tuple[tuple[str, str], ...] = (),
        amends: tuple[tuple[str, str], ...] = (),
        torn: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.git_dir = git_dir
        self.pairs = pairs
        self.amends = amends
        self.torn = torn

    def __repr__(self) -> str:
        return f"Spooled({self.name!r}, kind={self.kind!r}, pairs={len(self.pairs)}, torn={self.torn})"


def list_spooled(private_dir: str) -> list[Spooled]:
    """All waiting events, oldest first; torn ones too, which stay where they are until somebody looks."""
    try:
        folder = _open_folder(private_dir)
    except OSError:
        return []
    try:
        wanted = sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX) and not name.startswith("."))
        found = [_read(folder, name) for name in wanted[:MOST_FILES]]
        return [event for event in found if event is not None]
    finally:
        os.close(folder)


def drop_spooled(private_dir: str, names: list[str]) -> None:
    """Forget these events; one that is gone already is no matter."""
    if not names:
        return
    try:
        folder = _open_folder(private_dir)
    except OSError:
        return
    for name in names:
        if os.path.basename(name) != name or not name.endswith(SUFFIX):
            continue  # a name that list_spooled never gave
        try:
            os.unlink(name, dir_fd=folder)
        except OSError:
            continue  # looked at again the next time, with the same outcome
    os.close(folder)


def _open_folder(private_dir: str) -> int:
    """The folder itself: one behind a link is somebody else's."""
    return os.open(os.path.join(private_dir, DIRECTORY), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _read(folder: int, name: str) -> Spooled | None:
    """None when somebody else drained the file between listing and reading; what is not a plain file is torn."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:
        return Spooled(name, torn=True)
    try:
        facts = os.fstat(descriptor)
        if facts.st_mode & _KIND != _FILE or facts.st_size > SIZE_LIMIT:
            return Spooled(name, torn=True)
        with open(descriptor, "rb", closefd=False) as file:
            return _parse(name, file.read(SIZE_LIMIT))
    except OSError:
        return Spooled(name, torn=True)
    finally:
        os.close(descriptor)


def _parse(name: str, data: bytes) -> Spooled:
    lines = os.fsdecode(data).split("\n")
    if len(lines) < 4 or lines[-2:] != ["end", ""] or not lines[1].startswith("in "):
        return Spooled(name, torn=True)
    kind = lines[0].removeprefix(_HEAD)
    amends = _pairs([line for line in lines[2:-2] if line.endswith(_HELD)])
    pairs = _pairs([line for line in lines[2:-2] if not line.endswith(_HELD)])
    if not lines[0].startswith(_HEAD) or kind not in KINDS or amends is None or pairs is None:
        return Spooled(name, torn=True)
    return Spooled(name, kind=kind, git_dir=lines[1][3:], pairs=pairs, amends=amends)


def _pairs(lines: list[str]) -> tuple[tuple[str, str], ...] | None:
    """None when any line is not what git writes."""
    found = [_pair(line) for line in lines]
    return None if None in found else tuple(pair for pair in found if pair)


def _pair(line: str) -> tuple[str, str] | None:
    """`old new [extra]` as (old, new)."""
    old, _, rest = line.partition(" ")
    new = rest.partition(" ")[0]
    return (old, new) if _is_oid(old) and _is_oid(new) else None


def _is_oid(word: str) -> bool:
    return len(word) in _OID_LENGTHS and _HEX.issuperset(word)
