"""Finds the script that resumes a run where the task's manifest says it is, or else the newest one there is."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from okstra_git.bundle.run_files import Disk
from okstra_git.fs.refusals import Linked, NotAFolder, PathRefused
from okstra_git.fs.root import Root, Seen
from okstra_git.paths import RUNS, TaskPaths

FoundBy = Literal["manifest", "newest"]

PATTERN = "claude-resume-*.sh"
SESSIONS = "sessions"
PLACES = (f"{RUNS}/*/{SESSIONS}/{PATTERN}", f"{RUNS}/*/*/{SESSIONS}/{PATTERN}")
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
        if not _is_script(disk, task, named):
            disk.note("the task manifest names a resume script outside the task's folder; it is not used")
        elif not Root(disk.root).is_file(named):
            disk.note(f"the resume script {named} that the task manifest names is gone")
        else:
            return _read(disk, named, "manifest")
    newest = next(iter(list_newest(disk, task)), None)
    return _read(disk, newest, "newest") if newest else None


def find_for_run(disk: Disk, task: TaskPaths, run: str) -> Script | None:
    """The newest script that resumes this run."""
    scripts = (_read(disk, path, "newest") for path in list_newest(disk, task))
    return next((script for script in scripts if script.run == run), None)


def list_newest(disk: Disk, task: TaskPaths) -> list[str]:
    """Every resume script of the task, from the project's root, the one written last first."""
    scripts = [(entry.changed, path.rpartition("/")[2], path) for path, entry in _scripts(disk, task)]
    return [path for _, _, path in sorted(scripts, reverse=True)]


def _scripts(disk: Disk, task: TaskPaths) -> Iterator[tuple[str, Seen]]:
    files = Root(disk.root)
    for folder in _folders(disk, files, files.name(task.root / RUNS)):
        for name in _names(disk, files, f"{folder}/{SESSIONS}"):
            path = f"{folder}/{SESSIONS}/{name}"
            if fnmatchcase(name, PATTERN) and (entry := files.see(path)) is not None and entry.is_file:
                yield path, entry


def _folders(disk: Disk, files: Root, runs: str) -> Iterator[str]:
    """The folders of phases and those of stages in them."""
    for phase in _names(disk, files, runs):
        yield f"{runs}/{phase}"
        yield from (f"{runs}/{phase}/{stage}" for stage in _names(disk, files, f"{runs}/{phase}"))


def _names(disk: Disk, files: Root, folder: str) -> tuple[str, ...]:
    try:
        return files.list(folder).names
    except (NotAFolder, Linked):
        return ()
    except PathRefused as refusal:
        disk.note(refusal.message)
        return ()


def _is_script(disk: Disk, task: TaskPaths, recorded: str) -> bool:
    """Whether the path is where resume scripts of this task are, by its letters; links are not followed there."""
    files = Root(disk.root)
    if not files.has_place_for(recorded):
        return False
    path, root = PurePosixPath(files.name(recorded)), files.name(task.root)
    return path.is_relative_to(root) and any(path.relative_to(root).match(place) for place in PLACES)


def _read(disk: Disk, path: str, found_by: FoundBy) -> Script:
    text = disk.head(path)
    run, enters = _RESUMES.search(text), _ENTERS.search(text)
    return Script(path, run[1] if run else None, found_by, enters[1] if enters else "")
