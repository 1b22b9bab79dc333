"""Names of tasks, stages and runs, from the last fold that okstra kept: one file, read as plain JSON.

The fold may be older than the log, until the next command reads the log; a name that is missing can still be typed.
"""

from __future__ import annotations

import json
import os

from okstra_cli.wizard.state_file import read_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from okstra_cli.completion.command_line import Candidate, Command, CommandLine

_LONGEST = 64 << 20
_ENDED = ("finished", "failed", "abandoned")


class Records:
    """What is on record where the line would run, and which task the line is about."""

    def __init__(self, line: CommandLine, command: Command) -> None:
        self._line = line
        self._git_dir = _find_git_dir(line)
        tasks = _read_tasks(_common_dir(self._git_dir))
        self._open = [task for task in tasks if task.get("is_open", True)]
        self._closed = [task for task in tasks if not task.get("is_open", True)]
        self._named = self._find_named(command)

    def tasks(self) -> Iterator[Candidate]:
        """Keys of tasks; without project, or group, where that is how the word begins. Closed ones if no other fits."""
        keys = [*self._fitting(self._open)] or [*self._fitting(self._closed)]
        yield from keys

    def stages(self) -> Iterator[Candidate]:
        """Numbers of the stages that were begun or are planned."""
        for task in self._meant():
            planned = {str(stage["number"]): stage for stage in (task.get("plan") or {}).get("stages", ())}
            for number, stage in (planned | task.get("stages", {})).items():
                state = stage.get("status", "started" if number in task.get("stages", {}) else "pending")
                yield number, f"{state}: {stage.get('title', '')}".removesuffix(": ")

    def stage_lists(self) -> Iterator[Candidate]:
        """The list that was begun, `2,3` perhaps, with each further stage."""
        begun, comma, _ = self._line.value.rpartition(",")
        for number, meaning in self.stages():
            if number not in begun.split(","):
                yield f"{begun}{comma}{number}", meaning

    def runs(self) -> Iterator[Candidate]:
        """Every run by its id."""
        for task in self._meant():
            for run, facts in task.get("runs", {}).items():
                yield run, f"{facts.get('task_type', '')} of {_key(task)}, {facts.get('status', 'preparing')}"

    def open_runs(self) -> Iterator[Candidate]:
        """The runs that did not end."""
        ended = {run for task in self._meant() for run, facts in task.get("runs", {}).items()
                 if facts.get("status") in _ENDED}  # fmt: skip
        yield from (pair for pair in self.runs() if pair[0] not in ended)

    def groups(self) -> Iterator[Candidate]:
        """Groups of stages that were assembled."""
        for task in self._meant():
            yield from ((group, f"of {_key(task)}") for group in task.get("groups", {}))

    def pull_requests(self) -> Iterator[Candidate]:
        """Addresses of pull requests on record."""
        for task in self._meant():
            yield from ((url, f"of {_key(task)}") for url in task.get("prs", {}))

    def _fitting(self, tasks: list[dict[str, Any]]) -> Iterator[Candidate]:
        for task in tasks:
            parts = _key(task).split(":")
            forms = [":".join(parts[begin:]) for begin in range(len(parts))]
            yield from [(form, task.get("title", "")) for form in forms if form.startswith(self._line.value)][:1]

    def _meant(self) -> list[dict[str, Any]]:
        """The task that the line names, else the one whose branch is checked out, else all open ones."""
        if self._named is not None:
            end = self._named.split(":")
            return [task for task in [*self._open, *self._closed] if _key(task).split(":")[-len(end) :] == end]
        branch = _branch(self._git_dir)
        checked_out = [task for task in self._open if any(stage.get("branch") == branch for stage in _stages(task))]
        return checked_out if branch and len(checked_out) == 1 else self._open

    def _find_named(self, command: Command) -> str | None:
        if command.arguments[:1] == ["<task>"] and command.argument_wanted(self._line) != "<task>":
            words = self._line.words[len(command.name.split()) :]
            return next(word for word in words if not word.startswith("-"))
        return self._line.value_of("--task-key") or None


def _key(task: dict[str, Any]) -> str:
    return str(task["key"]).replace("/", ":")


def _stages(task: dict[str, Any]) -> list[dict[str, Any]]:
    return [*task.get("stages", {}).values()]


def _read_tasks(common_dir: str) -> list[dict[str, Any]]:
    """The tasks of the kept fold: its third line, behind a seal and a header."""
    try:
        data = read_plain(os.path.join(common_dir, "okstra", "cache", "fold"), _LONGEST)
    except OSError:
        return []
    body = data.split(b"\n", 2)[2]
    return [*json.loads(body).get("tasks", {}).values()]


def _find_git_dir(line: CommandLine) -> str:
    """git's directory of the worktree around `cwd`; "" where there is none."""
    if line.git_dir:
        return os.path.join(line.cwd, line.git_dir)
    place = os.path.abspath(line.cwd)
    while not os.path.lexists(os.path.join(place, ".git")):
        if os.path.isdir(os.path.join(place, "objects")) and os.path.isfile(os.path.join(place, "HEAD")):
            return place
        place, below = os.path.dirname(place), place
        if place == below:
            return ""
    pointer = os.path.join(place, ".git")
    return pointer if os.path.isdir(pointer) else os.path.join(place, _first_line(pointer).removeprefix("gitdir: "))


def _common_dir(git_dir: str) -> str:
    return os.path.join(git_dir, _first_line(os.path.join(git_dir, "commondir")))


def _branch(git_dir: str) -> str:
    return _first_line(os.path.join(git_dir, "HEAD")).partition("refs/heads/")[2]


def _first_line(path: str) -> str:
    try:
        return os.fsdecode(read_plain(path, 4096)).partition("\n")[0]
    except OSError:
        return ""
