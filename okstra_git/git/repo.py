"""Opens a repository explicitly and refuses, in one place, those that okstra cannot work in."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType

from okstra_git.errors import OkstraError
from okstra_git.git.binary import run_git
from okstra_git.git.links import read_pointer
from okstra_git.git.main_tree import Hidden, find_hidden

CACHED_BLOB = 64 << 10
CACHE_SIZE = 16 << 20
"""Bytes: the largest file that libgit2 keeps, and how much it keeps altogether."""


class NoRepository(OkstraError):
    """There is no git repository at or above the directory."""

    code = "repo.none"


class UnsupportedRepository(OkstraError):
    """A repository format that libgit2 cannot open: sha256, reftable, an unknown extension."""

    code = "repo.unsupported"


class UnsafeRepository(OkstraError):
    """The repository belongs to somebody else and git's safe.directory does not admit it."""

    code = "repo.unsafe"


class BrokenConfig(OkstraError):
    """A git configuration file that cannot be parsed."""

    code = "config.broken"


@dataclass(frozen=True)
class Git:
    """One opened repository: its handle and the directories that matter.

    `git_dir` is private to the worktree, `common_dir` is shared by all worktrees, `work_tree` is None when bare.
    """

    handle: pygit2.Repository
    git_dir: Path
    common_dir: Path
    work_tree: Path | None

    @property
    def top(self) -> Path:
        """A directory in which the git program finds this repository."""
        return self.work_tree or self.git_dir

    @cached_property
    def is_shallow(self) -> bool:
        """Whether history is cut off, so that missing ancestors mean nothing."""
        return (self.common_dir / "shallow").exists()

    @cached_property
    def private_dir(self) -> Path:
        """`$GIT_COMMON_DIR/okstra`: this clone's rebuildable and private files."""
        return self.common_dir / "okstra"

    @cached_property
    def known_texts(self) -> set[str]:
        """Blobs that were read already and may be merged line by line; `merging` fills it."""
        return set()


_BROKEN_CONFIG = ("config file", "invalid escape at", "failed to parse '")
"""What libgit2 says when a configuration file is at fault; it has no class of its own for that."""


def open_repository(start: Path) -> Git:
    """The repository that contains `start`, worktree or bare; refuses with one clear sentence otherwise.

    The environment is ignored on purpose: git exports `GIT_DIR` and `GIT_INDEX_FILE` to hooks.
    """
    if not start.is_dir():
        raise NoRepository(f"there is no directory {start}", hint="name an existing directory with -C")
    try:
        found = pygit2.discover_repository(str(start))
        if found is None:
            raise _cut_off(start) or NoRepository(
                f"{start} is not inside a git repository", hint="run 'git init' first, or use -C DIR"
            )
        handle = pygit2.Repository(str(start))  # from a git directory that stands elsewhere it would guess the worktree
    except pygit2.GitError as error:
        raise _refusal(start, str(error)) from error
    _refuse_formats(handle, start)
    _read_quickly()
    git_dir = Path(handle.path)
    return Git(handle, git_dir, _common_dir(git_dir), _work_tree(handle, start))


def _work_tree(handle: pygit2.Repository, start: Path) -> Path | None:
    """The worktree that `start` is in; libgit2 goes by the repository's entry, which a move by hand leaves behind."""
    if not handle.workdir or Path(handle.workdir).is_dir():
        return Path(handle.workdir) if handle.workdir else None
    here = next((folder for folder in _upwards(start) if (folder / ".git").exists()), None)
    hidden = _hidden_from(start) if here is not None and (here / ".git").is_dir() else None
    if hidden is not None:
        raise NoRepository(hidden.sentence, hint=hidden.remedy)
    return here


def _upwards(start: Path) -> tuple[Path, ...]:
    return (start.resolve(), *start.resolve().parents)


def _cut_off(start: Path) -> NoRepository | None:
    """The refusal for a worktree whose repository is not where its `.git` file says, mostly because that was moved."""
    folder = next((each for each in _upwards(start) if (each / ".git").is_file()), None)
    if folder is None:
        return None
    there = read_pointer(folder / ".git")
    told = f"leads to {there}, where nothing is" if there else "is damaged"
    hint = "run 'git worktree repair' in the repository that it is a worktree of, where that is now"
    return NoRepository(f"the .git file of the worktree {folder} {told}", hint=hint)


def _read_quickly() -> None:
    """Let libgit2 keep small files it has read, and not hash every object it reads.

    Reconciling compares the same files again and again; like git itself we rely on the checksums of zlib and packs,
    and on git fsck.
    """
    pygit2.settings.enable_strict_hash_verification(False)
    pygit2.settings.cache_object_limit(ObjectType.BLOB, CACHED_BLOB)
    pygit2.settings.cache_max_size(CACHE_SIZE)


def _common_dir(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    return (git_dir / pointer.read_text().strip()).resolve() if pointer.exists() else git_dir.resolve()


def _refuse_formats(handle: pygit2.Repository, start: Path) -> None:
    config = handle.config
    for key, plain in (("extensions.objectformat", "sha1"), ("extensions.refstorage", "files")):
        if key in config and (config[key] or plain).lower() != plain:
            raise _unsupported(start, f"{key.split('.')[1]} {config[key]}")


def _refusal(start: Path, complaint: str) -> OkstraError:
    if any(sign in complaint for sign in _BROKEN_CONFIG):
        what = complaint.partition("config file: ")[2] or complaint
        return BrokenConfig(f"the git configuration of {start} is broken: {what}", hint="git config --list")
    if "owne" in complaint or "safe" in complaint:
        return UnsafeRepository(
            f"the repository at {start} belongs to another user",
            hint="if you trust it, add it to git's safe.directory setting",
        )
    if "extension" in complaint or "format" in complaint or "version" in complaint:
        return _unsupported(start, _format_of(start) or complaint)
    hidden = _hidden_from(start)
    if hidden is not None:
        return NoRepository(hidden.sentence, hint=hidden.remedy)
    return NoRepository(f"the repository at {start} cannot be opened: {complaint}", hint="git fsck")


def _hidden_from(start: Path) -> Hidden | None:
    """What in the repository's configuration hides its main worktree, to which libgit2 says that nothing is there."""
    found = next((folder / ".git" for folder in _upwards(start) if (folder / ".git").is_dir()), None)
    return next(find_hidden(found), None) if found is not None else None


def _unsupported(start: Path, what: str) -> UnsupportedRepository:
    return UnsupportedRepository(
        f"okstra cannot work in this repository yet: {what}",
        hint="okstra needs the sha1 object format and the files ref format",
        path=str(start),
    )


def _format_of(start: Path) -> str:
    asked = ["config", "--get-regexp", r"^extensions\."]
    return ", ".join(run_git(asked, cwd=start, accept=(0, 1, 128)).stdout.decode(errors="replace").splitlines())
