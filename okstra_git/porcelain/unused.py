"""Tells a clone that okstra was never used in, without loading what reads records: `status` is called everywhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.discovery import hidden_main
from okstra_git.git.refs import list_ref_names
from okstra_git.store import layout

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.workspace import Workspace


class StatusProblem(NamedTuple):
    """Something that `status` wants a person to see: a code, a sentence, the next command, and what it is about."""

    code: str
    message: str
    hint: str
    task: str | None = None
    stage: int | None = None
    run: str | None = None


NOT_SET_UP = StatusProblem("store.not-initialised", "okstra is not set up in this clone", "git okstra init")
"""The problem that `status` reports of such a clone."""


def is_unused(git: Git) -> bool:
    """Whether nothing of okstra is here, neither files nor refs, its own or fetched ones, so that no task can be known.

    False as well where git's own configuration hides the main worktree, which has to be reported, and where the refs
    cannot be listed.
    """
    if os.path.lexists(git.private_dir) or hidden_main(git.configuration, git.common_dir):
        return False
    try:
        return not list_ref_names(git, layout.ROOT)
    except OkstraError:
        return False


def project_of(workspace: Workspace) -> str | None:
    """The project id that is configured here."""
    return workspace.settings.project
