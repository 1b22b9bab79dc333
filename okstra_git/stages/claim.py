"""Plans how a stage is claimed for a run: which place is reserved for it, and what says where it began."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import CommitId
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReleased, PlaceReserved, StageStarted
from okstra_git.records.runs import PlannedStage
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Reservation, Task
from okstra_git.stages.base import StageBase
from okstra_git.stages.start import one_commit
from okstra_git.stages.worktree_setup import check_reservation, check_worktree, start_of, usual_branch
from okstra_git.store.clone import OwnWorktrees
from okstra_git.store.registry import reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.stage_ranges import fingerprint_ranges


@dataclass(frozen=True)
class StageClaim:
    """A stage as a run takes it: where it is worked on and where it begins; `is_new` when the claim reserves the place.

    `reserves` is what has to be recorded for that: nothing where the place is held for the stage already.
    """

    number: int
    title: str
    depends_on: tuple[int, ...]
    place: Reservation
    beginning: StageBase
    is_new: bool
    reserves: tuple[AnyFact, ...] = ()

    @property
    def worktree(self) -> Path:
        """The directory in which the stage is worked on."""
        return Path(self.place.worktree or "")


def plan_stage_claim(
    git: Git,
    snapshot: Snapshot,
    task: Task,
    planned: PlannedStage,
    beginning: StageBase,
    *,
    worktree: Path,
    at: datetime,
) -> StageClaim:
    """How a planned stage would be taken, by this snapshot; `worktree` is where its directory goes if it has none.

    A place that is held for the stage already is gone back to; any other is reserved under the rules of the registry.
    Refuses a place that is taken, and a directory that has another branch checked out.
    """
    reserves = _reserve(git, snapshot, task, planned.number, beginning, worktree)
    fact = next((reserved for reserved in reserves if isinstance(reserved, PlaceReserved)), None)
    current = task.places.get(f"stage-{planned.number}")
    place = Reservation(**fact.model_dump(exclude={"type", "task"}), at=at) if fact is not None else current
    assert place is not None
    return StageClaim(
        planned.number, planned.title, planned.depends_on, place, beginning, fact is not None, tuple(reserves)
    )


def _reserve(
    git: Git, snapshot: Snapshot, task: Task, number: int, beginning: StageBase, worktree: Path
) -> list[AnyFact]:
    """What has to be reserved: nothing where the stage holds a directory already."""
    scope = f"stage-{number}"
    place = task.places.get(scope)
    is_held = place is not None and place.status == "active"
    is_own = OwnWorktrees(git).path(place) is not None
    if place is not None and is_held and is_own:
        check_worktree(git, place)
        return []
    branch = place.branch if place is not None else usual_branch(task, number)
    checked_out = _worktree_of(git, branch) if is_held else None
    fact = PlaceReserved(
        task=task.key,
        scope=scope,
        branch=branch,
        worktree=str(checked_out or worktree),
        base_ref=beginning.ref,
        adopted=place.adopted if place is not None and is_held else False,
        phase="implementation",
    )
    if is_held:  # an adopted branch, or another clone's directory: it keeps its name and gets the directory it lacks
        return [PlaceReleased(task=task.key, scope=scope, branch=branch), fact]
    reserve(snapshot.state, fact)
    check_reservation(git, task, fact)
    return [fact]


def _worktree_of(git: Git, branch: str) -> Path | None:
    return next((tree.path for tree in list_worktrees(git) if tree.branch == branch), None)


def started_facts(git: Git, task: Task, claim: StageClaim) -> list[AnyFact]:
    """What says where the stage began, and fixes the anchor of its task; nothing when both are on record."""
    facts: list[AnyFact] = []
    beginning, branch = claim.beginning, claim.place.branch
    if task.anchor is None:
        facts.append(AnchorSet(task=task.key, range=_fingerprint_of(git, beginning.commit), ref=beginning.ref))
    before = task.stages.get(claim.number)
    if before is None or before.status == "reserved" or not before.base:
        facts.append(
            StageStarted(
                task=task.key,
                stage=claim.number,
                branch=branch,
                base=start_of(git, beginning.commit, branch),
                base_ref=beginning.ref,
                title=claim.title,
                depends_on=claim.depends_on,
            )
        )
    return facts


def _fingerprint_of(git: Git, commit: CommitId) -> RangeFingerprint:
    return fingerprint_ranges(git, [one_commit(git, commit)])[0]
