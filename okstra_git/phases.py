"""The seven task types: their order, what each needs before it may begin, and what may follow it."""

from difflib import get_close_matches
from typing import NamedTuple

from okstra_git.contract import GROUP_HANDOFF
from okstra_git.errors import refuse
from okstra_git.names import quote


class Phase(NamedTuple):
    """One task type. `blocks` is what an unanswered reporter question holds up; `next` is in order of likelihood."""

    name: str
    next: tuple[str, ...]
    blocks: str = "next-phase"
    tags_tickets: bool = True
    needs_plan: bool = False
    has_worktree: bool = False


PHASES: dict[str, Phase] = {
    phase.name: phase
    for phase in (
        Phase("requirements-discovery", ("error-analysis", "improvement-discovery", "implementation-planning")),
        Phase("error-analysis", ("implementation-planning", "error-analysis")),
        Phase("improvement-discovery", ("implementation-planning",), tags_tickets=False),
        Phase("implementation-planning", ("implementation", "implementation-planning"), blocks="approval"),
        Phase("implementation", ("final-verification", "error-analysis", "implementation-planning"),
              needs_plan=True, has_worktree=True),
        Phase("final-verification", ("release-handoff", "implementation", "error-analysis"), tags_tickets=False),
        Phase("release-handoff", (), tags_tickets=False),
    )
}  # fmt: skip

ABOUT_TASK = ("final-verification", "release-handoff")
"""Task types whose runs are about several stages together, unless one stage is named."""


def require_routing(name: str) -> str:
    """A task type, or the handoff of single stages, `release-handoff(stage-group)`, as it was written; else refused."""
    return name if name == GROUP_HANDOFF else require_phase(name).name


def phase_of_routing(name: str) -> str:
    """The task type of a recommendation; words that are none stay as they are."""
    return name.removesuffix("(stage-group)") if name == GROUP_HANDOFF else name


def require_phase(name: str) -> Phase:
    """The task type of this name; refuses any other and names what is near."""
    phase = PHASES.get(name)
    if phase is None:
        near = get_close_matches(name, PHASES)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(PHASES)}"
        raise refuse(
            "task-type.unknown", f"{quote(name)} is not a task type", hint=hint, value=name[:200], known=list(PHASES)
        )
    return phase
