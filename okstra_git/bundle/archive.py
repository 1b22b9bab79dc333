"""Stores what a run left behind, redacted and bounded, in the log's own tree, and reads it back."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from okstra_git.bundle.run_files import Disk, list_prompts
from okstra_git.bundle.stored_context import stands_in_its_place
from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import Linked, PathRefused, TooLarge
from okstra_git.fs.root import Root, Seen
from okstra_git.git.objects import durable_writes, find_folder, list_blobs, read_blob, tree_of, write_blob, write_tree
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey, parse_task_key, quote_path
from okstra_git.records.grammar import show_time
from okstra_git.records.runs import Run
from okstra_git.redaction.late import redact
from okstra_git.store import layout

CATEGORIES = ("manifests", "reports", "state", "worker-results", "prompts", "instruction-set", "logs")
"""What is archived, the most important first, in case there is too much."""

SHARED_STATE = ("plan-body-verification.json",)
"""Files of state that every run of a phase writes under the same name."""

ANSWER = ".answer.md"
"""The ending of what a CLI answered, beside its prompt: after the prompt's name, or in the place of its ending."""

FILE_LIMIT = 256 << 10
RUN_LIMIT = 4 << 20
READ_LIMIT = 8 << 20
COUNT_LIMIT = 400
MOST_ENTRIES = 10_000
"""Bytes stored of one file and of one run, bytes read of one file, and files of one run."""


class ArchivedFile(NamedTuple):
    """A file of the run: its name in the archive and its path from the project's root."""

    name: str
    path: str


@dataclass(frozen=True)
class Archive:
    """What goes into the log: the tree that names it, and its files by their path in the log's tree."""

    tree: str
    files: Mapping[str, str]
    index: Mapping[str, Any]


@dataclass
class _Packing:
    home: str
    blobs: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0


def pack_run(git: Git, run: Run, project_root: Path, *, task: str, home: str, now: datetime) -> Archive | None:
    """The run's artifacts as blobs, each without secrets; None when it has no folder or left nothing.

    Only files where this run's own documents are: a run whose record names other folders has none.
    Refuses (`Linked`) where that is behind a link: what is not read now is never archived.

    `INDEX.json` lists every file with its size and what was taken out of it, and every file that was left out.
    """
    root = Root(project_root)
    artifacts = list(list_artifacts(root, run, parse_task_key(task)))
    if not artifacts:
        return None
    packing = _Packing(home)
    with durable_writes():
        for artifact in artifacts:
            _pack(git, packing, root, artifact)
        index = {"run": run.id, "task": task, "archived": show_time(now), "files": packing.rows,
                 "left_out": packing.left_out}  # fmt: skip
        data = json.dumps(index, ensure_ascii=False, indent=1).encode() + b"\n"
        packing.blobs[layout.ARCHIVE_INDEX] = write_blob(git, data)
        tree = write_tree(git, None, dict(packing.blobs))
    folder = layout.archive_folder(run.id)
    return Archive(tree, {folder + name: blob for name, blob in packing.blobs.items()}, index)


def list_artifacts(root: Root, run: Run, key: TaskKey) -> Iterator[ArchivedFile]:
    """The files of this run alone: those that have its number in each category, its instruction set, the prompts of
    its workers with what was answered beside them, and the state that its phase keeps under one name."""
    if not run.folder or not stands_in_its_place(run, key):
        return
    folder = run.folder
    for category in CATEGORIES:
        if category == "prompts":
            yield from _prompts(root, run)
        number = f"{run.numbers.get(category, run.seq):03}"
        with_number = re.compile(rf"(?:^|[-_.]){number}(?=[-_.]|$)")
        place = f"{folder}/{category}"
        if category == "instruction-set" and run.instruction_set:
            place = run.instruction_set
            yield from (ArchivedFile(f"{category}/{name}", f"{place}/{name}") for name, _ in _walk(root, place))
            continue
        for name, entry in _walk(root, place):
            if any(with_number.search(part) for part in name.split("/")) or _is_shared_state(
                run, category, name, entry
            ):
                yield ArchivedFile(f"{category}/{name}", f"{place}/{name}")


def _prompts(root: Root, run: Run) -> Iterator[ArchivedFile]:
    """The prompts that belong to the run, whatever their number, and each one's answer."""
    for prompt in list_prompts(Disk(root.path), run):
        path = PurePosixPath(prompt.path)
        for file in (path, path.with_name(f"{path.name}{ANSWER}"), path.with_suffix(ANSWER)):
            if root.is_file(file):
                yield ArchivedFile(f"prompts/{file.name}", file.as_posix())


def _is_shared_state(run: Run, category: str, name: str, entry: Seen) -> bool:
    """Whether a file of state without a number was written since this run began; an older one is of a former run."""
    if category != "state" or name not in SHARED_STATE:
        return False
    began = run.claimed or run.prepared
    return began is None or entry.changed >= int(began.timestamp())


