"""The values that reconcile returns: findings, candidates and the report of one task."""

from dataclasses import dataclass, field
from typing import Literal

from okstra_git.names import TaskKey
from okstra_git.records.stage import MoveEvidence, Proof, RangeFingerprint

FindingClass = Literal["ok", "restored", "auto", "confirm"]


@dataclass(frozen=True)
class Candidate:
    """Where a stale stage may live now: a ref or commit a person can pass to --use-ref, and why it is offered.

    `base`: where the stage would begin there, if that is known. One that is not `likely` is never recommended.
    """

    ref: str
    commit: str
    why: str
    recommended: bool = False
    base: str | None = None
    likely: bool = True

    @property
    def is_kept(self) -> bool:
        """Whether it is what okstra itself keeps, which is not a new place."""
        return self.ref.startswith("refs/okstra/")


@dataclass(frozen=True)
class ProvenRange:
    """A new range whose content is proven: the range base..head, by which rung, and what anyone needs to check it.

    `base` is None where the new range begins at a root commit.
    """

    base: str | None
    head: str
    proof: Proof
    evidence: MoveEvidence
    landed: bool = False


@dataclass(frozen=True)
class Finding:
    """What reconcile finds of one recorded stage.

    `ok` and `restored` (its branch is back at an earlier, proven commit) are not stale; `auto` is proven; `confirm`
    asks a person. `by_author`: it was found by who made the commits when, and not by its content alone.
    """

    stage: int
    kind: FindingClass
    recorded: RangeFingerprint
    branch: str
    reason: str = ""
    new: ProvenRange | None = None
    found_by: str = ""
    verified_carries: bool = False
    candidates: tuple[Candidate, ...] = ()
    together: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    by_author: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the finding is an item of the report."""
        return self.kind in ("auto", "confirm")


@dataclass(frozen=True)
class AnchorFinding:
    """What reconcile finds of a task's anchor: `ok`, `moved` with a proof, or `unresolvable`."""

    recorded: RangeFingerprint
    status: Literal["ok", "moved", "unresolvable"]
    new: ProvenRange | None = None
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """One task's findings, in stage order, and its anchor's (None when the task has none yet)."""

    task: TaskKey
    findings: tuple[Finding, ...] = ()
    anchor: AnchorFinding | None = None
    hints: tuple[str, ...] = field(default=())

    @property
    def items(self) -> list[Finding]:
        """The stale ones."""
        return [finding for finding in self.findings if finding.is_stale]

    @property
    def confirms(self) -> list[Finding]:
        """The stale ones that a person decides."""
        return [finding for finding in self.findings if finding.kind == "confirm"]

    @property
    def needs_person(self) -> bool:
        """Whether anything is left that no proof settles."""
        return bool(self.confirms) or (self.anchor is not None and self.anchor.status == "unresolvable")

    @property
    def is_settleable(self) -> bool:
        """Whether settling would change any record."""
        moved = self.anchor is not None and self.anchor.status == "moved"
        return moved or any(finding.kind in ("auto", "restored") for finding in self.findings)
