"""A run's bundle, put on the disk so that a crash at any point leaves a whole one or none.

The order is: what the lead prompt refers to, then the instruction set in one rename, then the task's documents that
point to it. So a reader who follows a pointer finds something whole, and nothing points to a missing bundle.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.manifests import renewed_team_state, run_identity, team_state
from okstra_git.bundle.render import Bundle, render_plain_instructions, render_resume_script
from okstra_git.bundle.run_files import refusing, replace_folder, sweep_files, sweep_folder
from okstra_git.bundle.stored_context import context_document, pretty_json
from okstra_git.bundle.task_documents import announce_run, parse_document
from okstra_git.faults import fault_point
from okstra_git.fs.refusals import NotAFile, NotAFolder, PathRefused, TooLarge, Unreadable
from okstra_git.fs.root import Given, Root

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

MOST_FILES = 500
"""Files that a bundle may have by its manifest; it is made of some twenty."""

MOST_BYTES = 64 << 20
"""Bytes of one file of a bundle that are summed up; the lazy material holds many documents."""


def write_bundle(bundle: Bundle, project_root: Path) -> tuple[str, ...]:
    """Write everything; the result names broken shared documents that were set aside.

    A second write for the same instruction set replaces the first. Refuses when a place cannot be written, and when
    another prepare keeps the shared documents locked for too long.
    """
    context = bundle.context
    root = Root(project_root)
    with refusing():
        _sweep(root, bundle)
        for folder in bundle.folders:
            root.make_folder(folder)
        for file in bundle.beside:
            root.write(file.path, file.data, nonce=context.run.nonce, executable=file.executable)
            fault_point("bundle.beside")
        instructions = [(file.path.rpartition("/")[2], file.data) for file in bundle.instructions]
        replace_folder(root, context.paths.instruction_set, instructions, context.run.nonce)
    return announce_run(context, project_root, runs=bundle.runs, stages=bundle.stages)


def verify_bundle(project_root: Path, manifest_path: Given) -> list[str]:
    """Files of the bundle that are missing or differ from the run's manifest; empty = it may be used again.

    Of what a run changes while it is at work (team state), and of the resume script, only the presence counts. A
    manifest that cannot be read is itself what is missing.
    """
    root = Root(project_root)
    manifest = read_json(root, manifest_path)
    files = manifest.get("files")
    if not isinstance(files, dict) or not files or len(files) > MOST_FILES:
        return [root.name(manifest_path)]
    spoilt = [path for path, digest in files.items() if _sum_of_file(root, path) != digest]
    beside = [manifest.get(name) for name in ("teamState", "resumeScript")]
    return spoilt + [str(path) for path in beside if not path or not root.is_file(str(path))]


def renew_gates(context: RunContext, project_root: Path) -> str:
    """Write anew what depends on the context alone, for a run that is resumed; returns the lead prompt.

    Other runs, nonce and commands may have changed. A team that the run has tried to make stays recorded; team state
    that cannot be read is set aside. The stored context comes last, so after a crash it still differs from the one
    asked for, and renewing once more repairs the rest.
    """
    paths, nonce = context.paths, context.run.nonce
    changed = {**render_plain_instructions(context), paths.run_context: context_document(context)}
    script = render_resume_script(context)
    root = Root(project_root)
    manifest = read_json(root, paths.run_manifest)
    files = manifest.get("files")
    sums = {**(files if isinstance(files, dict) else {}), **{path: _sum(data) for path, data in changed.items()}}
    state = read_json(root, paths.team_state)
    renewed = renewed_team_state(context, state) if state else team_state(context)
    with refusing():
        sweep_files(root, (paths.run_manifest, paths.team_state, paths.resume_script, *changed))
        if not state:
            _set_aside(root, paths.team_state, nonce)
        document = {**manifest, **run_identity(context), "files": sums}
        root.write(paths.run_manifest, pretty_json(document), nonce=nonce)
        root.write(paths.team_state, pretty_json(renewed), nonce=nonce)
        root.write(paths.resume_script, script, nonce=nonce, executable=True)
        for path, data in changed.items():
            fault_point("bundle.renewed")
            root.write(path, data, nonce=nonce)
    return changed[paths.prompt].decode()


def _sweep(root: Root, bundle: Bundle) -> None:
    """Remove what dead attempts at this bundle left; other runs' leftovers may be work in progress."""
    sweep_folder(root, bundle.context.paths.instruction_set)
    sweep_files(root, [file.path for file in bundle.beside])
    fault_point("bundle.swept")


def _set_aside(root: Root, path: str, nonce: str) -> None:
    """Keep a file that holds nothing readable under another name, since a lead may have written it."""
    if root.is_file(path):
        root.rename(path, f"{path}.broken-{nonce}")


def read_json(root: Root, path: Given) -> dict[str, Any]:
    """The JSON object at `path`; an empty one when there is none that can be read. Refuses a link."""
    try:
        document = parse_document(root.find_bytes(path) or b"")
    except (Unreadable, NotAFile, NotAFolder, TooLarge):
        return {}
    return document if isinstance(document, dict) else {}


def _sum(data: bytes) -> str:
    return sha256(data).hexdigest()


def _sum_of_file(root: Root, path: str) -> str | None:
    try:
        return _sum(root.read_bytes(path, MOST_BYTES))
    except PathRefused:
        return None
