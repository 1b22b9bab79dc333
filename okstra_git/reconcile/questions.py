"""What a person is asked when nothing proves a move: one true sentence, and where the stage may be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from okstra_git.git.diffs import NO_MODE, SUBMODULE, Change
from okstra_git.git.file_changes import line_difference
from okstra_git.git.history import find_commit
from okstra_git.git.objects import has_object
from okstra_git.git.revisions import printed_name
from okstra_git.reconcile.candidates import MAX_CANDIDATES, Candidates, likeliest, own_tip, rival
from okstra_git.reconcile.cases import Case
from okstra_git.reconcile.findings import Candidate, Finding, listed
from okstra_git.reconcile.groups import Union, find_union
from okstra_git.reconcile.locate import Hit, ends_of
from okstra_git.reconcile.presence import is_gone
from okstra_git.reconcile.proofs import Ends, Prover
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.search import Searched
from okstra_git.reconcile.segments import CommitStep
from okstra_git.reconcile.windows import CandidateRange, Window


@dataclass
class Questions:
    """Makes the questions of one call; what they have in common is read once."""

    scope: SearchScope
    limit: int

    def __post_init__(self) -> None:
        self._candidates = Candidates(self.scope, self.limit)

    def ask(self, case: Case, rivals: Sequence[Hit]) -> Finding:
        """Why a stage could not be settled, and where it may be."""
        if rivals:
            return self._ask_which(case, rivals)
        refs = [(searched.ref, searched.window) for searched in case.searched]
        union = find_union(case.task, case.recorded, case.prover.recorded_delta(), refs)
        if union is not None:
            stages = listed(union.stages)
            return self._ask_union(case, union, stages)
        return _asked(case, self._reason(case), self._offers(case))

    def _offers(self, case: Case) -> list[Candidate]:
        """What is offered; nothing is recommended where history could not be read to its end."""
        offers = self._candidates.offers(case)
        whole = all(searched.window.complete for searched in case.searched) and not self.scope.git.is_shallow
        return offers if whole else [replace(offer, likely=False) for offer in offers]

    def _ask_union(self, case: Case, union: Union, stages: str) -> Finding:
        where = next(searched for searched in case.searched if searched.window.find(union.commit) is not None)
        step = where.window.segment.by_id[union.commit]
        in_target = where.ref.kind == "target"
        gone = in_target and is_gone(self.scope.git, step.delta, where.ref.tip)
        why = f"one commit that holds stages {stages} together"
        offer = Candidate(union.commit, union.commit, why, base=step.parent if in_target else None, likely=not gone)
        if not in_target and where.ref.tip == union.commit:
            offer = replace(offer, ref=printed_name(self.scope.git, self.scope.full_name(where.ref)))
        reason = f"stages {stages} are one commit now"
        reason += f", and {where.ref.name} had it taken out again" if gone else ""
        return replace(_asked(case, reason, [offer]), together=union.stages)

    def _ask_which(self, case: Case, rivals: Sequence[Hit]) -> Finding:
        reason = f"the same change is in {len(rivals)} places: nothing tells which one is meant"
        if len(rivals) == 1 and case.searched[-1].result.outside:
            return self.ask_beside(case, case.searched[-1], rivals[0], case.searched[-1].result.outside[0])
        if len(rivals) == 1:
            reason = f"cannot prove: {self._cut()}, and what was not read may hold the change as well"
        return _asked(case, reason, [rival(hit) for hit in rivals])

    def ask_beside(self, case: Case, where: Searched, hit: Hit, extra: CommitStep) -> Finding:
        """The recorded change is proven, and another commit of the branch may be the stage as well."""
        made = max((*where.result.made, hit.span.last), key=lambda step: step.position)
        offers = [rival(hit)]
        if made is not hit.span.last:
            why = f"the highest commit that was made from the stage: {made.facts.subject}"
            offers.insert(0, Candidate(made.facts.oid, made.facts.oid, why))
        if where.window.is_on_line(where.window.segment.by_id[where.ref.tip]) and where.ref.kind != "target":
            offers.append(own_tip(self.scope, case))
        what = f"{extra.facts.oid[:10]} ({extra.facts.subject})"
        return _asked(
            case, f"the recorded change is there, but {what} beside it may belong to the stage as well", offers
        )

    def ask_mixed(self, case: Case, hit: Hit, foreign: CommitStep) -> Finding:
        """The range that holds the stage has a commit of another stage in it."""
        what = f"{foreign.facts.oid[:10]} ({foreign.facts.subject})"
        reason = f"the commits of the stage have {what}, a commit of another stage, among them now"
        return _asked(case, reason, [rival(hit), own_tip(self.scope, case)])

    def ask_split(
        self, case: Case, own: Searched, target: SearchRef, hit: Hit, others: Sequence[CommitStep]
    ) -> Finding:
        """A target holds the recorded change, while the stage's own branch has commits that nothing accounts for."""
        made = [step for step in others if step in own.result.made]
        branch = "a changed version of it" if made else "has commits of its own that may be more of it"
        reason = f"{target.name} holds the recorded change, and the stage branch {branch}"
        last = next(reversed(made or list(others)), None)
        tip = own_tip(self.scope, case)
        offers = [replace(tip, why="the changed version on the stage branch") if made else tip]
        if last is not None and last.facts.oid != own.ref.tip:
            why = (
                "the changed version on the stage branch" if made else "the last commit of its own on the stage branch"
            )
            offers = [Candidate(last.facts.oid, last.facts.oid, why), tip]
        return _asked(case, reason, [*offers, rival(hit)])

    def ask_elsewhere(self, case: Case, target: SearchRef, hit: Hit) -> Finding | None:
        """A target holds the recorded change, and another branch a changed version of it; None where none does."""
        others = self._candidates.other_versions(case) if case.standing.ref is None else []
        if not others:
            return None
        ref, facts = others[0]
        name = printed_name(self.scope.git, ref) if self.scope.tip(ref) == facts.oid else facts.oid
        short = ref.split("/", 2)[2]
        offer = Candidate(name, facts.oid, f"the changed version, on branch {short}: {facts.subject}")
        reason = f"{target.name} holds the recorded change, and branch {short} a changed version of it"
        return _asked(case, reason, [offer, rival(hit)])

    def ask_gone(self, case: Case, target: SearchRef, hit: Hit) -> Finding:
        """The recorded change was in a target, and some or all of it was taken out again."""
        reason = f"{target.name} had the recorded change, and it was taken out there again"
        return replace(_asked(case, reason, [rival(hit)]), candidates=(rival(hit),))

    # --- why

    def _reason(self, case: Case) -> str:
        """What stands in the way of a proof."""
        recorded, prover = case.recorded, case.prover
        if recorded.is_empty:
            return "the recorded stage changes no file, so nothing can prove where it went"
        if find_commit(self.scope.git, recorded.head) is None or prover.recorded_delta() is None:
            missing = "the recorded commit is not in this clone, and a fetch may bring it"
            return f"cannot prove: {self._cut() if self.scope.git.is_shallow else missing}"
        like = likeliest(case)
        if like is not None:
            return describe_difference(self.scope, like[0].window, like[1], prover)
        if case.standing.ref is None:
            name = case.standing.stage.branch
            gone = f"branch {name} is gone"
            if self.scope.is_on_remotes(name):
                gone = f"branch {name} is not here, and differs from remote to remote"
            return f"{gone} and its change was not found in any target; the commit is kept"
        if not all(searched.window.complete for searched in case.searched):
            return f"cannot prove: {self._cut()}, and the part that was read does not hold the change"
        return "the change is gone from its branch: no commit there resembles the recorded one"

    def _cut(self) -> str:
        """What keeps a segment of history from being read to its end."""
        if self.scope.git.is_shallow:
            return "this clone is shallow"
        return "the history is longer than okstra.reconcileWindow or parts of it are missing"


