"""Findings made of workers' items: which of them say the same, and whose they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from okstra_git.convergence.classification import classified, count_classes
from okstra_git.names import quote
from okstra_git.records.convergence import ConvergenceState, DiscussedFinding, GroupedItems, Stance
from okstra_git.records.report.problems import DataProblem
from okstra_git.reports.worker_items import WorkerItem

_CLOSE_AMONG = 500
"""Names among which a near one is looked for; among more that takes too long."""

NEAR_HINTS = 20
"""How many unknown names of one file get such a hint, for the same reason."""


def same_name(text: str) -> str:
    """What two spellings of one id have in common: case and spaces do not count."""
    return "".join(text.casefold().split())


def near(name: str, names: Sequence[str], *, is_late: bool = False) -> str:
    """A hint that gives the known name that was probably meant, or the first ones; `is_late` does not look for one."""
    looks = not is_late and len(names) <= _CLOSE_AMONG and len(name) < 100
    close = get_close_matches(name, names, n=1) if looks else []
    return f"did you mean {close[0]}?" if close else f"one of {', '.join(names[:8])}" + (" …" if names[8:] else "")


def check_groups(groups: Sequence[GroupedItems], items: Sequence[WorkerItem]) -> Iterator[DataProblem]:
    """Items of the groups that no worker has."""
    known = {same_name(item.pair): item.pair for item in items}
    pairs, unknown = list(known.values()), 0
    for number, group in enumerate(groups):
        for place, pair in enumerate(group.items):
            if same_name(pair) not in known:
                unknown += 1
                hint = near(pair, pairs, is_late=unknown > NEAR_HINTS)
                message = f"{quote(pair)} is not an item of a result"
                yield DataProblem(f"findings[{number}].items[{place}]", "convergence.unknown-item", message, hint)


def group_items(items: Sequence[WorkerItem], groups: Sequence[GroupedItems] = ()) -> tuple[DiscussedFinding, ...]:
    """A finding for every group and for every item that is in none, in the order of the items.

    Groups that share an item are one: saying the same is transitive. Names that no item has are passed over.
    """
    by_name = {same_name(item.pair): item for item in items}
    named = [[name for each in group.items if (name := same_name(each)) in by_name] for group in groups]
    leader = _leaders(list(by_name), named)
    statements: dict[str, str] = {}
    for group, names in zip(groups, named, strict=True):
        if names and group.statement.strip():
            statements.setdefault(leader[names[0]], group.statement.strip())
    members: dict[str, list[WorkerItem]] = {}
    for name, item in by_name.items():
        members.setdefault(leader[name], []).append(item)
    return tuple(_finding(of_one, statements.get(name, "")) for name, of_one in members.items())


def _leaders(names: Sequence[str], groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Name -> the first of all names that are together with it, directly or through others."""
    leader, order = {name: name for name in names}, {name: number for number, name in enumerate(names)}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for group in groups:
        heads = {find(name) for name in group}
        leader.update(dict.fromkeys(heads, min(heads, key=order.__getitem__, default="")))
    return {name: find(name) for name in names}


def open_state(run: str, analysers: Sequence[str], findings: Iterable[DiscussedFinding]) -> ConvergenceState:
    """The state before any round."""
    counted = tuple(classified(finding, analysers) for finding in findings)
    return ConvergenceState(
        schema_=1,
        run=run,
        analysers=tuple(analysers),
        findings=counted,
        final_classification_counts=count_classes(counted),
    )


def by_worker(items: Iterable[WorkerItem]) -> Mapping[str, list[WorkerItem]]:
    """The items of each worker, in order."""
    listed: dict[str, list[WorkerItem]] = {}
    for item in items:
        listed.setdefault(item.worker, []).append(item)
    return listed


def _finding(members: Sequence[WorkerItem], statement: str) -> DiscussedFinding:
    first = members[0]
    workers = dict.fromkeys(item.worker for item in members)
    return DiscussedFinding(
        id=first.pair,
        statement=statement or first.text or first.pair,
        items=tuple(item.pair for item in members),
        stances=tuple(Stance(worker=worker, verdict="agree") for worker in workers),
    )
