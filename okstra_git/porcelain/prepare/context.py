"""What one prepare works with from its first step to its last, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.current_state import LivenessChecker, agent_session
from okstra_git.porcelain.project_files import require_project
from okstra_git.porcelain.workspace import Workspace
from okstra_git.runs.holder import requested_holder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.bundle.request import RunRequest
    from okstra_git.names import TaskKey
    from okstra_git.records.runs import Holder, Run


class Editor(NamedTuple):
    """Lets a person answer in a report: `edit` waits until they have, or refuses where that is not possible.

    `when` says what it is opened for: `blank` = a question that nobody has answered, `unanswered` = a report in which
    no question is, `never` = nothing.
    """

    edit: Callable[[Path], None]
    when: Literal["blank", "unanswered", "never"]


@dataclass(frozen=True)
class PrepareContext:
    """One prepare: its request, and what is asked of the machine and the repository once.

    `lead` is the process that leads the run once it is prepared, `agent_session` the id of the lead's session as far as
    anybody said it, `began` when the command began: runs that were prepared before that are earlier ones.
    """

    workspace: Workspace
    key: TaskKey
    request: RunRequest
    began: datetime
    lead: Holder
    agent_session: str
    project: ProjectPaths
    writer: str
    language: str
    liveness: LivenessChecker

    @classmethod
    def of(
        cls, workspace: Workspace, request: RunRequest, *, holder: str | None = None, lead_session: str | None = None
    ) -> PrepareContext:
        """Asks for everything. Refuses a holder that does not run, a clone that was not set up, and a repository whose
        main worktree there is not or a setting hides."""
        return cls(
            workspace=workspace,
            key=request.key,
            request=request,
            began=workspace.began,
            lead=requested_holder(holder),
            agent_session=lead_session or agent_session(workspace),
            project=require_project(workspace),
            writer=workspace.store.require_writer(),
            language=workspace.settings.language,
            liveness=LivenessChecker(workspace),
        )


@dataclass(frozen=True)
class Prepared:
    """A prepared run: what was recorded, what it was rendered from, and the lead prompt. `again` = a retry."""

    run: Run
    context: RunContext
    prompt: str
    again: bool = False
