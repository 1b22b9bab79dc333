"""What finished stages leave to those that build on them: from the record, or from the file beside the plan."""

from collections.abc import Callable, Sequence
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.records.states import Task
from okstra_git.runs.context import Carried, RunContext
from okstra_git.runs.whole_files import sweep_dead
from okstra_git.state.cache import replace_file

MAX_BYTES = 256 * 1024


class CarryMissing(OkstraError):
    """A stage that this one builds on left nothing, so its follower would begin blind."""

    code = "carry.missing"


def require_carry(
    task: Task, depends_on: Sequence[int], *, file_of: Callable[[int], Path], shown_path: Callable[[Path], str]
) -> tuple[Carried, ...]:
    """The carry of every dependency, ascending. The record wins over the file; neither is a refusal."""
    found: list[Carried] = []
    for number in sorted(depends_on):
        path = file_of(number)
        stage = task.stages.get(number)
        text = (stage.carry if stage is not None else None) or _read(path)
        if text is None:
            raise _missing(task, number, path)
        found.append(Carried(number, shown_path(path), text))
    return tuple(found)


def lay_out_carry(context: RunContext, project_root: Path) -> None:
    """Put the carry files that a run was given where its prompt says, as they were recorded: they are views."""
    for carried in context.plan.carry if context.plan else ():
        path, data = project_root / carried.path, carried.text.encode()
        sweep_dead(path)
        if not (path.is_file() and path.read_bytes() == data):
            replace_file(path, data)


def _read(path: Path) -> str | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data[:MAX_BYTES].decode("utf-8", "replace") if data.strip() else None


def _missing(task: Task, number: int, path: Path) -> CarryMissing:
    key = task.key.replace("/", ":")
    return CarryMissing(
        f"stage {number} of {key} left no carry for the stages that build on it",
        hint=f"say it in a file, then: git okstra stage done {number} --task-key {key} --carry FILE",
        stage=number,
        path=str(path),
    )
