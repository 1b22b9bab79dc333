"""The files of runs on this disk: written whole or not at all, and found as a run has left them."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Any, NamedTuple

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.project import read_object
from okstra_git.bundle.stored_context import context_name, misplaced, read_context
from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.fs import refusals
from okstra_git.fs.refusals import NotAFolder, PathRefused
from okstra_git.fs.root import Given, Root
from okstra_git.host.machine import find_process
from okstra_git.records.runs import Run

MOST_NAMES = 200_000
"""Names of one folder that are searched for leftovers of dead processes."""

LISTED = 2000
"""Entries of one folder that are looked at."""

HEAD = 8192
"""Bytes at the beginning of a prompt, where it names the run that it belongs to."""

_PROMPT = re.compile(r"(?P<cli>[a-z][a-z0-9-]*)-worker-prompt(?P<number>\d{1,6})\.md\Z")


def replace_folder(root: Root, folder: str, files: Iterable[tuple[str, bytes]], nonce: str) -> None:
    """Make (name, data) the whole content of the folder, seen by others all at once."""
    parent, name = os.path.split(folder)
    partial, old = (os.path.join(parent, f".{name}.{kind}-{nonce}") for kind in ("partial", "old"))
    root.make_folder(partial)
    for file_name, data in files:
        root.create(os.path.join(partial, file_name), data)
        fault_point("bundle.instruction")
    root.sync_folder(partial)
    fault_point("bundle.partial")
    if root.exists(folder):
        root.rename(folder, old)
        fault_point("bundle.aside")
    root.rename(partial, folder)
    root.sync_folder(parent)
    fault_point("bundle.renamed")
    root.remove_tree(old)


def sweep_files(root: Root, paths: Iterable[Given]) -> None:
    """Remove what dead writers of these files left; each folder is listed once."""
    patterns: dict[str, list[str]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        patterns.setdefault(os.fspath(folder), []).append(f".{escape(name)}.*.tmp")
    for folder, wanted in patterns.items():
        for leftover in _named(root, folder, *wanted):
            root.remove(leftover)


def sweep_numbered(root: Root, folder: Given, number: int) -> None:
    """Remove what dead writers left of the files with this number in a folder."""
    for leftover in _named(root, os.fspath(folder), f".*-{number:03}.*.tmp"):
        root.remove(leftover)


def sweep_dead(root: Root, path: Given) -> None:
    """Remove drafts of this file whose writers, which put their pid into the name, do not run any more."""
    folder, name = os.path.split(os.fspath(path))
    for leftover in _named(root, folder, f".{escape(name)}.*.tmp"):
        pid = leftover.split(".")[-2]
        if pid.isdecimal() and find_process(int(pid)) is None:
            root.remove(leftover)


def sweep_folder(root: Root, folder: Given) -> None:
    """Remove what dead writers of this folder left."""
    parent, name = os.path.split(os.fspath(folder))
    for kind in ("partial", "old"):
        for leftover in _named(root, parent, f".{escape(name)}.{kind}-*"):
            root.remove_tree(leftover)


@contextmanager
def refusing() -> Iterator[None]:
    """What the file system refuses, and what stands in the way of a file or folder, by one code; links by their own."""
    try:
        yield
    except (refusals.Unwritable, refusals.NotAFile, refusals.NotAFolder, refusals.Taken) as error:
        raise refuse("bundle.unwritable", error.message, hint=error.hint, **error.facts) from error


class RunFile(NamedTuple):
    """A path from the project's root and how many bytes are there; None = it does not exist, or must not be read."""

    path: str
    bytes: int | None


class Prompt(NamedTuple):
    """A prompt that the lead wrote for a worker. `worker` is whose result it asks for; `of_run` is None for a prompt
    that names no run at all."""

    path: str
    bytes: int
    cli: str
    number: int
    worker: str | None
    of_run: bool | None


class Result(NamedTuple):
    """A file that a worker handed in: its `result`, the `audit` beside it, or the `errors` it met."""

    path: str
    bytes: int
    worker: str
    kind: str


