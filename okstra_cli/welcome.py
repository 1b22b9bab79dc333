"""What `git okstra` says without a command: how things stand here, or what can be tried at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.page import Cell, Page
from okstra_git.commands import command
from okstra_git.errors import OkstraError

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.git.repo import Git

OUTSIDE = """\
Usage: git okstra COMMAND …

This is not inside of a git repository. In one, without setting anything up:
  git okstra landed --all    which branches have landed, squashed ones too
  git okstra prove OLD NEW   whether two commits or branches are the same change
  git okstra adopt           follow the branch that is checked out

All commands: git okstra --help
"""

EMPTY = """\
There are no commits here yet. Once there is one, git okstra says what can be tried.
all commands: git okstra --help
"""


def welcome(session: Session) -> Answer:
    """The status where there is one; else three lines that work in this repository; outside of one, a short help."""
    from okstra_git.git.refs import is_unborn
    from okstra_git.porcelain.workspace import is_unused

    try:
        git = session.workspace.git
    except OkstraError as refusal:
        if refusal.code != "repo.none":
            raise
        return Answer({"set_up": None, "next": ["git okstra --help"]}, lambda: OUTSIDE)
    if is_unused(git):
        if is_unborn(git):
            return Answer({"set_up": False, "next": ["git commit"]}, lambda: EMPTY)
        lines = _to_try(git)
        return Answer({"set_up": False, "next": [line for line, _ in lines]}, lambda: _page(lines))
    from okstra_cli.views.status import status_page
    from okstra_git.porcelain.status import survey_all

    survey = survey_all(session.workspace, only=None, with_closed=False)
    facts = {"set_up": True, "next": ["git okstra status", "git okstra --help"]}
    return Answer(facts, lambda: status_page(survey, only_problems=False))


def _to_try(git: Git) -> list[tuple[str, str]]:
    """Lines that are accepted here, each with what it does."""
    from okstra_git.git.remotes import default_branches
    from okstra_git.git.revisions import BRANCH, printed_name
    from okstra_git.git.worktrees import current_branch

    branch, targets = current_branch(git), default_branches(git)[:1]
    is_target = branch is None or branch in targets
    into = () if targets else (("--into", printed_name(git, BRANCH + branch)),) if branch else ()
    new = printed_name(git, BRANCH + branch) if branch is not None and targets and not is_target else "HEAD"
    old = targets[0] if targets and not is_target else _before_head(git)
    return [
        (command("git okstra landed --all", *into), "which branches have landed, squashed ones too"),
        (command("git okstra prove", old, new), "whether two commits or branches are the same change"),
        ("git okstra adopt --all" if is_target else "git okstra adopt", "follow what is here when it is rewritten"),
    ]


def _before_head(git: Git) -> str:
    """A name for the commit below the one that is checked out; for that one itself where it has none."""
    from okstra_git.git.history import find_commit, resolve_head

    here = resolve_head(git)
    head = find_commit(git, here) if here is not None else None
    return "HEAD~1" if head is not None and head.parents else "HEAD"


def _page(lines: list[tuple[str, str]]) -> Page:
    page = Page()
    page.line("okstra does not know this repository yet. Three things to try:")
    for line, meaning in lines:
        page.line("  ", Cell(line, "strong"), Cell(f"   # {meaning}", "faint"))
    page.line(Cell("all commands: git okstra --help", "faint"))
    return page
