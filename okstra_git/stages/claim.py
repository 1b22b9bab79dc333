"""Where a stage begins and how a run claims it: the commit that holds what it depends on, and the place reserved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.git.history import contains, find_commit
from okstra_git.git.merging import merge_commits
from okstra_git.git.objects import write_commit
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, find_recorded, recorded_name, require_named
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import CommitId
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReleased, PlaceReserved, StageStarted
from okstra_git.records.runs import PlannedStage
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Reservation, Stage, Task
from okstra_git.stages.worktree_setup import check_reservation, check_worktree, start_of, usual_branch
from okstra_git.store.clone import OwnWorktrees
from okstra_git.store.registry import reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.stage_ranges import fingerprint_ranges


@dataclass(frozen=True)
class StageBase:
    """The commit a stage begins on and how it is recorded; `lacks` are dependencies that it does not contain.

    `joined` lists the commits it was merged from, empty when it is a commit of the user, `stages` whose these are.
    """

    commit: CommitId
    ref: str
    lacks: tuple[int, ...] = ()
    joined: tuple[str, ...] = ()
    stages: tuple[int, ...] = ()


def choose_stage_base(
    git: Git,
    task: Task,
    depends_on: Sequence[int],
    *,
    wanted: str | None,
    usual: str,
    when: datetime,
    option: str = "--base-ref",
) -> StageBase:
    """The wanted ref; else the task's anchor, a dependency's commit, or a merge of several, whatever holds them all.

    `usual` is the base of a task that has no anchor yet. Refuses refs that name nothing and dependencies in conflict.
    `option` is the flag with which the command at hand takes another base.
    """
    if wanted is not None:
        named = require_named(git, wanted, what="the base")
        return StageBase(named.commit, named.name, _lacking(git, task, depends_on, named.commit))
    bases = _task_bases(git, task, depends_on, usual)
    needed = [task.stages[number] for number in depends_on if number in task.stages]
    heads = [stage.range.head for stage in needed if stage.range is not None and not _has_arrived(git, stage, bases)]
    tips = _topmost(git, [*bases, *heads])
    refs = {tip: bases.get(tip) or _name_of(git, task, tip) for tip in tips}
    if len(tips) > 1:
        return _joined(git, task, refs, next(iter(bases.values())), when, option)
    return StageBase(CommitId(tips[0]), refs[tips[0]])


def lacking_notes(number: int, beginning: StageBase) -> Iterator[str]:
    """What a person should know of where the stage of that number begins."""
    for other in beginning.lacks:
        yield f"{beginning.ref} does not contain stage {other}, on which stage {number} builds"
    if beginning.joined:
        tips = " and ".join(tip[:10] for tip in beginning.joined)
        yield f"stage {number} begins on a merge of {tips}"


def one_commit(git: Git, commit: CommitId) -> tuple[str | None, str]:
    """The one-commit range that ends in `commit`."""
    facts = find_commit(git, commit)
    return (facts.parents[0] if facts and facts.parents else None), commit


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


def _task_bases(git: Git, task: Task, depends_on: Sequence[int], usual: str) -> dict[str, str]:
    """Commit -> how it was named: the anchor; or, once dependencies have landed, the branches that hold them now.

    Of those the one that the anchor was named by comes first, as it is now, and others only for what it lacks.
    """
    anchor = task.anchor
    if anchor is None:
        named = require_named(git, usual, what="the base")
        return {named.commit: named.name}
    landed = [task.stages[n] for n in depends_on if n in task.stages and task.stages[n].landed]
    moved = find_recorded(git, anchor.ref) if anchor.ref and anchor.ref != "HEAD" else None
    bases: dict[str, str] = {}
    for stage in landed:
        targets = [(moved, anchor.ref), *_target_of(git, stage)]
        holding = [(tip, ref) for tip, ref in targets if tip is not None and contains(git, tip, _landed_as(stage))]
        if not any(contains(git, tip, _landed_as(stage)) for tip in bases):
            bases.update(dict(holding[:1]))
    if bases:
        return bases
    head = require_named(git, anchor.range.head, what="the anchor").commit
    return {head: anchor.ref or head}


def _target_of(git: Git, stage: Stage) -> list[tuple[CommitId | None, str]]:
    target = stage.landing.target if stage.landing is not None else ""
    return [(find_recorded(git, target), target)] if target else []


def _landed_as(stage: Stage) -> str:
    """The commit by which a target has a landed stage."""
    if stage.landing is not None:
        return stage.landing.commit
    return stage.range.head if stage.range is not None else ""


def _has_arrived(git: Git, stage: Stage, bases: Iterable[str]) -> bool:
    return stage.landed and any(contains(git, base, _landed_as(stage)) for base in bases)


def _topmost(git: Git, commits: Sequence[str]) -> list[str]:
    """Those that no other one contains."""
    unique = list(dict.fromkeys(commits))
    return [tip for tip in unique if not any(contains(git, other, tip) for other in unique if other != tip)]


def _name_of(git: Git, task: Task, commit: str) -> str:
    stages = [stage for stage in task.stages.values() if stage.range and stage.range.head == commit]
    return recorded_name(git, BRANCH + stages[0].branch) if stages[0].branch else commit


def _lacking(git: Git, task: Task, depends_on: Sequence[int], commit: str) -> tuple[int, ...]:
    stages = [(n, task.stages[n]) for n in depends_on if n in task.stages]
    return tuple(
        number
        for number, stage in stages
        if stage.range is not None
        and not contains(git, commit, stage.range.head)
        and not _has_arrived(git, stage, [commit])
    )


def _joined(git: Git, task: Task, refs: Mapping[str, str], ref: str, when: datetime, option: str) -> StageBase:
    tips, names = list(refs), list(refs.values())
    head = tips[0]
    for tip, name in zip(tips[1:], names[1:], strict=True):
        merged = merge_commits(git, head, tip)
        if merged.tree is None:
            raise refuse(
                "base.conflict",
                f"{names[0]} and {name} change the same lines of {', '.join(merged.paths[:5])}",
                hint=f"merge them on a branch by hand, then name it with {option}",
                conflicts=[{"refs": [names[0], name], "path": path} for path in merged.paths],
            )
        subject = f"Join {names[0]} and {name}"
        body = f"{subject}\n\nThe base of a stage of {task.key.slashed} that depends on both.\n"
        head = write_commit(git, tree=merged.tree, parents=[head, tip], message=body, when=when)
    numbers = sorted({number for tip in tips for number in _stages_at(task, tip)})
    return StageBase(CommitId(head), ref, (), tuple(tips), tuple(numbers))


def _stages_at(task: Task, commit: str) -> list[int]:
    return [stage.number for stage in task.stages.values() if stage.range and stage.range.head == commit]


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


def _fingerprint_of(git: Git, commit: CommitId) -> RangeFingerprint:
    return fingerprint_ranges(git, [one_commit(git, commit)])[0]
