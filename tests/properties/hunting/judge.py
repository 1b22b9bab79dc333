"""Lets okstra record tasks and judge them, through its command line and the JSON of `reconcile` alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kit.scenario import World
from tests.properties.hunting.values import Commit, Scene, Stage, Task
from tests.properties.hunting.writer import write_commits, write_refs, write_tracking

Item = Mapping[str, Any]
"""An item of `reconcile --json`."""


class Court:
    """One repository with its tasks: recorded once, judged in every round."""

    def __init__(self, folder: Path, tasks: Sequence[Task]) -> None:
        self.tasks = tasks
        self.world = World.begin(folder)
        self.config = folder / ".git" / "config"
        self.refs: set[str] = set()
        self.world.okstra("init", "--project-id", "hunt", "--no-hooks")
        self.world.git("remote", "add", "origin", "https://example.org/hunt.git")
        self.plain = self.config.read_text()
        write_commits(self.world, [tip for task in tasks for tip in (task.trunk[-1], *task.branches.values())])
        self._put({name: oid for task in tasks for name, oid in _recorded_refs(task).items()}, {})
        for task in tasks:
            self._record(task)

    def _put(self, refs: Mapping[str, str], tracks: Mapping[str, str]) -> None:
        write_refs(self.world, refs, self.refs)
        write_tracking(self.config, self.plain, tracks)
        self.refs = set(refs)

    def _record(self, task: Task) -> None:
        key = f"hunt:all:{task.name}"
        self.world.okstra("task", "open", key, "--category", "feature")
        where = ("--branch", task.stages[0].branch, "--no-worktree")
        self.world.okstra("stage", "start", "1", "--task-key", key, "--base", task.trunk_name, *where)
        for branch in task.branches:
            mine = [stage for stage in task.stages if stage.branch == branch]
            lines = "".join(f"{stage.number} {stage.head.oid} {stage.base.oid}\n" for stage in mine)
            self.world.okstra("stage", "done", "--task-key", key, "--branch", branch, "--from-file", "-", stdin=lines)

    def replays(self, stage: Stage, start: Commit, end: Commit) -> bool:
        """Whether git's merge of trees, as in a cherry-pick, makes the recorded change on `start` into `end`."""
        if start is end or start.tree == end.tree:
            return False
        ours = self.world.ask("commit-tree", f"{start.oid}^{{tree}}", "-p", stage.base.oid, "-m", "ours")
        theirs = self.world.ask("commit-tree", f"{stage.head.oid}^{{tree}}", "-p", stage.base.oid, "-m", "theirs")
        said = self.world.ask("merge-tree", "--write-tree", "--name-only", ours, theirs, ok=False).splitlines()
        return said == [self.world.ask("rev-parse", f"{end.oid}^{{tree}}")]

    def judge(self, scenes: Sequence[Scene]) -> dict[str, dict[int, Item]]:
        """What okstra says when history is as in these scenes: task name -> stage -> its item."""
        write_commits(self.world, [tip for scene in scenes for tip in scene.refs.values()])
        refs = {name: commit.oid for scene in scenes for name, commit in scene.refs.items()}
        self._put(refs, {branch: ref for scene in scenes for branch, ref in scene.tracks.items()})
        return self._ask("--check")

    def settle(self) -> dict[str, dict[int, Item]]:
        """What is left after everything that is proven was recorded. The court has judged its last scenes then."""
        return self._ask("--apply")

    def _ask(self, mode: str) -> dict[str, dict[int, Item]]:
        answer = self.world.okstra("reconcile", "--all", mode, "--json", exit=None)
        if answer.exit not in (0, 2):
            return {task.name: self._ask_about(task, mode) for task in self.tasks}
        return {one["task"].rpartition(":")[2]: _by_stage(one["items"]) for one in answer.json["tasks"]}

    def _ask_about(self, task: Task, mode: str) -> dict[int, Item]:
        """One task alone; where okstra breaks over it, each of its stages has an item that says so."""
        answer = self.world.okstra("reconcile", "--task-key", f"hunt:all:{task.name}", mode, "--json", exit=None)
        if answer.exit in (0, 2):
            return _by_stage(answer.json["items"])
        crash = {"class": "crash", "replacement": None, "proof": None, "reason": answer.json["error"]["message"]}
        return {stage.number: {**crash, "recorded": stage.head.oid} for stage in task.stages}


def _by_stage(items: Sequence[Item]) -> dict[int, Item]:
    return {item["stage"]: item for item in items}


def _recorded_refs(task: Task) -> dict[str, str]:
    tips = {task.trunk_name: task.trunk[-1], **task.branches}
    return {f"refs/heads/{name}": commit.oid for name, commit in tips.items()}
