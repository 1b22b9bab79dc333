"""What a run has left on this disk: its documents, prompts and results as they are found, with their sizes."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.records.runs import Run
from okstra_git.runs.context import RunContext
from okstra_git.runs.project import read_object
from okstra_git.runs.stored_context import read_context

LISTED = 2000
"""Entries of one folder that are looked at."""

HEAD = 8192
"""Bytes at the beginning of a prompt, where it names the run that it belongs to."""

_PROMPT = re.compile(r"(?P<cli>[a-z][a-z0-9-]*)-worker-prompt(?P<number>\d{1,6})\.md\Z")


class Seen(NamedTuple):
    """A path from the project's root and how many bytes are there; None = nothing is, or nobody may look."""

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

    def note(self, sentence: str) -> None:
        """Keep a sentence, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def place(self, recorded: str) -> Path | None:
        """The path that a record names, when it lies below the project's root; anything else is not looked at."""
        base = os.path.normpath(self.root)
        path = os.path.normpath(self.root / recorded) if recorded and "\0" not in recorded else ""
        return Path(path) if path.startswith(base + os.sep) else None

    def see(self, recorded: str) -> Seen:
        """The file that a record names, with its size."""
        path = self.place(recorded)
        return Seen(recorded, size_of(path) if path else None)

    def changed(self, recorded: str) -> float | None:
        """When the file that a record names was last changed, in seconds since 1970; None when it is not here."""
        path = self.place(recorded)
        try:
            return path.stat().st_mtime if path is not None and path.is_file() else None
        except OSError:
            return None

    def read(self, recorded: str) -> dict[str, Any] | None:
        """The JSON object that a record names; None when it is missing or broken, which is noted."""
        path = self.place(recorded)
        if path is None or size_of(path) is None:
            self.note(f"{recorded or 'a document'} is not here")
            return None
        try:
            return read_object(path)
        except OkstraError as refusal:
            self.note(refusal.message)
            return None

    def context(self, run: Run) -> RunContext | None:
        """What the run was rendered from; None when that is missing, broken, or of another run, which is noted."""
        recorded = f"{run.folder}/manifests/run-context-{run.task_type}-{run.seq:03}.json"
        path = self.place(recorded) if run.folder else None
        if path is None or size_of(path) is None:
            return None
        try:
            found = read_context(path)
        except (OkstraError, LookupError) as refusal:
            self.note(f"{recorded} cannot be used: {refusal}")
            return None
        if found.run.id != run.id:
            self.note(f"{recorded} is of run {found.run.id}")
            return None
        return found

    def list(self, recorded: str) -> Iterator[tuple[str, int]]:
        """Name and size of every plain file in a folder that a record names, by name."""
        path = self.place(recorded)
        if path is None:
            return
        try:
            with os.scandir(path) as entries:
                names = [entry.name for entry in islice(entries, LISTED + 1)]
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self.note(f"{recorded} cannot be read: {error.strerror}")
            return
        if len(names) > LISTED:
            self.note(f"{recorded} has more than {LISTED} files; only some of them are listed")
        for name in sorted(names[:LISTED]):
            size = size_of(path / name)
            if size is not None:
                yield name, size

    def head(self, path: Path, limit: int = HEAD) -> str:
        """The beginning of a file as text; empty when it cannot be read."""
        try:
            with path.open("rb") as file:
                return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""


def size_of(path: Path) -> int | None:
    """The size of a plain file; None for what is missing, is no plain file, or may not be looked at."""
    try:
        return path.stat().st_size if path.is_file() else None
    except (OSError, ValueError):
        return None


def list_prompts(disk: Disk, run: Run) -> list[Prompt]:
    """Prompts of workers in the folder that the run shares with others of its phase, without those of other runs."""
    folder = f"{run.folder}/prompts"
    asked = re.compile(rf"\b([a-z][a-z-]*-worker)-{re.escape(run.task_type)}-{run.seq:03}\b")
    found: list[Prompt] = []
    for name, size in disk.list(folder) if run.folder else ():
        match, path = _PROMPT.match(name), disk.place(f"{folder}/{name}")
        if match is None or path is None:
            continue
        text = disk.head(path)
        of_run, worker = _is_of(run, text), asked.search(text)
        if of_run is not False:
            said = match["cli"], int(match["number"]), worker[1] if worker else None
            found.append(Prompt(f"{folder}/{name}", size, *said, of_run))
    return found


def _is_of(run: Run, text: str) -> bool | None:
    """Whether a prompt belongs to the run: it names it, or its instruction set; None when it names none at all."""
    if run.id in text or (run.instruction_set and f"{run.instruction_set}/" in text):
        return True
    return False if "/instruction-set/" in text else None


def list_results(disk: Disk, run: Run) -> list[Result]:
    """What workers handed in to this run, by name."""
    folder = f"{run.folder}/worker-results"
    ends = re.compile(
        rf"(?P<worker>.+?)(?:-(?P<kind>audit|errors))?-{re.escape(run.task_type)}-{run.seq:03}(?:-\d+)?\.(?:md|jsonl)\Z"
    )
    found = ((name, size, ends.match(name)) for name, size in (disk.list(folder) if run.folder else ()))
    return [
        Result(f"{folder}/{name}", size, match["worker"], match["kind"] or "result")
        for name, size, match in found
        if match is not None
    ]
