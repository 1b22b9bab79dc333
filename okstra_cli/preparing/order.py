"""What one prepare works with: the request, where it stands, who leads, and when it began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError, UsageError
from okstra_git.git.config import read_setting
from okstra_git.git.settings import require_setting
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import shown
from okstra_git.paths import ProjectPaths
from okstra_git.runs.holding import holder_of_pid, lead_holder, look_here, own_holder
from okstra_git.runs.leases import leases_of
from okstra_git.state.writer import require_writer

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_cli.session import Session
    from okstra_git.names import TaskKey
    from okstra_git.records.runs import Holder
    from okstra_git.records.states import Task
    from okstra_git.runs.leases import Lease, Look
    from okstra_git.runs.request import RunRequest

SESSION_VARIABLES = ("CLAUDE_CODE_SESSION_ID",)
"""Where agents say which session a command comes from."""


class NoProject(OkstraError):
    """A repository without any worktree has no place for `.okstra/`."""

    code = "project.bare"


@dataclass(frozen=True)
class Order:
    """One prepare; what it asks of the machine is asked once."""

    session: Session
    request: RunRequest
    began: datetime
    holder: str | None = None
    lead_session: str | None = None

    @property
    def key(self) -> TaskKey:
        return self.request.key

    @cached_property
    def writer(self) -> str:
        return require_writer(self.session.git)

    @cached_property
    def project(self) -> ProjectPaths:
        """Where the project's documents are: at the top of the main worktree."""
        return ProjectPaths(project_root(self.session))

    @cached_property
    def preparer(self) -> Holder:
        """This very process, which stands behind the claim."""
        return own_holder()

    @cached_property
    def lead(self) -> Holder:
        """The process that leads the run once it is prepared: the one named, or the one that asked and stays."""
        if self.holder is None:
            return lead_holder()
        pid = int(self.holder) if self.holder.isascii() and self.holder.isdecimal() and len(self.holder) < 10 else None
        if pid is None:
            raise UsageError(f"{shown(self.holder)} is not a pid", hint="--holder PID")
        return holder_of_pid(pid)

    @property
    def agent_session(self) -> str:
        """The id of the lead's session, as far as anybody said it."""
        said = (self.session.environ.get(name, "") for name in SESSION_VARIABLES)
        return self.lead_session or next((text for text in said if text.isprintable()), "")

    @cached_property
    def look(self) -> Look:
        """Asks this machine whether a recorded holder lives."""
        return look_here()

    def leases(self, task: Task) -> tuple[Lease, ...]:
        """Who holds which stage of the task now."""
        hours = read_setting(self.session.git, require_setting("okstra.leaseHours")).value
        return leases_of(task, self.look, now=self.session.now(), lease_hours=hours if isinstance(hours, int) else 12)

    @property
    def template_cache(self) -> Path:
        """Where compiled templates are kept."""
        return self.session.git.private_dir / "cache" / "templates"

    @cached_property
    def language(self) -> str:
        return str(read_setting(self.session.git, require_setting("okstra.language")).value)


def project_root(session: Session) -> Path:
    """The top of the main worktree, or of the one we are in when the repository itself is bare."""
    first = next((tree for tree in list_worktrees(session.git) if not tree.is_bare), None)
    top = first.path if first is not None else session.git.work_tree
    if top is None:
        raise NoProject("a bare repository has no project folder", hint="run this in a worktree")
    return top
