"""Proves recorded moves again, from the stored evidence and whatever objects are still here."""

from dataclasses import dataclass
from typing import Literal

from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import diff_trees
from okstra_git.git.objects import has_object
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey
from okstra_git.reconcile.locate import locate
from okstra_git.reconcile.proofs import Ends, Prover
from okstra_git.reconcile.windows import open_window
from okstra_git.records.events import AnchorMoved, StageDone, StageMoved
from okstra_git.records.stage import RangeFingerprint
from okstra_git.store.snapshot import Snapshot, read_events

MAX_RANGE = 10_000


@dataclass(frozen=True)
class Checked:
    """One recorded move looked at again: `proven`, `refuted`, `unprovable` (objects gone) or `decided` by a person."""

    task: TaskKey
    stage: int | None
    old: str
    new: str
    proof: str
    verdict: Literal["proven", "refuted", "unprovable", "decided"]
    event: str


def verify_moves(git: Git, snapshot: Snapshot, key: TaskKey) -> list[Checked]:
    """Every move of the task's stages and anchor, oldest first."""
    prints: dict[str, RangeFingerprint] = {}
    checked: list[Checked] = []
    for event in read_events(git, snapshot, key):
        fact = event.fact
        if isinstance(fact, StageMoved | AnchorMoved):
            stage = fact.stage if isinstance(fact, StageMoved) else None
            verdict = _verdict(git, prints.get(fact.old), fact)
            checked.append(Checked(key, stage, fact.old, fact.range.head, fact.proof, verdict, event.id))
        recorded = getattr(fact, "range", None) if not isinstance(fact, StageDone) else fact.range
        if isinstance(recorded, RangeFingerprint):
            prints[recorded.head] = recorded
    return checked


def _verdict(
    git: Git, old: RangeFingerprint | None, fact: StageMoved | AnchorMoved
) -> Literal["proven", "refuted", "unprovable", "decided"]:
    if fact.proof == "user":
        return "decided"
    if old is None:
        return "refuted"
    new = fact.range
    if fact.proof == "restored" and old.head_tree == new.head_tree:
        return "proven"
    if not all(has_object(git, tree) for tree in (new.base_tree, new.head_tree)):
        return "unprovable"
    try:
        delta = diff_trees(git, [(new.base_tree, new.head_tree)])[0]
    except GitFailed:
        return "unprovable"
    prover = Prover(git, old)
    if prover.prove(Ends(new.base_tree, new.head_tree, delta, new.commits), second_opinion=True) is not None:
        return "proven"
    if prover.recorded_delta() is None:
        return "unprovable"
    return "proven" if _maps(git, prover, new) else "refuted"


def _maps(git: Git, prover: Prover, new: RangeFingerprint) -> bool:
    """Whether the new range holds the recorded commits one by one, where merges between them were flattened."""
    window = open_window(git, new.head, [new.base] if new.base else [], limit=MAX_RANGE)
    return any(hit.span.last.facts.oid == new.head for hit in locate(window, prover))
