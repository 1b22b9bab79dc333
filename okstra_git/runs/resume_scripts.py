"""Finds the script that goes on with a run where the task's manifest says it is, or else the newest one there is."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple

from okstra_git.paths import ProjectPaths, TaskPaths
from okstra_git.runs.left_files import Disk, size_of

FoundBy = Literal["manifest", "newest"]

PATTERN = "claude-resume-*.sh"
PLACES = (f"runs/*/sessions/{PATTERN}", f"runs/*/*/sessions/{PATTERN}")
"""Below the task's folder; an implementation run has its stage's folder in between."""

_RESUMES = re.compile(r"\brun resume ([0-9A-HJKMNP-TV-Z]{26})\b")
_ENTERS = re.compile(r"^cd (.+?) \|\| \{$", re.MULTILINE)


class Script(NamedTuple):
    """A resume script: its path from the project's root, the run that it resumes by its own words, and how it was
    found. `enters` is the quoted directory that it works in."""

    path: str
    run: str | None
    found_by: FoundBy
    enters: str


def find_latest(disk: Disk, task: TaskPaths, manifest: dict[str, Any] | None) -> Script | None:
    """The script that the manifest calls the latest; without a sound word there, the newest file. The name is never
    made up, because the number in it counts by itself."""
    named = (manifest or {}).get("latestResumeCommandPath")
    if isinstance(named, str) and named:
        path = disk.place(named)
        if path is None or not _is_script(task, path):
            disk.note("the task manifest names a resume script outside the task's folder; it is not used")
        elif size_of(path) is None:
            disk.note(f"the resume script {named} that the task manifest names is gone")
        else:
            return _read(disk, path, "manifest")
    newest = next(iter(list_newest(disk, task)), None)
    return _read(disk, newest, "newest") if newest else None


def find_for_run(disk: Disk, task: TaskPaths, run: str) -> Script | None:
    """The newest script that resumes this very run."""
    scripts = (_read(disk, path, "newest") for path in list_newest(disk, task))
    return next((script for script in scripts if script.run == run), None)


def list_newest(disk: Disk, task: TaskPaths) -> list[Path]:
    """Every resume script of the task, the one written last first."""
    return sorted(_scripts(disk, task), key=_written, reverse=True)


def _scripts(disk: Disk, task: TaskPaths) -> Iterator[Path]:
    for place in PLACES:
        try:
            yield from (path for path in task.root.glob(place) if size_of(path) is not None and _is_script(task, path))
        except OSError as error:
            disk.note(f"{task.root} cannot be searched: {error.strerror}")


def _written(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name


def _is_script(task: TaskPaths, path: Path) -> bool:
    """Whether the path, links followed, is where resume scripts of this task are."""
    try:
        real, root = path.resolve(), task.root.resolve()
    except (OSError, RuntimeError):
        return False
    inside = PurePosixPath(real.relative_to(root)) if real.is_relative_to(root) else None
    return inside is not None and any(inside.match(place) for place in PLACES)


def _read(disk: Disk, path: Path, found_by: FoundBy) -> Script:
    text = disk.head(path)
    run, enters = _RESUMES.search(text), _ENTERS.search(text)
    return Script(
        ProjectPaths(disk.root).relative(path), run[1] if run else None, found_by, enters[1] if enters else ""
    )
