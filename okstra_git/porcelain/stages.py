"""Records the commits that stages ended on: which ones were asked for, uncommitted work beside them, and the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Malformed, Missing, NotAFile, TooLarge, Unreadable
from okstra_git.names import TaskKey, is_text, parse_branch, parse_stage, quote, quote_path
from okstra_git.porcelain.follow import follow_before_recording
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.porcelain.task_lookup import find_stage_here
from okstra_git.stages.complete import DoneRequest, complete_stages, is_left_behind
from okstra_git.stages.open_work import find_open_work, refuse_open_work
from okstra_git.store.clone import find_writer
from okstra_git.store.stage_dependencies import MAX_BYTES as MAX_CARRY_BYTES
from okstra_git.store.stage_dependencies import CarryRefused, require_carry_text

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Stage, Task
    from okstra_git.stages.open_work import OpenWork

MAX_LIST_BYTES = 16 << 20
STDIN = "-"


@dataclass(frozen=True)
class DoneOptions:
    """What a line asks to record: one stage, or, with `from_file`, a line for each of many.

    Files named `-` are standard input. `leave_uncommitted`: record although files of a stage are not committed.
    """

    number: str | None = None
    commit: str | None = None
    base: str | None = None
    branch: str | None = None
    carry: Path | None = None
    from_file: Path | None = None
    leave_uncommitted: bool = False


@dataclass(frozen=True)
class DoneStages:
    """The stages as they are on record now, and the work that was left out of them on purpose."""

    key: TaskKey
    task: Task
    stages: tuple[Stage, ...]
    left_out: tuple[OpenWork, ...]
    changed: bool


def record_done(
    workspace: Workspace, key: TaskKey, options: DoneOptions, read_stdin: Callable[[int], str]
) -> DoneStages:
    """Record the commit that each stage ended on; what is proven of the task's history is recorded first.

    `read_stdin` returns at most so many characters of standard input. Refuses a file together with what belongs to a
    single stage, and a branch whose stage has uncommitted work beside it.
    """
    requests = _list_requests(workspace, key, options, read_stdin)
    left_out = _check_open_work(workspace, key, requests, options)
    follow_before_recording(workspace, key, {request.number for request in requests})
    appended = complete_stages(workspace.store, key, requests)
    workspace.warn(appended.warning)
    task = appended.task_after(key)
    done = DoneStages(
        key,
        task,
        tuple(task.stages[request.number] for request in requests),
        tuple(left_out),
        changed=bool(appended.events),
    )
    _note_behind(workspace, task, requests)
    if done.changed and options.carry is None:
        _note_kept_carry(workspace, done.stages)
    _note_empty(workspace, done.stages)
    return done


# --- what was asked for


def _list_requests(
    workspace: Workspace, key: TaskKey, options: DoneOptions, read_stdin: Callable[[int], str]
) -> list[DoneRequest]:
    branch = parse_branch(options.branch) if options.branch is not None else None
    if options.from_file is not None:
        if any(option is not None for option in (options.number, options.commit, options.base, options.carry)):
            raise refuse("usage", "--from-file stands for N, --commit, --base and --carry", hint="leave those out")
        text = _read(workspace, options.from_file, read_stdin, limit=MAX_LIST_BYTES)
        return _parse_list(text.splitlines(), branch)
    stage = parse_stage(options.number) if options.number is not None else find_stage_here(workspace, key)
    if stage is None:
        raise refuse("usage", "no stage was named", hint=f"git okstra stage done N --task-key {key}")
    carry = _read_carry(workspace, options.carry, read_stdin, key, stage) if options.carry is not None else None
    return [DoneRequest(stage, commit=options.commit, base=options.base, branch=branch, carry=carry)]


def _parse_list(lines: Iterable[str], branch: str | None) -> list[DoneRequest]:
    requests: dict[int, DoneRequest] = {}
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) not in (2, 3):
            raise refuse(
                "file.refused",
                f"line {place} is not 'N COMMIT [BASE]': {quote(line)}",
                line=place,
                hint="one stage a line, blanks between; # begins a comment",
            )
        number = parse_stage(words[0])
        if number in requests:
            raise refuse("file.refused", f"line {place} names stage {number} a second time", line=place)
        requests[number] = DoneRequest(number, words[1], words[2] if len(words) == 3 else None, branch)
    if not requests:
        raise refuse("file.refused", "the file names no stage", hint="write lines of 'N COMMIT [BASE]'")
    return list(requests.values())


def _read_carry(workspace: Workspace, carry: Path, read_stdin: Callable[[int], str], key: TaskKey, stage: int) -> str:
    """The object for the next stages without secrets and home paths: what is recorded may be pushed."""
    from okstra_git.redaction.late import redact

    name = "stdin" if str(carry) == STDIN else str(carry)
    text = _read(workspace, carry, read_stdin, limit=MAX_CARRY_BYTES)
    require_carry_text(text.encode(), name=name, key=key, stage=stage)
    redacted = redact(text, home=str(workspace.home))
    workspace.note_taken_out(redacted.found)
    try:
        return require_carry_text(redacted.text.encode(), name=name, key=key, stage=stage)
    except CarryRefused as refusal:
        kinds = ", ".join(sorted(redacted.found))
        message = f"the carry {quote_path(name)} is not JSON any more without what must not be recorded in it ({kinds})"
        raise CarryRefused(message, hint="leave that out of it, then repeat the line", path=name[:200]) from refusal


def _read(workspace: Workspace, path: Path, read_stdin: Callable[[int], str], *, limit: int) -> str:
    """The text of a file, or of standard input; refuses what is too large, unreadable or not UTF-8."""
    name = str(path)
    named = "stdin" if name == STDIN else quote_path(name)
    try:
        text = read_stdin(limit + 1) if name == STDIN else read_document_named(workspace, name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse("file.refused", f"{named} is not UTF-8 text", path=name) from error
    except (Malformed, Missing, NotAFile, Unreadable) as refusal:
        raise refuse("file.refused", refusal.message, hint="name an existing file", path=name) from refusal
    except TooLarge as refusal:
        raise refuse("file.refused", f"{named} is larger than {limit >> 10} KiB", path=name, limit=limit) from refusal
    if not is_text(text):
        raise refuse("file.refused", f"{named} is not UTF-8 text", path=name)
    if len(text.encode()) > limit:
        raise refuse("file.refused", f"{named} is larger than {limit >> 10} KiB", path=name, limit=limit)
    return text


# --- uncommitted work, and what is worth a note


def _check_open_work(
    workspace: Workspace, key: TaskKey, requests: Sequence[DoneRequest], options: DoneOptions
) -> list[OpenWork]:
    """Refuse to record a branch while its stage has uncommitted work; what is left out on purpose is warned of.

    A line that names the commit says what is recorded, so there nothing is refused.
    """
    state = workspace.store.read().state
    task = state.tasks.get(key)
    if task is None or not task.is_open:
        return []
    besides = workspace.cwd / options.carry if options.carry is not None else None
    work = find_open_work(workspace.git, state, task, requests, here=workspace.git.work_tree, besides=besides)
    unnamed = [item for item in work if not item.has_commit]
    refuse_open_work(unnamed, _same_line(key, requests, options.carry), leave=options.leave_uncommitted)
    for item in work:
        for problem in item.problems("", leave=False):
            workspace.warn(f"{problem.message}; recorded without that")
    return work


def _same_line(key: TaskKey, requests: Sequence[DoneRequest], carry: Path | None) -> str:
    """The line that was given, as far as it named no commit, to be repeated with what was missing."""
    (request,) = [candidate for candidate in requests if candidate.commit is None] or requests[:1]
    words = ["git okstra stage done", str(request.number), f"--task-key {key}"]
    words += [f"--base {word(request.base)}"] if request.base else []
    words += [f"--branch {word(request.branch)}"] if request.branch else []
    words += [f"--carry {word(str(carry))}"] if carry is not None else []
    return " ".join(words)


def _note_behind(workspace: Workspace, task: Task, requests: Iterable[DoneRequest]) -> None:
    """Say of which stages nothing was recorded because another clone's record is ahead of the branch here."""
    writer = find_writer(workspace.git)
    for request in requests:
        if is_left_behind(workspace.git, task, request, writer):
            branch = task.stages[request.number].branch
            workspace.note(
                f"branch {branch} is behind what another clone recorded of stage {request.number}, "
                "so nothing was recorded; bring the branch up to date, or name what is meant with --commit"
            )


def _note_kept_carry(workspace: Workspace, stages: Iterable[Stage]) -> None:
    """Say of which stages the carry that was recorded before stands for what they are now."""
    for stage in stages:
        if stage.carry:
            workspace.note(f"the carry of stage {stage.number} stays as it was; --carry FILE records another one")


def _note_empty(workspace: Workspace, stages: Iterable[Stage]) -> None:
    for stage in stages:
        if stage.range is not None and stage.range.is_empty:
            workspace.note(f"stage {stage.number} changes no file: after a rewrite nothing could prove where it went")
