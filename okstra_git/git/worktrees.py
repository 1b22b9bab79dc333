"""Worktrees: listed, and added locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.fs.outside import read_line
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.repo import Git
from okstra_git.names import is_text
from okstra_git.real_paths import real_path


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


def add_worktree(git: Git, path: Path, *, branch: str, base: str | None, reason: str) -> None:
    """Check out `branch` (created at `base` when that is given) in a new locked worktree at `path`."""
    how = [f"-b{branch}", "--no-track"] if base else []
    add = ["worktree", "add", "-q", "--lock", f"--reason={reason}", *how]
    with _making(path):
        run_git(add, values=[str(path), base or branch], cwd=git.top)


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


def add_detached(git: Git, path: Path, *, commit: str, reason: str) -> None:
    """Check out `commit` in a new locked worktree at `path`, on no branch yet."""
    add = ["worktree", "add", "-q", "--lock", f"--reason={reason}", "--detach"]
    with _making(path):
        run_git(add, values=[str(path), commit], cwd=git.top)


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
    text = read_line(git.git_dir / "HEAD") or ""
    prefix = "ref: refs/heads/"
    return text.removeprefix(prefix) if text.startswith(prefix) and is_text(text) else None
