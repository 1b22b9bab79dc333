"""Runs, their archives and snapshots as JSON and as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.moments import local_time
from okstra_cli.views.stage import lease_json
from okstra_git.commands import command, word
from okstra_git.git.diffs import show_path
from okstra_git.names import named_stages
from okstra_git.records.base import show_time
from okstra_git.runs.finding import short_id
from okstra_git.tokens import CONCURRENT_LABEL, INSTRUCTION_SET_LABEL, TASK_ROOT_LABEL

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_git.host.liveness import Liveness
    from okstra_git.records.runs import Run
    from okstra_git.records.states import State, Task
    from okstra_git.runs.ending import Ended
    from okstra_git.runs.explain import Advice, RunAdvice
    from okstra_git.runs.restoring import Step
    from okstra_git.runs.snapshots import Snapshot

Row = tuple["Task", "Run", "Liveness | None"]
_PAST = {"write": "written", "replace": "replaced", "delete": "deleted", "same": "there already", "keep": "left alone"}
_FUTURE = {**_PAST, "write": "would be written", "replace": "would be replaced", "delete": "would be deleted"}


def run_json(task: Task, run: Run, life: Liveness | None) -> dict[str, Any]:
    """One run as recorded; `life` is null for a run that ended."""
    facts = run.model_dump(mode="json")
    seen = {"state": life.state, "why": life.why or None} if life is not None else None
    return {"id": facts.pop("id"), "task": str(task.key), "life": seen, **facts}


def list_page(rows: Sequence[Row], state: State, *, with_ended: bool = False) -> Page:
    """Ids are cut to what names a run, since a table has little room; JSON has them whole."""
    page = Page()
    if not rows and with_ended:
        page.line("there are no runs, ended ones included")
    elif not rows:
        page.line("no run is under way")
        page.line(Cell("ended ones: git okstra run list --all", "faint"))
    cells = [
        (
            Cell(short_id(state, run), "strong"),
            _when(run.claimed),
            str(task.key),
            run.task_type,
            str(run.stage) if run.stage is not None else "-",
            _state(run, life),
            _who(run, life),
        )
        for task, run, life in rows
    ]
    page.table(("run", "since", "task", "type", "stage", "state", "holder"), cells)
    return page


def _state(run: Run, life: Liveness | None) -> Cell:
    if life is not None and not life.is_live:
        return Cell("dead", "warn")
    tones: dict[str, Tone] = {"finished": "good", "failed": "bad", "abandoned": "faint"}
    return Cell(run.status, tones.get(run.status, "plain"))


def _who(run: Run, life: Liveness | None) -> str:
    if run.holder is None or life is None:
        return ""
    why = f" ({life.why})" if life.why else ""
    return f"{run.holder.name}, pid {run.holder.pid} on {run.holder.host}{why}"


def _when(at: datetime | None) -> str:
    return local_time(at) if at else ""


def show_page(task: Task, run: Run, life: Liveness | None) -> Page:
    page = Page()
    stage = f", stage {run.stage}" if run.stage is not None else ""
    page.line("run ", Cell(run.id, "strong"), f" of {task.key}: {run.task_type}{stage}, ", _state(run, life))
    rows = [
        ("holder", _who(run, life)),
        ("nonce", run.nonce if run.is_active else ""),
        ("claimed", _when(run.claimed)),
        ("prepared", _when(run.prepared)),
        ("ended", f"{_when(run.ended)}, {run.status}" if run.ended else ""),
        ("reason", run.reason),
        ("folder", run.folder),
        ("branch", run.branch),
        ("looks at", f"{named_stages(run.assembled.stages)}, {run.assembled.commit[:10]}" if run.assembled else ""),
        ("worktree", run.worktree or ""),
        ("team", run.team),
        ("session", run.session),
        ("brief", f"{run.brief.path} {run.brief.blob[:10]}" if run.brief else ""),
        ("plan", (run.plan or "")[:10]),
        ("waivers", ", ".join(f"{waiver.stage_key} ({waiver.reason})" for waiver in run.waivers)),
        ("report", run.report),
        ("next phase", run.next_phase),
        ("archive", f"git okstra run show {word(run.id[:12])} --archive" if run.archive else ""),
    ]
    for name, value in rows:
        if value.strip():
            page.line(Cell(f"  {name:<11}", "faint"), value)
    if life is not None and not life.is_live:
        page.line(Cell(f"next: git okstra run resume {word(run.id)} --explain", "faint"))
    return page


def index_of(data: bytes) -> dict[str, Any]:
    """The index of an archive; rows that are none are left out, since another clone may have written it."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    known: dict[str, dict[str, type]] = {
        "files": {"path": str, "bytes": int, "cut": bool, "redacted": dict},
        "left_out": {"path": str, "why": str},
    }
    return found | {name: _rows(found.get(name), kinds) for name, kinds in known.items()}


