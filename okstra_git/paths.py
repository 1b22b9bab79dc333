"""Paths: everything below .okstra/ in one table, the files that okstra ships, and where a path really leads."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from okstra_git.errors import refuse
from okstra_git.names import TaskKey

OKSTRA = ".okstra"
RUNS = "runs"
IMPLEMENTATION = "implementation"
MOST_DIGITS = 6
"""Digits of a number in a file's name; a longer one is nothing that a run was given."""
CATEGORIES = (
    "instruction-set", "manifests", "prompts", "reports", "sessions", "state", "worker-results", "logs",
)  # fmt: skip
"""The folders of a run; each numbers its files by itself."""


class ProjectPaths(NamedTuple):
    """The documents of a project; `root` is the top of the main worktree."""

    root: Path

    @property
    def okstra(self) -> Path:
        return self.root / OKSTRA

    @property
    def project_file(self) -> Path:
        return self.okstra / "project.json"

    @property
    def glossary(self) -> Path:
        return self.okstra / "glossary.md"

    @property
    def task_catalogue(self) -> Path:
        return self.okstra / "discovery" / "tasks.json"

    @property
    def board(self) -> Path:
        """The page that `git okstra board` writes."""
        return self.okstra / "board.html"

    def briefs(self, group: str) -> Path:
        """Where the briefs of a task group are, possibly in folders of their own."""
        return self.okstra / "briefs" / group

    def task(self, key: TaskKey) -> "TaskPaths":
        return TaskPaths(self.okstra / "tasks" / key.project / key.group / key.task)

    def relative(self, path: Path) -> str:
        """The path from the project's root with slashes; one outside of it stays absolute."""
        try:
            return PurePosixPath(path.relative_to(self.root)).as_posix()
        except ValueError:
            return path.as_posix()


class TaskPaths(NamedTuple):
    """The folder of one task."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / "task-manifest.json"

    @property
    def task_index(self) -> Path:
        return self.root / "task-index.md"

    @property
    def schedule(self) -> Path:
        return self.root / "schedule.md"

    def handoff(self, group: str) -> Path:
        """The text of a group's pull request."""
        return self.root / "handoff" / f"group-{group}.md"

    @property
    def qa(self) -> Path:
        return self.root / "qa"

    @property
    def conformance(self) -> Path:
        return self.qa / "conformance-manifest.json"

    def run(self, task_type: str, stage: int | None) -> "RunPaths":
        """The folder of a phase's runs; an implementation run has its stage's."""
        folder = self.root / RUNS / task_type
        return RunPaths(folder / f"stage-{stage}" if task_type == IMPLEMENTATION and stage else folder, task_type)

    def carry(self, plan_key: str, stage: int) -> Path:
        """What a finished stage leaves to those that depend on it; keyed by plan, not by run."""
        return self.root / RUNS / plan_key / "carry" / f"stage-{stage}.json"


class RunPaths(NamedTuple):
    """The folder that all runs of one phase (or stage) share; files are told apart by a number of three digits."""

    folder: Path
    task_type: str

    @property
    def categories(self) -> tuple[Path, ...]:
        """The folders in which the files stand."""
        return tuple(self.folder / name for name in CATEGORIES)

    def category(self, name: str) -> Path:
        return self.folder / name

    def instruction_set(self, seq: int) -> Path:
        """The folder that a lead starts from; each run has its own."""
        return self.folder / "instruction-set" / f"{seq:03}"

    def file(self, category: str, stem: str, seq: int, suffix: str) -> Path:
        """`<category>/<stem>-<task-type>-<seq>.<suffix>`."""
        return self.folder / category / f"{stem}-{self.task_type}-{seq:03}.{suffix}"

    def next_seq(self, names: Iterable[str], stem: str) -> int:
        """One more than the highest number among the names of a category's folder; 1 when there is none."""
        prefix = f"{stem}-{self.task_type}-"
        numbers = [name[len(prefix) :].partition(".")[0] for name in names if name.startswith(prefix)]
        known = (int(number) for number in numbers if number.isdecimal() and len(number) <= MOST_DIGITS)
        return max(known, default=0) + 1


def plan_key(blob: str) -> str:
    """How folders name an approved plan: by the first 12 characters of its blob id."""
    return f"plan-{blob[:12]}"


def real_path(path: Path) -> Path:
    """The path without links in it, as far as it leads anywhere; one that leads to itself, or can be none, stays.

    `Path.resolve` raises for these, so that a link in a commit, `loop -> loop`, would stop whoever comes near it.
    """
    try:
        return Path(os.path.realpath(path))
    except ValueError:
        return path.absolute()


LANGUAGES = ("en", "ko")
"""Those that the templates and the wizard have words in; the first one stands in for the others."""
_PACKAGE = Path(__file__).resolve().parent


def hooks_directory() -> Path:
    """The directory of the POSIX sh hook shims."""
    return _require("hooks", _PACKAGE)


def templates_directory() -> Path:
    """The directory of the Jinja2 templates."""
    return _require("templates", _PACKAGE)


def _require(name: str, package: Path) -> Path:
    """A wheel holds the data under `_shipped/` (force-include in pyproject); an editable install, in the tree."""
    shipped = package / "_shipped" / name
    if shipped.is_dir():
        return shipped
    tree = package.parent
    if (tree / "pyproject.toml").is_file() and (tree / name).is_dir():
        return tree / name
    raise refuse(
        "install.incomplete", f"this installation of okstra has no {name}/ directory", hint="install git-okstra again"
    )
