"""Whether what stands beside a proven range may be another version of the stage, so that a person has to look.

Commits that carry author and time of recorded ones, or their very change, were looked for before (`search`). Here is
the rest: a range may be whole because some recorded commits cancel out, and then nothing in it tells what became of
these.

Example: recorded are T (try), W (work), R (take the try back). The branch has W' and above it N, by nobody known. T
and R are lost, and W' makes the recorded change. N may be what is left of them, changed and retimed: a question. If
all of T, W and R are there below N, it is new work, and nobody asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from okstra_git.digest import add_sums
from okstra_git.git.diffs import delta_sum
from okstra_git.reconcile.cases import Case, IsAccounted
from okstra_git.reconcile.search import Found
from okstra_git.reconcile.units import Unit, is_like
from okstra_git.reconcile.windows import Step, Window
from okstra_git.redaction.subjects import same_subject

ALIKE = 0.5
"""From which part of its lines on a commit counts as a version of another one."""


@dataclass(frozen=True)
class Beside:
    """Looks at one proven range of one stage, and at the commits of its branch that are not in it."""

    case: Case
    window: Window
    found: Found
    is_accounted: IsAccounted

    def doubtful(self) -> Step | None:
        """A commit that may be another version of the stage; None where nothing speaks for that.

        New work above a stage is usual. It is doubtful only where something of the stage was not found, or was found as
        somebody else's copy only.
        """
        return self._blurred() or self._by_the_author() or self._by_subject() or self._cancelled()

    @cached_property
    def _extras(self) -> list[Step]:
        """The commits of the branch that may be more of the stage."""
        return [step for step in self.window.steps if step.delta and self._is_extra(step)]

    def _is_extra(self, step: Step) -> bool:
        """Not in the range, nor another stage's: by where that is, by who made the commit when, or by its change."""
        owners = self.case.identities.owners(step)
        if owners and self.case.number not in owners:
            return False
        return (
            not self.window.covers(self.found.hits[0].span, step)
            and not self.is_accounted(step)
            and not self._is_anothers(step)
        )

    def _is_anothers(self, step: Step) -> bool:
        """Whether the change is more that of another stage, whose place is not known, than of this one."""
        near = {self.case.number, *(self.case.near() & self.case.unsettled())}
        makers = self.case.units.makers(self.window, step, near)
        if makers:
            return self.case.number not in makers
        mine = self.case.units.likeness(self.window, step, self.case.number)
        others = (self.case.units.likeness(self.window, step, n) for n in near if n != self.case.number)
        return max(others, default=0.0) >= max(ALIKE, mine + 0.1)

    def _blurred(self) -> Step | None:
        """A commit that has author, time and subject of several recorded ones, one of the stage's among them."""
        for facts in self.case.identities.commits(self.case.number):
            alike = self.case.identities.look_like(facts, self.window) if self.case.identities.is_blurred(facts) else []
            extra = next((step for step in alike if step.delta and self._is_extra(step)), None)
            if extra is not None:
                return extra
        return None

    def _by_the_author(self) -> Step | None:
        """The stage was found as somebody else's work only, and its author has more commits on the branch."""
        foreign = {unit.facts.email for unit, step in self.found.copied if step.facts.email != unit.facts.email}
        if not self.found.made and not self.found.copied:
            makers = {step.facts.email for step in self.window.back(self.found.hits[0].span) if step.delta}
            authors = {facts.email for facts in self.case.identities.commits(self.case.number)}
            foreign = authors if makers.isdisjoint(authors) else set()
        return next((step for step in self._extras if step.facts.email in foreign), None) if foreign else None

    def _by_subject(self) -> Step | None:
        """A commit by the author of a recorded one, and called the same, that names and times do not tell."""
        unnamed = [unit.facts for unit in (*self.found.lost, *(unit for unit, _ in self.found.copied))]
        names = {(facts.email, facts.subject) for facts in unnamed if facts.subject}
        return (
            next(
                (
                    step
                    for step in self._extras
                    for email, subject in names
                    if step.facts.email == email and same_subject(step.facts.subject, subject)
                ),
                None,
            )
            if names
            else None
        )

    def _cancelled(self) -> Step | None:
        """Recorded commits were not found, and the range is whole without them: they cancel out, changed or not."""
        lost = self.found.lost
        if not lost or not self._extras:
            return None
        return self._extras[-1] if self._is_copy_by_copy() or self._has_lost_loop(lost) else None

    def _is_copy_by_copy(self) -> bool:
        """Whether every commit of the range makes exactly what one recorded commit made, so that none took more in."""
        lost = {unit.facts.oid for unit in self.found.lost}
        known = [unit for unit in self.case.units.of(self.case.number) if unit.delta and unit.facts.oid not in lost]
        inside = [step for step in self.window.back(self.found.hits[0].span) if step.delta]
        return len(inside) <= len(known) and all(
            any(is_like(self.window, step, unit, self.case.units.lines(unit)) for unit in known) for step in inside
        )

    def _has_lost_loop(self, lost: Sequence[Unit]) -> bool:
        """Whether some recorded commits in a row that were all lost came back to where they began."""
        gone = {unit.facts.oid: delta_sum(unit.delta or ()) for unit in lost}
        at, seen = 0, {0}
        for facts in self.case.identities.commits(self.case.number):
            if facts.oid not in gone:
                at, seen = 0, {0}
                continue
            at = add_sums(at, gone[facts.oid])
            if at in seen:
                return True
            seen.add(at)
        return False


def left_over(window: Window, is_accounted: IsAccounted) -> list[Step]:
    """The commits with content of a stage's branch that no record accounts for, whoever made them."""
    return [step for step in window.steps if step.delta and not is_accounted(step)]
