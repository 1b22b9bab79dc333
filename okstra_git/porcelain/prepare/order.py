"""What one prepare works with: the request, where it stands, who leads, and when it began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from okstra_git.git.config import read_setting
from okstra_git.git.settings import require_setting
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.liveness import LivenessChecker, agent_session
from okstra_git.porcelain.project_files import require_project
from okstra_git.porcelain.workspace import Workspace
from okstra_git.runs.holding import own_holder, requested_holder
from okstra_git.state.writer import require_writer

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.records.runs import Holder
    from okstra_git.runs.request import RunRequest


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
        return require_project(self.workspace)

    @cached_property
    def preparer(self) -> Holder:
        """This very process, which stands behind the claim."""
        return own_holder()

    @cached_property
    def lead(self) -> Holder:
        """The process that leads the run once it is prepared: the one named, or the one that asked and stays."""
        return requested_holder(self.holder)

    @property
    def agent_session(self) -> str:
        """The id of the lead's session, as far as anybody said it."""
        return self.lead_session or agent_session(self.workspace)

    @cached_property
    def guard(self) -> LivenessChecker:
        """Asks this machine who holds what."""
        return LivenessChecker(self.workspace)

    @cached_property
    def language(self) -> str:
        return str(read_setting(self.workspace.git, require_setting("okstra.language")).value)
