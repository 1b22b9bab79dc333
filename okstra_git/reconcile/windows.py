"""The part of history in which a moved change is looked for: what one tip has and others have not.

A window is what the ref has and the branches that work is merged into have not: their commits, others' work, can
then never be taken for the stage. Where the ref is such a branch itself, the window begins where its history parted
from the commit under the task's lowest stage: what was there before cannot be made from it.

Ranges are asked for by the sum of what they change (`span_index`), by files and lines, and by who made a commit when.
They follow first parents; a merge in a range stands for all that it brought (`covers`, `entry`).

Example: stages 1 and 2 were recorded as A and B where `main` was then; `main` has M since. `git rebase main` makes A'
and B' above M. The window of the branch has A' and B', for M is hidden, and `spans_with_delta` with the recorded sum of
B gives one range, B' alone. Had B' been squashed into A', no range would have that sum, and nothing would be proven:
that both stages are one commit now is what `groups.find_union` sees, and a person is asked.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from okstra_git.digest import SUM_MASK, multiset_sum
from okstra_git.git.diffs import Delta, compose
from okstra_git.git.repo import Git
from okstra_git.reconcile.segments import (
    Author,
    CommitStep,
    Lines,
    Segment,
    read_segment,
    side_of,
    without_paths,
)
from okstra_git.reconcile.span_index import SpanIndex, compress, index_sums
from okstra_git.redaction.late import same_subject


@dataclass(frozen=True)
class CandidateRange:
    """A candidate range: from the state before `first` (one step) to the state of `last`, along first parents."""

    first: CommitStep
    last: CommitStep


@dataclass
class Window:
    """Commits of `tip` that none of `hidden` contains: a view of a segment that may hold more than them."""

    segment: Segment
    tip: str
    hidden: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        bits = self.segment.bits
        self._out = sum(bits[oid] for oid in set(self.hidden) if oid in bits)
        self._in = bits.get(self.tip, 0)
        self._is_all = not self._out and list(bits) == [self.tip]

    @property
    def git(self) -> Git:
        """The repository."""
        return self.segment.git

    @property
    def complete(self) -> bool:
        """Whether the whole of it could be read."""
        return self.segment.complete

    def has(self, step: CommitStep) -> bool:
        """Whether the step is in this window and not only in the segment around it."""
        if self._is_all:
            return True
        mask = self.segment.reached_by[step.position]
        return bool(mask & self._in) and not mask & self._out

    def only_own(self, steps: Iterable[CommitStep]) -> list[CommitStep]:
        """Those of the steps that are in this window."""
        return list(steps) if self._is_all else [step for step in steps if self.has(step)]

    @cached_property
    def steps(self) -> list[CommitStep]:
        """Every step, parents first."""
        if self._is_all:
            return self.segment.steps
        within, without = self._in, self._out
        masks = zip(self.segment.steps, self.segment.reached_by, strict=True)
        return [step for step, mask in masks if mask & within and not mask & without]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it: its tip is hidden, or could not be read."""
        return self._tip_step is None

    @cached_property
    def _tip_step(self) -> CommitStep | None:
        return self.find(self.tip)

    def find(self, oid: str | None) -> CommitStep | None:
        """The step of a commit, if it is in the window."""
        step = self.segment.by_id.get(oid or "")
        return step if step is not None and self.has(step) else None

    def by_author(self, author: Author) -> list[CommitStep]:
        """Steps of this author at this author time."""
        return self.only_own(self.segment.by_author.get(author, ()))

    def by_subject(self, subject: str) -> list[CommitStep]:
        """Steps of this subject."""
        exact = self.segment.by_subject
        return self.only_own([step for known in exact if same_subject(known, subject) for step in exact[known]]
                             if "[redacted:" in subject else exact.get(subject, ()))  # fmt: skip

    def by_delta(self, wanted: int) -> list[CommitStep]:
        """Non-empty steps whose delta has this sum."""
        return self.only_own(self.segment.by_delta.get(wanted, ()))

    def visitors(self, path: bytes) -> list[CommitStep]:
        """Steps that touch the path."""
        return self.only_own(self.segment.by_path.get(path, ()))

    # --- lines of first parents

    def is_on_line(self, step: CommitStep, end: CommitStep | None = None) -> bool:
        """Whether a commit (the tip, where none is named) or one of its first parents is the step."""
        above = end or self._tip_step
        forest = self.segment.forest
        if above is None or not self.has(step):
            return False
        return forest.entered[step.position] <= forest.entered[above.position] <= forest.left[step.position]

    def entry(self, step: CommitStep, end: CommitStep | None = None) -> CommitStep | None:
        """The lowest commit on a line that has the step in its history: itself, or a merge that brought it."""
        above = end or self._tip_step
        if above is None or step.position > above.position:
            return None
        if self.is_on_line(step, above):
            return step
        lowest: CommitStep | None = None
        waiting, seen = [step], {step.position}
        while waiting:
            for child in self.only_own(self.segment.children.get(waiting.pop().facts.oid, ())):
                if self.is_on_line(child, above):
                    lowest = child if lowest is None or child.position < lowest.position else lowest
                elif child.position not in seen and child.position < above.position:
                    seen.add(child.position)
                    waiting.append(child)
        return lowest

    def hulls(self, steps: Sequence[CommitStep]) -> list[CandidateRange]:
        """The shortest ranges that have all of the steps: of the line that they are on, and of the tip's."""
        spans = [self._hull(steps, end) for end in (max(steps, key=_position), None)]
        return list(dict.fromkeys(span for span in spans if span is not None))

    def _hull(self, steps: Sequence[CommitStep], end: CommitStep | None) -> CandidateRange | None:
        entries = [self.entry(step, end) for step in steps]
        known = [entry for entry in entries if entry is not None]
        if not known or len(known) < len(entries):
            return None
        return CandidateRange(min(known, key=_position), max(known, key=_position))

    def covers(self, span: CandidateRange, step: CommitStep) -> bool:
        """Whether the range brings the step: it is between the ends, or a merge between them brought it."""
        entry = self.entry(step, span.last)
        return entry is not None and entry.position >= span.first.position

    def back(self, span: CandidateRange) -> Iterator[CommitStep]:
        """The steps of the range along first parents, newest first."""
        step: CommitStep | None = span.last
        while step is not None:
            yield step
            if step is span.first:
                return
            step = self.segment.by_id.get(step.parent or "")

    def net_delta(self, span: CandidateRange) -> Delta:
        """What the range changes altogether."""
        return compose(*(step.delta for step in reversed(list(self.back(span)))))

    def root_under(self, step: CommitStep) -> str:
        """The commit outside of the window on which the step's first-parent line stands; empty for a root commit."""
        at, below = step, self.find(step.parent)
        while below is not None:
            at, below = below, self.find(below.parent)
        return at.parent or ""

    @cached_property
    def roots(self) -> list[str]:
        """The commits outside of the window on which first-parent lines of it stand."""
        here = {step.facts.oid for step in self.steps}
        return list(dict.fromkeys(step.parent or "" for step in self.steps if step.parent not in here))

    # --- ranges by their sums

    def spans_with_delta(self, wanted: int, known: Delta | None = None) -> list[CandidateRange]:
        """Every tight range whose delta has this sum; `known`, the delta itself, spares looking where it cannot be."""
        singles = self.by_delta(wanted)
        arrivals = self.segment.arrivals
        if len(singles) == 1 and any(arrivals[side_of(change)] == 1 for change in singles[0].delta):
            return [
                CandidateRange(singles[0], singles[0])
            ]  # any other range would have to bring that file there as well
        if not singles and known and not all(arrivals[side_of(change)] for change in known):
            return []
        return self._spans(self.segment.deltas, wanted)

    def spans_on_paths(self, lines: Lines) -> list[CandidateRange]:
        """Every tight range that adds and removes these lines (path, NUL, line) on their paths, whatever else it does.

        Only commits that touch one of the paths are read; and of them only those on the path that is touched least,
        unless that path has its lines somewhere.
        """
        if not lines:
            return []
        paths = {key.partition(b"\0")[0] for key in lines}
        rarest = min(paths, key=lambda path: len(self.visitors(path)))
        part = {key: count for key, count in lines.items() if key.partition(b"\0")[0] == rarest}
        spans = self._spans_on({rarest}, part)
        return spans if len(paths) == 1 or not spans else self._spans_on(paths, lines)

    def _spans_on(self, paths: Set[bytes], lines: Lines) -> list[CandidateRange]:
        touching = {step.position: step for path in paths for step in self.visitors(path)}
        forest = self.segment.forest
        steps = sorted(touching.values(), key=lambda step: forest.entered[step.position])
        parents = compress(forest, [step.position for step in steps])
        sums = {step.position: self._sum_on(step, paths) for step in sorted(steps, key=_position)}
        index = index_sums(parents, [sums[step.position] for step in steps])
        return [CandidateRange(steps[first], steps[last]) for first, last in index.find(multiset_sum(lines.items()))]

    def _sum_on(self, step: CommitStep, paths: Set[bytes]) -> int:
        total = 0
        for change in step.delta:
            if change.path in paths:
                lines = self.segment.lines_at(step, change)
                total += step.delta_here if lines is None else multiset_sum(lines.items())
        return total & SUM_MASK

    def spans_with_bare_lines(self, wanted: int) -> list[CandidateRange]:
        """Every tight range whose added and removed lines have this sum wherever they are."""
        self.segment.read_lines()
        return self._spans(self.segment.bare_lines, wanted)

    def singles(self, delta: int, lines: int) -> list[CommitStep]:
        """Every single commit whose delta, or whose added and removed lines (wherever they are), have this sum."""
        by_lines = self.only_own(self.segment.by_bare_lines.get(lines, ())) if lines else []
        return [*self.by_delta(delta), *by_lines]

    def has_lines(self, step: CommitStep) -> bool:
        """Whether the step adds or removes a line of some file, and does not just move lines within it."""
        return self.segment.lines_of(step) != {}

    def has_bare_lines(self, step: CommitStep) -> bool:
        """Whether the step adds or removes a line, and does not just move lines or files."""
        lines = self.segment.lines_of(step)
        return lines is None or without_paths(lines) != {}

    def _spans(self, index: SpanIndex, wanted: int) -> list[CandidateRange]:
        steps = self.segment.steps
        ends = [(steps[first], steps[last]) for first, last in index.find(wanted)] if wanted else []
        return [CandidateRange(first, last) for first, last in ends if self.has(first) and self.has(last)]


def _position(step: CommitStep) -> int:
    return step.position


def open_window(git: Git, tip: str, hidden: Sequence[str], *, limit: int) -> Window:
    """A window in a segment of its own."""
    return Window(read_segment(git, [tip], hidden, limit=limit), tip, tuple(hidden))
