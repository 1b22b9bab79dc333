"""One run with everything that belongs to it, and the ways to resume it, as JSON and as text."""

from __future__ import annotations

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.inspect_history import (
    ID_SHOWN,
    TONES,
    entry_json,
    events_table,
    life_json,
    run_in_short,
    run_words,
    tell_notes,
)
from okstra_cli.views.moments import told_time
from okstra_cli.views.run import conclusion_words, run_fields
from okstra_cli.views.snapshot import snapshot_json
from okstra_git.commands import word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import inspecting as shapes
    from okstra_cli.answers import parts
    from okstra_git.bundle.inputs import InputState
    from okstra_git.bundle.manifests import TeamMember, TeamStatus
    from okstra_git.bundle.run_files import Prompt, Result, RunFile
    from okstra_git.porcelain.inspect.resume import WayToResume
    from okstra_git.porcelain.inspect.run import Ground, RunSeen
    from okstra_git.runs.resume_choice import NextStep, OfferedChoice

OTHERS = 50
"""Other runs of the task that are listed, the newest ones."""

_STATES: dict[str, Tone] = {"same": "good", "changed": "warn", "gone": "bad"}


def run_json(seen: RunSeen) -> shapes.SeenRun:
    """The record as `run show` has it, then what was found; null is what could not be determined."""
    run = seen.run
    return {
        "run": _record_json(seen),
        "team": team_json(seen.team),
        "sources": [_source_json(source) for source in seen.sources],
        "files": {what: _file_json(file) for what, file in seen.files.items()},
        "worker_prompts": [_prompt_json(prompt) for prompt in seen.prompts],
        "worker_results": [_result_json(result) for result in seen.results],
        "worktree": _ground_json(seen.ground),
        "snapshots": [snapshot_json(snapshot) for snapshot in seen.snapshots],
        "archive": {"files": seen.archived, "tree": run.archive} if run.archive else None,
        "events": [entry_json(entry, seen.writer) for entry in seen.events],
        "others": {"count": len(seen.others), "runs": [run_in_short(each, None) for each in seen.others[:OTHERS]]},
        "notes": list(seen.notes),
    }


def _record_json(seen: RunSeen) -> shapes.InspectedRun:
    """What `run show` publishes of the record; what it does not say is null."""
    run = seen.run
    fields = run_fields(run)
    return {
        "id": run.id,
        "task": str(seen.task.key),
        "life": life_json(seen.life),
        "here": seen.is_here,
        "number": run.seq,
        "task_type": fields["task_type"],
        "stage": fields["stage"],
        "status": fields["status"],
        "holder": fields["holder"],
        "nonce": fields["nonce"] or None,
        "inputs": fields["inputs"] or None,
        "numbers": fields["numbers"],
        "folder": fields["folder"] or None,
        "instruction_set": fields["instruction_set"] or None,
        "branch": fields["branch"] or None,
        "worktree": fields["worktree"] or None,
        "brief": fields["brief"],
        "plan": fields["plan"] or None,
        "waivers": fields["waivers"],
        "assembled": fields["assembled"],
        "writer": fields["writer"] or None,
        "claimed": fields["claimed"],
        "prepared": fields["prepared"],
        "touched": fields["touched"],
        "ended": fields["ended"],
        "report": fields["report"] or None,
        "next_phase": fields["next_phase"] or None,
        "conclusion": fields["conclusion"],
        "archive": fields["archive"] or None,
        "reason": fields["reason"] or None,
    }


def team_json(team: TeamStatus) -> shapes.Team:
    """The team: `roster` is null where no document tells it."""
    members = [_member_json(member) for member in team.members] if team.members is not None else None
    return {
        "name": team.name,
        "created": dict(team.created) if team.created is not None else None,
        "lead": {"model": team.lead_model, "session": team.session},
        "executor": {"id": team.executor, "model": team.executor_model} if team.executor else None,
        "roster": members,
    }


def _file_json(file: RunFile | None) -> shapes.RunFile | None:
    """Where a file should be, and its size; `bytes` is null when nothing is there."""
    return {"path": file.path, "bytes": file.bytes} if file is not None else None


