"""Stages that left together: handed over as a group, or squashed into one commit by hand."""

from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from okstra_git.digest import SUM_MASK, add_sums, multiset_sum
from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Delta, compose
from okstra_git.git.history import find_commit
from okstra_git.git.objects import MissingObject
from okstra_git.git.repo import Git
from okstra_git.reconcile.arrivals import Arrivals, Arrived
from okstra_git.reconcile.locate import locate
from okstra_git.reconcile.proofs import Prover, RecordedDeltas
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.segments import CommitStep, without_paths
from okstra_git.reconcile.windows import Window
from okstra_git.records.handoff import Arrival, Member, PullRequest
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task
from okstra_git.store.stage_ranges import fingerprint_ranges

OpenWindow = Callable[[SearchRef, Task, str], Window]
"""Opens the window of a ref in which a recorded commit of the task may live now."""


def has_other_version(
    scope: SearchScope, open_window: OpenWindow, task: Task, stage: Stage, targets: Sequence[SearchRef]
) -> bool:
    """Whether the branch left the recorded commit and has commits of its own that nothing accounts for.

    Accounted for are the recorded changes of the stages on that branch, wherever on it they are now. What cannot be
    read to its end may hold another version.
    """
    ref = scope.branch(stage.branch)
    if stage.range is None or ref is None or scope.contains(ref.tip, stage.range.head):
        return False
    if any(scope.contains(target.tip, ref.tip) for target in targets):
        return False
    window = open_window(ref, task, stage.range.head)
    if not window.complete:
        return True
    known = {
        step.position for recorded in _recorded_on(task, stage.branch) for step in _steps_of(window, scope, recorded)
    }
    return any(step.delta and step.position not in known for step in window.steps)


def _recorded_on(task: Task, branch: str) -> list[RangeFingerprint]:
    return [stage.range for stage in task.stages.values() if stage.branch == branch and stage.range]


def _steps_of(window: Window, scope: SearchScope, recorded: RangeFingerprint) -> Iterator[CommitStep]:
    """The commits of the window that are this range, as recorded or where it is proven to be."""
    step = window.find(recorded.head)
    first: str | None = recorded.base
    if step is None:
        try:
            hits = locate(window, Prover(scope.git, recorded))
        except (MissingObject, GitFailed):
            return
        if len(hits) != 1:
            return
        step, first = hits[0].span.last, hits[0].span.first.parent
    while step is not None and step.facts.oid != first:
        yield step
        step = window.find(step.parent)


@dataclass(frozen=True)
class Handed:
    """A range that several stages left as, one of its versions: a group as assembled, or as its pull request had it."""

    group: str
    base_ref: str
    range: RangeFingerprint
    members: tuple[Member, ...]


def list_handed(scope: SearchScope, task: Task) -> list[Handed]:
    """Every version of every group whose extent git still knows; empty ones are left out."""
    versions = [Handed(group.id, group.base_ref, group.range, group.members) for group in task.groups.values()]
    known: set[tuple[str, str]] = {(version.group, version.range.head) for version in versions}
    for pr in task.prs.values():
        if (pr.group, pr.commit) not in known:
            versions += _as_published(scope, task, pr)
            known.add((pr.group, pr.commit or ""))
    return [version for version in versions if version.members and not version.range.is_empty]


def _as_published(scope: SearchScope, task: Task, pr: PullRequest) -> Iterator[Handed]:
    """A version that was published before its group was assembled once more; its base is where the two fork."""
    group = task.groups.get(pr.group)
    if pr.commit is None or group is None or group.range.base is None or find_commit(scope.git, pr.commit) is None:
        return
    base = scope.fork(pr.commit, group.range.base)
    if base is None or base == pr.commit:
        return
    try:
        published = fingerprint_ranges(scope.git, [(base, pr.commit)])[0]
    except (MissingObject, GitFailed):
        return
    yield Handed(pr.group, pr.base_ref or group.base_ref, published, pr.members)


