"""What was handed over together, groups and pull requests, and which stages still are what was handed over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from okstra_git.git.binary import GitFailed
from okstra_git.git.history import find_commit
from okstra_git.git.objects import MissingObject
from okstra_git.reconcile.arrivals import Arrivals, Arrived
from okstra_git.reconcile.places import Places
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.versions import OpenWindow, has_other_version
from okstra_git.records.handoff import Member, PullRequest
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task
from okstra_git.store.fingerprints import fingerprint_ranges


@dataclass(frozen=True)
class Handed:
    """A range that several stages left as, one of its versions: a group as assembled, or as its pull request had it."""

    group: str
    base_ref: str
    range: RangeFingerprint
    members: tuple[Member, ...]


def list_handed(places: Places, task: Task) -> list[Handed]:
    """Every version of every group that git can still tell the extent of; empty ones are left out."""
    found = [Handed(group.id, group.base_ref, group.range, group.members) for group in task.groups.values()]
    known: set[tuple[str, str]] = {(each.group, each.range.head) for each in found}
    for pr in task.prs.values():
        if (pr.group, pr.commit) not in known:
            found += _as_published(places, task, pr)
            known.add((pr.group, pr.commit or ""))
    return [each for each in found if each.members and not each.range.is_empty]


def _as_published(places: Places, task: Task, pr: PullRequest) -> Iterator[Handed]:
    """A version that was published before its group was assembled once more; its base is where the two part."""
    group = task.groups.get(pr.group)
    if pr.commit is None or group is None or group.range.base is None or find_commit(places.git, pr.commit) is None:
        return
    base = places.fork(pr.commit, group.range.base)
    if base is None or base == pr.commit:
        return
    try:
        whole = fingerprint_ranges(places.git, [(base, pr.commit)])[0]
    except (MissingObject, GitFailed):
        return
    yield Handed(pr.group, pr.base_ref or group.base_ref, whole, pr.members)


def find_handed(arrivals: Arrivals, handed: Handed) -> Arrived | None:
    """Where the range of the whole group arrived."""
    task, places = arrivals.task, arrivals.places
    members = [task.stages[member.stage] for member in handed.members if member.stage in task.stages]
    bases = [handed.base_ref, *(stage.base_ref for stage in members)]
    targets = places.destinations(task, bases, besides=places.besides(task, members))
    return arrivals.find(Prover(places.git, handed.range), targets, handed.range.base)


def find_with_groups(
    arrivals: Arrivals, open_window: OpenWindow, stages: Collection[int]
) -> dict[int, tuple[str, Arrived]]:
    """Those of the stages that a target holds because their whole group arrived there, by which group and where."""
    task, places = arrivals.task, arrivals.places
    found: dict[int, tuple[str, Arrived]] = {}
    for handed in list_handed(places, task):
        asked = [member for member in handed.members if member.stage in stages and member.stage not in found]
        kept = [member for member in asked if member.stage in task.stages
                and is_as_handed(task.stages[member.stage], member)]  # fmt: skip
        arrived = find_handed(arrivals, handed) if kept else None
        if arrived is None or not arrived.is_there:
            continue
        for stage in (task.stages[member.stage] for member in kept):
            targets = places.destinations_of(task, stage.number)
            if not has_other_version(places, open_window, task, stage, targets):
                found[stage.number] = (handed.group, arrived)
    return found


def is_as_handed(stage: Stage, member: Member) -> bool:
    """Whether the stage still is what was handed over: the commit, the same change, or what it was proven to become.

    Where a person said which commit the stage is, that is another one.
    """
    if stage.range is None or stage.range.is_empty:
        return False
    if _is_it(stage.range, member):
        return True
    for trail in reversed(stage.trail):
        if trail.proof == "user":
            return False
        if _is_it(trail.range, member):
            return True
    return False


def _is_it(found: RangeFingerprint, member: Member) -> bool:
    return found.head == member.commit or found.delta == member.delta
