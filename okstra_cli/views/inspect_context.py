"""The context of a task as one bounded JSON object and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from okstra_cli.json_objects import fitted, truncatable
from okstra_cli.page import Cell, Page
from okstra_cli.views.inspect_history import run_in_short, run_words, task_json, tell_notes
from okstra_cli.views.moments import told_time
from okstra_cli.views.task import origin_words

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import context as shapes
    from okstra_cli.answers.parts import Cut
    from okstra_git.bundle.manifests import TeamMember
    from okstra_git.bundle.report_questions import ReportQuestions
    from okstra_git.bundle.run_files import Prompt, Result, RunFile
    from okstra_git.porcelain.inspect.context import ProjectSeen, TaskContext
    from okstra_git.porcelain.inspect.run import RunLook

LIMIT = 8000
"""Bytes of the object's own keys; with `ok` and `schema` before them an answer stays below 8 KB."""


def context_json(context: TaskContext) -> shapes.TaskContext:
    """Every list as `{"count", "shown"}`, since it may have been cut; null is what could not be determined."""
    plan, last, asked = context.plan, context.last, context.asked
    document: shapes.TaskContext = {
        "task": _task_json(context),
        "plan": {"path": plan.path, "blob": plan.blob, "now": plan.now} if plan else None,
        "run": _run_json(last) if last is not None else None,
        "workers": _workers_json(last) if last is not None else None,
        "worker_prompts": truncatable([_prompt_json(each) for each in last.prompts]) if last is not None else None,
        "team": {
            "candidate": context.candidate,
            "recorded": last.team.name if last is not None else None,
            "created": _created(last),
        },
        "lead_session": last.team.session if last is not None else None,
        "clarifications": _asked_json(asked) if asked is not None else None,
        "project": _project_json(context.project),
        "notes": truncatable(list(context.notes)),
    }
    return fitted(document, LIMIT)


def _task_json(context: TaskContext) -> shapes.ContextTask:
    seen = task_json(context.seen)
    return {
        "key": seen["key"],
        "title": seen["title"],
        "category": seen["category"],
        "origin": seen["origin"],
        "open": seen["open"],
        "at": seen["at"],
        "open_runs": seen["open_runs"],
        "next_phase": seen["next_phase"],
        "next_phase_from": seen["next_phase_from"],
        "work_status": seen["work_status"],
        "left": truncatable(seen["left"]),
        "stages": {state: truncatable(numbers) for state, numbers in seen["stages"].items()},
        "tickets": truncatable(context.seen.task.tickets),
        "folder": context.folder,
    }


def _run_json(last: RunLook) -> shapes.ContextRun:
    ground = last.ground
    return {
        **run_in_short(last.run, last.life),
        "here": last.is_here,
        "instruction_set": last.run.instruction_set or None,
        "prompt": _there(last.files["prompt"]),
        "expectations": _there(last.files["expectations"]),
        "report": _there(last.files["report"]) or last.run.report or None,
        "report_exists": _there(last.files["report"]) is not None,
        "sources": truncatable([{"what": each.what, "path": each.path, "now": each.now} for each in last.sources]),
        "worktree": {
            "path": ground.worktree, "exists": ground.is_there, "branch": ground.branch,
            "branch_exists": ground.has_branch,
        } if ground is not None else None,
    }  # fmt: skip


def _there(file: RunFile | None) -> str | None:
    """The path of a file that is there."""
    return file.path if file is not None and file.bytes is not None else None


def _created(last: RunLook | None) -> shapes.TeamMade | None:
    """What is recorded of making the team, without whatever else stands there."""
    made = last.team.created if last is not None else None
    if made is None:
        return None
    known: shapes.TeamMade = {}
    keys: tuple[Literal["attempted", "status", "reason"], ...] = ("attempted", "status", "reason")
    for key in keys:
        value = made.get(key)
        if isinstance(value, str | bool | None):
            known[key] = value
    return known


def _workers_json(last: RunLook) -> Cut[shapes.ContextWorker] | None:
    """Each worker of the roster with what is there of it; null where no document tells the roster."""
    if last.team.members is None:
        return None
    return truncatable([_worker_json(member, last.results) for member in last.team.members])


