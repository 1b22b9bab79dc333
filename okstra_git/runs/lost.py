"""Finds files that commands about a task begin on and that are not here any more."""

from okstra_git.names import shown, shown_path
from okstra_git.records.states import Task
from okstra_git.runs.left_files import Disk
from okstra_git.runs.reported import last_brief
from okstra_git.runs.run_sources import judge_file


def find_missing(disk: Disk, task: Task, *, writer: str) -> tuple[str, str]:
    """The paths of the brief that the next run would begin on and of the approved plan, as far as the files are gone;
    each of these is noted."""
    brief, plan = last_brief(task, writer), task.plan.path if task.plan is not None else ""
    brief = brief if brief and judge_file(disk, brief, None) == "gone" else ""
    plan = plan if plan and judge_file(disk, plan, None) == "gone" else ""
    if brief:
        disk.note(f"the brief {shown_path(brief)} is not here; put it back, or name another one with --brief-path")
    if plan:
        approve = f"git okstra plan approve FILE --task-key {task.key}"
        back = "put it back as it was approved, or approve another"
        disk.note(f"the plan {shown(plan)} is not here; {back}: {approve}")
    return brief, plan
