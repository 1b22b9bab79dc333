"""Whether a stage's own branch holds another version of it than the recorded one."""

from collections.abc import Callable, Iterator, Sequence

from okstra_git.git.binary import GitFailed
from okstra_git.git.objects import MissingObject
from okstra_git.reconcile.locate import locate
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.windows import Step, Window
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task

OpenWindow = Callable[[Home, Task, str], Window]
"""Opens the stretch of a home in which a recorded commit of the task may live now."""


def has_other_version(
    places: Places, open_window: OpenWindow, task: Task, stage: Stage, targets: Sequence[Home]
) -> bool:
    """Whether the branch left the recorded commit and has commits of its own that nothing accounts for.

    Accounted for are the recorded changes of the stages on that branch, wherever on it they are now. What cannot be
    read to its end may hold another version.
    """
    home = places.branch(stage.branch)
    if stage.range is None or home is None or places.contains(home.tip, stage.range.head):
        return False
    if any(places.contains(target.tip, home.tip) for target in targets):
        return False
    window = open_window(home, task, stage.range.head)
    if not window.complete:
        return True
    known = {step.position for found in _recorded_on(task, stage.branch) for step in _steps_of(window, places, found)}
    return any(step.delta and step.position not in known for step in window.steps)


def _recorded_on(task: Task, branch: str) -> list[RangeFingerprint]:
    return [stage.range for stage in task.stages.values() if stage.branch == branch and stage.range]


def _steps_of(window: Window, places: Places, recorded: RangeFingerprint) -> Iterator[Step]:
    """The commits of the window that are this range, as recorded or where it is proven to be."""
    at = window.find(recorded.head)
    first: str | None = recorded.base
    if at is None:
        try:
            hits = locate(window, Prover(places.git, recorded))
        except (MissingObject, GitFailed):
            return
        if len(hits) != 1:
            return
        at, first = hits[0].span.last, hits[0].span.first.parent
    while at is not None and at.facts.oid != first:
        yield at
        at = window.find(at.parent)