def _worker_json(member: TeamMember, results: Sequence[Result]) -> shapes.ContextWorker:
    own = results_of(member, results)
    handed = [each for each in own if each.kind == "result"]
    return {
        "id": member.id,
        "agent": member.agent,
        "model": member.model,
        "status": member.status,
        "reason": member.reason,
        "results": truncatable([each.path for each in handed]),
        "audit": any(each.kind == "audit" for each in own),
        "errors": any(each.kind == "errors" for each in own),
    }


def results_of(member: TeamMember, results: Sequence[Result]) -> list[Result]:
    """What the worker handed in, under its name or that name with an addition."""
    return [each for each in results if each.worker == member.agent or each.worker.startswith(f"{member.agent}-")]


def _prompt_json(prompt: Prompt) -> shapes.ContextPrompt:
    return {"path": prompt.path, "cli": prompt.cli, "worker": prompt.worker, "of_run": prompt.of_run}


def _asked_json(asked: ReportQuestions) -> shapes.Clarifications:
    rows: list[shapes.OpenClarification] = [
        {"id": row.id, "kind": row.kind, "blocks": row.blocks, "status": row.status, "statement": row.statement}
        for row in asked.rows
    ]
    return {"report": asked.report, "open": truncatable(rows)}


def _project_json(project: ProjectSeen) -> shapes.Project:
    commands = project.qa_commands
    return {
        "root": project.root,
        "glossary": project.glossary,
        "qa_commands": truncatable([{"name": name, "command": line} for name, line in commands.items()])
        if commands is not None
        else None,
        "config_files": truncatable([{"kind": each.kind, "path": each.path} for each in project.config_files]),
    }


def context_page(context: TaskContext, now: datetime) -> Page:
    page = Page()
    seen, last, project = context.seen, context.last, context.project
    title = f"  {seen.task.title}" if seen.task.title else ""
    page.line(Cell(str(seen.task.key), "strong"), title, Cell(f"  {told_time(seen.at, now)}", "faint"))
    _row(page, "from", origin_words(seen.task.origin) if seen.task.origin is not None else "")
    _row(page, "next", seen.standing.next_phase or "")
    _row(page, "left", ", ".join(seen.standing.left))
    if context.plan is not None:
        _row(page, "plan", f"{context.plan.path}, {context.plan.now or 'cannot be compared'}")
    if last is not None:
        _last(page, last)
    _row(page, "team", context.candidate if last is None or last.team.name is None else last.team.name)
    if context.asked is not None:
        _row(page, "asked in", context.asked.report)
    for row in context.asked.rows if context.asked is not None else ():
        page.line(Cell(f"    {row.id} ", "warn"), f"{row.status}, blocks {row.blocks}: {row.statement}")
    _row(page, "glossary", project.glossary or "")
    for name, line in (project.qa_commands or {}).items():
        _row(page, "qa", f"{name}: {line}")
    for kind in dict.fromkeys(each.kind for each in project.config_files):
        _row(page, kind, ", ".join(each.path for each in project.config_files if each.kind == kind))
    tell_notes(page, context.notes)
    return page


def _last(page: Page, last: RunLook) -> None:
    _row(page, "run", *run_words(last.run, last.life))
    _row(page, "lead session", last.team.session or "")
    folder = f"{last.run.folder}/"
    _row(page, "folder", last.run.folder)
    _row(page, "expectations", (_there(last.files["expectations"]) or "").removeprefix(folder))
    for member in last.team.members or ():
        own = results_of(member, last.results)
        handed = [each.path.removeprefix(folder) for each in own if each.kind == "result"]
        _row(page, member.agent, ", ".join(handed) or member.status or "nothing handed in")
    for prompt in last.prompts:
        _row(page, "worker prompt", prompt.path.removeprefix(folder))


def _row(page: Page, name: str, *value: str | Cell) -> None:
    """A name and its value; without a value nothing."""
    if any(value):
        page.line(Cell(f"  {name:<21}", "faint"), *value)
