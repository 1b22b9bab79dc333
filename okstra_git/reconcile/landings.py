"""Which stages have arrived in a target branch: by their commits, by proof, or with the group they left in."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from okstra_git.digest import subtract_sums
from okstra_git.reconcile.locate import Hit, locate
from okstra_git.reconcile.model import Landed
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.windows import Span, Window
from okstra_git.records.handoff import Arrival, Group, Member
from okstra_git.records.stage import RangePrint
from okstra_git.records.states import Stage, Task

OpenSince = Callable[[Home, str], Window]
"""Opens the stretch of a target since it parted from a commit."""


@dataclass(frozen=True)
class _Arrived:
    target: str
    commit: str
    how: Arrival


def find_landings(
    task: Task, places: Places, open_since: OpenSince, *, stale: Collection[int], gone: Collection[int]
) -> list[Landed]:
    """Every stage that has landed and is not on record as landed, in stage order.

    `stale` are stages whose recorded commits are on no branch, which is reconcile's business; of them only those that
    are `gone`, their branches deleted, may have landed with a group.

    A target holds a range when it contains its head, or when exactly one range of the target is proven to be the same
    change. Not counted: what is in sight only in part, what two places look like, what changes nothing, and what was
    reverted there afterwards. A group's range counts for every member that still is what was handed over.
    """
    search = _Search(places, open_since, frozenset(stale), frozenset(stale) - frozenset(gone))
    found: dict[int, Landed] = {}
    for landed in (*_by_themselves(task, search), *_with_groups(task, search)):
        known = found.get(landed.stage)
        if known is None or (known.is_older and not landed.is_older):
            found[landed.stage] = landed
    return [found[number] for number in sorted(found)]


def _waiting(task: Task) -> list[Stage]:
    return [stage for _, stage in sorted(task.stages.items()) if stage.range is not None and not stage.landed]


def _by_themselves(task: Task, search: "_Search") -> Iterator[Landed]:
    for stage in _waiting(task):
        if stage.range is None or stage.number in search.stale:
            continue
        arrived = search.find(stage.range, search.places.landing_targets(task, stage))
        if arrived is not None:
            yield Landed(stage.number, stage.range.head, arrived.target, arrived.commit, arrived.how)


def _with_groups(task: Task, search: "_Search") -> Iterator[Landed]:
    waiting = {stage.number: stage for stage in _waiting(task) if stage.number not in search.disputed}
    for group in task.groups.values():
        if not waiting.keys() & {*group.stages}:
            continue
        arrived = search.find(group.range, search.places.landing_targets(task, None, base_ref=group.base_ref))
        if arrived is not None:
            yield from _members(group, waiting, arrived)


def _members(group: Group, waiting: dict[int, Stage], arrived: _Arrived) -> Iterator[Landed]:
    for member in group.members:
        stage = waiting.get(member.stage)
        if stage is not None and stage.range is not None:
            is_older = not is_what_was_handed_over(stage, member)
            yield Landed(
                stage.number, stage.range.head, arrived.target, arrived.commit, arrived.how, group.id, is_older
            )


def is_what_was_handed_over(stage: Stage, member: Member) -> bool:
    """Whether the stage is the same change still: same commit, same delta, or reached by proven moves alone."""
    if stage.range is None:
        return False
    if stage.range.head == member.commit or stage.range.delta == member.delta:
        return True
    places = [at for at, trail in enumerate(stage.trail) if trail.range.head == member.commit]
    return bool(places) and all(trail.proof != "user" for trail in stage.trail[places[-1] :])


class _Search:
    """Looks ranges up in targets, each stretch of history once."""

    def __init__(self, places: Places, open_since: OpenSince, stale: frozenset[int], disputed: frozenset[int]) -> None:
        self.places, self.open_since, self.stale, self.disputed = places, open_since, stale, disputed

    def find(self, wanted: RangePrint, targets: Sequence[Home]) -> _Arrived | None:
        if wanted.is_empty:
            return None
        for home in targets:
            if self.places.contains(home.tip, wanted.head):
                return None if self._is_undone(wanted, home) else _Arrived(home.name, wanted.head, "ancestor")
        prover = Prover(self.places.git, wanted)
        for home in targets:
            hit = self._only_hit(wanted, home, prover)
            if hit is not None and not self._is_undone(wanted, home):
                rung = hit.proven.rung
                return _Arrived(home.name, hit.span.last.facts.oid, "replay" if rung == "restored" else rung)
        return None

    def _only_hit(self, wanted: RangePrint, home: Home, prover: Prover) -> Hit | None:
        window = self._window(wanted, home)
        if window is None:
            return None
        hits = locate(window, prover)
        return hits[0] if len(hits) == 1 and not hits[0].proven.partly_absorbed else None

    def _window(self, wanted: RangePrint, home: Home) -> Window | None:
        """The whole stretch of the target since the range was begun; None when it cannot be seen to its end."""
        if wanted.base is None or self.places.fork(home.tip, wanted.base) is None:
            return None
        window = self.open_since(home, wanted.base)
        return window if window.complete and window.steps else None

    def _is_undone(self, wanted: RangePrint, home: Home) -> bool:
        """Whether the target took the change out again, as `git revert` does, as often as it took it in."""
        window = self._window(wanted, home)
        if window is None or not wanted.lines_sum or not int(wanted.lines_sum, 16):
            return False
        there = int(wanted.lines_sum, 16)
        back = window.spans_with_lines(subtract_sums(0, there))
        return bool(back) and len(_own(back)) >= len(_own(window.spans_with_lines(there)))


def _own(spans: Sequence[Span]) -> list[Span]:
    """Without merges, which bring the very commits that count themselves; merges alone count as they are."""
    plain = [span for span in spans if len(span.last.facts.parents) < 2]
    return plain or list(spans)
