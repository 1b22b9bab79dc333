"""The files of a worker beside its prompt, and which run the prompt belongs to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.fs.root import Root
from okstra_git.names import quote_path
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.workers.status_file import LARGEST, WorkerStatus, beside, read_status, status_name

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import State, Task

_ENDING = ".status.json"
LONGEST_PROMPT = 1 << 20
"""Bytes of a prompt; an agent reads a file of that length in parts, if at all."""


class WorkerFiles(NamedTuple):
    """Where everything of one worker is; `root` is the project's, the other paths are counted from there."""

    root: Path
    prompt: str

    @property
    def files(self) -> Root:
        """What writes them: below the project's root, through no link."""
        return Root(self.root)

    @property
    def status(self) -> str:
        """The status file."""
        return status_name(self.prompt)

    @property
    def log(self) -> str:
        """Every byte that the program printed."""
        return beside(self.prompt, "log")

    @property
    def answer(self) -> str:
        """The program's last message."""
        return beside(self.prompt, "answer.md")

    def path(self, name: str) -> str:
        """The whole path of one of them."""
        return str(self.root / name)

    def read(self) -> WorkerStatus | None:
        """The status of the worker; None where it has none that can be read."""
        data = self.files.find_bytes(self.status, LARGEST)
        return read_status(data) if data is not None else None


def files_of_prompt(workspace: Workspace, given: str) -> WorkerFiles:
    """The files of the worker on a prompt, as the line names it; refuses what is not a file below the project."""
    root = require_project_root(workspace)
    prompt = _name(workspace, root, given)
    seen = Root(root).require_seen(prompt)
    if seen is None or not seen.is_file:
        raise refuse("worker.no-prompt", f"{quote_path(given)} is not a file", hint="write the prompt first")
    if not 0 < seen.size <= LONGEST_PROMPT or not str(root / prompt).isprintable():
        message = f"{quote_path(given)} is empty, longer than {LONGEST_PROMPT >> 10} KiB, or has an odd name"
        raise refuse("worker.bad-prompt", message, hint=command("ls -lb", str(root / prompt)))
    return WorkerFiles(root, prompt)


def files_of_status(workspace: Workspace, given: str) -> WorkerFiles:
    """The files of a worker by its prompt or its status file."""
    root = require_project_root(workspace)
    name = _name(workspace, root, given)
    prompt = name.removesuffix(_ENDING) + ".md" if name.endswith(_ENDING) else name
    if name.endswith(_ENDING) and not Root(root).is_file(prompt):
        prompt = name.removesuffix(_ENDING)
    found = WorkerFiles(root, prompt)
    if not found.files.is_file(found.status):
        raise refuse(
            "worker.no-status",
            f"no worker was started on {quote_path(given)}",
            hint=command("git okstra worker status"),
            prompt=given,
        )
    return found


def workers_of_run(workspace: Workspace, run: Run) -> list[WorkerFiles]:
    """The workers that were started for a run: those with a status file that names it, or no run at all."""
    root = require_project_root(workspace)
    folder = f"{run.folder}/prompts"
    files = Root(root)
    names = files.list(folder, 10_000).names if run.folder and files.is_folder(folder) else ()
    found = [WorkerFiles(root, f"{folder}/{name.removesuffix(_ENDING)}.md") for name in names if name.endswith(_ENDING)]
    return [each for each in found if (status := each.read()) is not None and status.run in ("", run.id)]


def run_of_prompt(state: State, prompt: str, text: str, named: str = "") -> tuple[Task, Run] | None:
    """The run that a prompt belongs to: the one named, else one of its folder that the text names, else the newest."""
    folder = os.path.dirname(os.path.dirname(prompt))
    owned = [(task, run) for task in state.tasks.values() for run in task.runs.values()]
    if named:
        return next(((task, run) for task, run in owned if run.id == named), None)
    here = sorted(
        ((task, run) for task, run in owned if run.folder and run.folder == folder), key=lambda each: each[1].id
    )
    told = [each for each in here if each[1].id in text]
    likely = told or [each for each in here if each[1].is_active] or here
    return likely[-1] if likely else None


def _name(workspace: Workspace, root: Path, given: str) -> str:
    """A path of the line, counted from the directory of the call, as a name below the project's root."""
    return Root(root).name(os.path.normpath(workspace.cwd / given))
