"""What git ignores, and which ignored files are caches that a tool makes again; docs/guide/worktrees.md lists them."""

import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.git.binary import run_git
from okstra_git.git.git_directory import share
from okstra_git.git.repo import Git


def exclude_folder(git: Git, pattern: str) -> bool:
    """Add a pattern to the private ignore list; whether it was missing. A list we cannot write is left alone."""
    root, name = Root(git.common_dir), "info/exclude"
    try:
        before = root.find_bytes(name) or b""
        if pattern.encode() in before.splitlines():
            return False
        joint = b"" if not before or before.endswith(b"\n") else b"\n"
        root.write(name, before + joint + pattern.encode() + b"\n", durable=False)
        share(git.common_dir / name)
    except PathRefused:
        return False
    return True


def is_ignored(top: Path, path: Path) -> bool | None:
    """Whether git ignores this absolute path in the worktree at `top`; None where it cannot say.

    As an absolute path it is not a pattern, whatever its name begins with.
    """
    status = run_git(["check-ignore", "-q"], values=[str(path)], cwd=top, accept=(0, 1, 128)).returncode
    return None if status == 128 else status == 0


COMPILED = b"__pycache__"
TAGGED = {
    b".pytest_cache": re.compile(rb"(v/|(README\.md|\.gitignore|CACHEDIR\.TAG)\Z)"),
    b".mypy_cache": re.compile(rb"(\d+\.\d+/|(missing_stubs|\.gitignore|CACHEDIR\.TAG)\Z)"),
    b".ruff_cache": re.compile(rb"(\d+\.\d+\.\d+/|content/|(\.gitignore|CACHEDIR\.TAG)\Z)"),
}
"""Caches that declare themselves, and how what their tool puts there begins."""
PACKAGES = b"node_modules"
LITTER = frozenset({b".DS_Store", b"Thumbs.db"})
_TAG = (b"CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55")
"""https://bford.info/cachedir/: a file by which a program declares a directory to be a cache."""
_INSTALLED = (b".package-lock.json", b".yarn-integrity", b".yarn-state.yml", b".modules.yaml")
"""What npm, yarn and pnpm write last into the directory that they have filled."""
_BUILT_LATER = (b".cache", b".vite", b".vitest")
"""Caches that tools keep inside `node_modules`."""


class Caches(NamedTuple):
    """Files that may go: the directories or files that hold them, as people see them, and every single path."""

    roots: tuple[bytes, ...] = ()
    files: tuple[bytes, ...] = ()


def find_caches(
    top: Path,
    loose: Sequence[bytes],
    *,
    tracked: Collection[bytes],
    awkward: Iterable[bytes],
    ignored: Collection[bytes],
    named: Collection[bytes] = (),
) -> Caches:
    """Those of the `loose` (untracked) files that are caches.

    A directory is one only as a whole: with a tracked file in it, or something `awkward` (a repository, a pipe, what
    cannot be read), it is not. `named` are directories that the user's configuration calls caches, by name or by path;
    of those only `ignored` files may go.
    """
    roots: dict[bytes, list[bytes]] = {}
    litter: list[bytes] = []
    for path in loose:
        root = _root_of(path, named)
        if root:
            roots.setdefault(root, []).append(path)
        elif path.rpartition(b"/")[2] in LITTER:
            litter.append(path)
    spoiled = _roots_of(awkward, named) | (_roots_of(tracked, named) if roots else set())
    good = {root: files for root, files in roots.items()
            if root not in spoiled and _is_cache(top, root, files, tracked, ignored, named)}  # fmt: skip
    files = [path for group in good.values() for path in group]
    return Caches((*good, *litter), (*files, *litter))


def _roots_of(paths: Iterable[bytes], named: Collection[bytes]) -> set[bytes]:
    return {root for path in paths if (root := _root_of(path + b"/.", named))}


def _root_of(path: bytes, named: Collection[bytes]) -> bytes:
    """The outermost directory on the way to a file that may be a cache by its name, or nothing."""
    folder = b""
    for part in path.split(b"/")[:-1]:
        folder = folder + b"/" + part if folder else part
        if part in (COMPILED, PACKAGES) or part in TAGGED or part in named or folder in named:
            return folder
    return b""


def _is_cache(
    top: Path,
    root: bytes,
    files: Sequence[bytes],
    tracked: Collection[bytes],
    ignored: Collection[bytes],
    named: Collection[bytes],
) -> bool:
    parent, _, name = root.rpartition(b"/")
    if (name in named or root in named) and all(path in ignored for path in files):
        return True
    if name == COMPILED:
        return all(_is_compiled(path[len(root) + 1 :]) for path in files)
    if name in TAGGED:
        is_theirs = all(TAGGED[name].match(path[len(root) + 1 :]) for path in files)
        return is_theirs and _has_tag(os.path.join(os.fsencode(top), root))
    manifest = parent + b"/package.json" if parent else b"package.json"
    return name == PACKAGES and manifest in tracked and _is_as_installed(top, root, files)


def _is_compiled(name: bytes) -> bool:
    """Whether it is a file such as `module.cpython-312.pyc`, as Python names what it compiled (PEP 3147)."""
    return b"/" not in name and name.endswith((b".pyc", b".pyo")) and name.count(b".") >= 2


def _has_tag(folder: bytes) -> bool:
    try:
        return Root(Path(os.fsdecode(folder))).read_head(os.fsdecode(_TAG[0]), len(_TAG[1])) == _TAG[1]
    except PathRefused:
        return False


def _is_as_installed(top: Path, root: bytes, files: Sequence[bytes]) -> bool:
    """Whether a package manager filled the directory and nobody changed or added a file since."""
    folder = os.path.join(os.fsencode(top), root)
    try:
        marks = [os.lstat(place) for name in _INSTALLED if os.path.lexists(place := os.path.join(folder, name))]
        return bool(marks) and all(_is_old(top, path, root, marks) for path in files)
    except OSError:
        return False


def _is_old(top: Path, path: bytes, root: bytes, marks: Sequence[os.stat_result]) -> bool:
    """Whether a file was there when the installation ended; one that is linked elsewhere changes its state then."""
    first, slash, _ = path[len(root) + 1 :].partition(b"/")
    if slash and first in _BUILT_LATER:
        return True
    if not slash:
        return first in _INSTALLED
    facts = os.lstat(os.path.join(os.fsencode(top), path))
    is_settled = facts.st_nlink > 1 or facts.st_ctime_ns <= max(mark.st_ctime_ns for mark in marks)
    return is_settled and facts.st_mtime_ns <= max(mark.st_mtime_ns for mark in marks)
