"""Puts stages together so that they can be verified as one: in memory, before it is known whether they may leave."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from okstra_git.git.repo import Git
from okstra_git.handoff.assembly import member_of, require_base
from okstra_git.handoff.eligibility import judge_stages
from okstra_git.handoff.merge_plan import GroupConflict, MergePlan, conflict_of, plan_merge
from okstra_git.handoff.selection import InBase, fit_parts
from okstra_git.names import named_stages, quote_path
from okstra_git.records.handoff import Assembly
from okstra_git.records.states import Task

LISTED = 12
"""Contradictions that a hint lists."""


class JointAssembly(NamedTuple):
    """What was put together, and how each stage came in; stages that the base has already are in `delivered`."""

    assembly: Assembly
    joined: Mapping[int, str]
    delivered: tuple[int, ...]


def assemble_jointly(git: Git, task: Task, stages: Collection[int], base_ref: str, held: InBase) -> JointAssembly:
    """The recorded stages on top of the base, as one commit that no ref names; `held` is what the base has of them.

    Refuses a base that names no commit or lacks what a stage builds on, and stages that contradict each other or the
    base, all contradictions together.
    """
    base = require_base(git, base_ref)
    left = [number for number in sorted(stages) if number not in held.whole]
    judged = judge_stages(task, stale={}, arrived=held.whole)
    parts = fit_parts(git, task, left, base, base_ref, judged, held)
    composed = plan_merge(git, base, parts, task=str(task.key))
    if composed.commit is None:
        raise _conflict_in_full(base_ref, composed)
    members = tuple(member for number in sorted(stages) if (member := member_of(task, number)))
    assembly = Assembly(
        stages=tuple(sorted(stages)),
        base_ref=base_ref,
        base=base,
        commit=composed.commit,
        tree=composed.tree,
        members=members,
    )
    return JointAssembly(assembly, composed.joined, tuple(sorted(set(stages) - {*left})))


def _conflict_in_full(base_ref: str, composed: MergePlan) -> GroupConflict:
    """With every pair and path in the hint: a prepare has no other place for them."""
    refusal = conflict_of(base_ref, composed, again="prepare the run again")
    rows = [
        f"{named_stages(clash.stages)}{'' if clash.stages[1:] else f' and {base_ref}'}: "
        f"{quote_path(clash.path)} ({clash.kind})"
        for clash in composed.contradictions
    ]
    rest = f"and {len(rows) - LISTED} more" if len(rows) > LISTED else ""
    refusal.hint = "\n".join(line for line in (*rows[:LISTED], rest, refusal.hint) if line)
    return refusal
