"""Looks at what lies below a root: kinds, sizes, names; nothing is opened but folders."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs import files
from okstra_git.fs.refusals import PathRefused, linked, not_a_file, unreadable
from okstra_git.fs.resolve import Given, is_below, is_gits, name_below, reach, reach_folder

MOST_NAMES = 2000
"""Names of one folder that are listed, unless its reader says otherwise."""

MOST_FILES = 20_000
"""Names below one folder that are walked through, unless its reader says otherwise."""


class Seen(NamedTuple):
    """What lies at a path: `kind` is file, folder, link or other; `changed` is in seconds since 1970."""

    kind: str
    size: int
    changed: float
    mode: int

    @property
    def is_file(self) -> bool:
        return self.kind == "file"

    @property
    def is_folder(self) -> bool:
        return self.kind == "folder"


class Listing(NamedTuple):
    """Names of what a folder holds, sorted; `has_more` when there were more than asked for."""

    names: tuple[str, ...]
    has_more: bool = False


class Looking:
    """A directory, trusted itself, below which things are looked at; `links` as in `Root`."""

    __slots__ = ("links", "path")  # no dataclass: every command loads this, and making one takes half a millisecond

    def __init__(self, path: Path, links: bool = False) -> None:
        self.path, self.links = path, links

    def name(self, given: Given) -> str:
        """The path from the root with slashes; refuses what is not a path or lies elsewhere by its letters."""
        return name_below(str(self.path), given)

    def has_place_for(self, given: Given) -> bool:
        """Whether the path is one, and lies below the root by its letters."""
        return is_below(str(self.path), given)

    def see(self, given: Given) -> Seen | None:
        """What lies there; None where nothing does, or where the way there leads out of the root or through links."""
        try:
            return self.require_seen(given)
        except PathRefused:
            return None

    def require_seen(self, given: Given) -> Seen | None:
        """What lies there; None where nothing does. Refuses a way that leads out of the root or through links."""
        with self._reading(given):
            try:
                with reach(self.path, given, links=self.links) as spot:
                    return _seen(os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False))
            except FileNotFoundError:
                return None

    def is_file(self, given: Given) -> bool:
        """Whether there is a plain file that can be read. A pipe or a link out of the root is not one: to refuse those
        instead of passing them over, ask `find_bytes`."""
        seen = self.see(given)
        return seen is not None and seen.is_file

    def is_folder(self, given: Given) -> bool:
        """Whether a folder lies there."""
        seen = self.see(given)
        return seen is not None and seen.is_folder

    def exists(self, given: Given) -> bool:
        """Whether anything at all has the name, a link that leads nowhere too."""
        return self.see(given) is not None

    def list(self, given: Given = ".", limit: int = MOST_NAMES) -> Listing:
        """The names in a folder, none where there is no such folder; refuses what is not a folder."""
        with self._reading(given):
            try:
                with reach_folder(self.path, given, links=self.links) as folder, os.scandir(folder) as entries:
                    names = [entry.name for _, entry in zip(range(limit + 1), entries, strict=False)]
            except FileNotFoundError:
                return Listing(())
        return Listing(tuple(sorted(names[:limit])), has_more=len(names) > limit)

    def scan(self, given: Given = ".", limit: int = MOST_NAMES) -> tuple[tuple[str, str], ...]:
        """Names in a folder, in no order, each with its kind as `see` has it."""
        name = self.name(given)
        kinds = self._kinds(name, limit)
        if not self.links:
            return kinds
        return tuple((entry, self._kind_behind(f"{name}/{entry}") if kind == "link" else kind) for entry, kind in kinds)

    def _kinds(self, name: str, limit: int) -> tuple[tuple[str, str], ...]:
        """Names and kinds in a folder, links as links."""
        with self._reading(name):
            try:
                with reach_folder(self.path, name, links=self.links) as folder, os.scandir(folder) as entries:
                    return tuple((each.name, _kind(each)) for _, each in zip(range(limit), entries, strict=False))
            except FileNotFoundError:
                return ()

    def _kind_behind(self, link: str) -> str:
        seen = self.see(link)
        return seen.kind if seen is not None else "link"

    def walk(self, given: Given = ".", limit: int = MOST_FILES, depth: int = 12) -> Iterator[tuple[str, Seen]]:
        """Every plain file below, by its path from the root, in order. Git's own directory is passed over, and so are
        links, but with `links` those to files that stay below the root. Ends after `limit` names, and does not look
        more than `depth` folders down."""
        waiting, left = [(self.name(given), "folder", 0)], limit
        while waiting:
            name, kind, down = waiting.pop()
            if kind == "folder" and down < depth and left > 0:
                kinds = sorted(self._kinds(name, left), reverse=True)
                left -= len(kinds)
                below = "" if name == os.curdir else f"{name}/"
                waiting += [(below + part, entry_kind, down + 1) for part, entry_kind in kinds if not is_gits(part)]
            elif (kind == "file" or (self.links and kind == "link")) and (seen := self.see(name)) and seen.is_file:
                yield name, seen

    def require_plain_way(self, *places: Given) -> None:
        """Refuse a link or anything else that is not a folder on the way to where something is to be written."""
        here = Looking(self.path)
        for place in places:
            seen = here.require_seen(place)
            if seen is not None and seen.kind == "link":
                name = self.name(place)
                raise linked(str(self.path), name, name, leaves=False)

    @contextmanager
    def _reading(self, given: Given) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            name = self.name(given)
            raise self._refusal_of(name, error) or unreadable(name, error) from error

    def _refusal_of(self, name: str, error: OSError) -> PathRefused | None:
        if error.errno == files.IS_LINK:
            return linked(str(self.path), name, name, leaves=False)
        return not_a_file(name, stat.S_IFDIR) if error.errno == errno.EISDIR else None


def _seen(status: os.stat_result) -> Seen:
    mode = status.st_mode
    kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"
    return Seen("link" if stat.S_ISLNK(mode) else kind, status.st_size, status.st_mtime, stat.S_IMODE(mode))


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    return "file" if entry.is_file() else "folder" if entry.is_dir() else "other"
