"""Puts survey, windows and proofs together: the reports of tasks, as a pure answer about the repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from okstra_git.git.diffs import compose
from okstra_git.git.history import is_whole_above
from okstra_git.git.objects import MissingObject
from okstra_git.names import TaskKey
from okstra_git.reconcile.arrivals import Arrivals, Arrived
from okstra_git.reconcile.cases import Accounts, Beside, Case, IsAccounted, left_over
from okstra_git.reconcile.commit_matching import Identities, Units
from okstra_git.reconcile.findings import Finding, ProvenRange, Report, apply_rules
from okstra_git.reconcile.groups import find_with_groups
from okstra_git.reconcile.locate import Hit, proven_range
from okstra_git.reconcile.presence import is_gone, is_whole
from okstra_git.reconcile.proofs import Prover, RecordedDeltas, evidence_between
from okstra_git.reconcile.questions import Questions
from okstra_git.reconcile.reachability import Reachability, survey_all
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.search import Search, Searched, judge_anchor
from okstra_git.reconcile.segments import CommitStep
from okstra_git.reconcile.window_cache import WindowCache
from okstra_git.records.states import Task

DEFAULT_WINDOW = 20_000


@dataclass
class Judge:
    """Judges tasks of one repository, reading each segment of history once.

    `hints` are old -> new commits that a hook reported: they say how a move was found, never whether it is one.
    """

    scope: SearchScope
    limit: int = DEFAULT_WINDOW
    carry_by_replay: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._readings = WindowCache(self.scope, self.limit)
        self.window = self._readings.window
        self.window_above = self._readings.window_above
        self.root_of = self._readings.root_of
        self._questions = Questions(self.scope, self.limit)

    def judge(self, task: Task) -> Report:
        """What reconcile finds of the task now; changes nothing."""
        return self.judge_all([task])[0]

    def judge_all(self, tasks: Sequence[Task]) -> list[Report]:
        """What reconcile finds of each of the tasks, in their order, from one reading for all of them."""
        standings = survey_all(tasks, self.scope)
        stale = [
            standing.stage.range for of_task in standings.values() for standing in of_task if standing.status == "stale"
        ]
        deltas = RecordedDeltas(self.scope.git, [recorded for recorded in stale if recorded is not None])
        cases = {task.key: self._cases(task, standings[task.key], deltas) for task in tasks}
        every = [case for of_task in cases.values() for case in of_task]
        pool = list({id(case.units): case.units for case in every}.values())
        for units in pool:
            units.pool = pool
        self._search_own(every)
        accounts = {task.key: Accounts(task, cases[task.key], self.scope) for task in tasks}
        for case in every:
            case.finding = self._own_verdict(case, accounts[case.task.key].besides(case.number))
        self._search_targets([case for case in every if case.finding is None], accounts)
        return [self._report(task, standings[task.key], cases[task.key]) for task in tasks]

    def _cases(self, task: Task, standings: Sequence[Reachability], deltas: RecordedDeltas) -> list[Case]:
        stale = [standing for standing in standings if standing.status == "stale"]
        if not stale:
            return []
        ranges = {number: stage.range for number, stage in task.stages.items() if stage.range}
        identities = Identities(self.scope.git, ranges, [standing.stage.number for standing in stale])
        units = Units(self.scope.git, identities, [standing.stage.number for standing in stale])
        cases = [
            Case(task, standing, recorded, Prover(self.scope.git, recorded, deltas), identities, units)
            for standing in stale
            if (recorded := ranges.get(standing.stage.number))
        ]
        for case in cases:
            case.peers = cases
        return cases

    # --- the stage's own branch

    def _search_own(self, cases: Sequence[Case]) -> None:
        """Search the own branches of all cases, which are read together."""
        refs = [(ref, case.task, case.recorded.head) for case in cases if (ref := case.standing.ref) is not None]
        self._readings.learn(refs)
        wanted = [(case, ref) for case in cases if (ref := self._own_home(case)) is not None]
        self._readings.open_own([(ref, case.task, case.recorded.head) for case, ref in wanted])
        for case, ref in wanted:
            self._search(case, ref)

    def _own_home(self, case: Case) -> SearchRef | None:
        """The stage's branch; none where a target contains it, for then it has nothing of its own."""
        ref = case.standing.ref
        if ref is None or any(self.scope.contains(t.tip, ref.tip) for t in self._targets(case)):
            return None
        return ref

    def _targets(self, case: Case) -> list[SearchRef]:
        refs = self.scope.targets(case.task, case.standing.stage)
        return list({ref.tip: ref for ref in reversed(refs)}.values())[::-1]

    def _search(self, case: Case, ref: SearchRef) -> Searched:
        window = self.window(ref, case.task, case.recorded.head)
        search = Search(window, case.prover, case.identities, case.units, case.number, case.near)
        search.heeds_copies = ref.kind != "target"
        result = search.run()
        case.searched.append(Searched(ref, window, result))
        return case.searched[-1]

    def _own_verdict(self, case: Case, is_accounted: IsAccounted) -> Finding | None:
        """What proven ranges on the own branch amount to; None where it has none."""
        own = case.own
        if own is None or not own.result.hits:
            return None
        result, hit = own.result, own.result.hits[0]
        if len(result.hits) > 1 or not self._sees_all(case):
            return self._questions.ask(case, result.hits)
        extra = next(iter(result.outside), None) or Beside(case, own.window, result, is_accounted).doubtful()
        if extra is not None:
            return self._questions.ask_beside(case, own, hit, extra)
        foreign = next((step for step in own.window.back(hit.span) if case.is_of_others(step)), None)
        if foreign is not None:
            return self._questions.ask_mixed(case, hit, foreign)
        return self._auto(case, own.ref, hit)

    def _sees_all(self, case: Case) -> bool:
        tips = [ref.tip for ref in (*([case.standing.ref] if case.standing.ref else []), *self._targets(case))]
        root = self.root_of(case.task, case.recorded.head)
        whole = is_whole_above(self.scope.git, tips, root, limit=self.limit)
        return whole and all(searched.window.complete for searched in case.searched)

    # --- targets

    def _search_targets(self, cases: Sequence[Case], accounts: Mapping[TaskKey, Accounts]) -> None:
        """Search the targets of the cases that their own branch did not decide."""
        self._readings.open_targets([(t, c.task, c.recorded.head) for c in cases for t in self._targets(c)])
        for case in cases:
            case.finding = self._target_verdict(case, accounts[case.task.key].besides(case.number))

    def _target_verdict(self, case: Case, is_accounted: IsAccounted) -> Finding:
        for target in self._targets(case):
            if self._needs_no_search(case, target):
                case.searched.append(Searched(target, self.window(target, case.task, case.recorded.head)))
                continue
            searched = self._search(case, target)
            hits = searched.result.hits
            if len(hits) == 1 and not searched.result.outside and self._sees_all(case):
                made = [earlier.result for earlier in case.searched[:-1] if earlier.ref.kind == "target"]
                changed = next((result.made[-1] for result in made if result.made and not result.hits), None)
                if changed is not None:
                    return self._questions.ask_beside(case, searched, hits[0], changed)
                return self._landed(case, searched, hits[0], is_accounted)
            if hits:
                break
        rivals = case.searched[-1].result.hits if case.searched else ()
        return self._questions.ask(case, rivals)

    def _needs_no_search(self, case: Case, target: SearchRef) -> bool:
        """Whether the stage is a question anyway, and the target has nothing of the recorded change."""
        changes = case.prover.recorded_delta() if case.own is not None and case.own.result.made else None
        try:
            return bool(changes) and is_gone(self.scope.git, changes or (), target.tip)
        except MissingObject:
            return False

    def _landed(self, case: Case, searched: Searched, hit: Hit, is_accounted: IsAccounted) -> Finding:
        """A target holds the change: landed, unless the branch has another version of it or it was taken out again."""
        own = case.own
        others = left_over(own.window, is_accounted) if own is not None else []
        if own is not None and (others or not own.window.complete):
            return self._questions.ask_split(case, own, searched.ref, hit, others)
        extra = self._doubtful_within(case, searched, hit, is_accounted) if own is None else None
        if extra is not None:
            return self._questions.ask_beside(case, searched, hit, extra)
        elsewhere = self._questions.ask_elsewhere(case, searched.ref, hit)
        if elsewhere is not None:
            return elsewhere
        if self._was_taken_out(case, searched.ref, hit):
            return self._questions.ask_gone(case, searched.ref, hit)
        return self._auto(case, searched.ref, hit)

    def _doubtful_within(
        self, case: Case, searched: Searched, hit: Hit, is_accounted: IsAccounted
    ) -> CommitStep | None:
        """What may be another version on a branch that the target contains.

        The change may have come to the target by itself, and later the branch was merged with a version of its own; and
        where names do not tell all commits, a version may stand beside the change.
        """
        ref, result = case.standing.ref, searched.result
        tip = searched.window.find(ref.tip) if ref is not None else None
        if ref is None or tip is None or searched.window.is_on_line(tip):
            return None  # the branch is where the target was, and has nothing of its own
        window = self.window(ref, case.task, case.recorded.head)
        if window.find(hit.span.last.facts.oid) is None:
            others = left_over(window, is_accounted)
            if others:
                return others[0]
        if result.made and not result.lost and not result.copied:
            return None
        own_result = Search(window, case.prover, case.identities, case.units, case.number, case.near).run()
        if len(own_result.hits) != 1:
            return None
        return next(iter(own_result.outside), None) or Beside(case, window, own_result, case.is_foreign).doubtful()

    def _was_taken_out(self, case: Case, ref: SearchRef, hit: Hit) -> bool:
        """Whether a target lost some of the change again that it had; all of it, where the branch itself was merged."""
        own = case.standing.ref
        try:
            if own is not None and self.scope.contains(ref.tip, own.tip):
                return is_gone(self.scope.git, hit.ends.delta, ref.tip) and not self._went_on(case, ref)
            arrivals = Arrivals(self.scope, case.task, self.window_above, self.limit)
            kept = arrivals.keeps(ref, case.prover, hit, self.root_of(case.task, case.recorded.head))
            return not kept and not self._went_on(case, ref)
        except MissingObject:
            return True

    def _went_on(self, case: Case, ref: SearchRef) -> bool:
        """Whether the target has the change as the stages that were built on this one left it."""
        ranges = {
            recorded.base: recorded
            for stage in case.task.stages.values()
            if (recorded := stage.range) and recorded.base
        }
        line, upper = [case.recorded], ranges.get(case.recorded.head)
        while upper is not None and upper not in line:
            line.append(upper)
            upper = ranges.get(upper.head)
        known = RecordedDeltas(self.scope.git, line)
        deltas = [known.find(recorded) for recorded in line]
        return any(
            is_whole(self.scope.git, compose(*(delta or () for delta in deltas[: end + 1])), ref.tip)
            for end in range(1, len(deltas))
        )

    def _auto(self, case: Case, ref: SearchRef, hit: Hit) -> Finding:
        new = proven_range(case.prover, hit, landed=ref.kind == "target")
        hinted = self.hints.get(case.recorded.head) == new.head
        verified = case.standing.stage.verified
        return replace(
            case.blank,
            kind="auto",
            new=new,
            reason=_reason(hit, ref, case.prover),
            found_by="post-rewrite" if hinted else ref.kind,
            verified_carries=verified is not None and (verified.tree == hit.ends.head_tree or self.carry_by_replay),
            flags=("partly-absorbed",) if hit.proven.partly_absorbed else (),
            by_author=bool(case.searched[-1].result.made),
        )

    # --- the report

    def _report(self, task: Task, standings: Sequence[Reachability], cases: Sequence[Case]) -> Report:
        judged = {case.number: case.finding for case in cases}
        findings = [judged.get(standing.stage.number) or _plain(standing) for standing in standings]
        ruled = apply_rules(findings, self.scope.contains, {case.number: case.taken() for case in cases})
        ruled = self._doubt_again(ruled, cases, Accounts(task, cases, self.scope))
        ruled = self._without_landed(task, ruled)
        return Report(task.key, tuple(ruled), judge_anchor(task, self.scope, self.window))

    def _doubt_again(self, ruled: Sequence[Finding], cases: Sequence[Case], accounts: Accounts) -> list[Finding]:
        """Ranges that were given up since account for nothing: look once more at what is beside the others."""
        given_up = {f.stage for f in ruled if f.kind == "confirm"}
        lost = {case.number for case in cases if case.number in given_up and case.is_found}
        again = {f.stage: f for f in ruled}
        for case in cases if lost else ():
            own = case.own
            if again[case.number].kind == "auto" and own is not None and case.is_found:
                extra = Beside(case, own.window, own.result, accounts.besides(case.number, given_up=lost)).doubtful()
                if extra is not None:
                    again[case.number] = self._questions.ask_beside(case, own, own.result.hits[0], extra)
        return [again[f.stage] for f in ruled]

    def _without_landed(self, task: Task, findings: Sequence[Finding]) -> list[Finding]:
        """The findings without questions about stages that a target holds as part of a whole group."""
        asked = [finding.stage for finding in findings if finding.kind == "confirm"]
        if not asked or not task.groups:
            return list(findings)
        arrivals = Arrivals(self.scope, task, self.window_above, self.limit)
        landed = find_with_groups(arrivals, self.window, asked)
        return [
            _with_group(finding, landed[finding.stage]) if finding.stage in landed else finding for finding in findings
        ]


