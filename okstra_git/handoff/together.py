"""Stages that were verified together: which of them may leave by that, and with whom."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from okstra_git.names import named_stages
from okstra_git.records.handoff import GroupVerification
from okstra_git.records.states import Stage, Task
from okstra_git.store.fold_handoff import stands_together


class Company(NamedTuple):
    """Stages that one was verified together with, itself included, and whether their database part was verified."""

    stages: tuple[int, ...]
    database: bool | None


def is_verified_alone(stage: Stage) -> bool:
    """Whether a verification of this stage by itself stands."""
    return stage.is_verified and stage.verified is not None and not stage.verified.group


def companies_of(task: Task, number: int) -> tuple[Company, ...]:
    """The groups in which the stage was verified and which are what they were then, the smallest first."""
    found = [each for each in task.verifications.values() if number in each.assembled.stages]
    standing = [each for each in found if stands_together(task, each)]
    ordered = sorted(standing, key=lambda each: (len(each.assembled.stages), each.assembled.stages))
    return tuple(Company(tuple(sorted(each.assembled.stages)), each.database) for each in ordered)


def missing_company(companies: Iterable[tuple[int, ...]], present: Collection[int]) -> tuple[int, ...]:
    """Who is missing for the stage to leave: empty when one of its companies is all there, or when it needs none."""
    absent = [tuple(number for number in each if number not in present) for each in companies]
    return min(absent, key=len) if absent and all(absent) else ()


def told_together(number: int, company: Collection[int]) -> str:
    """`stage 1 was verified only together with stages 2 and 3`."""
    others = [other for other in company if other != number]
    return f"stage {number} was verified only together with {named_stages(others)}"


def list_relied(task: Task, stages: Collection[int]) -> list[GroupVerification]:
    """The verifications of stages together that these stages leave by: those that cover one not verified by itself."""
    present = set(stages)
    by_others = [n for n in present if n in task.stages and not is_verified_alone(task.stages[n])]
    found: Mapping[str, GroupVerification] = {
        id: each
        for id, each in task.verifications.items()
        if stands_together(task, each) and any(number in each.assembled.stages for number in by_others)
    }
    return [each for _, each in sorted(found.items()) if present & {*each.assembled.stages}]


def told_other_tree(found: GroupVerification, tree: str) -> str | None:
    """What to say when the tree that leaves is not the one that was verified; None when it is."""
    verified = found.assembled
    if verified.tree == tree:
        return None
    verb = "were verified together" if len(verified.stages) > 1 else "was verified"
    return (
        f"{named_stages(verified.stages)} {verb} as tree {verified.tree[:10]} on {verified.base_ref} "
        f"({verified.base[:10]}), and the tree that leaves is {tree[:10]}: that was not verified as a whole"
    )
