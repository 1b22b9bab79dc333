"""What a project says of itself in files: its QA commands, and which conformance entries a task has."""

import json
from typing import Any

from okstra_git.errors import OkstraError
from okstra_git.fs.root import Given, Root
from okstra_git.names import shown
from okstra_git.runs.request import WaiverAsked

MAX_BYTES = 1 << 20


class BrokenDocument(OkstraError):
    """A JSON document of the project that cannot be read as what it should be."""

    code = "document.broken"


class UnknownWaiver(OkstraError):
    """A waiver for an entry that there is none of."""

    code = "waiver.unknown-stage"


def read_object(root: Root, path: Given) -> dict[str, Any] | None:
    """The JSON object in a file below the root; None when there is no file. Refuses anything else."""
    data = root.find_bytes(path, MAX_BYTES)
    if data is None:
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _broken(root, path, f"is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise _broken(root, path, "does not hold a JSON object")
    return found


def _broken(root: Root, path: Given, what: str) -> BrokenDocument:
    place = str(root.path / root.name(path))
    return BrokenDocument(f"{place} {what}", hint="mend the file, or move it away", path=place)


def read_qa_commands(root: Root, project_file: Given) -> dict[str, str]:
    """`qaCommands` of project.json: step name -> command line. Empty when the project says nothing."""
    said = (read_object(root, project_file) or {}).get("qaCommands", {})
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise BrokenDocument(
            f"qaCommands in {project_file} must map step names to command lines",
            hint='for instance "qaCommands": {"db-test": "make db-test"}',
            path=str(project_file),
        )
    return dict(said)


def declared_keys(root: Root, conformance: Given) -> list[str] | None:
    """The stage keys of the conformance manifest's entries, in order; None when the task has no manifest."""
    found = read_object(root, conformance)
    if found is None:
        return None
    entries = found.get("entries", [])
    rows = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return list(dict.fromkeys(key for row in rows if isinstance(key := row.get("stageKey"), str)))


def require_waivable(waivers: tuple[WaiverAsked, ...], declared: list[str] | None) -> None:
    """Every waiver names an entry that exists, or all are refused; what nobody declared cannot be waived."""
    known = declared or []
    for waiver in waivers:
        if waiver.stage_key not in known:
            nothing = "the task has no conformance manifest"
            nothing = nothing if declared is None else "the task's conformance manifest has no entries"
            raise UnknownWaiver(
                f"there is no conformance entry {shown(waiver.stage_key)} to waive",
                hint=f"entries: {', '.join(known)}" if known else f"leave --qa-waiver out: {nothing}",
                value=waiver.stage_key[:200],
                known=known,
            )
