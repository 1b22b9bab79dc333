"""What `stage done` was asked to record, one stage from flags or many from a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import OkstraError, UsageError
from okstra_git.fs.refusals import Malformed, Missing, NotAFile, TooLarge, Unreadable
from okstra_git.names import TaskKey, is_text, parse_branch, parse_stage, shown, shown_path
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.porcelain.task_lookup import find_stage_here
from okstra_git.store.carry import MAX_BYTES as MAX_CARRY_BYTES
from okstra_git.store.carry import CarryRefused, require_carry_text
from okstra_git.store.writer import find_writer
from okstra_git.tasks.finishing import DoneRequest, is_left_behind
from okstra_git.tasks.open_work import find_open_work, refuse_open_work

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.records.states import Stage, Task
    from okstra_git.tasks.open_work import OpenWork

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
    branch = parse_branch(branch) if branch is not None else None
    if from_file is not None:
        if number is not None or commit is not None or base is not None or carry is not None:
            raise UsageError("--from-file stands for N, --commit, --base and --carry", hint="leave those out")
        return _from_lines(_read(session, from_file, limit=MAX_LIST_BYTES).splitlines(), branch)
    stage = parse_stage(number) if number is not None else find_stage_here(session.workspace, key)
    if stage is None:
        raise UsageError("no stage was named", hint=f"git okstra stage done N --task-key {key}")
    text = _read_carry(session, carry, key, stage) if carry is not None else None
    return [DoneRequest(stage, commit=commit, base=base, branch=branch, carry=text)]


def _read_carry(session: Session, carry: Path, key: TaskKey, stage: int) -> str:
    """The object for the next stages without secrets and home paths: what is recorded may be pushed."""
    from okstra_git.redaction.late import redact

    name = "stdin" if str(carry) == "-" else str(carry)
    text = _read(session, carry, limit=MAX_CARRY_BYTES)
    require_carry_text(text.encode(), name=name, key=key, stage=stage)
    found = redact(text, home=str(session.home))
    session.workspace.note_taken_out(found.found)
    try:
        return require_carry_text(found.text.encode(), name=name, key=key, stage=stage)
    except CarryRefused as refusal:
        kinds = ", ".join(sorted(found.found))
        told = f"the carry {shown_path(name)} is not JSON any more without what must not be recorded in it ({kinds})"
        raise CarryRefused(told, hint="leave that out of it, then repeat the line", path=name[:200]) from refusal


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
    named = "stdin" if str(path) == "-" else shown_path(str(path))
    try:
        text = session.around.stdin.read(limit + 1) if str(path) == "-" else _content(session, str(path))
    except UnicodeDecodeError as error:
        raise FileRefused(f"{named} is not UTF-8 text", path=str(path)) from error
    except (Malformed, Missing, NotAFile, Unreadable) as refusal:
        raise FileRefused(refusal.message, hint="name an existing file", path=str(path)) from refusal
    except TooLarge as refusal:
        raise FileRefused(f"{named} is larger than {limit >> 10} KiB", path=str(path), limit=limit) from refusal
    if not is_text(text):
        raise FileRefused(f"{named} is not UTF-8 text", path=str(path))
    if len(text.encode()) > limit:
        raise FileRefused(f"{named} is larger than {limit >> 10} KiB", path=str(path), limit=limit)
    return text


def _content(session: Session, name: str) -> str:
    return read_document_named(session.workspace, name).decode("utf-8")


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


def note_kept_carry(session: Session, stages: Iterable[Stage]) -> None:
    """Say of which stages the carry that was recorded before stands for what they are now."""
    for stage in stages:
        if stage.carry:
            session.note(f"the carry of stage {stage.number} stays as it was; --carry FILE records another one")


def pass_open_work(
    session: Session, key: TaskKey, requests: Sequence[DoneRequest], *, carry: Path | None, leave: bool
) -> list[OpenWork]:
    """Refuse to record a branch while work of its stage lies beside it; what is left out on purpose is warned of.

    A line that names the commit says what is recorded, so there nothing is refused.
    """
    state = session.store.read().state
    task = state.tasks.get(key)
    if task is None or not task.is_open:
        return []
    besides = session.cwd / carry if carry is not None else None
    found = find_open_work(session.git, state, task, requests, here=session.git.work_tree, besides=besides)
    asked = [one for one in found if not one.has_commit]
    refuse_open_work(asked, _line(key, requests, carry), leave=leave)
    for one in found:
        for problem in one.problems("", leave=False):
            session.warn(f"{problem.message}; recorded without that")
    return found


def _line(key: TaskKey, requests: Sequence[DoneRequest], carry: Path | None) -> str:
    """The line that was given, as far as it named no commit, to be repeated with what was missing."""
    (request,) = [one for one in requests if one.commit is None] or requests[:1]
    words = ["git okstra stage done", str(request.number), f"--task-key {key}"]
    words += [f"--base {word(request.base)}"] if request.base else []
    words += [f"--branch {word(request.branch)}"] if request.branch else []
    words += [f"--carry {word(str(carry))}"] if carry is not None else []
    return " ".join(words)
