"""Worktrees: listed, added locked, and what git keeps for each alone: branch, lock, settings, staged content."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.fs.outside import LONGEST_POINTER, read_gits, require_gits
from okstra_git.git.binary import GitFailed, find_git_dir, run_git
from okstra_git.git.refs import find_head_target
from okstra_git.git.repo import Git
from okstra_git.names import is_text
from okstra_git.paths import real_path


def lock_reason(private: Path) -> str | None:
    """Why the worktree is locked (git-worktree.txt), perhaps nothing; None when it is not locked."""
    try:
        return os.fsdecode(require_gits(private / "locked", LONGEST_POINTER)).strip()
    except FileNotFoundError:
        return None
    except OSError:
        return "it cannot be read"


@dataclass(frozen=True)
class Worktree:
    """One worktree as git lists it; `branch` is the short name, None when detached."""

    path: Path
    head: str | None
    branch: str | None
    is_bare: bool = False
    is_locked: bool = False
    lock_reason: str = ""
    is_prunable: bool = False


def list_worktrees(git: Git) -> list[Worktree]:
    """All worktrees, the main one first."""
    answer = run_git(["worktree", "list", "--porcelain", "-z"], cwd=git.top).stdout
    blocks = [block for block in answer.split(b"\0\0") if block.strip(b"\0")]
    main, *linked = [_parse(block) for block in blocks]
    return [replace(main, path=_main_path(git, main)), *linked]


def add_worktree(git: Git, path: Path, *, branch: str, base: str | None, reason: str) -> None:
    """Check out `branch` (created at `base` when that is given) in a new locked worktree at `path`."""
    how = [f"-b{branch}", "--no-track"] if base else []
    add = ["worktree", "add", "-q", "--lock", f"--reason={reason}", *how]
    with _making(path):
        run_git(add, values=[str(path), base or branch], cwd=git.top)


def add_detached(git: Git, path: Path, *, commit: str, reason: str, whole: bool = False) -> None:
    """Check out `commit` in a new locked worktree at `path`, on no branch yet; `whole`: also where ours is sparse."""
    add = ["worktree", "add", "-q", "--lock", f"--reason={reason}", "--detach"]
    settings = {"core.sparseCheckout": "false"} if whole else None
    with _making(path):
        run_git(add, values=[str(path), commit], cwd=git.top, settings=settings)


def add_no_checkout(git: Git, path: Path, *, branch: str, reason: str) -> None:
    """A new locked worktree at `path` on `branch`, without any file."""
    add = ["worktree", "add", "-q", "--lock", f"--reason={reason}", "--no-checkout"]
    with _making(path):
        run_git(add, values=[str(path), branch], cwd=git.top)


def attach_branch(path: Path, branch: str) -> None:
    """Say that a detached worktree is on `branch`; its files stay as they are."""
    run_git(["symbolic-ref", f"-mokstra: on {branch}"], values=["HEAD", f"refs/heads/{branch}"], cwd=path)


def find_worktree(git: Git, path: Path) -> Worktree | None:
    """The worktree registered at this path, also when the path leads there through a symbolic link."""
    real = real_path(path)
    return next((worktree for worktree in list_worktrees(git) if real_path(worktree.path) == real), None)


def current_branch(git: Git) -> str | None:
    """The branch checked out here, or None when detached or bare-unborn."""
    text, prefix = find_head_target(git) or "", "refs/heads/"
    return text.removeprefix(prefix) if text.startswith(prefix) and is_text(text) else None


_OWN_LOCK = re.compile(r"okstra( task=\S+ (stage|group|run|verification)=\S+)?\Z")
_COMMON_SETTINGS = re.compile(r"core\.(bare|worktree|sparsecheckout|sparsecheckoutcone)\Z|index\.sparse\Z")
LOCKS = ("index.lock", "HEAD.lock", "config.worktree.lock")


def private_dirs(git: Git) -> dict[Path, Path]:
    """Directory of each linked worktree, resolved -> git's private directory of it, as git's own registry has it."""
    privates: dict[Path, Path] = {}
    for pointer in (git.common_dir / "worktrees").glob("*/gitdir"):
        text = os.fsdecode(read_gits(pointer, LONGEST_POINTER) or b"").rstrip("\n")
        if not text:
            continue
        privates[real_path((pointer.parent / text).parent)] = pointer.parent
    return privates


def is_own_lock(reason: str) -> bool:
    """Whether okstra locked it."""
    return _OWN_LOCK.match(reason) is not None


def list_own_settings(git: Git, private: Path) -> list[str]:
    """Keys that this worktree alone has set, apart from a sparse checkout and what `worktree add` copied from main."""
    ours = _read_settings(private / "config.worktree")
    if not ours:
        return []
    copied = set(_read_settings(git.common_dir / "config.worktree"))
    kept = [key for key, value in ours if (key, value) not in copied and not _COMMON_SETTINGS.match(key)]
    return sorted(set(kept))


def has_staged(git: Git, private: Path) -> bool:
    """Whether the index of a worktree whose directory is gone has content that its HEAD does not."""
    inside = {"GIT_DIR": str(private), "GIT_WORK_TREE": str(private)}
    asked = ["diff-index", "--cached", "--quiet", "--ignore-submodules=none", "HEAD"]
    return run_git(asked, cwd=git.common_dir, environment=inside, accept=(0, 1)).returncode == 1


def find_moved(path: Path, private: Path) -> Path | None:
    """A directory near the one that is gone whose `.git` still leads to this private directory."""
    for folder in (path.parent, path.parent.parent):
        try:
            near = sorted(folder.iterdir())
        except OSError:
            continue
        for candidate in near:
            git_dir = find_git_dir(candidate)
            if git_dir is not None and real_path(git_dir) == real_path(private):
                return candidate
    return None


def _main_path(git: Git, main: Worktree) -> Path:
    """Where the main worktree is; of one whose git directory is elsewhere (a submodule) git lists the latter."""
    if main.is_bare or real_path(main.path) != git.common_dir:
        return main.path
    elsewhere = git.configuration.find("core.worktree", scopes=("local", "worktree"))
    if elsewhere is not None:
        return real_path(git.common_dir / elsewhere.value)
    return git.work_tree if git.work_tree and real_path(git.git_dir) == git.common_dir else main.path


def _parse(block: bytes) -> Worktree:
    facts: dict[str, str] = {}
    for line in block.strip(b"\0").split(b"\0"):
        word, _, value = line.decode("utf-8", "surrogateescape").partition(" ")
        facts[word] = value
    branch = facts.get("branch", "")
    return Worktree(
        Path(facts["worktree"]),
        facts.get("HEAD"),
        branch.removeprefix("refs/heads/") or None,
        is_bare="bare" in facts,
        is_locked="locked" in facts,
        lock_reason=facts.get("locked", ""),
        is_prunable="prunable" in facts,
    )


@contextmanager
def _making(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        hint = "choose another place with 'git okstra config set okstra.worktreeRoot DIR'"
        raise refuse(
            "worktree.failed", f"the directory {path.parent} cannot be made: {error.strerror}", hint=hint
        ) from error
    except GitFailed as failed:
        raise refuse(
            "worktree.failed",
            f"the worktree {path} could not be made: {failed.message}",
            path=str(path),
            hint=failed.hint or "git worktree list",
        ) from failed


def _read_settings(path: Path) -> list[tuple[str, str]]:
    if not path.exists():
        return []
    answer = run_git(["config", f"--file={path}", "--list", "-z"], cwd=path.parent).stdout
    pairs = (os.fsdecode(entry).partition("\n") for entry in answer.split(b"\0") if entry)
    return [(key, value) for key, _, value in pairs]
