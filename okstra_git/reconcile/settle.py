"""Turns findings into recorded moves: all of a report in one append, each checked again against the state then."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from okstra_git.git.repo import Git
from okstra_git.names import TaskKey
from okstra_git.reconcile.model import AnchorFinding, Finding, Report
from okstra_git.records.events import AnchorMoved, AnyFact, Event, StageMoved
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import State
from okstra_git.store.fingerprints import fingerprint_ranges
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended, Store


def settle(store: Store, reports: Sequence[Report]) -> Appended:
    """Record every proven move of the reports; a stage that moved meanwhile is left for the next look."""
    facts = planned_moves(store.git, reports)
    if not facts:
        return store.catch_up()
    return store.append(lambda snapshot: [fact for fact in facts if still_true(snapshot, fact)])


def planned_moves(git: Git, reports: Sequence[Report]) -> list[AnyFact]:
    """The facts that settling these reports would record."""
    wanted = [
        (report.task, finding)
        for report in reports
        for finding in report.findings
        if finding.kind in ("auto", "restored") and finding.new is not None
    ]
    prints = fingerprint_ranges(git, [(f.new.base, f.new.head) for _, f in wanted if f.new])
    moves = [_stage_moved(task, finding, new) for (task, finding), new in zip(wanted, prints, strict=True)]
    return [*moves, *(fact for report in reports for fact in _anchor_moved(git, report))]


def _stage_moved(task: TaskKey, finding: Finding, new: RangeFingerprint) -> StageMoved:
    assert finding.new is not None
    return StageMoved(
        task=task,
        stage=finding.stage,
        old=finding.recorded.head,
        range=new,
        proof=finding.new.proof,
        evidence=finding.new.evidence,
        found_by=finding.found_by,
        landed=finding.new.landed,
        verified_carries=finding.verified_carries,
    )


def _anchor_moved(git: Git, report: Report) -> list[AnchorMoved]:
    found = report.anchor
    if found is None or found.new is None:
        return []
    new = fingerprint_ranges(git, [(found.new.base, found.new.head)])[0]
    proof, evidence = found.new.proof, found.new.evidence
    return [AnchorMoved(task=report.task, old=found.recorded.head, range=new, proof=proof, evidence=evidence)]


def after_moves(report: Report, events: Iterable[Event]) -> Report | None:
    """The report as it stands once these events are on record; None where they are not all that it proves."""
    moves = {_subject(fact): fact.range for event in events if (fact := _move(event)) and fact.task == report.task}
    findings = [_settled(finding, moves.get(finding.stage)) for finding in report.findings]
    anchor = report.anchor
    if anchor is not None and (new := moves.get(None)) is not None:
        anchor = AnchorFinding(new, "ok")
    after = replace(report, findings=tuple(findings), anchor=anchor)
    return None if after.is_settleable else after


def _move(event: Event) -> StageMoved | AnchorMoved | None:
    return event.fact if isinstance(event.fact, StageMoved | AnchorMoved) else None


def _subject(fact: StageMoved | AnchorMoved) -> int | None:
    """The number of the stage that moved; None for the anchor."""
    return fact.stage if isinstance(fact, StageMoved) else None


def _settled(finding: Finding, new: RangeFingerprint | None) -> Finding:
    if new is None or finding.kind not in ("auto", "restored"):
        return finding
    return Finding(finding.stage, "ok", new, finding.branch)


def still_true(snapshot: Snapshot, fact: AnyFact) -> bool:
    """Whether the record a move starts from is still the current one."""
    return _recorded_head(snapshot.state, fact) == getattr(fact, "old", None)


def _recorded_head(state: State, fact: AnyFact) -> str | None:
    task = state.tasks.get(fact.task)
    if task is None:
        return None
    if isinstance(fact, AnchorMoved):
        return task.anchor.range.head if task.anchor else None
    stage = task.stages.get(fact.stage) if isinstance(fact, StageMoved) else None
    return stage.range.head if stage and stage.range else None
