"""What okstra writes in git's directory: files of its own, and the modes that git would give to what is made there."""

import os
import stat
from contextlib import suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.refusals import Linked, Missing, NotAFile, PathRefused
from okstra_git.fs.root import Root

FOLDER = "okstra"
MOST = 1 << 30
"""Bytes of one file: what 100,000 events fold to is a tenth of it."""


def read_own(path: Path, limit: int = MOST) -> bytes | None:
    """The content; None where there is none, where it is not a plain file, or cannot be read, or is longer."""
    try:
        return _root(path).find_bytes(path, limit)
    except PathRefused:
        return None


def read_tail(path: Path, most: int) -> bytes | None:
    """The last bytes of it; None as for `read_own`."""
    try:
        with _root(path).opened(path) as descriptor:
            os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - most), os.SEEK_SET)
            return os.read(descriptor, most)
    except (PathRefused, OSError):
        return None


def modified_at(path: Path) -> float | None:
    """When it was last written, in seconds since 1970; None where there is no such plain file."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_mtime if stat.S_ISREG(status.st_mode) else None


def replace_own(path: Path, data: bytes) -> bool:
    """Make `data` the content in one step, whatever has the name; False where the file system refuses."""
    try:
        try:
            _write(path, data)
        except (Linked, NotAFile):
            _clear_place(path)
            _write(path, data)
    except PathRefused:
        return False
    share(path)
    return True


def append_own(path: Path, data: bytes) -> bool:
    """Add to the end; False where something else has the name, or the file system refuses."""
    try:
        root = _root(path)
        _make(root)
        root.append(path, data)
    except PathRefused:
        return False
    share(path)
    return True


def remove_own(path: Path) -> bool:
    """Remove the file, or a link itself; False where nothing is, or it cannot be removed."""
    try:
        return _root(path).remove(path)
    except PathRefused:
        return False


def move_own(path: Path, into: Path) -> bool:
    """Give it another place below the same folder of okstra's; False where nothing is, or it cannot be moved."""
    root = Root(Path(os.path.commonpath((path, into))))
    try:
        root.rename(path, into)
    except PathRefused:
        return False
    share(into)
    return True


GROUP, EVERYBODY = 0o660, 0o664
_TRUE, _FALSE = ("true", "yes", "on", "group", "1"), ("false", "no", "off", "umask", "", "0")
_ALL = ("all", "world", "everybody", "2")


class Rights(NamedTuple):
    """What a shared repository grants: `bits` beside what the umask leaves, or instead of it when `exact`."""

    bits: int
    exact: bool = False

    def mode(self, mode: int) -> int:
        """The mode that git makes of this one, of a file or a folder."""
        bits = self.bits if mode & stat.S_IWUSR else self.bits & ~0o222
        bits |= (bits & 0o444) >> 2 if mode & stat.S_IXUSR else 0
        made = (mode & ~0o777 | bits) if self.exact else mode | bits
        if stat.S_ISDIR(mode):
            made |= (made & 0o444) >> 2
            made |= stat.S_ISGID if made & 0o060 else 0
        return made


_SHARED: dict[Path, Rights] = {}
"""The shared git directories that this process has opened."""


def parse_rights(value: str) -> Rights | None:
    """What core.sharedRepository says; None where the umask alone counts."""
    word = value.lower()
    if word in _FALSE:
        return None
    if word in _TRUE or word in _ALL:
        return Rights(EVERYBODY if word in _ALL else GROUP)
    try:
        bits = int(word, 8)
    except ValueError:
        return None
    return Rights(bits & 0o666, exact=True) if bits & 0o600 == 0o600 else None


def remember_sharing(common_dir: Path, value: str) -> None:
    """Note how this git directory is shared, for `share`."""
    rights = parse_rights(value)
    if rights is None:
        _SHARED.pop(common_dir, None)
    else:
        _SHARED[common_dir] = rights


def share(*paths: Path) -> None:
    """Let others have these files and the folders they stand in, where the git directory around them is shared.

    What belongs to somebody else has their mode, and a file system without modes has none: both are left alone.
    """
    for path in paths:
        for common_dir, rights in _SHARED.items():
            if path.is_relative_to(common_dir):
                _share_up_to(common_dir, path, rights)
                break


def sharing_of(common_dir: Path) -> str:
    """How this git directory is shared, as a value of core.sharedRepository for another one."""
    rights = _SHARED.get(common_dir)
    if rights is None:
        return "umask"
    return f"0{rights.bits:o}" if rights.exact else "all" if rights.bits == EVERYBODY else "group"


def is_shared(common_dir: Path) -> bool:
    """Whether this git directory is shared."""
    return common_dir in _SHARED


def _clear_place(path: Path) -> None:
    """Remove a link, a pipe and the like; a folder, which may hold anything, is put where damaged files are."""
    root = _root(path)
    if root.is_folder(path):
        torn = (path.parent if path.parent.name == FOLDER else path.parents[1]) / "torn"
        aside = (torn / f"{path.name}.{number}" for number in count(1))
        root.rename(path, next(candidate for candidate in aside if not root.exists(candidate)))
    else:
        root.remove(path)


def _write(path: Path, data: bytes) -> None:
    root = _root(path)
    try:
        root.write(path, data, durable=False)
    except Missing:
        _make(root)
        root.write(path, data, durable=False)


@lru_cache(maxsize=64)
def _root(path: Path) -> Root:
    """The folder around okstra's own, else two folders up: neither the file nor the folders on the way may be links."""
    return Root(path.parents[2] if path.parents[1].name == FOLDER else path.parents[1])


def _make(root: Root) -> None:
    folder = root.path
    if not folder.is_dir():
        Root(folder.parent).make_folder(folder.name)


def _share_up_to(common_dir: Path, path: Path, rights: Rights) -> None:
    for each in (path, *path.parents):
        if each == common_dir:
            return
        _share(each, rights)


def _share(path: Path, rights: Rights) -> None:
    with suppress(OSError):
        status = path.lstat()
        wanted = rights.mode(status.st_mode)
        is_ours = status.st_uid == os.geteuid() and (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode))
        if is_ours and wanted != status.st_mode:
            path.chmod(stat.S_IMODE(wanted))