def _plain(standing: Reachability) -> Finding:
    """The finding of a stage for which nothing has to be searched."""
    stage = standing.stage
    assert stage.range is not None
    blank = Finding(stage.number, "ok", stage.range, stage.branch)
    if standing.restored_to is None:
        return blank
    return replace(blank, kind="restored", new=_back_to(standing), reason="its branch is back at this commit")


def _with_group(question: Finding, landing: tuple[str, Arrived]) -> Finding:
    group, arrived = landing
    reason = f"landed in {arrived.target.name} with group {group}"
    return Finding(question.stage, "ok", question.recorded, question.branch, reason)


def _back_to(standing: Reachability) -> ProvenRange:
    back = standing.restored_to
    recorded = standing.stage.range
    assert back is not None
    assert recorded is not None
    evidence = evidence_between(recorded, back)
    return ProvenRange(back.base, back.head, "restored", evidence)


_SENTENCES = {
    "same-tree": "same files as recorded, in other commits",
    "same-delta": "the identical change on a new base",
    "replay": "rebased: same change on a new base",
    "squash": "squashed: the whole stage is one commit now",
}


def _reason(hit: Hit, ref: SearchRef, prover: Prover) -> str:
    sentence = _SENTENCES[hit.proven.rung]
    if hit.proven.partly_absorbed:
        absorbed = len(prover.recorded_delta() or ()) - len(hit.ends.delta)
        part = f"{absorbed} of its files were there already" if absorbed > 1 else "1 of its files was there already"
        sentence += f", {part if absorbed else 'some of its lines were there already'}"
    return f"{sentence}; landed in {ref.name}" if ref.kind == "target" else sentence
