"""Gives what okstra makes in a git directory the modes that git itself would give it, by core.sharedRepository."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

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


def _share_up_to(common_dir: Path, path: Path, rights: Rights) -> None:
    for each in (path, *path.parents):
        if each == common_dir:
            return
        _share(each, rights)


def sharing_of(common_dir: Path) -> str:
    """How this git directory is shared, as a value of core.sharedRepository for another one."""
    rights = _SHARED.get(common_dir)
    if rights is None:
        return "umask"
    return f"0{rights.bits:o}" if rights.exact else "all" if rights.bits == EVERYBODY else "group"


def is_shared(common_dir: Path) -> bool:
    """Whether this git directory is shared."""
    return common_dir in _SHARED


def _share(path: Path, rights: Rights) -> None:
    with suppress(OSError):
        status = path.lstat()
        wanted = rights.mode(status.st_mode)
        is_ours = status.st_uid == os.geteuid() and (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode))
        if is_ours and wanted != status.st_mode:
            path.chmod(stat.S_IMODE(wanted))
