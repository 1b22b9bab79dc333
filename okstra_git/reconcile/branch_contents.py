"""What a branch has of recorded stages: all of one, a beginning of it, or none, asked of that branch by the proofs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from okstra_git.git.binary import GitFailed
from okstra_git.git.history import contains, find_commit, first_parents, merge_base
from okstra_git.git.objects import MissingObject
from okstra_git.git.repo import Git
from okstra_git.reconcile.arrivals import Arrivals
from okstra_git.reconcile.judge import Judge
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.scope import SearchRef
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task
from okstra_git.store.stage_ranges import fingerprint_ranges

MAX_BEGINNINGS = 32
"""Beginnings of one stage that are looked for; of a longer one those that were recorded, and the longest."""


@dataclass(frozen=True)
class Delivered:
    """What a branch has of a stage and still holds.

    `whole` is the branch (or the same branch elsewhere) that has all of it. `upto`: the branch itself has the stage up
    to and with this commit of it. `lacks`: a commit of the stage that its recorded base has, and the branch has not.
    """

    stage: int
    whole: str = ""
    upto: str = ""
    lacks: str = ""


def find_delivered(
    judge: Judge, task: Task, numbers: Collection[int], base: SearchRef, elsewhere: Sequence[SearchRef] = ()
) -> dict[int, Delivered]:
    """Stages of which the branch has something, or lacks something that their base takes for granted.

    `elsewhere` is the same branch in other places, such as its upstream: a stage that is whole there is whole. What was
    taken out again, fits more than one place, or cannot be read to its end, is not there.
    """
    look = _Look(judge, task, base, elsewhere)
    stages = [stage for number in numbers if (stage := task.stages.get(number)) is not None and stage.range]
    parts = (look.at(stage) for stage in stages)
    return {part.stage: part for part in parts if part.whole or part.upto or part.lacks}


@dataclass(frozen=True)
class _Look:
    judge: Judge
    task: Task
    base: SearchRef
    elsewhere: Sequence[SearchRef]

    def at(self, stage: Stage) -> Delivered:
        assert stage.range is not None
        if self._has(self.base, stage.range):
            return Delivered(stage.number, self.base.name, stage.range.head)
        whole = next((ref.name for ref in self.elsewhere if self._has(ref, stage.range)), "")
        if whole or self.base.tip == stage.range.base:
            return Delivered(stage.number, whole)
        beginnings = list(_beginnings(self._git, self.task, stage))
        has_parted = not self._is_below(stage.range)
        upto = (
            next((beginning.head for beginning in beginnings if self._has(self.base, beginning)), "")
            if has_parted
            else ""
        )
        return Delivered(stage.number, "", upto, "" if upto else self._lacking(stage, beginnings))

    @property
    def _git(self) -> Git:
        return self.judge.scope.git

    def _is_below(self, recorded: RangeFingerprint) -> bool:
        """Whether the branch has nothing but what the stage stands on."""
        return recorded.base is not None and contains(self._git, recorded.base, self.base.tip)

    def _has(self, ref: SearchRef, wanted: RangeFingerprint) -> bool:
        arrivals = Arrivals(self.judge.scope, self.task, self.judge.window_above, self.judge.limit)
        arrived = arrivals.find(Prover(self._git, wanted), [ref], wanted.base)
        return arrived is not None and arrived.is_there

    def _lacking(self, stage: Stage, beginnings: Sequence[RangeFingerprint]) -> str:
        """A part of the stage that its base has, so that it is not part of the range, and that the branch lacks."""
        base = stage.range.base if stage.range else None
        if base is None or contains(self._git, self.base.tip, base):
            return ""
        under = SearchRef("target", base[:10], base)
        former = [trail.range for trail in reversed(stage.trail)]
        missing = (part for part in (*former, *beginnings) if self._has(under, part) and not self._has(self.base, part))
        return next((part.head for part in missing), "")


def _beginnings(git: Git, task: Task, stage: Stage) -> Iterator[RangeFingerprint]:
    """The stage up to each commit on its own line, each with the base it had there; the longest first."""
    recorded = stage.range
    assert recorded is not None
    above = [recorded.base] if recorded.base else []
    line = first_parents(git, recorded.head, above, limit=10 * MAX_BEGINNINGS)[1:]
    known = _recorded_heads(task, stage)
    chosen = {*line[:MAX_BEGINNINGS], *(commit for commit in line if commit in known)}
    ranges = [(_base_of(git, recorded.base, commit), commit) for commit in line if commit in chosen]
    try:
        yield from fingerprint_ranges(git, [(base, head) for base, head in ranges if base != head])
    except (MissingObject, GitFailed):
        return


def _base_of(git: Git, base: str | None, commit: str) -> str | None:
    """What the stage stood on when it ended with the commit: it may have merged its base later."""
    return merge_base(git, base, commit) if base and find_commit(git, base) else None


def _recorded_heads(task: Task, stage: Stage) -> set[str]:
    """Commits by which the stage is or was on record, or by which it was handed over."""
    handed = [*(group.members for group in task.groups.values()), *(pr.members for pr in task.prs.values())]
    members = {member.commit for of_group in handed for member in of_group if member.stage == stage.number}
    return members | {trail.range.head for trail in stage.trail}
