"""Groups of stages: their ids, which ones can leave together, and which ones give way to a new one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from okstra_git.handoff.eligibility import Eligibility
from okstra_git.records.events import AnyFact, GroupSuperseded
from okstra_git.records.states import Task
from okstra_git.store.registry import release

Pair = frozenset[int]


@dataclass(frozen=True)
class LeftOut:
    """An eligible stage in no suggested group: members it would conflict with, or dependencies that are left out."""

    stage: int
    conflicts_with: tuple[int, ...] = ()
    needs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Groups in the order in which they can leave, each ascending, and eligible stages that fit in none."""

    groups: tuple[tuple[int, ...], ...]
    left_out: tuple[LeftOut, ...] = ()


def suggest_groups(judged: Mapping[int, Eligibility], clashes: Collection[Pair]) -> Suggestion:
    """One group for each connected part of the eligible stages; of two members that clash the earlier one stays.

    Parts have nothing to do with each other, so they can be reviewed and merged in any order. `clashes` are pairs of
    stages that the forecast sees in conflict.
    """
    eligible = {n: s for n, s in judged.items() if s.is_eligible}
    groups: list[tuple[int, ...]] = []
    left: list[LeftOut] = []
    for part in _parts(eligible):
        staying: list[int] = []
        for number in part:
            against = tuple(other for other in staying if Pair((number, other)) in clashes)
            needs = tuple(n for n in eligible[number].depends_on if n in eligible and n not in staying)
            if against or needs:
                left.append(LeftOut(number, against, needs))
            else:
                staying.append(number)
        whole = _with_company(eligible, staying)
        left += [LeftOut(n, needs=_missing(eligible, n, whole)) for n in staying if n not in whole]
        groups += [tuple(whole)] if whole else []
    return Suggestion(tuple(groups), tuple(left))


def _with_company(eligible: Mapping[int, Eligibility], staying: list[int]) -> list[int]:
    """Those whose company is among them, or was delivered before."""
    while alone := [number for number in staying if _missing(eligible, number, staying)]:
        staying = [number for number in staying if number not in alone]
    return staying


def _missing(eligible: Mapping[int, Eligibility], number: int, present: Collection[int]) -> tuple[int, ...]:
    """Eligible stages that have to leave with this one, by what it was verified in or by what it builds on."""
    absent = {other for other in eligible if other not in present}
    companies = [tuple(other for other in company if other in absent) for company in eligible[number].together]
    needs = tuple(other for other in eligible[number].depends_on if other in absent)
    return (min(companies, key=len) if companies else ()) or needs


def _parts(eligible: Mapping[int, Eligibility]) -> list[list[int]]:
    """Connected parts of the graph of what builds on or was verified with what, each ascending, the lowest first."""
    part_of: dict[int, set[int]] = {}
    for number, eligibility in eligible.items():
        near = {*eligibility.depends_on, *(eligibility.together[0] if eligibility.together else ())} & eligible.keys()
        joined = {number, *near}.union(*(part_of[other] for other in (number, *near) if other in part_of))
        part_of.update(dict.fromkeys(joined, joined))
    unique = {min(part): part for part in part_of.values()}
    return [sorted(part) for _, part in sorted(unique.items())]


def group_id(stages: Collection[int]) -> str:
    """The id of a group: member numbers ascending, joined."""
    return "-".join(map(str, sorted(set(stages))))


def superseding_facts(task: Task, group: str, stages: Collection[int]) -> list[AnyFact]:
    """What ends every other unpublished group that shares a stage with `group`; branches and worktrees stay."""
    facts: list[AnyFact] = []
    published = {pr.group for pr in task.prs.values() if pr.status == "open"}
    for other in task.groups.values():
        if other.id == group or other.status != "assembled" or other.id in published:
            continue
        if {*other.stages} & {*stages}:
            facts.append(GroupSuperseded(task=task.key, group=other.id, replaced_by=group))
            facts += release(task, f"group-{other.id}")
    return facts