def _rows(found: object, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return [row for row in rows if all(isinstance(row.get(name), kind) for name, kind in kinds.items())]


def archive_page(run: str, index: Mapping[str, Any]) -> Page:
    page = Page()
    rows = [
        (each["path"], str(each["bytes"]), "shortened" if each["cut"] else "", _redacted(each["redacted"]))
        for each in index.get("files", [])
    ]
    page.table(("file", "bytes", "", "redacted"), rows)
    for each in index.get("left_out", []):
        page.line(Cell("left out: ", "warn"), f"{each['path']}: {each['why']}")
    page.line(Cell(f"one of them: git okstra run show {word(run)} --file PATH", "faint"))
    return page


def _redacted(found: Mapping[str, int]) -> str:
    return ", ".join(f"{times} {kind}" for kind, times in found.items())


def resumed_text(facts: Mapping[str, Any], occupied: Sequence[int]) -> str:
    """The labels that skills read, one to a line, then the run, then its prompt as it stands."""
    run = facts["run"]
    lines = [f"{TASK_ROOT_LABEL} {facts['task_root']}"]
    if facts["instruction_set"]:
        lines.append(f"{INSTRUCTION_SET_LABEL} {facts['instruction_set']}")
    if occupied:
        lines.append(f"{CONCURRENT_LABEL} {', '.join(map(str, occupied))}")
    verb = "is resumed" if facts["changed"] else "is yours already"
    lines.append(f"run {run['id']} {verb}; its nonce is {run['nonce']}")
    if facts["prompt"] is None:
        lines.append(command("its prompt is not here: git okstra run show", run["id"]))
    return "\n".join([*lines, "", facts["prompt"] or ""]).rstrip("\n") + "\n"


def explain_json(task: Task, stages: Sequence[Advice], runs: Sequence[RunAdvice]) -> dict[str, Any]:
    """What is known of each stage and run, and the one safe next command."""
    return {
        "task": str(task.key),
        "stages": [
            {"stage": one.stage, "state": one.state, "lease": lease_json(one.lease), "facts": list(one.facts),
             "next": {"command": one.command, "why": one.why}}
            for one in stages
        ],
        "runs": [{"run": one.run, "facts": [one.fact], "next": {"command": one.command, "why": one.why}}
                 for one in runs],
    }  # fmt: skip


def explain_page(task: Task, stages: Sequence[Advice], runs: Sequence[RunAdvice]) -> Page:
    page = Page()
    if not stages and not runs:
        page.line(f"{task.key} has no stages and no runs yet")
    for advice in stages:
        page.line("stage ", Cell(str(advice.stage), "strong"), f"  {advice.state}")
        _advice(page, advice.facts, advice.command, advice.why)
    for told in runs:
        page.line("run ", Cell(told.run, "strong"))
        _advice(page, [told.fact], told.command, told.why)
    return page


def _advice(page: Page, facts: Sequence[str], command: str, why: str) -> None:
    for fact in facts:
        page.line(f"  {fact}")
    page.line(Cell("  next: ", "faint"), Cell(command, "strong"))
    page.line(Cell(f"        {why}", "faint"))


def ended_json(ended: Ended, kept: Snapshot | None = None) -> dict[str, Any]:
    """The run as it ended, and the snapshot that was taken before."""
    return {
        "run": run_json(ended.task, ended.run, None),
        "changed": ended.changed,
        "snapshot": snapshot_json(kept) if kept is not None else None,
    }


def ended_page(ended: Ended) -> Page:
    page = Page()
    run = ended.run
    verb = "is" if ended.changed else "was already"
    page.line("run ", Cell(run.id, "strong"), f" of {ended.task.key} {verb} {run.status}")
    if run.archive:
        page.line(Cell(f"its files: git okstra run show {word(run.id)} --archive", "faint"))
    return page


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    """One snapshot with its ref, which any git command reads."""
    about = snapshot.about
    return {
        "id": snapshot.id,
        "ref": snapshot.ref,
        "commit": snapshot.commit,
        "at": show_time(snapshot.at),
        "task": about.task.replace("/", ":"),
        "stage": about.stage,
        "run": about.run or None,
        "reason": about.reason,
        "worktree": snapshot.worktree,
        "branch": snapshot.branch or None,
        "head": snapshot.head,
        "index": snapshot.index,
        "during": snapshot.during or None,
        "files": snapshot.files,
        "ignored": snapshot.ignored,
        "bytes": snapshot.size,
        "left_out": list(snapshot.left_out),
    }


def snapshots_page(snapshots: Sequence[Snapshot]) -> Page:
    page = Page()
    if not snapshots:
        page.line("nothing was kept")
    rows = [
        (
            Cell(each.id, "strong"),
            _when(each.at),
            each.about.task.replace("/", ":"),
            str(each.about.stage or "-"),
            f"{each.files}" + (f" (+{len(each.left_out)} left out)" if each.left_out else ""),
            str(each.size),
            each.about.reason,
        )
        for each in snapshots
    ]
    page.table(("snapshot", "when", "task", "stage", "files", "bytes", "why"), rows)
    return page


def restored_json(snapshot: Snapshot, place: Path, steps: Sequence[Step], *, dry_run: bool) -> dict[str, Any]:
    """What was done to each path, or would be."""
    files = [{"path": show_path(step.path), "does": step.does, "why": step.why or None} for step in steps]
    return {"snapshot": snapshot.id, "into": str(place), "dry_run": dry_run, "files": files,
            "left_out": list(snapshot.left_out)}  # fmt: skip


def restored_page(snapshot: Snapshot, place: Path, steps: Sequence[Step], *, dry_run: bool) -> Page:
    page = Page()
    words = _FUTURE if dry_run else _PAST
    for step in steps:
        why = f" ({step.why})" if step.why else ""
        page.line(f"{words[step.does]}: {show_path(step.path)}{why}")
    for line in snapshot.left_out:
        page.line(Cell("not in the snapshot: ", "warn"), line)
    page.line(f"nothing was changed in {place}" if dry_run else f"in {place}")
    if snapshot.index is not None and not dry_run:
        look = command("git diff", *([snapshot.head] if snapshot.head else []), snapshot.index)
        page.line(Cell(f"nothing was staged; what was staged then: {look}", "faint"))
    return page
