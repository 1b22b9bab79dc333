"""The stages of a task as a bundle describes them, and what finished ones leave to those that build on them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from okstra_git.bundle.context import Carried, RunContext, StageRow
from okstra_git.bundle.run_files import sweep_dead
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.names import named_stages
from okstra_git.records.states import Stage, Task
from okstra_git.store.stage_dependencies import MAX_BYTES, examine_carry, require_carry_text

IMPLEMENTATION = "implementation"


def describe_stages(
    task: Task,
    numbers: Collection[int],
    root: Path,
    carry: Callable[[int], str],
    *,
    taken: Collection[int],
    unfinished: Mapping[int, str],
) -> tuple[StageRow, ...]:
    """These stages as they stand now; `taken` are those that the run is about, `unfinished` says of others why not."""
    return tuple(
        describe_stage(task, number, root, carry, in_scope=number in taken, state=unfinished.get(number, ""))
        for number in sorted(numbers)
    )


def describe_stage(
    task: Task, number: int, root: Path, carry: Callable[[int], str], *, in_scope: bool = True, state: str = ""
) -> StageRow:
    """One stage: what is recorded of it, and where its documents stand: `carry` says it of its carry file."""
    stage = task.stages.get(number)
    planned = next((row for row in task.plan.stages if row.number == number), None) if task.plan else None
    title = (stage.title if stage else "") or (planned.title if planned else "")
    if stage is None:
        return StageRow(number, title, state or "not begun", in_scope=in_scope)
    return StageRow(
        number=number,
        title=title,
        state=state or stage.status,
        commit=stage.range.head if stage.range else "",
        tree=stage.range.head_tree if stage.range else "",
        branch=stage.branch,
        verification=_verification(stage),
        verified_by=stage.verified.report if stage.verified is not None and stage.is_verified else "",
        report=report_of_stage(task, number, root),
        carry=carry(number) if stage.carry else "",
        in_scope=in_scope,
    )


def report_of_stage(task: Task, number: int, root: Path) -> str:
    """The newest report of an implementation of the stage, as its run recorded it; empty when there is none."""
    runs = [run for run in task.runs.values() if run.task_type == IMPLEMENTATION and run.stage == number and run.report]
    newest = max(runs, key=lambda run: run.id, default=None)
    return newest.report if newest is not None and Root(root, links=True).is_file(newest.report) else ""


def require_carry(
    task: Task,
    depends_on: Sequence[int],
    *,
    files: Root,
    file_of: Callable[[int], Path],
    writer: str = "",
) -> tuple[Carried, ...]:
    """The carry of every dependency, ascending. The record wins over the file; neither is a refusal.

    `files` opens the files of `file_of`, below the project's root. What is recorded is handed on whatever it is, up to
    the limit of a carry, with a caution where it would not be recorded today or where a clone
    other than `writer` recorded it. A file has to be a carry of its stage.
    """
    return tuple(
        _carried(task, number, files, file_of(number), task.stages.get(number), writer) for number in sorted(depends_on)
    )


def lay_out_carry(context: RunContext, project_root: Path) -> None:
    """Put the carry files that a run was given where its prompt says, as they were recorded: they are views."""
    root = Root(project_root)
    for carried in context.plan.carry if context.plan else ():
        data = carried.text.encode()
        sweep_dead(root, carried.path)
        if not root.holds(carried.path, data):
            root.write(carried.path, data)


def _verification(stage: Stage) -> str:
    verified = stage.verified
    if verified is None:
        return "none"
    if not stage.is_verified:
        return "does not stand any more"
    group = f"with {named_stages([n for n in _numbers(verified.group) if n != stage.number])}"
    return group if "-" in verified.group else "accepted"


def _numbers(group: str) -> list[int]:
    return [int(part) for part in group.split("-") if part.isdecimal()]


def _carried(task: Task, number: int, files: Root, path: Path, stage: Stage | None, writer: str) -> Carried:
    """`path` is where the carry is in `files`; shown and recorded from the root."""
    key, name = task.key, files.name(path)
    if stage is not None and stage.carry:
        examined = examine_carry(stage.carry, key=key, stage=number)
        return Carried(number, name, examined.text, _caution(examined.problem, stage, writer))
    data = files.find_bytes(name, MAX_BYTES)
    if data is None or not data.strip():
        raise _missing(task, number, path)
    text = require_carry_text(data, name=name, key=key, stage=number)
    return Carried(number, name, examine_carry(text, key=key, stage=number).text)


def _caution(problem: str, stage: Stage, writer: str) -> str:
    """Why this text deserves less belief than one that was recorded here and is in order; empty where it does not."""
    if problem:
        return f"it {problem}"
    return "another clone recorded it" if writer and stage.recorded_by not in ("", writer) else ""


def _missing(task: Task, number: int, path: Path) -> OkstraError:
    key = str(task.key)
    return refuse(
        "carry.missing",
        f"stage {number} of {key} left no carry for the stages that build on it",
        hint=f"say it in a file, then: git okstra stage done {number} --task-key {key} --carry FILE",
        stage=number,
        path=str(path),
    )
