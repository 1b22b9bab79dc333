"""Where stages may live, by the repository's settings; light enough for commands that mostly find nothing new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.reconcile.scope import SearchScope
from okstra_git.store.clone import find_writer

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import State


def make_search_scope(workspace: Workspace, state: State, planned: Mapping[str, str] | None = None) -> SearchScope:
    """The branches to look at; `planned` tips stand for branches git is about to move."""
    scope = SearchScope(workspace.git, planned or {}, workspace.settings.target, own_writer(workspace))
    scope.know_stage_branches(state)
    return scope


def own_writer(workspace: Workspace) -> str:
    """This clone's id; empty before `init`, and where the file that has it is damaged."""
    try:
        return find_writer(workspace.git) or ""
    except OkstraError:
        return ""


def window_limit(workspace: Workspace) -> int:
    """How many commits are searched for a record."""
    return workspace.settings.reconcile_window