def find_handed(arrivals: Arrivals, handed: Handed) -> Arrived | None:
    """Where the range of the whole group arrived."""
    task, scope = arrivals.task, arrivals.scope
    stages = [task.stages[member.stage] for member in handed.members if member.stage in task.stages]
    bases = [handed.base_ref, *(stage.base_ref for stage in stages)]
    targets = scope.destinations(task, bases, besides=scope.besides(task, stages))
    return arrivals.find(Prover(scope.git, handed.range), targets, handed.range.base)


def find_with_groups(
    arrivals: Arrivals, open_window: OpenWindow, stages: Collection[int]
) -> dict[int, tuple[str, Arrived]]:
    """Those of the stages that a target holds because their whole group arrived there, by which group and where."""
    task, scope = arrivals.task, arrivals.scope
    landed: dict[int, tuple[str, Arrived]] = {}
    for handed in list_handed(scope, task):
        asked = [member for member in handed.members if member.stage in stages and member.stage not in landed]
        kept = [member for member in asked if member.stage in task.stages
                and is_as_handed(task.stages[member.stage], member)]  # fmt: skip
        arrived = find_handed(arrivals, handed) if kept else None
        if arrived is None or not arrived.is_there:
            continue
        for stage in (task.stages[member.stage] for member in kept):
            targets = scope.destinations_of(task, stage.number)
            if not has_other_version(scope, open_window, task, stage, targets):
                landed[stage.number] = (handed.group, arrived)
    return landed


def is_as_handed(stage: Stage, member: Member) -> bool:
    """Whether the stage still is what was handed over: the commit, the same change, or what it was proven to become.

    A stage whose commit was named by a person is not what was handed over any more.
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


def _is_it(recorded: RangeFingerprint, member: Member) -> bool:
    return recorded.head == member.commit or recorded.delta == member.delta


@dataclass(frozen=True)
class Union:
    """The commit that holds the changes of these stages together."""

    stages: tuple[int, ...]
    commit: str


def find_union(
    task: Task, recorded: RangeFingerprint, delta: Delta | None, searched: Sequence[tuple[SearchRef, Window]]
) -> Union | None:
    """A single commit that makes exactly the joint change of the stage and neighbours in its stack, or None.

    `delta` is the change of the stage itself; the commit has to touch its files.
    """
    if recorded.is_empty or not delta:
        return None
    near = [(window, steps) for _, window in searched if (steps := _touching_all(window, delta))]
    runs = list(_summed(task, _stacks(task, recorded))) if near else []
    for window, steps in near:
        by_delta, by_lines = _by_sums(window, steps)
        for numbers, deltas, lines in runs:
            commits = {*by_delta.get(deltas, ()), *(by_lines.get(lines, ()) if lines else ())}
            if len(commits) == 1:
                return Union(numbers, commits.pop())
    return None


def _touching_all(window: Window, delta: Delta) -> list[CommitStep]:
    """The commits that touch every file of the change."""
    paths = {change.path for change in delta}
    rarest = min((window.visitors(path) for path in paths), key=len)
    return [step for step in rarest if {change.path for change in step.delta} >= paths]


def _summed(task: Task, runs: Sequence[Sequence[int]]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """The stages of each run that change anything, if they are several, with the sums of all deltas and all lines."""
    prints = {
        number: recorded
        for run in runs
        for number in run
        if (recorded := task.stages[number].range) and not recorded.is_empty
    }
    sums = {number: _sums([recorded]) for number, recorded in prints.items()}
    for run in runs:
        numbers = tuple(sorted(number for number in run if number in prints))
        if len(numbers) > 1:
            deltas = sum(sums[number][0] for number in numbers) & SUM_MASK
            yield numbers, deltas, sum(sums[number][1] for number in numbers) & SUM_MASK


def _by_sums(window: Window, steps: Sequence[CommitStep]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """The commits by the sum of their delta, and by that of their lines wherever these are."""
    by_delta: dict[int, set[str]] = {}
    by_lines: dict[int, set[str]] = {}
    for step in steps:
        by_delta.setdefault(step.delta_here, set()).add(step.facts.oid)
        lines = window.segment.lines_of(step)
        if lines is not None:
            by_lines.setdefault(multiset_sum(without_paths(lines).items()), set()).add(step.facts.oid)
    return by_delta, by_lines


def list_unions(task: Task, numbers: Set[int], window: Window) -> list[Union]:
    """Single commits whose sum is that of several of these stages in a row; the most stages first. Proves nothing."""
    recorded = [task.stages[number].range for number in sorted(numbers)]
    runs = {
        tuple(run): None for stage_range in recorded if stage_range is not None for run in _stacks(task, stage_range)
    }
    unions: list[Union] = []
    for run in sorted((run for run in runs if numbers >= set(run)), key=len, reverse=True):
        delta, lines = _sums([stage_range for number in run if (stage_range := task.stages[number].range)])
        singles = {step.facts.oid for step in window.singles(delta, lines)}
        unions += [Union(run, singles.pop())] if len(singles) == 1 else []
    return unions


def prove_union(git: Git, task: Task, union: Union, window: Window) -> Arrival | None:
    """By which proof the commit is these stages one after the other, or None where that is a person's question."""
    prints = [recorded for number in union.stages if (recorded := task.stages[number].range)]
    deltas = [RecordedDeltas(git, [recorded]).find(recorded) for recorded in prints]
    step = window.segment.by_id[union.commit]
    if all(deltas) and _one_after_the_other([delta for delta in deltas if delta]) == step.delta:
        return "same-delta"
    if any(upper.base != lower.head for lower, upper in pairwise(prints)) or not find_commit(git, prints[-1].head):
        return None
    try:
        hits = locate(window, Prover(git, fingerprint_ranges(git, [(prints[0].base, prints[-1].head)])[0]))
    except (MissingObject, GitFailed):
        return None
    rung = hits[0].proven.rung if [hit.span.last.facts.oid for hit in hits] == [union.commit] else None
    return rung if rung != "restored" else None


