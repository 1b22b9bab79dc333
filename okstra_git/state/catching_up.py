"""Which stages' branches in this clone have only not caught up with what another clone recorded."""

from collections.abc import Iterable

from okstra_git.git.history import contains, descendants, unreachable
from okstra_git.git.reflogs import list_held
from okstra_git.git.repo import Git
from okstra_git.records.states import Stage, Task


def list_behind(git: Git, task: Task, stages: Iterable[Stage], tip: str, writer: str | None) -> set[int]:
    """Numbers of those stages, all on the branch with this tip, for which the branch is merely behind the record.

    It is when another clone recorded what the stage is, and the branch here is at something that the stage was before,
    or below what it is. A branch that was at the recorded commit, in the clone that started the stage, did not stay
    behind: somebody took it back. `writer` is this clone's id, empty where it has none; None: nothing is known of
    clones, and no branch is behind.
    """
    foreign = [stage for stage in stages if stage.range is not None and stage.recorded_by not in ("", writer)]
    if writer is None or not foreign:
        return set()
    left = _taken_back(git, [stage for stage in foreign if started_by(task, stage) == writer])
    waiting = [stage for stage in foreign if stage.number not in left]
    former = [trail.range.head for stage in waiting for trail in stage.trail]
    gone = unreachable(git, former, [tip])
    above = descendants(git, [stage.range.head for stage in waiting if stage.range], tip)
    return {
        stage.number
        for stage in waiting
        if (stage.range and stage.range.head in above) or any(t.range.head not in gone for t in stage.trail)
    }


def has_nothing_new(git: Git, task: Task, stage: Stage, tip: str, writer: str | None) -> bool:
    """Whether the branch with this tip is behind the record of the stage and has no commit of its own besides."""
    if stage.range is None or stage.number not in list_behind(git, task, [stage], tip, writer):
        return False
    return any(contains(git, one.head, tip) for one in (stage.range, *(trail.range for trail in stage.trail)))


def started_by(task: Task, stage: Stage) -> str:
    """The clone whose stage it is: the one that holds its place, else the one that started it."""
    place = task.places.get(f"stage-{stage.number}")
    return place.writer if place is not None and place.status == "active" else stage.begun_by


def _taken_back(git: Git, stages: Iterable[Stage]) -> set[int]:
    """Those of the stages whose branches were at the recorded commit once."""
    by_branch: dict[str, list[tuple[int, str]]] = {}
    for stage in stages:
        if stage.range is not None:
            by_branch.setdefault(stage.branch, []).append((stage.number, stage.range.head))
    found: set[int] = set()
    for branch, recorded in by_branch.items():
        held = list_held(git, f"refs/heads/{branch}", [head for _, head in recorded])
        found |= {number for number, head in recorded if head in held}
    return found
