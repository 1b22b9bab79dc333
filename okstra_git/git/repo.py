"""Opens a repository, refusing those that okstra cannot work in, and lays out throw-away ones over its objects."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

import pygit2
from pygit2.enums import ConfigLevel, ObjectType

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import read_gits
from okstra_git.fs.root import Root
from okstra_git.git.binary import NO_SETTINGS_GIVEN, OFFLINE, GitFailed, remember_place, run_git
from okstra_git.git.config import (
    Configuration,
    Person,
    ask_author,
    ask_committer,
    may_differ,
    read_configuration,
)
from okstra_git.git.discovery import (
    Lost,
    Opening,
    common_dir_of,
    discover,
    find_opening,
    find_top,
    why_cut_off,
    why_hidden,
)
from okstra_git.git.formats import FILES, OPENED, read_ref_format, refuse_format, refuse_ref_format
from okstra_git.git.git_directory import remember_sharing, sharing_of
from okstra_git.git.raw_objects import find_torn, shield_from
from okstra_git.git.refs_by_git import ObjectsOnly, find_ref_by_git
from okstra_git.paths import real_path

CACHED_BLOB = 64 << 10
CACHE_SIZE = 16 << 20
"""Bytes: the largest file that libgit2 keeps, and how much it keeps altogether."""


class NoRepository(OkstraError):
    """There is no git repository at or above the directory."""

    code = "repo.none"


# Options of the whole process, so set once: threads open repositories side by side, and libgit2 frees the list of
# extensions to set it anew. Reconciling compares the same files again and again, so small ones that were read are kept;
# like git itself we rely on the checksums of zlib and packs, and on git fsck, and do not hash every object.
pygit2.settings.set_extensions(list(OPENED))
pygit2.settings.enable_strict_hash_verification(False)
pygit2.settings.cache_object_limit(ObjectType.BLOB, CACHED_BLOB)
pygit2.settings.cache_max_size(CACHE_SIZE)
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Git:
    """One opened repository: its handle and the directories that matter.

    `git_dir` is private to the worktree, `common_dir` is shared by all worktrees, `work_tree` is None when bare.
    `for_git`: git itself called okstra in the midst of a command; `torn` names objects that were cut short. The handle
    knows no refs where `ref_format` is not `files`; `refs` asks whoever does.
    """

    handle: pygit2.Repository
    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    for_git: bool = False
    torn: tuple[str, ...] = ()
    ref_format: str = FILES

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
    def configuration(self) -> Configuration:
        """What git is configured to do here, asked once."""
        return read_configuration(self.top)

    def forget_configuration(self) -> None:
        """Ask again the next time, because something was written."""
        self.__dict__.pop("configuration", None)

    @cached_property
    def committer(self) -> Person | None:
        """Who acts here; None where git has no identity."""
        return ask_committer(self.top)

    @cached_property
    def author(self) -> Person | None:
        """Whose words are recorded here; None where git has no identity.

        `git commit` passes the author of the commit in hand to its hooks: whoever acts in a hook is the committer.
        """
        if self.for_git or not may_differ(self.configuration):
            return self.committer
        return ask_author(self.top)

    @cached_property
    def storage(self) -> pygit2.Repository:
        """The objects alone: without attributes, settings, and an index that libgit2 may not read (split, sparse)."""
        alone = pygit2.Repository()
        alone.set_odb(pygit2.Odb(str(self.common_dir / "objects")))
        if self.torn:
            shield_from(alone, self.torn)
        return alone

    @cached_property
    def known_texts(self) -> set[str]:
        """Blobs that were read already and may be merged line by line; `merging` fills it."""
        return set()


_SHARED = "core.sharedRepository"
_BROKEN_CONFIG = ("config file", "invalid escape at", "failed to parse '")
"""What libgit2 says when a configuration file is at fault; it has no class of its own for that."""


def open_repository(
    start: Path,
    *,
    environ: Mapping[str, str] | None = None,
    base: Path | None = None,
    for_git: bool = False,
    beside: Git | None = None,
) -> Git:
    """The repository that contains `start`, worktree or bare; refuses with one clear sentence otherwise.

    `environ`, with relative paths from `base`, may name another one (`redirection`). Without it the directory alone
    counts: git exports `GIT_DIR` and `GIT_INDEX_FILE` to hooks. `beside` is a worktree that is open already: where both
    belong to one repository, its objects are not looked through once more.
    """
    if not start.is_dir():
        raise NoRepository(f"there is no directory {start}", hint="name an existing directory with -C")
    try:
        opening = find_opening(start, environ or {}, base or start)
        if opening.git_dir is None and discover(opening.start, environ or {}) is None:
            raise _nothing_around(start)
        handle = _open(opening)
        if handle.is_bare and opening.git_dir is None:
            _refuse_unnamed(start, Path(handle.path))
    except pygit2.GitError as error:
        raise _refusal(start, str(error)) from error
    git_dir = Path(handle.path)
    common_dir = common_dir_of(git_dir)
    config = _own_config(common_dir, start)  # of format and modes git, too, reads in no other place
    ref_format = read_ref_format(config, start)
    if ref_format != FILES:
        handle = _open(opening, ObjectsOnly)
    if _SHARED in config:
        remember_sharing(common_dir, config[_SHARED] or "true")
    work_tree = _work_tree(handle, start)
    if opening.git_dir is not None:
        remember_place(work_tree or git_dir, git_dir, work_tree)
    is_seen = beside is not None and beside.common_dir == common_dir
    torn = beside.torn if beside and is_seen else tuple(find_torn(common_dir / "objects", common_dir / "okstra"))
    if torn:
        shield_from(handle, torn)
    if ref_format != FILES and not is_seen:
        _try_refs(git_dir, ref_format, start)
    return Git(handle, git_dir, common_dir, work_tree, for_git, torn, ref_format)


_CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsharedRepository = %s\n"


def lay_out_scratch(scratch: Path, git: Git, *, write: bool = False) -> dict[str, str]:
    """Lay out an empty bare repository over our objects; the environment in which git sees only that one.

    Neither configuration, attributes, drivers, grafts nor a promisor remote count there; a shallow end does. With
    `write` git puts new objects among ours, with the modes of a shared repository, instead of into the throw-away one.
    """
    objects = git.common_dir / "objects"
    root, borrowed = Root(scratch), [str(objects), *_alternates(objects)]
    root.make_folder("refs/heads")
    root.create("HEAD", b"ref: refs/heads/none\n", durable=False)
    root.create("config", _CONFIG % sharing_of(git.common_dir).encode(), durable=False)
    root.create("objects/info/alternates", b"".join(os.fsencode(folder) + b"\n" for folder in borrowed), durable=False)
    if (shallow := read_gits(git.common_dir / "shallow")) is not None:
        root.create("shallow", shallow, durable=False)
    own_objects = {"GIT_OBJECT_DIRECTORY": str(objects), "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(scratch)}
    return {
        **OFFLINE,
        **NO_SETTINGS_GIVEN,
        **(own_objects if write else {}),
        "GIT_DIR": str(scratch),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "XDG_CONFIG_HOME": str(scratch),
        "HOME": str(scratch),
    }


def _open(opening: Opening, kind: type[pygit2.Repository] = pygit2.Repository) -> pygit2.Repository:
    """Open it with libgit2, which reads no configuration but the repository's own.

    Whether a repository of somebody else may be opened is git's to say: its environment and command line count, too.
    """
    _search_nowhere_else()
    if opening.git_dir is not None:
        with _whoever_owns_it():  # git asks no such question about a directory that is named to it
            handle = kind(str(opening.git_dir))
        if opening.work_tree is not None:
            handle.workdir = str(opening.work_tree)
        return handle
    try:
        return kind(str(opening.start))  # from a git directory elsewhere it would guess the worktree
    except pygit2.GitError as error:
        if not _is_about_the_owner(str(error)) or not _does_git_open(opening.start):
            raise
    with _whoever_owns_it():
        return kind(str(opening.start))


def _search_nowhere_else() -> None:
    """Let libgit2 find no configuration in other places. Said once: it frees what was said before."""
    with _ONE_AT_A_TIME:
        for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
            if pygit2.settings.search_path[level]:
                pygit2.settings.search_path[level] = ""


def _refuse_unnamed(start: Path, git_dir: Path) -> None:
    """A bare repository in which git does nothing unless it is named to it, as in files that somebody else packed."""
    if not _does_git_open(start):
        message = f"git does not use the bare repository {git_dir} unless it is named, by safe.bareRepository"
        raise refuse("repo.unsafe", message, hint=f"git --git-dir={word(str(git_dir))} okstra status")


def _work_tree(handle: pygit2.Repository, start: Path) -> Path | None:
    """Where the worktree is, also after it was moved by hand; refuses one that a setting has taken away."""
    if not handle.workdir or Path(handle.workdir).is_dir():
        return Path(handle.workdir) if handle.workdir else None
    lost = why_hidden(start)
    if lost is not None:
        raise NoRepository(lost.sentence, hint=lost.remedy)
    return find_top(start)


def _nothing_around(start: Path) -> NoRepository:
    lost = why_cut_off(start)
    if lost is not None:
        return NoRepository(lost.sentence, hint=lost.remedy)
    return NoRepository(f"{start} is not inside a git repository", hint="run 'git init' first, or use -C DIR")


@contextmanager
def _whoever_owns_it() -> Iterator[None]:
    pygit2.settings.owner_validation = False
    try:
        yield
    finally:
        pygit2.settings.owner_validation = True


def _does_git_open(start: Path) -> bool:
    return run_git(["rev-parse", "--git-dir"], cwd=start, accept=range(256)).returncode == 0


def _is_about_the_owner(complaint: str) -> bool:
    return "owne" in complaint or "safe" in complaint


def _own_config(common_dir: Path, start: Path) -> pygit2.Config:
    """The repository's own file of configuration, which may not be a file at all, or not readable by us."""
    try:
        return pygit2.Config(str(common_dir / "config"))
    except (OSError, pygit2.GitError) as error:
        message = f"the git configuration of {start} cannot be read: {error}"
        raise refuse("config.broken", message, hint=f"look at {word(str(common_dir / 'config'))}") from error


