"""How a group's branch, on which somebody went on, gets its own commit again, with that work kept on another branch."""

from collections.abc import Collection
from itertools import count

from okstra_git.commands import command
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import list_worktrees


def put_back(git: Git, branch: str, commit: str, known: Collection[str]) -> tuple[str, ...]:
    """The lines that do it; none where the branch is not here, or is at a commit that the group was assembled as."""
    tip = find_quietly(git, f"refs/heads/{branch}")
    if tip is None or tip == commit or tip in known:
        return ()
    names = (f"{branch}-kept{f'-{number}' if number > 1 else ''}" for number in count(1))
    kept = next(name for name in names if find_ref(git, f"refs/heads/{name}") is None)
    at = next((tree.path for tree in list_worktrees(git) if tree.branch == branch), None)
    if at is None:
        return command("git branch", kept, tip), command("git branch --force", branch, commit)
    return command("git branch", kept, tip), command(f"{command('git -C', at)} reset --keep", commit)