def _source_json(source: InputState) -> shapes.Source:
    return {"what": source.what, "path": source.path, "blob": source.blob, "now": source.now}


def _prompt_json(prompt: Prompt) -> shapes.WorkerPrompt:
    return {
        "path": prompt.path,
        "bytes": prompt.bytes,
        "cli": prompt.cli,
        "number": prompt.number,
        "worker": prompt.worker,
        "of_run": prompt.of_run,
    }


def _result_json(result: Result) -> shapes.WorkerResult:
    return {"path": result.path, "bytes": result.bytes, "worker": result.worker, "kind": result.kind}


def _member_json(member: TeamMember) -> shapes.TeamMember:
    return {
        "id": member.id,
        "agent": member.agent,
        "cli": member.cli,
        "model": member.model,
        "status": member.status,
        "reason": member.reason,
    }


def _ground_json(ground: Ground | None) -> shapes.RunGround | None:
    if ground is None:
        return None
    return {
        "path": ground.worktree,
        "exists": ground.is_there,
        "branch": ground.branch,
        "branch_exists": ground.has_branch,
        "base": ground.base,
        "base_ref": ground.base_ref,
    }


def run_page(seen: RunSeen, now: datetime) -> Page:
    page = Page()
    run = seen.run
    page.line("run ", Cell(run.id, "strong"), f" of {seen.task.key}")
    _row(page, "stands", *run_words(run, seen.life, with_id=False))
    for name, value in _record(seen, now):
        _row(page, name, value)
    _team(page, seen.team)
    for source in seen.sources:
        _row(page, source.what, f"{source.path}  ", _state(source))
    _files(page, seen)
    for snapshot in seen.snapshots:
        _row(page, "snapshot", f"{snapshot.id}: {snapshot.about.reason}")
    page.line()
    events_table(page, seen.events, now)
    _others(page, seen)
    tell_notes(page, seen.notes)
    return page


def _row(page: Page, name: str, *value: str | Cell) -> None:
    page.line(Cell(f"  {name:<14}", "faint"), *value)


def _record(seen: RunSeen, now: datetime) -> list[tuple[str, str]]:
    """Name and value of what the record says, without what it does not say."""
    run, ground = seen.run, seen.ground
    holder = f"{run.holder.name}, pid {run.holder.pid} on {run.holder.host}" if run.holder and seen.life else ""
    rows = [
        ("holder", holder),
        ("nonce", run.nonce if run.is_active else ""),
        ("prepared", told_time(run.prepared, now)),
        ("ended", told_time(run.ended, now)),
        ("reason", run.reason),
        ("verdict", conclusion_words(run.conclusion)),
        ("next phase", run.next_phase),
        ("worktree", _with_absence(ground.worktree, is_there=ground.is_there) if ground else ""),
        ("branch", _with_absence(ground.branch, is_there=ground.has_branch) if ground else ""),
        ("base", f"{(ground.base or '')[:10]} {ground.base_ref or ''}" if ground and ground.base else ""),
        ("waivers", ", ".join(f"{waiver.stage_key} ({waiver.reason})" for waiver in run.waivers)),
    ]
    return [(name, value) for name, value in rows if value]


def _with_absence(value: str | None, *, is_there: bool) -> str:
    return (value if is_there else f"{value} (gone)") if value else ""


def _team(page: Page, team: TeamStatus) -> None:
    if team.name:
        _row(page, "team", team.name)
    if team.session:
        _row(page, "session", team.session)
    if team.lead_model:
        _row(page, "lead", team.lead_model)
    for member in team.members or ():
        ended = f", {member.status}" if member.status else ""
        why = f": {member.reason}" if member.reason else ""
        executes = ", executor" if member.id == team.executor else ""
        _row(page, "worker", f"{member.agent} ({member.cli} {member.model}{executes}){ended}{why}")


def _state(source: InputState) -> Cell:
    return Cell(source.now or "cannot be compared", _STATES.get(source.now or "", "faint"))