def _try_refs(git_dir: Path, ref_format: str, start: Path) -> None:
    """Read the refs, which nearly every command does next, to know that the git program can."""
    try:
        find_ref_by_git(git_dir, "HEAD")
    except GitFailed as failed:
        raise refuse_ref_format(start, ref_format) from failed


def _refusal(start: Path, complaint: str) -> OkstraError:
    if any(sign in complaint for sign in _BROKEN_CONFIG):
        what = complaint.partition("config file: ")[2] or complaint
        return refuse("config.broken", f"the git configuration of {start} is broken: {what}", hint="git config --list")
    if _is_about_the_owner(complaint):
        return refuse(
            "repo.unsafe",
            f"the repository at {start} belongs to another user",
            hint="if you trust it, add it to git's safe.directory setting",
        )
    if "extension" in complaint or "format" in complaint or "version" in complaint:
        return refuse_format(start, complaint)
    unclear = Lost(f"the repository at {start} cannot be opened: {complaint}", "git fsck")
    lost = why_hidden(start) or why_cut_off(start) or unclear
    return NoRepository(lost.sentence, hint=lost.remedy)


def _quoted(scratch: Path) -> str:
    """A list of one folder, as git reads it: in quotation marks, since a colon would end the name."""
    escaped = str(scratch / "objects").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _alternates(objects: Path) -> list[str]:
    lines = os.fsdecode(read_gits(objects / "info" / "alternates") or b"").splitlines()
    return [str(real_path(objects / line)) for line in lines if line and not line.startswith("#")]
