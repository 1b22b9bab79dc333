"""A tree of files as it was, kept in memory, and brought back in place: cheaper than a copy for every case."""

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path

Signature = tuple[int, int, int, int]


@dataclass(frozen=True)
class Kept:
    """One entry: its mode, the bytes of a file or the target of a link, and its time of change."""

    mode: int
    content: bytes
    changed: int

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


@dataclass
class Pristine:
    """Everything below `root`, by relative path, folders before what is in them."""

    root: Path
    entries: dict[str, Kept] = field(default_factory=dict)
    seen: dict[str, Signature] = field(default_factory=dict)
    now: dict[str, os.stat_result] = field(default_factory=dict)

    @classmethod
    def take(cls, root: Path) -> "Pristine":
        """The tree as it is now."""
        made = cls(root)
        for path, facts in made.walk().items():
            made.entries[path] = _keep(root / path, facts)
            made.seen[path] = _sign(facts)
        return made

    def walk(self) -> dict[str, os.stat_result]:
        """Relative path -> what the file system says of it; links are not followed."""
        found: dict[str, os.stat_result] = {}
        waiting = [(str(self.root), "")]
        while waiting:
            folder, before = waiting.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = before + entry.name
                    found[path] = facts = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(facts.st_mode):
                        waiting.append((entry.path, path + "/"))
        return found

    def changed(self) -> tuple[list[str], list[str]]:
        """Paths that came or are not what they were; and those that went. Looks at the tree once, for `restore` too."""
        self.now = self.walk()
        other = [path for path, facts in self.now.items() if self.seen.get(path) != _sign(facts)]
        return other, [path for path in self.entries if path not in self.now]

    def restore(self) -> None:
        """Make the tree what it was before `changed` looked; folders that are still folders stay the same ones."""
        other = [path for path, facts in self.now.items() if self.seen.get(path) != _sign(facts)]
        for path in other:
            kept = self.entries.get(path)
            if kept is None or stat.S_IFMT(kept.mode) != stat.S_IFMT(self.now[path].st_mode):
                _remove(self.root / path)
        back = {*other, *(path for path in self.entries if path not in self.now)}
        for path in self.entries:
            if path in back:
                self._put_back(path, self.entries[path])

    def _put_back(self, path: str, kept: Kept) -> None:
        target = self.root / path
        if kept.is_folder:
            target.mkdir(exist_ok=True)
        elif stat.S_ISLNK(kept.mode):
            target.unlink(missing_ok=True)
            target.symlink_to(os.fsdecode(kept.content))
        elif stat.S_ISFIFO(kept.mode):
            target.unlink(missing_ok=True)
            os.mkfifo(target)
        else:
            _write(target, kept.content)
        if not stat.S_ISLNK(kept.mode):
            target.chmod(stat.S_IMODE(kept.mode))
            os.utime(target, ns=(kept.changed - 10**9, kept.changed))
        self.seen[path] = _sign(target.lstat())


def _keep(path: Path, facts: os.stat_result) -> Kept:
    if stat.S_ISLNK(facts.st_mode):
        content = os.fsencode(path.readlink())
    elif stat.S_ISREG(facts.st_mode):
        content = path.read_bytes()
    else:
        content = b""
    return Kept(facts.st_mode, content, facts.st_mtime_ns)


def _sign(facts: os.stat_result) -> Signature:
    if stat.S_ISDIR(facts.st_mode):
        return (facts.st_mode, 0, 0, 0)
    return (facts.st_mode, facts.st_size, facts.st_mtime_ns, facts.st_ino)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except PermissionError:
        path.unlink()
        path.write_bytes(content)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
