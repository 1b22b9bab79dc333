"""Who leads which run, as a command asks it; psutil is loaded only when there is a holder to look for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from okstra_git.runs.leases import leases_of, life_of

if TYPE_CHECKING:
    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Holder, Run
    from okstra_git.records.states import Task
    from okstra_git.runs.leases import Lease, Look

SESSION_VARIABLE = "CLAUDE_CODE_SESSION_ID"


def agent_session(workspace: Workspace) -> str:
    """The session id that the agent gives its commands, if any."""
    value = workspace.environ.get(SESSION_VARIABLE, "")
    return value if value.isprintable() and len(value) <= 200 else ""


@dataclass(frozen=True)
class LivenessChecker:
    """Looks at holders on behalf of one command."""

    workspace: Workspace

    @cached_property
    def _look(self) -> Look:
        from okstra_git.runs.holder import look_here

        return look_here()

    @cached_property
    def _hours(self) -> int:
        return self.workspace.settings.lease_hours

    def look(self, holder: Holder) -> Liveness:
        """Whether the holder lives, as far as this machine can tell."""
        return self._look(holder)

    def life_of(self, run: Run) -> Liveness:
        """Whether the run's holder lives; far away the age of its lease decides."""
        return life_of(run, self.look, now=self.workspace.now(), lease_hours=self._hours)

    def leases(self, task: Task) -> tuple[Lease, ...]:
        """Who holds which stage of the task."""
        return leases_of(task, self.look, now=self.workspace.now(), lease_hours=self._hours)

    def is_ours(self, holder: Holder) -> bool:
        """Whether the holder is this process or stands above it."""
        from okstra_git.runs.holder import stands_above

        return stands_above(holder)