def _walk(root: Root, place: str) -> Iterator[tuple[str, Seen]]:
    """Every file below, with its path from there, in order; links and names that git cannot store are skipped.

    A link in the place of the folder itself, or above it, is refused.
    """
    try:
        for path, entry in root.walk(place):
            name = path.removeprefix(f"{place}/")
            if name.isprintable():
                yield name, entry
    except Linked as refusal:
        hint = f"{refusal.hint}\nor store none of the run's files: repeat with --no-archive"
        raise Linked(refusal.message, hint=hint, **refusal.facts) from refusal
    except PathRefused:
        return


def _pack(git: Git, packing: _Packing, root: Root, file: ArchivedFile) -> None:
    text = _read(root, file)
    name = _kept_name(packing, file.name)
    if isinstance(text, _Refused):
        packing.left_out.append({"path": name, "bytes": text.size, "why": text.why})
        return
    done = redact(text, home=packing.home)
    data, is_cut = _shortened(done.text.encode())
    why = _why_full(packing, len(data)) or _why_log(file, is_cut=is_cut)
    if why:
        packing.left_out.append({"path": name, "bytes": len(text.encode()), "why": why})
        return
    packing.blobs[name] = write_blob(git, data)
    packing.size += len(data)
    row = {"path": name, "bytes": len(text.encode()), "stored": len(data), "cut": is_cut, "redacted": done.found}
    packing.rows.append(row)


def _kept_name(packing: _Packing, name: str) -> str:
    """The name of a file in the archive: without secrets, and with a number where another one came to the same."""
    clean = redact(name, home="").text
    return f"{clean}~{len(packing.blobs)}" if clean != name and clean in packing.blobs else clean


class _Refused(NamedTuple):
    why: str
    size: int | None


def _read(root: Root, file: ArchivedFile) -> str | _Refused:
    entry = root.see(file.path)
    size = entry.size if entry is not None else None
    try:
        data = root.read_bytes(file.path, READ_LIMIT)
    except TooLarge:
        return _Refused(f"it is larger than {READ_LIMIT >> 20} MiB", size)
    except PathRefused as refusal:
        return _Refused(refusal.message, size)
    if b"\0" in data:
        return _Refused("it is not text", size)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _Refused("it is not UTF-8 text", size)


def _why_full(packing: _Packing, size: int) -> str:
    if len(packing.rows) >= COUNT_LIMIT:
        return f"the run has more than {COUNT_LIMIT} files"
    return f"the archive would exceed {RUN_LIMIT >> 20} MiB" if packing.size + size > RUN_LIMIT else ""


def _why_log(file: ArchivedFile, *, is_cut: bool) -> str:
    return f"a log of more than {FILE_LIMIT >> 10} KiB" if is_cut and file.name.startswith("logs/") else ""


def _shortened(data: bytes) -> tuple[bytes, bool]:
    """The bytes, or their beginning and end in whole lines with a marker between them."""
    if len(data) <= FILE_LIMIT:
        return data, False
    half = FILE_LIMIT // 2 - 40
    head, tail = data[:half], data[-half:]
    head = head[: head.rfind(b"\n") + 1] or head
    tail = tail[tail.find(b"\n") + 1 :] if b"\n" in tail[:-1] else tail
    gone = len(data) - len(head) - len(tail)
    whole = (part.decode("utf-8", "ignore").encode() for part in (head, tail))
    return f"\n[{gone} bytes left out here]\n".encode().join(whole), True


def find_archive(git: Git, tips: Iterable[str], run: str, *, recorded: str = "") -> Mapping[str, str]:
    """Path -> blob id of the run's archived files in the log that has them; empty when no readable log does.

    `recorded` is the tree that the run's end speaks of: where several logs have files of the run, those count.
    """
    trees = [tree for tip in tips if (tree := _archive_in(git, tip, run))]
    for tree in sorted(trees, key=lambda tree: tree != recorded):
        try:
            return list_blobs(git, tree, most=MOST_ENTRIES)
        except OkstraError:
            continue  # another log may have them whole
    return {}


def _archive_in(git: Git, tip: str, run: str) -> str | None:
    try:
        return find_folder(git, tree_of(git, tip), layout.archive_folder(run))
    except OkstraError:
        return None  # that log is reported as damaged where the state is read


def require_archive(git: Git, tips: Iterable[str], run: str, *, recorded: str = "") -> Mapping[str, str]:
    """The archived files of a run, or a refusal."""
    files = find_archive(git, tips, run, recorded=recorded)
    if not files:
        raise refuse(
            "archive.missing",
            f"run {run} has no archive here",
            hint="runs are archived when they end, in the log of that clone",
            run=run,
        )
    return files


def read_archived(git: Git, files: Mapping[str, str], path: str, *, run: str) -> bytes:
    """One archived file; refuses a path that is not there."""
    if path not in files:
        raise refuse(
            "archive.missing",
            f"the archive of run {run} has no file {quote_path(path)}",
            hint=f"git okstra run show {word(run)} --archive",
            run=run,
            path=path[:200],
        )
    return read_blob(git, files[path])
