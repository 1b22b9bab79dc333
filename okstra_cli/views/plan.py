"""Plans as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_git.commands import word
from okstra_git.documents.editing import find_box
from okstra_git.fs.paths import is_elsewhere
from okstra_git.tokens import APPROVED_FIELD, APPROVED_MARKER

if TYPE_CHECKING:
    from okstra_git.documents.problems import Flaw
    from okstra_git.names import TaskKey
    from okstra_git.records.states import Task
    from okstra_git.tasks.approving import PlanFile


def count_of(problems: Sequence[Flaw]) -> str:
    """`1 rule`, `3 rules`."""
    return f"{len(problems)} rule" + ("s" if len(problems) != 1 else "")


def file_json(found: PlanFile) -> dict[str, Any]:
    """A plan as it stands in its file."""
    stages = [
        {"number": each.number, "title": each.title, "depends_on": list(each.depends_on), "files": list(each.files)}
        for each in found.plan.stages
    ]
    return {"path": found.path, "blob": found.blob, "stages": stages}


def check_json(found: PlanFile, problems: Sequence[Flaw]) -> dict[str, Any]:
    return {"plan": file_json(found), "problems": [problem.as_json() for problem in problems]}


def check_page(found: PlanFile, problems: Sequence[Flaw]) -> Page:
    page = Page()
    for problem in problems:
        page.line(Cell(f"{found.path}:{problem.line}: ", "bad"), problem.message)
        if problem.hint:
            page.line(Cell(f"        {problem.hint}", "faint"))
    if not problems:
        page.line(Cell(found.path, "strong"), f" is sound: {_stages(found)}")
        _table(page, found)
    return page


def _stages(found: PlanFile) -> str:
    number = len(found.plan.stages)
    return f"{number} stage" + ("s" if number != 1 else "")


def _table(page: Page, found: PlanFile) -> None:
    rows = [(f"  {each.number}", ", ".join(map(str, each.depends_on)) or "-", str(len(each.files)), each.title)
            for each in found.plan.stages]  # fmt: skip
    page.table(("  stage", "depends on", "files", "title"), rows)


def dry_json(key: TaskKey, found: PlanFile, *, changes: bool) -> dict[str, Any]:
    return {"task": str(key), "plan": file_json(found), "dry_run": True, "file_changes": changes}


def dry_page(key: TaskKey, found: PlanFile) -> Page:
    page = Page()
    page.line(f"{found.path} would be approved for {key}: {_stages(found)}")
    page.line(_edits(found))
    return page


def _edits(found: PlanFile) -> str:
    """What an approval would change in the file."""
    box = find_box(found.plan.document, APPROVED_MARKER)
    lacks_value = found.plan.document.front.values.get(APPROVED_FIELD) is not True
    if box is None:
        added = f"the line '- [ ] {APPROVED_MARKER}' would be added and ticked"
        return f"{added}, its front matter set" if lacks_value else added
    if not box.checked:
        return "its marker would be ticked" + (" and its front matter set" if lacks_value else "")
    return "its front matter would be set" if lacks_value else "the file would stay as it is"


def approved_json(task: Task, found: PlanFile, *, changed: bool) -> dict[str, Any]:
    return {"task": str(task.key), "plan": file_json(found), "changed": changed}


def approved_page(task: Task, found: PlanFile, *, changed: bool) -> Page:
    page, key = Page(), str(task.key)
    page.line(Cell(found.path, "strong"), " is approved" if changed else " was approved already", f" for {key}")
    page.line(f"content {found.blob[:10]}: a change from here on needs another approval")
    _table(page, found)
    command = f"git okstra run prepare --task-key {key} --task-type implementation --stage auto"
    page.line(Cell(f"next: {command}", "faint"))
    return page


def show_json(task: Task, now: str | None) -> dict[str, Any]:
    """The approved plan; `found` is the blob of its file now, null when there is none."""
    plan = task.plan
    assert plan is not None
    stages = [
        {
            "number": each.number,
            "title": each.title,
            "depends_on": list(each.depends_on),
            "files": list(each.files),
            "state": task.stages[each.number].status if each.number in task.stages else "pending",
        }
        for each in plan.stages
    ]
    facts: dict[str, Any] = {"path": plan.path, "approved": plan.blob, "found": now, "unchanged": now == plan.blob}
    facts |= {"commit": plan.commit, "by": plan.by, "at": plan.at.isoformat() if plan.at else None, "stages": stages}
    return {"task": str(task.key), "plan": facts}


def show_page(task: Task, now: str | None) -> Page:
    plan, page, key = task.plan, Page(), str(task.key)
    assert plan is not None
    when = f"{plan.at:%Y-%m-%d %H:%M}" if plan.at else "-"
    page.line("plan of ", Cell(key, "strong"), f": {plan.path}")
    page.line(f"  approved {when} by {plan.by}, content {plan.blob[:10]}, at {(plan.commit or '-')[:10]}")
    if now is None and is_elsewhere(plan.path):
        page.line(Cell("  the file lies outside of the repository, and is not looked at", "bad"))
        hint = f"name it with --approved-plan FILE, or: git okstra plan approve FILE --task-key {key}"
        page.line(Cell(f"  next: {hint}", "faint"))
    elif now is None:
        page.line(Cell("  the file is gone", "bad"))
        hint = f"put it back as it was approved, or: git okstra plan approve FILE --task-key {key}"
        page.line(Cell(f"  next: {hint}", "faint"))
    elif now != plan.blob:
        page.line(Cell(f"  the file is changed since: it is {now[:10]} now", "bad"))
        page.line(Cell(f"  next: git okstra plan approve {word(plan.path)} --task-key {key}", "faint"))
    rows = []
    for each in plan.stages:
        state = task.stages[each.number].status if each.number in task.stages else "pending"
        rows.append((f"  {each.number}", state, ", ".join(map(str, each.depends_on)) or "-", each.title))
    page.table(("  stage", "state", "depends on", "title"), rows)
    return page
