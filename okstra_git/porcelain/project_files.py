"""Where the project's documents are, and documents that a person names on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import read_named
from okstra_git.fs.root import MOST_BYTES, Root
from okstra_git.git.discovery import hidden_main
from okstra_git.git.history import resolve_head
from okstra_git.git.objects import find_entry
from okstra_git.git.repo import open_repository
from okstra_git.git.worktrees import list_worktrees
from okstra_git.paths import ProjectPaths, real_path

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace


def project_root(workspace: Workspace) -> Path:
    """The top of the main worktree, where `.okstra/` is; in a bare repository that of the first linked one."""
    trees = [tree.path for tree in list_worktrees(workspace.git) if not tree.is_bare]
    return trees[0] if trees else workspace.git.top


def require_project_root(workspace: Workspace) -> Path:
    """As `project_root`; refuses a repository that has no worktree at all."""
    root = project_root(workspace)
    if workspace.git.work_tree is None and root == workspace.git.top:
        raise refuse("project.bare", "a bare repository has no project folder", hint="run this in a worktree")
    return root


def writable_project_root(workspace: Workspace) -> Path:
    """As `project_root`, for what writes below `.okstra/`: refuses one that is a link."""
    root = project_root(workspace)
    Root(root).require_plain_way(ProjectPaths(root).task_catalogue)
    return root


def require_project(workspace: Workspace) -> ProjectPaths:
    """The places of the project's documents. Refuses while a setting hides the main worktree, and a bare repository."""
    for hidden in hidden_main(workspace.git.configuration, workspace.git.common_dir):
        raise refuse("config.main-worktree", hidden.sentence, hint=hidden.remedy)
    return ProjectPaths(require_project_root(workspace))


def read_document_named(workspace: Workspace, name: str, *, limit: int = MOST_BYTES) -> bytes:
    """The content of a file named from the working directory: plain files only, within the limit of a document.

    A link is followed wherever it leads, but for one that a commit brought and that leads out of the repository.
    """
    try:
        roots = dict.fromkeys((workspace.git.top, project_root(workspace)))
    except OkstraError:  # outside of any repository
        roots = {}
    return read_named(name, workspace.cwd, tuple(roots), limit=limit, is_tracked=is_tracked)


def recorded_path(workspace: Workspace, path: Path) -> str:
    """The file as it is recorded and shown: from the project's root where it lies below it, else absolute."""
    root, real = real_path(project_root(workspace)), real_path(path)
    recorded = real.relative_to(root).as_posix() if real.is_relative_to(root) else str(real)
    return recorded.encode("utf-8", "backslashreplace").decode()


def is_tracked(root: Path, path: str) -> bool:
    """Whether the commit that is checked out at `root` has something at this path; True where that is not known."""
    try:
        git = open_repository(root)
        head = resolve_head(git)
        return head is not None and find_entry(git, head, path.encode("utf-8", "surrogateescape")) is not None
    except OkstraError:
        return True
