"""Claims a stage for a run: chosen, reserved and recorded in one append, so each of many prepares has its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import CommitId, TaskKey
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReleased, PlaceReserved, StageStarted
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Reservation, Task
from okstra_git.stages.base import StageBase
from okstra_git.stages.start import one_commit
from okstra_git.stages.task import require_open
from okstra_git.stages.worktree_setup import check_reservation, check_worktree, start_of, usual_branch
from okstra_git.store.fingerprints import fingerprint_ranges
from okstra_git.store.ownership import OwnWorktrees
from okstra_git.store.registry import reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended, Store


@dataclass(frozen=True)
class Pick:
    """The stage that was chosen: `before` ends what is in its way, `after` is what the run itself records."""

    number: int
    title: str
    depends_on: tuple[int, ...]
    before: tuple[AnyFact, ...]
    after: tuple[AnyFact, ...]


@dataclass(frozen=True)
class StageClaim:
    """A claimed stage: where it is worked on and where it begins; `is_new` when this claim reserved the place."""

    pick: Pick
    place: Reservation
    beginning: StageBase
    is_new: bool

    @property
    def number(self) -> int:
        return self.pick.number

    @property
    def worktree(self) -> Path:
        """The directory in which the stage is worked on."""
        return Path(self.place.worktree or "")


def claim_stage(
    store: Store,
    key: TaskKey,
    *,
    choose: Callable[[Snapshot, Task], Pick],
    begin: Callable[[Task, Pick], StageBase],
    where: Callable[[int], Path],
) -> tuple[StageClaim, Appended]:
    """Choose a stage and take it; a lost race chooses again. `where` is the directory of a stage's new worktree.

    A worktree that is reserved for the stage already is used again; any other is reserved by the registry's rules.
    """
    found: list[StageClaim] = []

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_open(snapshot, key)
        pick = choose(snapshot, task)
        beginning = begin(task, pick)
        reservations = _reservations(store.git, snapshot, task, pick.number, beginning, where)
        held = task.places.get(f"stage-{pick.number}")
        fact = next((each for each in reservations if isinstance(each, PlaceReserved)), None)
        place = _place_of(fact, store) if fact is not None else held
        assert place is not None
        found[:] = [StageClaim(pick, place, beginning, fact is not None)]
        return [*pick.before, *reservations, *pick.after]

    appended = store.append(decide)
    return found[0], appended


def _place_of(fact: PlaceReserved, store: Store) -> Reservation:
    return Reservation(**fact.model_dump(exclude={"type", "task"}), at=store.now())


def _reservations(
    git: Git, snapshot: Snapshot, task: Task, number: int, beginning: StageBase, where: Callable[[int], Path]
) -> list[AnyFact]:
    """What has to be reserved: nothing where the stage holds a directory already."""
    scope = f"stage-{number}"
    held = task.places.get(scope)
    is_held = held is not None and held.status == "active"
    is_own = OwnWorktrees(git).path(held) is not None
    if held is not None and is_held and is_own:
        check_worktree(git, held)
        return []
    branch = held.branch if held is not None else usual_branch(task, number)
    checked_out = _worktree_of(git, branch) if is_held else None
    fact = PlaceReserved(
        task=task.key,
        scope=scope,
        branch=branch,
        worktree=str(checked_out or where(number)),
        base_ref=beginning.ref,
        adopted=held.adopted if held is not None and is_held else False,
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
                title=claim.pick.title,
                depends_on=claim.pick.depends_on,
            )
        )
    return facts


def _fingerprint_of(git: Git, commit: CommitId) -> RangeFingerprint:
    return fingerprint_ranges(git, [one_commit(git, commit)])[0]
