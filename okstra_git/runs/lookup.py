"""Runs by the names that people type: the id, or enough of its beginning."""

from okstra_git.errors import refuse
from okstra_git.names import TaskKey, quote
from okstra_git.records.runs import Run
from okstra_git.records.states import State, Task

SHORTEST = 4
"""Characters of an id that are enough to be looked for."""

SHOWN = 10
"""Characters of an id that lists show at least: those that encode its time."""


def require_run(state: State, text: str) -> tuple[Task, Run]:
    """The run with this id, or the only one whose id begins so (4 characters or more), and its task."""
    matches = find_runs(state, text)
    if not matches:
        problem = "is too short to name a run" if len(text) < SHORTEST else "names no run"
        raise refuse("run.unknown", f"{quote(text)} {problem}", hint="git okstra run list --all", run=text[:100])
    if len(matches) > 1:
        ids = sorted(run.id for _, run in matches)
        raise refuse(
            "run.ambiguous",
            f"{quote(text)} is the beginning of {len(ids)} runs: {', '.join(ids[:4])}{' ...' if ids[4:] else ''}",
            hint="write more of the id",
            run=text[:100],
            runs=ids[:100],
        )
    return matches[0]


def find_runs(state: State, text: str) -> list[tuple[Task, Run]]:
    """Every run whose id is this or begins so, in any case."""
    wanted = text.upper()
    runs = [(task, run) for task in state.tasks.values() for run in task.runs.values()]
    exact = [(task, run) for task, run in runs if run.id == wanted]
    return exact or [(task, run) for task, run in runs if len(wanted) >= SHORTEST and run.id.startswith(wanted)]


def short_id(state: State, run: Run) -> str:
    """The shortest beginning of a run's id, of ten characters or more, that names no other run."""
    others = [other.id for task in state.tasks.values() for other in task.runs.values() if other.id != run.id]
    lengths = range(SHOWN, len(run.id))
    return next((run.id[:n] for n in lengths if not any(o.startswith(run.id[:n]) for o in others)), run.id)


def list_runs(state: State, *, task: TaskKey | None, with_ended: bool) -> list[tuple[Task, Run]]:
    """Runs of one task or of all, the newest first; ended ones on request."""
    listed = [
        (owner, run)
        for owner in state.tasks.values()
        for run in owner.runs.values()
        if task in (None, owner.key) and (with_ended or run.is_active)
    ]
    return sorted(listed, key=lambda pair: pair[1].id, reverse=True)
