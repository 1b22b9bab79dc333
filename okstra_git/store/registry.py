"""Who owns which worktree and branch: the rules of reserving and releasing, over a folded state."""

from collections.abc import Iterable, Iterator

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.names import TaskKey
from okstra_git.records.events import PlaceReleased, PlaceReserved
from okstra_git.records.states import Reservation, Stage, State, Task


class Reserved(OkstraError):
    """The task, stage or group already has an active place."""

    code = "place.reserved"


def find_task(state: State, key: TaskKey) -> Task | None:
    """The task, open or closed, or None."""
    return state.tasks.get(key)


def require_task(state: State, key: TaskKey) -> Task:
    """The task, or a refusal that names the closest next step."""
    task = find_task(state, key)
    if task is None:
        raise refuse("task.unknown", f"there is no task {key}", hint=f"git okstra task open {key}", task=str(key))
    return task


def refuse_closed(task: Task) -> None:
    """A closed task takes no more work."""
    if not task.is_open:
        key = str(task.key)
        raise refuse("task.closed", f"task {key} is closed", hint=f"git okstra task open {key}", task=key)


def require_open(state: State, key: TaskKey) -> Task:
    """The task, open; a closed one is refused."""
    task = require_task(state, key)
    refuse_closed(task)
    return task


def require_stage(task: Task, number: int) -> Stage:
    """The stage of that number, or a refusal."""
    stage = task.stages.get(number)
    if stage is None:
        key = str(task.key)
        raise refuse(
            "stage.unknown",
            f"stage {number} of {key} was never started",
            stage=number,
            hint=f"git okstra stage start {number} --task-key {key}",
        )
    return stage


def refuse_case_clash(state: State, key: TaskKey) -> None:
    """Two keys must differ in more than upper and lower case."""
    for other in state.tasks:
        if other != key and other.slashed.lower() == key.slashed.lower():
            raise refuse(
                "task.case-clash",
                f"the key {key} differs from the existing task {other} only in case",
                hint="use the existing key or another name",
            )


def stages_on(branch: str, tasks: Iterable[Task]) -> Iterator[tuple[Task, Stage]]:
    """The stages of open tasks that are recorded on a branch."""
    for task in tasks:
        if task.is_open:
            yield from ((task, stage) for stage in task.stages.values() if stage.branch == branch)


def stage_on(branch: str | None, tasks: Iterable[Task]) -> tuple[Task, Stage] | None:
    """The only stage on this branch; None when several are, for then nobody knows which one is meant."""
    stages = list(stages_on(branch, tasks)) if branch else []
    return stages[0] if len(stages) == 1 else None


def active_places(state: State) -> Iterator[tuple[Task, Reservation]]:
    """Every row that was reserved and not released."""
    for task in state.tasks.values():
        yield from ((task, place) for place in task.places.values() if place.status == "active")


def branch_clashes(state: State) -> list[str]:
    """Sentences about branches that two clones reserved for different tasks before they saw each other."""
    owners: dict[str, TaskKey] = {}
    clashes: list[str] = []
    for task, place in active_places(state):
        if not place.branch:
            continue
        first = owners.setdefault(place.branch, task.key)
        if first != task.key:
            clashes.append(f"branch {place.branch} is claimed by {first} and {task.key}")
    return clashes


def reserve(state: State, fact: PlaceReserved) -> PlaceReserved:
    """The fact itself when the reservation may be made now; refuses a taken scope, branch or worktree.

    Released rows never block. Several stages of one task may share a branch that they adopted.
    """
    task = state.tasks[fact.task]
    held = task.places.get(fact.scope)
    if held is not None and held.status == "active":
        raise Reserved(
            f"{_named(task.key, fact.scope)} is already reserved on branch {held.branch}"
            + (f" in {held.worktree}" if held.worktree else ""),
            hint=f"go on there; or, if nobody works on it any more: {_release_hint(task.key, fact.scope)}",
            branch=held.branch,
            worktree=held.worktree,
        )
    for other, place in active_places(state):
        if (
            fact.branch
            and place.branch == fact.branch
            and not (other.key == task.key and place.adopted and fact.adopted)
        ):
            raise refuse(
                "branch.owned",
                f"branch {fact.branch} belongs to {_named(other.key, place.scope)}",
                hint=f"choose another branch, or release it: {_release_hint(other.key, place.scope)}",
                branch=fact.branch,
                owner=str(other.key),
                scope=place.scope,
            )
    return fact


def release(task: Task, scope: str, *, cascade: bool = False) -> list[PlaceReleased]:
    """The facts that release a row (worktree and branch stay); none when there is no active row.

    Releasing a task's own row while its stages hold rows needs `cascade`.
    """
    held = task.places.get(scope)
    below = [place for place in task.places.values() if scope == "" and place.scope and place.status == "active"]
    if below and not cascade:
        listed = ", ".join(place.scope for place in below)
        raise refuse(
            "place.still-active",
            f"{task.key} still holds {listed}",
            hint="release those first, or repeat with --cascade",
            scopes=[place.scope for place in below],
        )
    rows = [*below, *([held] if held is not None and held.status == "active" else [])]
    return [PlaceReleased(task=task.key, scope=row.scope, branch=row.branch) for row in rows]


def _named(key: TaskKey, scope: str) -> str:
    return str(key) + (f" {scope.replace('-', ' ', 1)}" if scope else "")


def _release_hint(key: TaskKey, scope: str) -> str:
    kind, _, which = scope.partition("-")
    task = f"--task-key {word(str(key))}"
    if kind == "stage":
        return f"git okstra stage release {word(which)} {task}"
    return f"git okstra worktree release {task}" + (f" --group {word(which)}" if kind == "group" else "")