def _asked(case: Case, reason: str, offers: Sequence[Candidate]) -> Finding:
    """The question, its first likely offer recommended unless that is only what okstra keeps."""
    named = dict.fromkeys(offer.commit for offer in offers)
    unique = [_merged([offer for offer in offers if offer.commit == commit]) for commit in named][:MAX_CANDIDATES]
    best = next((offer for offer in unique if offer.likely and not offer.is_kept), None)
    shown = tuple(replace(offer, recommended=offer is best) for offer in unique)
    return replace(case.blank, kind="confirm", reason=reason, candidates=shown)


def _merged(offers: Sequence[Candidate]) -> Candidate:
    """One commit that is offered for several reasons: described by the first, as likely as the likeliest of them."""
    base = next((offer.base for offer in offers if offer.base), None)
    return replace(offers[0], likely=any(offer.likely for offer in offers), base=base)


def describe_difference(scope: SearchScope, window: Window, step: CommitStep, prover: Prover) -> str:
    """How the likeliest commit differs from the recorded change."""
    recorded = prover.recorded_delta() or ()
    ends = ends_of(window, CandidateRange(_first_of_stage(scope, window, step, prover), step))
    old, new = line_difference(prover.git, recorded), line_difference(prover.git, ends.delta)
    if not all(_is_here(prover, change) for change in (*recorded, *ends.delta)):
        return "cannot prove: contents of the changed files are not in this clone"
    if old is not None and old == new:
        return "same hunk in a different place: the lines are the recorded ones, where they stand is not"
    if old is not None and new is not None and _squeezed(old) == _squeezed(new):
        return "whitespace differs: apart from spaces and line ends the change is the recorded one"
    differing = prover.differing_paths(ends)
    if not differing:
        return _describe_missing(prover, ends)
    if any(line.startswith(b"binary ") for line in {**(old or {}), **(new or {})}):
        return f"binary differs: {_files(len(differing))} from the recorded change"
    return f"content changed: {_files(len(differing))} from the recorded change"


