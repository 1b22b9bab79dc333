"""The refusal of stages that cannot be put together: who contradicts whom, where, and what was not tried."""

from okstra_git.errors import OkstraError
from okstra_git.handoff.composing import Composed, Contradiction
from okstra_git.names import shown, shown_path


class GroupConflict(OkstraError):
    """The stages contradict each other, or the base; nothing was made."""

    code = "handoff.conflict"
    exit_status = 2

    contradictions: tuple[Contradiction, ...] = ()


def conflict_of(base_ref: str, composed: Composed, *, again: str) -> GroupConflict:
    """The refusal that tells every contradiction, and which stages were not even tried because of them.

    `again` is what is to be done once they are mended, as a clause.
    """
    first = composed.contradictions[0]
    rest = len({one.path for one in composed.contradictions}) - 1
    more = f" and {rest} more path{'s' if rest > 1 else ''}" if rest else ""
    if len(first.stages) > 1:
        who = f"stages {first.stages[0]} and {first.stages[1]} contradict each other"
        hint = f"leave one of them out, or change a stage so that they fit; then {again}"
    else:
        who = f"stage {first.stages[0]} contradicts {shown(base_ref)}"
        hint = f"rebase stage {first.stages[0]} onto {base_ref}, record and verify it again; then {again}"
    refusal = GroupConflict(
        f"{who} in {shown_path(first.path)} ({first.kind}){more}; nothing was made",
        hint=hint,
        untried=list(composed.untried),
        base=base_ref,
        conflicts=[{"stages": list(one.stages), "path": one.path, "kind": one.kind} for one in composed.contradictions],
    )
    refusal.contradictions = composed.contradictions
    return refusal
