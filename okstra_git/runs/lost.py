"""Files that commands about a run or a task begin on and that are not here any more."""

from typing import NamedTuple

from okstra_git.names import shown, shown_path
from okstra_git.records.states import Task
from okstra_git.runs.left_files import Disk
from okstra_git.runs.reported import last_brief
from okstra_git.runs.run_sources import judge_file

ON_PLAN = ("implementation", "final-verification", "release-handoff")
"""Task types whose prepare reads the plan of a task that has one."""

PREPARE = "git okstra run prepare "


class Lost(NamedTuple):
    """Runs whose own documents are gone, by id, and the task's brief and approved plan where their files are gone."""

    bundles: frozenset[str] = frozenset()
    brief: str = ""
    plan: str = ""

    def holds_up(self, command: str) -> bool:
        """Whether a command that prepares would be refused for want of a file; any other is not held up."""
        if not command.startswith(PREPARE):
            return False
        words = command.split()
        return bool(self.brief) or (bool(self.plan) and words[words.index("--task-type") + 1] in ON_PLAN)

    def named(self) -> str:
        """The files in words: `the brief a.md and the plan b.md`."""
        told = [f"the {what} {shown_path(path)}" for what, path in (("brief", self.brief), ("plan", self.plan)) if path]
        return " and ".join(told)


NOTHING_LOST = Lost()


def find_lost(disk: Disk, task: Task, bundles: frozenset[str], *, writer: str) -> Lost:
    """What is gone of the brief that the next run would begin on and of the approved plan; each is noted."""
    key = str(task.key)
    brief = last_brief(task, writer)
    lost = Lost(
        bundles,
        brief if brief and judge_file(disk, brief, None) == "gone" else "",
        task.plan.path if task.plan is not None and judge_file(disk, task.plan.path, None) == "gone" else "",
    )
    if lost.brief:
        disk.note(f"the brief {shown_path(brief)} is not here; put it back, or name another one with --brief-path")
    if lost.plan:
        approve = f"git okstra plan approve FILE --task-key {key}"
        back = "put it back as it was approved, or approve another"
        disk.note(f"the plan {shown(lost.plan)} is not here; {back}: {approve}")
    return lost