def _describe_missing(prover: Prover, ends: Ends) -> str:
    """Every file is as recorded in the end, and not all of it was done here."""
    recorded = prover.recorded_delta() or ()
    here = {change.path for change in ends.delta}
    elsewhere = sum(change.path not in here for change in recorded)
    part = _count(elsewhere, "file") + " of it" if elsewhere else "some lines of it"
    verb = "are" if elsewhere > 1 or not elsewhere else "is"
    return f"only part of the change is there: {part} {verb} in commits that are not known to be the stage's"


def _first_of_stage(scope: SearchScope, window: Window, last: CommitStep, prover: Prover) -> CommitStep:
    """Where the stage probably begins: above a commit made from its recorded base, else where its window or its
    recorded length ends."""
    recorded = prover.recorded
    base = find_commit(prover.git, recorded.base) if recorded.base else None
    chain = [last]
    while recorded.commits > 1 and (below := window.find(chain[-1].parent)) is not None:
        if base is not None and (below.facts.email, below.facts.time) == (base.email, base.time):
            return chain[-1]
        chain.append(below)
    above_all = base is None or any(scope.contains(tip, base.oid) for tip in window.hidden)
    return chain[-1] if above_all else chain[: recorded.commits][-1]


def _is_here(prover: Prover, change: Change) -> bool:
    """Whether the contents on both sides can be read; a submodule's commit is never here and need not be."""
    sides = ((change.old_mode, change.old), (change.new_mode, change.new))
    return all(mode in (NO_MODE, SUBMODULE) or has_object(prover.git, oid) for mode, oid in sides)


def _count(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _files(count: int) -> str:
    return f"{_count(count, 'file')} {'differs' if count == 1 else 'differ'}"


def _squeezed(difference: dict[bytes, int]) -> dict[bytes, int]:
    squeezed: dict[bytes, int] = {}
    for line, count in difference.items():
        bare = b"".join(line.split())
        squeezed[bare] = squeezed.get(bare, 0) + count
    return {line: count for line, count in squeezed.items() if count}