@dataclass
class Disk:
    """Reads below the project's root for one answer; what cannot be read becomes a sentence in `notes`."""

    root: Path
    notes: list[str] = field(default_factory=list)

    @property
    def files(self) -> Root:
        """What opens them: below the project's root, through links that stay there."""
        return Root(self.root, links=True)

    def note(self, sentence: str) -> None:
        """Keep a sentence, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def place(self, recorded: str) -> Path | None:
        """The path that a record names, when it is below the project's root; anything else is not looked at."""
        files = self.files
        return self.root / files.name(recorded) if files.has_place_for(recorded) else None

    def see(self, recorded: str) -> RunFile:
        """The file that a record names, with its size."""
        return RunFile(recorded, self.size_of(recorded))

    def size_of(self, recorded: str | Path) -> int | None:
        """The size of a plain file; None for what is missing, is not a file, or may not be looked at."""
        entry = self.files.see(recorded)
        return entry.size if entry is not None and entry.is_file else None

    def changed(self, recorded: str) -> float | None:
        """When the file that a record names was last changed, in seconds since 1970; None when it is not here."""
        entry = self.files.see(recorded)
        return entry.changed if entry is not None and entry.is_file else None

    def read(self, recorded: str) -> dict[str, Any] | None:
        """The JSON object that a record names; None when it is missing or broken, which is noted."""
        if self.size_of(recorded) is None:
            self.note(f"{recorded or 'a document'} is not here")
            return None
        try:
            return read_object(self.files, recorded)
        except OkstraError as refusal:
            self.note(refusal.message)
            return None

    def context(self, run: Run) -> RunContext | None:
        """What the run was rendered from; None when that is missing, broken, or not of this run, which is noted."""
        recorded = context_name(run)
        try:
            if not recorded or not self.files.has_place_for(recorded) or self.files.require_seen(recorded) is None:
                return None
            context = read_context(self.files, recorded)
        except (OkstraError, LookupError) as refusal:
            self.note(f"{recorded} cannot be used: {refusal}")
            return None
        wrong = misplaced(context, run)
        if wrong:
            self.note(f"{recorded} cannot be used: {wrong}")
            return None
        return context

    def list(self, recorded: str) -> Iterator[tuple[str, int]]:
        """Name and size of every plain file in a folder that a record names, by name."""
        files = self.files
        if not files.has_place_for(recorded):
            return
        try:
            listing = files.list(recorded, LISTED)
        except NotAFolder:
            return
        except PathRefused as refusal:
            self.note(refusal.message)
            return
        if listing.has_more:
            self.note(f"{recorded} has more than {LISTED} files; only some of them are listed")
        for name in listing.names:
            size = self.size_of(f"{recorded}/{name}")
            if size is not None:
                yield name, size

    def head(self, recorded: str | Path, limit: int = HEAD) -> str:
        """The beginning of a file as text; empty when it cannot be read."""
        try:
            return self.files.read_head(recorded, limit).decode("utf-8", "replace")
        except PathRefused:
            return ""


def list_prompts(disk: Disk, run: Run) -> list[Prompt]:
    """Prompts of workers in the folder that the run shares with others of its phase, without those of other runs."""
    folder = f"{run.folder}/prompts"
    asked = re.compile(rf"\b([a-z][a-z-]*-worker)-{re.escape(run.task_type)}-{run.seq:03}\b")
    prompts: list[Prompt] = []
    for name, size in disk.list(folder) if run.folder else ():
        match = _PROMPT.match(name)
        if match is None:
            continue
        text = disk.head(f"{folder}/{name}")
        of_run, worker = _is_of(run, text), asked.search(text)
        if of_run is not False:
            named = match["cli"], int(match["number"]), worker[1] if worker else None
            prompts.append(Prompt(f"{folder}/{name}", size, *named, of_run))
    return prompts


def list_results(disk: Disk, run: Run) -> list[Result]:
    """What workers handed in to this run, by name."""
    folder = f"{run.folder}/worker-results"
    ends = re.compile(
        rf"(?P<worker>.+?)(?:-(?P<kind>audit|errors))?-{re.escape(run.task_type)}-{run.seq:03}(?:-\d+)?\.(?:md|jsonl)\Z"
    )
    matches = ((name, size, ends.match(name)) for name, size in (disk.list(folder) if run.folder else ()))
    return [
        Result(f"{folder}/{name}", size, match["worker"], match["kind"] or "result")
        for name, size, match in matches
        if match is not None
    ]


def _named(root: Root, folder: str, *patterns: str) -> list[str]:
    """The paths of what a folder has under a name like one of these."""
    names = root.list(folder or os.curdir, MOST_NAMES).names
    return [os.path.join(folder, name) for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _is_of(run: Run, text: str) -> bool | None:
    """Whether a prompt belongs to the run: it names it, or its instruction set; None when it names none at all."""
    if run.id in text or (run.instruction_set and f"{run.instruction_set}/" in text):
        return True
    return False if "/instruction-set/" in text else None
