"""What a project says of itself in files: its QA commands, and which conformance entries a task has."""

import json
from pathlib import Path
from typing import Any

from okstra_git.errors import OkstraError
from okstra_git.names import shown
from okstra_git.runs.request import WaiverAsked

MAX_BYTES = 1 << 20


class BrokenDocument(OkstraError):
    """A JSON document of the project that cannot be read as what it should be."""

    code = "document.broken"


class UnknownWaiver(OkstraError):
    """A waiver for an entry that there is none of."""

    code = "waiver.unknown-stage"


def read_object(path: Path) -> dict[str, Any] | None:
    """The JSON object in the file; None when there is no file. Refuses anything else."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _broken(path, f"cannot be read: {error.strerror}", hint="mend its permissions") from error
    try:
        found = json.loads(data) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise _broken(path, "does not hold a JSON object")
    return found


def _broken(path: Path, what: str, *, hint: str = "mend the file, or move it away") -> BrokenDocument:
    return BrokenDocument(f"{path} {what}", hint=hint, path=str(path))


def read_qa_commands(project_file: Path) -> dict[str, str]:
    """`qaCommands` of project.json: step name -> command line. Empty when the project says nothing."""
    said = (read_object(project_file) or {}).get("qaCommands", {})
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise BrokenDocument(
            f"qaCommands in {project_file} must map step names to command lines",
            hint='for instance "qaCommands": {"db-test": "make db-test"}',
            path=str(project_file),
        )
    return dict(said)


def declared_keys(conformance: Path) -> list[str] | None:
    """The stage keys of the conformance manifest's entries, in order; None when the task has no manifest."""
    found = read_object(conformance)
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
