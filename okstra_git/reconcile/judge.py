"""Puts survey, windows and proofs together: the report of one task, as a pure answer about the repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from okstra_git.git.history import is_whole_above
from okstra_git.git.objects import MissingObject
from okstra_git.reconcile.anchors import judge_anchor
from okstra_git.reconcile.arrivals import Arrivals, Arrived
from okstra_git.reconcile.candidates import confirm, confirm_gone, confirm_split, find_successor
from okstra_git.reconcile.handed import find_with_groups
from okstra_git.reconcile.locate import Hit, locate, proven_range
from okstra_git.reconcile.model import Finding, ProvenRange, Report
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.presence import is_gone
from okstra_git.reconcile.proofs import Prover, RecordedDeltas, evidence_between
from okstra_git.reconcile.survey import Standing, survey
from okstra_git.reconcile.verdict import apply_rules
from okstra_git.reconcile.windows import Window, open_window
from okstra_git.records.states import Task

DEFAULT_WINDOW = 20_000


@dataclass
class Judge:
    """Judges tasks of one repository, reading each stretch of history once.

    `hints` are old -> new commits that a hook reported: they say how a move was found, never whether it is one.
    """

    places: Places
    limit: int = DEFAULT_WINDOW
    carry_by_replay: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)
    _roots: dict[str, dict[str, str | None]] = field(default_factory=dict)
    _windows: dict[tuple[str, tuple[str, ...]], Window] = field(default_factory=dict)

    def judge(self, task: Task) -> Report:
        """What reconcile says of the task now; changes nothing."""
        standings = survey(task, self.places)
        provers = self._provers([standing for standing in standings if standing.status == "stale"])
        findings = [self._finding(task, standing, provers) for standing in standings]
        ruled = self._without_landed(task, apply_rules(findings, self.places.contains))
        return Report(task.key, tuple(ruled), judge_anchor(task, self.places, self.window))

    def _without_landed(self, task: Task, findings: Sequence[Finding]) -> list[Finding]:
        """The findings without questions about stages that a target holds as part of a whole group."""
        asked = [finding.stage for finding in findings if finding.kind == "confirm"]
        if not asked or not task.groups:
            return list(findings)
        arrivals = Arrivals(self.places, task, self.window_above, self.limit)
        landed = find_with_groups(arrivals, self.window, asked)
        return [
            _with_group(finding, landed[finding.stage]) if finding.stage in landed else finding for finding in findings
        ]

    def _provers(self, stale: Sequence[Standing]) -> dict[int, Prover]:
        """One prover per stale stage; when the first one needs its recorded delta, all are read together."""
        ranges = [standing.stage.range for standing in stale if standing.stage.range]
        deltas = RecordedDeltas(self.places.git, ranges)
        return {s.stage.number: Prover(self.places.git, s.stage.range, deltas) for s in stale if s.stage.range}

    def _finding(self, task: Task, standing: Standing, provers: Mapping[int, Prover]) -> Finding:
        stage = standing.stage
        assert stage.range is not None
        blank = Finding(stage.number, "ok", stage.range, stage.branch)
        if standing.status == "ok":
            return blank
        if standing.restored_to is not None:
            return replace(blank, kind="restored", new=_back_to(standing), reason="its branch is back at this commit")
        prover = provers[stage.number]
        searched: list[tuple[Home, Window]] = []
        homes = self._homes(task, standing)
        root = self.root_of(task, stage.range.head)
        sees_all = is_whole_above(self.places.git, [home.tip for home in homes], root, limit=self.limit)
        for home in homes:
            window = self.window(home, task, stage.range.head)
            searched.append((home, window))
            hits = locate(window, prover)
            sees_all = sees_all and window.complete
            if len(hits) == 1 and home.kind == "target" and find_successor(searched[:-1], stage.range):
                return confirm_split(blank, searched, hits[0])
            if len(hits) == 1 and sees_all and home.kind == "target" and self._is_gone(home, hits[0]):
                return confirm_gone(blank, home, hits[0])
            if len(hits) == 1 and sees_all:
                return self._auto(blank, standing, home, prover, hits[0])
            if hits:
                return confirm(blank, self.places, task, searched, prover, rivals=hits)
        return confirm(blank, self.places, task, searched, prover, rivals=[])

    def _is_gone(self, home: Home, hit: Hit) -> bool:
        try:
            return is_gone(self.places.git, hit.ends.delta, home.tip)
        except MissingObject:
            return False

    def _homes(self, task: Task, standing: Standing) -> list[Home]:
        """Where to look, in order: the own branch, its upstream, the targets."""
        own = [standing.home] if standing.home is not None else []
        upstream = self.places.upstream(standing.stage.branch) if own else None
        homes = [*own, *([upstream] if upstream else []), *self.places.targets(task, standing.stage)]
        return list({home.tip: home for home in reversed(homes)}.values())[::-1]

    def window(self, home: Home, task: Task, recorded: str) -> Window:
        """The stretch of `home` in which the record may live now; shared by all stages with the same root."""
        return self.window_above(home, task, self.root_of(task, recorded))

    def window_above(self, home: Home, task: Task, root: str | None) -> Window:
        """The stretch of `home` since its history parted from that of `root`; all of it where there is no root."""
        fork = self.places.fork(home.tip, root) if root else None
        hidden: list[str] = [fork] if fork else []
        if home.kind != "target":
            targets = [target.tip for target in self.places.targets(task, None) if target.tip != home.tip]
            if not any(self.places.contains(tip, home.tip) for tip in targets):
                hidden += targets
        key = (home.tip, tuple(dict.fromkeys(hidden)))
        if key not in self._windows:
            self._windows[key] = open_window(self.places.git, home.tip, key[1], limit=self.limit)
        return self._windows[key]

    def root_of(self, task: Task, recorded: str) -> str | None:
        """The commit under the lowest stage of the stack that a recorded head belongs to."""
        if task.key not in self._roots:
            self._roots[task.key] = _roots(task)
        return self._roots[task.key].get(recorded)

    def _auto(self, blank: Finding, standing: Standing, home: Home, prover: Prover, hit: Hit) -> Finding:
        new = proven_range(prover, hit, landed=home.kind == "target")
        hinted = self.hints.get(blank.recorded.head) == new.head
        verified = standing.stage.verified
        carries = verified is not None and (verified.tree == hit.ends.head_tree or self.carry_by_replay)
        flags = ("partly-absorbed",) if hit.proven.partly_absorbed else ()
        found_by = "post-rewrite" if hinted else home.kind
        return replace(
            blank,
            kind="auto",
            new=new,
            reason=_reason(hit, home, prover),
            found_by=found_by,
            verified_carries=carries,
            flags=flags,
        )


def _with_group(question: Finding, found: tuple[str, Arrived]) -> Finding:
    group, arrived = found
    reason = f"landed in {arrived.target.name} with group {group}"
    return Finding(question.stage, "ok", question.recorded, question.branch, reason)


def _back_to(standing: Standing) -> ProvenRange:
    back = standing.restored_to
    recorded = standing.stage.range
    assert back is not None
    assert recorded is not None
    evidence = evidence_between(recorded, back)
    return ProvenRange(back.base, back.head, "restored", evidence)


def _roots(task: Task) -> dict[str, str | None]:
    """For every recorded head, the base under the lowest stage of the stack that it is part of."""
    bases = {stage.range.head: stage.range.base for stage in task.stages.values() if stage.range}
    roots: dict[str, str | None] = {}
    for head in bases:
        path: list[str] = []
        at: str | None = head
        while at in bases and at not in roots and at not in path:
            path.append(at)
            at = bases[at]
        root = roots.get(at or "", at)
        roots.update(dict.fromkeys(path, root if root not in path else None))
    if task.anchor is not None:
        roots.setdefault(task.anchor.range.head, task.anchor.range.base)
    return roots


_SENTENCES = {
    "same-tree": "same files as recorded, in other commits",
    "same-delta": "the identical change on a new base",
    "replay": "rebased: same change on a new base",
    "squash": "squashed: the whole stage is one commit now",
}


def _reason(hit: Hit, home: Home, prover: Prover) -> str:
    sentence = _SENTENCES[hit.proven.rung]
    if hit.proven.partly_absorbed:
        sentence += f", {len(prover.recorded_delta() or ()) - len(hit.ends.delta)} files of it were there already"
    return f"{sentence}; landed in {home.name}" if home.kind == "target" else sentence
