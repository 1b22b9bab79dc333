"""Puts a bundle on the disk so that a crash at any point leaves a whole one or none, and says whether one is whole.

The order is: what the lead prompt refers to, then the instruction set in one rename, then the task's documents that
point to it. So whoever follows a pointer finds something whole, and nothing points to a bundle that is not there.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from okstra_git.errors import OkstraError
from okstra_git.faults import reached
from okstra_git.host.locks import hold_lock
from okstra_git.names import parse_task_key
from okstra_git.paths import ProjectPaths
from okstra_git.runs.bundle import Bundle, BundleFile, render_prompt
from okstra_git.runs.context import RunContext
from okstra_git.runs.manifests import renewed_team_state, team_state
from okstra_git.runs.stored_context import context_document, pretty_json
from okstra_git.runs.task_views import (
    catalogue_entry,
    is_catalogue,
    is_manifest,
    parse_document,
    render_schedule,
    render_task_index,
    task_catalogue,
    task_manifest,
)

POINTS = (
    "bundle.swept",
    "bundle.beside",
    "bundle.instruction",
    "bundle.partial",
    "bundle.aside",
    "bundle.renamed",
    "bundle.task-manifest",
    "bundle.task-index",
    "bundle.schedule",
    "bundle.catalogue",
)
"""Where a test may kill a writer; some are passed once for each file. Only from `renamed` on is there a bundle."""

_SHARED_LOCK = ".lock"


class UnwritableBundle(OkstraError):
    """A place below `.okstra/` that cannot be written."""

    code = "bundle.unwritable"


def write_bundle(bundle: Bundle, project_root: Path, *, cache: Path | None = None) -> tuple[str, ...]:
    """Write everything; the result names broken shared documents that were set aside.

    A second write for the same instruction set replaces the first. Refuses when a place cannot be written, and when
    another prepare keeps the shared documents locked for too long.
    """
    nonce = bundle.context.run.nonce
    with _refusals():
        _sweep(project_root, bundle)
        reached("bundle.swept")
        for folder in bundle.folders:
            (project_root / folder).mkdir(parents=True, exist_ok=True)
        for each in bundle.beside:
            _replace(project_root / each.path, each.data, nonce, executable=each.executable)
            reached("bundle.beside")
        _replace_folder(project_root / bundle.context.paths.instruction_set, bundle.instructions, nonce)
        return _write_views(bundle, project_root, cache)


def verify_bundle(project_root: Path, manifest: dict[str, Any]) -> list[str]:
    """Files of the bundle that are missing or differ from the run's manifest; empty = it may be used again.

    Of what a run changes while it is at work (team state), and of the resume script, only the presence counts.
    """
    files = manifest.get("files")
    if not isinstance(files, dict) or not files:
        return [str(manifest.get("instructionSet", "instruction-set"))]
    spoilt = [path for path, digest in files.items() if _sum_of_file(project_root / path) != digest]
    beside = [manifest.get(name) for name in ("teamState", "resumeScript")]
    return spoilt + [str(path) for path in beside if not path or not (project_root / str(path)).is_file()]


def read_manifest(project_root: Path, path: str) -> dict[str, Any] | None:
    """The run manifest at a path relative to the root; None when there is none that can be read."""
    try:
        found = parse_document((project_root / path).read_bytes())
    except OSError:
        return None
    return found if isinstance(found, dict) else None


def renew_gates(context: RunContext, project_root: Path, *, cache: Path | None = None) -> str:
    """Write lead prompt, context and team state anew for a run that is resumed; returns the prompt.

    A team that the run has tried to make stays recorded. The manifest comes last: a crash before it makes
    `verify_bundle` name prompt and context, and renewing once more mends that.
    """
    paths, nonce = context.paths, context.run.nonce
    prompt = render_prompt(context, cache=cache)
    changed = {paths.run_context: context_document(context), paths.prompt: prompt.encode()}
    manifest = read_manifest(project_root, paths.run_manifest) or {}
    files = manifest.get("files")
    sums = {**(files if isinstance(files, dict) else {}), **{path: _sum(data) for path, data in changed.items()}}
    state = read_manifest(project_root, paths.team_state)
    renewed = renewed_team_state(context, state) if state else team_state(context)
    with _refusals():
        _replace(project_root / paths.team_state, pretty_json(renewed), nonce)
        for path, data in changed.items():
            _replace(project_root / path, data, nonce)
        reached("bundle.gates")
        _replace(project_root / paths.run_manifest, pretty_json({**manifest, "files": sums}), nonce)
    return prompt


def _sweep(root: Path, bundle: Bundle) -> None:
    """Remove what dead attempts at this very bundle left; other runs' leftovers may be somebody's work in progress."""
    final = root / bundle.context.paths.instruction_set
    for kind in ("partial", "old"):
        for leftover in final.parent.glob(f".{final.name}.{kind}-*"):
            shutil.rmtree(leftover)
    for each in bundle.beside:
        path = root / each.path
        for leftover in path.parent.glob(f".{path.name}.*.tmp"):
            leftover.unlink(missing_ok=True)


def _replace_folder(final: Path, files: tuple[BundleFile, ...], nonce: str) -> None:
    """Make `files` the content of the folder, seen by others all at once."""
    partial, old = (final.with_name(f".{final.name}.{kind}-{nonce}") for kind in ("partial", "old"))
    partial.mkdir(parents=True)
    for each in files:
        _write(partial / each.path.rpartition("/")[2], each.data, executable=each.executable)
        reached("bundle.instruction")
    _sync_folder(partial)
    reached("bundle.partial")
    if final.exists():
        final.rename(old)
        reached("bundle.aside")
    partial.rename(final)
    _sync_folder(final.parent)
    reached("bundle.renamed")
    if old.exists():
        shutil.rmtree(old)


def _write_views(bundle: Bundle, root: Path, cache: Path | None) -> tuple[str, ...]:
    """Bring the shared documents up to date, one prepare at a time, each from what the last one left there."""
    context = bundle.context
    aside: list[str] = []
    catalogue = ProjectPaths(root).task_catalogue
    task = ProjectPaths(root).task(parse_task_key(context.task.key))
    nonce = context.run.nonce
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    with hold_lock(catalogue.parent / _SHARED_LOCK):
        before = _read_shared(task.manifest, is_manifest, nonce, aside)
        manifest = task_manifest(context, bundle.runs, before)
        _replace(task.manifest, pretty_json(manifest), nonce)
        reached("bundle.task-manifest")
        _replace(task.task_index, render_task_index(context, manifest, cache).encode(), nonce)
        reached("bundle.task-index")
        _replace(task.schedule, render_schedule(context, bundle.stages, cache).encode(), nonce)
        reached("bundle.schedule")
        before = _read_shared(catalogue, is_catalogue, nonce, aside)
        _replace(catalogue, pretty_json(task_catalogue(catalogue_entry(context), before)), nonce)
        reached("bundle.catalogue")
    return tuple(aside)


def _read_shared(path: Path, is_one: Callable[[object], bool], nonce: str, aside: list[str]) -> dict[str, Any]:
    """The document, or an empty one; one that is broken is kept under another name, which is added to `aside`."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    found = parse_document(data)
    if isinstance(found, dict) and is_one(found):
        return found
    broken = path.with_name(f"{path.name}.broken-{nonce}")
    path.rename(broken)
    aside.append(broken.as_posix())
    return {}


def _replace(path: Path, data: bytes, nonce: str, *, executable: bool = False) -> None:
    """Make `data` the file at `path`, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{nonce}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.unlink(missing_ok=True)
    _write(temporary, data, executable=executable)
    temporary.replace(path)


def _write(path: Path, data: bytes, *, executable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o777 if executable else 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename last; where folders cannot be synced, the files are safe all the same."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sum(data: bytes) -> str:
    return sha256(data).hexdigest()


def _sum_of_file(path: Path) -> str | None:
    try:
        return _sum(path.read_bytes())
    except OSError:
        return None


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or "a file below .okstra/"
        raise UnwritableBundle(
            f"{place} cannot be written: {error.strerror or error}",
            hint="make room or mend permissions, then prepare again; nothing has been announced",
            path=str(place),
        ) from error
