"""Where a stage may be that nothing proves: looked for on every branch and in the targets, the likeliest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from okstra_git.git.history import CommitFacts, walk
from okstra_git.git.refs import list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.revisions import printed_name
from okstra_git.reconcile.cases import Case
from okstra_git.reconcile.commit_matching import Unit, lines_of, list_units
from okstra_git.reconcile.findings import Candidate
from okstra_git.reconcile.locate import Hit
from okstra_git.reconcile.scope import SearchScope
from okstra_git.reconcile.search import Searched
from okstra_git.reconcile.segments import Author, CommitStep
from okstra_git.records.stage import RangeFingerprint
from okstra_git.redaction.late import same_subject
from okstra_git.store import layout

MAX_CANDIDATES = 5
MAX_ALIKE = 200
"""Commits of a target that are compared with the recorded change by the files they touch."""


def rival(hit: Hit) -> Candidate:
    """A proven range as an offer."""
    facts = hit.span.last.facts
    why = f"holds the same change ({hit.proven.rung}): {facts.subject}"
    return Candidate(facts.oid, facts.oid, why, base=hit.span.first.parent)


def likeliest(case: Case) -> tuple[Searched, CommitStep] | None:
    """The commit that was probably made from the recorded head: by author and time, by any commit of the stage, by
    subject."""
    recorded = case.recorded
    for searched in case.searched:
        named = searched.window.by_subject(recorded.subject) if recorded.subject else []
        alike = [*searched.window.by_author(_author(recorded)), *named]
        best = max(alike, default=None, key=lambda step: (_score(step, recorded), step.position))
        if best is not None:
            return searched, best
    made = [(searched, step) for searched in case.searched for step in searched.result.made]
    return max(made, key=lambda pair: pair[1].position) if made else None


def _score(step: CommitStep, recorded: RangeFingerprint) -> int:
    same_time = step.author == (recorded.author.email, recorded.author.time)
    return 4 * same_time + 2 * (bool(recorded.subject) and same_subject(step.facts.subject, recorded.subject))


@dataclass
class Branches:
    """What all branches have that some targets have not, from one walk: whose commits, and which branch has them."""

    scope: SearchScope
    outside: tuple[str, ...]
    limit: int
    by_author: dict[Author, list[CommitFacts]] = field(default_factory=dict)
    _mask: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refs = [ref for ref in list_ref_names(self.scope.git, "refs/heads/", "refs/remotes/")
                     if not ref.endswith("/HEAD")]  # fmt: skip
        tips = {tip for ref in self.refs if (tip := self.scope.tip(ref))}
        commits, _ = walk(self.scope.git, sorted(tips), self.outside, limit=self.limit)
        for place, ref in enumerate(self.refs):
            tip = self.scope.tip(ref)
            if tip is not None:
                self._mask[tip] = self._mask.get(tip, 0) | 1 << place
        for facts in reversed(commits):
            self.by_author.setdefault((facts.email, facts.time), []).append(facts)
            for parent in facts.parents:
                self._mask[parent] = self._mask.get(parent, 0) | self._mask.get(facts.oid, 0)

    def having(self, oid: str) -> list[str]:
        """The branches, by full ref name, that have the commit in their history."""
        mask = self._mask.get(oid, 0)
        return [ref for place, ref in enumerate(self.refs) if mask >> place & 1]


def own_tip(scope: SearchScope, case: Case) -> Candidate:
    """The tip of the stage's branch; never likely where a target contains it, for then it is the target's."""
    ref = case.standing.ref
    assert ref is not None
    landed = any(scope.contains(target.tip, ref.tip) for target in scope.targets(case.task, case.standing.stage))
    name = printed_name(scope.git, scope.full_name(ref))
    return Candidate(name, ref.tip, "tip of the stage branch", likely=not landed)


def _short(ref: str) -> str:
    return ref.split("/", 2)[2]


@dataclass
class Candidates:
    """Finds offers for the questions of one call."""

    scope: SearchScope
    limit: int
    _branches: dict[tuple[str, ...], Branches] = field(default_factory=dict)

    def offers(self, case: Case) -> list[Candidate]:
        """What may be the stage, best first: on its branch, on other branches, in the targets, and what is kept."""
        offers = [*self._on_own(case), *self._in_targets(case), *self._on_others(case)]
        offers += self._kept(case) if case.standing.ref is None else []
        return [offer for offer in offers if offer.commit != case.recorded.head or offer.ref != offer.commit]

    def _on_own(self, case: Case) -> list[Candidate]:
        """The tip of the stage's branch, and the commit on it that was probably made from the recorded one."""
        ref, like = case.standing.ref, likeliest(case)
        if ref is None:
            return []
        tip = own_tip(self.scope, case)
        if like is None or like[0].ref.kind == "target" or like[1].facts.oid == ref.tip:
            return [tip]
        facts = like[1].facts
        alike = Candidate(
            facts.oid, facts.oid, f"made from the recorded commit, by its author and time: {facts.subject}"
        )
        shared = any(s.branch == case.standing.stage.branch and s.number != case.number and s.range
                     for s in case.task.stages.values())  # fmt: skip
        return [alike, tip] if shared else [tip, alike]

    def _in_targets(self, case: Case) -> Iterator[Candidate]:
        """Commits of targets that were made from the recorded one, or touch the files that it touches."""
        for searched in case.searched:
            if searched.ref.kind != "target":
                continue
            made = [step for step in searched.result.made if step.author == _author(case.recorded)]
            for step in made[-1:]:
                why = f"made from the recorded commit, in {searched.ref.name}: {step.facts.subject}"
                yield Candidate(step.facts.oid, step.facts.oid, why, base=step.parent)
            alike = _most_alike(searched, case)
            if alike is not None and not made:
                why = f"changes the files of the stage, in {searched.ref.name}: {alike.facts.subject}"
                yield Candidate(alike.facts.oid, alike.facts.oid, why, base=alike.parent)

    def _on_others(self, case: Case) -> Iterator[Candidate]:
        """Branches that hold the recorded commit, its very files, or a commit that was made from it."""
        branches = self._of(case)
        own = case.standing.stage.branch
        for ref in branches.having(case.recorded.head):
            why = f"branch {_short(ref)} contains the recorded commit"
            yield Candidate(printed_name(self.scope.git, ref), case.recorded.head, why)
        for facts in branches.by_author.get(_author(case.recorded), ()):
            for ref in branches.having(facts.oid)[:1] if facts.oid != case.recorded.head else ():
                if _short(ref) != own:
                    is_tip = self.scope.tip(ref) == facts.oid
                    why = f"made from the recorded commit, on branch {_short(ref)}: {facts.subject}"
                    yield Candidate(printed_name(self.scope.git, ref) if is_tip else facts.oid, facts.oid, why)

    def other_versions(self, case: Case) -> list[tuple[str, CommitFacts]]:
        """Commits of other branches that were made from the stage's and change something else: (full ref name, commit).

        Asked where the stage has no branch of its name: it may have been renamed, or differ from remote to remote.
        """
        branches, recorded = self._of(case), case.identities.commits(case.number)
        known = {facts.oid for facts in recorded}
        made = [(facts, other) for facts in recorded if not case.identities.is_blurred(facts)
                for other in branches.by_author.get((facts.email, facts.time), ())
                if other.oid not in known and len(other.parents) < 2 and self._is_from(case, facts, other)]  # fmt: skip
        units = list_units(self.scope.git, [other for _, other in made])
        before = {unit.facts.oid: unit for unit in case.units.of(case.number)} if made else {}
        return [
            (branches.having(other.oid)[0], other)
            for (facts, other), unit in zip(made, units, strict=True)
            if unit.delta and not _is_same(self.scope.git, before.get(facts.oid), unit) and branches.having(other.oid)
        ]

    @staticmethod
    def _is_from(case: Case, facts: CommitFacts, other: CommitFacts) -> bool:
        """Whether the subject speaks for it as well, where another recorded commit has author and time of this one."""
        return case.identities.is_told_by_time(facts) or same_subject(facts.subject, other.subject)

    def _of(self, case: Case) -> Branches:
        outside = tuple(sorted({ref.tip for ref in self.scope.targets(case.task, None)}))
        if outside not in self._branches:
            self._branches[outside] = Branches(self.scope, outside, self.limit)
        return self._branches[outside]

    def _kept(self, case: Case) -> Iterable[Candidate]:
        for ref in list_ref_names(self.scope.git, layout.STAGES):
            if self.scope.tip(ref) == case.recorded.head:
                return [Candidate(ref, case.recorded.head, "the recorded commit itself, kept by this ref")]
        return []


def _is_same(git: Git, before: Unit | None, after: Unit) -> bool:
    """Whether two commits make the same change, from file to file or line for line."""
    if before is None or before.delta is None:
        return True
    return before.delta == after.delta or (lines_of(git, before) or None) == lines_of(git, after)


def _author(recorded: RangeFingerprint) -> Author:
    return recorded.author.email, recorded.author.time


def _most_alike(searched: Searched, case: Case) -> CommitStep | None:
    """The newest commit of a target that touches mostly the files that the stage touches."""
    paths = {change.path for change in case.prover.recorded_delta() or ()}
    visitors = {
        step.position: step for path in sorted(paths)[:64] for step in searched.window.visitors(path)[-MAX_ALIKE:]
    }
    scored = [(_overlap(step, paths), place, step) for place, step in visitors.items()]
    best = max((entry for entry in scored if entry[0] >= 0.5), default=None, key=lambda entry: entry[:2])
    return best[2] if best is not None else None


def _overlap(step: CommitStep, paths: set[bytes]) -> float:
    """Files in common, as a part of all files of both."""
    here = {change.path for change in step.delta}
    return len(here & paths) / len(here | paths)