def _files(page: Page, seen: RunSeen) -> None:
    """What is there, by its path from the run's folder; of what is not there only a report is worth a line."""
    if seen.run.folder:
        _row(page, "folder", seen.run.folder)
    for what, file in seen.files.items():
        if file is not None and (file.bytes is not None or what == "report"):
            _file(page, seen, what.replace("_", " "), file.path, file.bytes)
    for prompt in seen.prompts:
        _file(page, seen, "worker prompt", prompt.path, prompt.bytes)
    for result in seen.results:
        _file(page, seen, result.kind, result.path, result.bytes)
    if seen.run.archive:
        _row(page, "archive", f"{seen.archived} files: git okstra run show {word(seen.run.id)} --archive")


def _file(page: Page, seen: RunSeen, what: str, path: str, size: int | None) -> None:
    told = f"{size} bytes" if size is not None else "not there"
    _row(page, what, path.removeprefix(f"{seen.run.folder}/"), Cell(f"  {told}", "faint"))


def _others(page: Page, seen: RunSeen) -> None:
    for other in seen.others[:OTHERS]:
        page.line(Cell("other run: ", "faint"), f"{other.task_type} {other.seq:03}", _stage(other.stage), ", ",
                  Cell(other.status, TONES.get(other.status, "plain")), f" ({other.id[:ID_SHOWN]})")  # fmt: skip
    if len(seen.others) > OTHERS:
        page.line(Cell(f"and {len(seen.others) - OTHERS} more: git okstra run list --all", "faint"))


def _stage(number: int | None) -> str:
    return f", stage {number}" if number is not None else ""


def resume_json(way: WayToResume) -> shapes.WayToResume:
    """The command and what it rests on; `command` is null where nothing may be resumed now, and `next` says why."""
    offer, script = way.offer, way.script
    return {
        "task": str(way.task.key),
        "command": way.command,
        "run": run_in_short(offer.run, way.life) if offer.run is not None else None,
        "script": {"path": script.path, "found_by": script.found_by} if script is not None else None,
        "facts": list(way.facts),
        "next": _step_json(offer.next),
        "choices": [_choice_json(choice) for choice in offer.choices],
        "others": [{**run_in_short(run, life), "next": _step_json(step)} for run, life, step in way.others],
        "next_phase": way.standing.next_phase,
        "work_status": way.standing.work_status,
        "left": list(way.standing.left),
        "notes": list(way.notes),
    }


def _step_json(step: NextStep) -> parts.Command:
    return {"command": step.command, "why": step.why}


def _choice_json(choice: OfferedChoice) -> shapes.ResumeChoice:
    return {"what": choice.what, "command": choice.command, "why": choice.why, "recommended": choice.recommended}


def resume_page(way: WayToResume) -> Page:
    page = Page()
    offer = way.offer
    if offer.run is None:
        page.line(f"nothing of {way.task.key} can be resumed: {_why_nothing(way)}")
    else:
        page.line("run ", *run_words(offer.run, way.life))
        for fact in way.facts:
            page.line(f"  {fact}")
    if way.command is not None:
        page.line(Cell(way.command, "strong"))
        page.line(Cell(f"  {offer.next.why}{_found_by(way)}", "faint"))
    else:
        page.line(Cell("next: ", "faint"), Cell(offer.next.command, "strong"))
        page.line(Cell(f"      {offer.next.why}", "faint"))
    for choice in offer.choices:
        if choice.command != offer.next.command:
            page.line(Cell(f"or: {choice.command}", "faint"))
            page.line(Cell(f"    {choice.why}", "faint"))
    for run, life, step in way.others:
        page.line("also open: ", *run_words(run, life))
        page.line(Cell(f"  next: {step.command}", "faint"))
    tell_notes(page, way.notes)
    return page


def _why_nothing(way: WayToResume) -> str:
    last = way.standing.last
    if last is None:
        return "it has no runs"
    return f"its last run ended as {last.status} ({last.id[:ID_SHOWN]})"


def _found_by(way: WayToResume) -> str:
    if way.script is None:
        return ""
    return "; the task manifest names it" if way.script.found_by == "manifest" else "; its newest resume script"
