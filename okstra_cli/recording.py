"""What `stage done` was asked to record, one stage from flags or many from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_cli.locating import find_stage_here
from okstra_git.errors import OkstraError, UsageError
from okstra_git.names import TaskKey, is_text, parse_stage, shown
from okstra_git.state.writer import find_writer
from okstra_git.tasks.finishing import DoneRequest, is_left_behind

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.records.states import Task

MAX_CARRY_BYTES = 256 << 10
MAX_LIST_BYTES = 16 << 20


class FileRefused(OkstraError):
    """A file that cannot be read, or whose lines do not say what is expected."""

    code = "file.refused"


def done_requests(
    session: Session,
    key: TaskKey,
    number: str | None,
    commit: str | None,
    base: str | None,
    branch: str | None,
    carry: Path | None,
    from_file: Path | None,
) -> list[DoneRequest]:
    """The stages to record; refuses a file together with what belongs to a single stage."""
    if from_file is not None:
        if number is not None or commit is not None or base is not None or carry is not None:
            raise UsageError("--from-file stands for N, --commit, --base and --carry", hint="leave those out")
        return _from_lines(_read(session, from_file, limit=MAX_LIST_BYTES).splitlines(), branch)
    stage = parse_stage(number) if number is not None else find_stage_here(session, key)
    if stage is None:
        raise UsageError("no stage was named", hint=f"git okstra stage done N --task-key {key}")
    text = _read_carry(session, carry) if carry is not None else None
    return [DoneRequest(stage, commit=commit, base=base, branch=branch, carry=text)]


def _read_carry(session: Session, carry: Path) -> str:
    """The text for the next stages without secrets and home paths: what is recorded may be pushed."""
    from okstra_git.runs.redaction import redact

    found = redact(_read(session, carry, limit=MAX_CARRY_BYTES), home=str(session.home))
    if found.found:
        session.note(f"recorded without {', '.join(f'{count} {kind}' for kind, count in sorted(found.found.items()))}")
    return found.text


def _from_lines(lines: Iterable[str], branch: str | None) -> list[DoneRequest]:
    requests: dict[int, DoneRequest] = {}
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) not in (2, 3):
            raise FileRefused(
                f"line {place} is not 'N COMMIT [BASE]': {shown(line)}",
                line=place,
                hint="one stage a line, blanks between; # begins a comment",
            )
        number = parse_stage(words[0])
        if number in requests:
            raise FileRefused(f"line {place} names stage {number} a second time", line=place)
        requests[number] = DoneRequest(number, words[1], words[2] if len(words) == 3 else None, branch)
    if not requests:
        raise FileRefused("the file names no stage", hint="write lines of 'N COMMIT [BASE]'")
    return list(requests.values())


def _read(session: Session, path: Path, *, limit: int) -> str:
    """The text of a file, or of stdin for `-`; refuses what is too large, unreadable or not UTF-8."""
    named = "stdin" if str(path) == "-" else shown(str(path))
    try:
        text = session.around.stdin.read(limit + 1) if str(path) == "-" else _content(session.cwd / path, limit)
    except UnicodeDecodeError as error:
        raise FileRefused(f"{named} is not UTF-8 text", path=str(path)) from error
    except OSError as error:
        raise FileRefused(f"{named} cannot be read: {error.strerror}", path=str(path)) from error
    if not is_text(text):
        raise FileRefused(f"{named} is not UTF-8 text", path=str(path))
    if len(text.encode()) > limit:
        raise FileRefused(f"{named} is larger than {limit >> 10} KiB", path=str(path), limit=limit)
    return text


def _content(path: Path, limit: int) -> str:
    with path.open("rb") as file:
        data = file.read(limit + 1)
    return data.decode("utf-8", "strict" if len(data) <= limit else "replace")


def note_left_behind(session: Session, task: Task, requests: Iterable[DoneRequest]) -> None:
    """Say of which stages nothing was recorded because another clone's record is ahead of the branch here."""
    writer = find_writer(session.git)
    for request in requests:
        if is_left_behind(session.git, task, request, writer):
            branch = task.stages[request.number].branch
            session.note(
                f"branch {branch} is behind what another clone recorded of stage {request.number}, "
                "so nothing was recorded; bring the branch up to date, or name what is meant with --commit"
            )
