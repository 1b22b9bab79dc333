"""Rules that look at several findings at once: what is proven one by one may still be a person's question."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from okstra_git.reconcile.model import Candidate, Finding

Contains = Callable[[str, str], bool]
"""Whether the first commit has the second among its ancestors, itself included."""


def apply_rules(findings: Sequence[Finding], contains: Contains) -> list[Finding]:
    """Demote proven findings that contradict each other: one commit for two stages, stages in another order."""
    return _refuse_reordered(_refuse_shared(list(findings)), contains)


def _refuse_shared(findings: list[Finding]) -> list[Finding]:
    """One commit never stands for two stages: not two moved ones, nor a moved one and one that is there already."""
    by_head: dict[str, list[int]] = {}
    for finding in findings:
        head = finding.new.head if finding.new is not None else finding.recorded.head
        if finding.kind != "confirm":
            by_head.setdefault(head, []).append(finding.stage)
    shared = {stage: tuple(group) for group in by_head.values() if len(group) > 1 for stage in group}
    return [
        _demote(f, f"stages {listed(shared[f.stage])} would share one commit", shared[f.stage])
        if f.stage in shared and f.new is not None
        else f
        for f in findings
    ]


def _refuse_reordered(findings: list[Finding], contains: Contains) -> list[Finding]:
    """Stage B was built on stage A; now B's new commit lies below A's: what B was built on has changed."""
    autos = [finding for finding in findings if finding.kind == "auto" and finding.new is not None]
    built_on: dict[str | None, list[Finding]] = {}
    for finding in autos:
        built_on.setdefault(finding.recorded.base, []).append(finding)
    swapped: dict[int, tuple[int, ...]] = {}
    for lower, upper in ((low, up) for low in autos for up in built_on.get(low.recorded.head, ())):
        if upper is lower or lower.new is None or upper.new is None:
            continue
        if upper.new.base == lower.new.head:
            continue  # the usual case: still one on top of the other
        if lower.new.head != upper.new.head and contains(lower.new.head, upper.new.head):
            pair = (lower.stage, upper.stage)
            swapped[upper.stage] = pair
            if upper.new.landed == lower.new.landed:  # where only the upper one landed, the lower one is where it was
                swapped[lower.stage] = pair
    return [
        _demote(f, f"stages {listed(swapped[f.stage])} are in another order now", swapped[f.stage])
        if f.stage in swapped
        else f
        for f in findings
    ]


def _demote(finding: Finding, reason: str, together: tuple[int, ...]) -> Finding:
    """A proven finding as a question, its proven commit as the recommended answer."""
    assert finding.new is not None
    why = f"holds the same change ({finding.new.proof})"
    candidate = Candidate(finding.new.head, finding.new.head, why, recommended=True)
    return replace(
        finding,
        kind="confirm",
        new=None,
        reason=reason,
        candidates=(candidate,),
        together=together,
        verified_carries=False,
    )


def listed(numbers: Sequence[int]) -> str:
    """`1, 2 and 3`."""
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"
