"""What one prepare works with: the request, where it stands, who leads, and when it began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.git.main_tree import hidden_main
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.liveness import Guard
from okstra_git.porcelain.runs import agent_session, asked_holder
from okstra_git.porcelain.runs import project_root as top_of_project
from okstra_git.porcelain.workspace import Workspace
from okstra_git.runs.holding import own_holder
from okstra_git.store.writer import require_writer

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.names import TaskKey
    from okstra_git.records.runs import Holder
    from okstra_git.runs.request import RunRequest


class NoProject(OkstraError):
    """A repository without any worktree has no place for `.okstra/`."""

    code = "project.bare"


class MainTreeHidden(OkstraError):
    """A setting by which git does not find the main worktree, where the documents are."""

    code = "config.main-worktree"


@dataclass(frozen=True)
class Order:
    """One prepare; what it asks of the machine is asked once."""

    workspace: Workspace
    request: RunRequest
    began: datetime
    holder: str | None = None
    lead_session: str | None = None

    @property
    def key(self) -> TaskKey:
        return self.request.key

    @cached_property
    def writer(self) -> str:
        return require_writer(self.workspace.git)

    @cached_property
    def project(self) -> ProjectPaths:
        """Where the project's documents are: at the top of the main worktree. Refuses while a setting hides that."""
        for hidden in hidden_main(self.workspace.git.configuration, self.workspace.git.common_dir):
            raise MainTreeHidden(hidden.sentence, hint=hidden.remedy)
        return ProjectPaths(project_root(self.workspace))

    @cached_property
    def preparer(self) -> Holder:
        """This very process, which stands behind the claim."""
        return own_holder()

    @cached_property
    def lead(self) -> Holder:
        """The process that leads the run once it is prepared: the one named, or the one that asked and stays."""
        return asked_holder(self.holder)

    @property
    def agent_session(self) -> str:
        """The id of the lead's session, as far as anybody said it."""
        return self.lead_session or agent_session(self.workspace)

    @cached_property
    def guard(self) -> Guard:
        """Asks this machine who holds what."""
        return Guard(self.workspace)

    @cached_property
    def language(self) -> str:
        return self.workspace.settings.language


def project_root(workspace: Workspace) -> Path:
    """The top of the main worktree; refuses a repository that has no worktree at all."""
    root = top_of_project(workspace)
    if workspace.git.work_tree is None and root == workspace.git.top:
        raise NoProject("a bare repository has no project folder", hint="run this in a worktree")
    return root
