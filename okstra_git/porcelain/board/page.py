"""The board as a page, and the file that it is written to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.errors import refuse
from okstra_git.fs.outside import replace_named
from okstra_git.fs.root import Root
from okstra_git.git.ignored import exclude_folder
from okstra_git.pages.board_page import board_html
from okstra_git.paths import OKSTRA, ProjectPaths, real_path
from okstra_git.porcelain.board.board import make_board
from okstra_git.porcelain.project_files import project_root

if TYPE_CHECKING:
    from okstra_git.pages.board_page import Tally
    from okstra_git.porcelain.workspace import Workspace


class BoardPage(NamedTuple):
    """The page and what it holds; `path` is the file that has it, None where it was only asked for."""

    html: str
    tally: Tally
    path: Path | None


def make_page(workspace: Workspace, *, forecast: bool) -> BoardPage:
    """The page as it would be written."""
    html, tally = board_html(make_board(workspace, forecast=forecast))
    return BoardPage(html, tally, None)


def write_page(workspace: Workspace, output: str | None, *, forecast: bool) -> BoardPage:
    """Write the page to the file named from the working directory, else to `.okstra/board.html`.

    Refuses (`project.bare`) without a name where there is no worktree to put it into.
    """
    if output is None:
        root = _require_root(workspace)
    page = make_page(workspace, forecast=forecast)
    data = page.html.encode("utf-8", "backslashreplace")
    if output is not None:
        path = real_path(workspace.cwd / output)
        replace_named(path, data)
    else:
        path = ProjectPaths(root).board
        exclude_folder(workspace.git, f"/{OKSTRA}/")  # a page of this moment belongs in no commit
        Root(root).write(path, data, durable=False)
    return page._replace(path=path)


def _require_root(workspace: Workspace) -> Path:
    root = project_root(workspace)
    if workspace.git.work_tree is None and root == workspace.git.top:
        hint = "git okstra board --output FILE"
        raise refuse("project.bare", "a bare repository has no project folder for the board", hint=hint)
    return root