def _one_after_the_other(deltas: Sequence[Delta]) -> Delta | None:
    """What the deltas make together, where each goes on from what the ones before it left."""
    left: dict[bytes, tuple[str, str]] = {}
    for change in (change for delta in deltas for change in delta):
        if left.get(change.path, (change.old_mode, change.old)) != (change.old_mode, change.old):
            return None
        left[change.path] = (change.new_mode, change.new)
    return compose(*deltas)


def _sums(prints: Sequence[RangeFingerprint]) -> tuple[int, int]:
    """The sums of all deltas and of all lines."""
    delta = lines = 0
    for recorded in prints:
        delta = add_sums(delta, int(recorded.delta_sum, 16))
        lines = add_sums(lines, int(recorded.lines_sum, 16)) if recorded.lines_sum else lines
    return delta, lines


def _stacks(task: Task, recorded: RangeFingerprint) -> list[list[int]]:
    """Neighbours in the stack, and by number where the stack was taken apart; longest first."""
    numbered = [number for number, stage in sorted(task.stages.items()) if stage.range]
    runs = [run for line in (_line_through(task, recorded), numbered) for run in _runs(task, line, recorded)]
    return sorted(runs, key=len, reverse=True)


def _runs(task: Task, line: list[int], recorded: RangeFingerprint) -> list[list[int]]:
    """Every segment of the line around the recorded range, of at least two stages and at most seven to either side."""
    place = next((index for index, number in enumerate(line) if _head(task, number) == recorded.head), None)
    if place is None:
        return []
    return [
        line[start : end + 1]
        for start in range(max(0, place - 7), place + 1)
        for end in range(place, min(len(line), place + 8))
        if end > start
    ]


def _line_through(task: Task, recorded: RangeFingerprint) -> list[int]:
    """Stage numbers from the lowest to the highest of the stack around the recorded range."""
    by_head: dict[str, int] = {s.range.head: s.number for s in task.stages.values() if s.range}
    by_base: dict[str, int] = {s.range.base: s.number for s in task.stages.values() if s.range and s.range.base}
    line = [by_head[recorded.head]]
    while True:
        below = task.stages[line[0]].range
        number = by_head.get(below.base or "") if below else None
        if number is None or number in line or len(line) > 1000:
            break
        line.insert(0, number)
    while True:
        number = by_base.get(_head(task, line[-1]))
        if number is None or number in line or len(line) > 2000:
            break
        line.append(number)
    return line


def _head(task: Task, number: int) -> str:
    recorded = task.stages[number].range
    return recorded.head if recorded else ""
