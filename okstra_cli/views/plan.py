"""Plans as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_git.commands import word
from okstra_git.contract import APPROVED_FIELD, APPROVED_MARKER
from okstra_git.documents.editing import find_box
from okstra_git.fs.resolve import is_elsewhere
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import documents as shapes
    from okstra_git.documents.problems import Flaw
    from okstra_git.porcelain.plans import Approval, ApprovedPlan, PlanCheck
    from okstra_git.stages.approve import PlanFile


def file_json(file: PlanFile) -> shapes.PlanFile:
    """A plan as its file has it."""
    stages: list[shapes.PlanStage] = [
        {"number": each.number, "title": each.title, "depends_on": list(each.depends_on), "files": list(each.files)}
        for each in file.plan.stages
    ]
    return {"path": file.path, "blob": file.blob, "stages": stages}


def flaw_json(flaw: Flaw) -> shapes.Flaw:
    """One thing that is wrong with a document."""
    return {"code": flaw.code, "line": flaw.line, "message": flaw.message, "hint": flaw.hint, "stage": flaw.stage}


def check_json(result: PlanCheck) -> shapes.CheckedPlan:
    return {"plan": file_json(result.file), "problems": [flaw_json(flaw) for flaw in result.flaws]}


def check_page(result: PlanCheck) -> Page:
    file, page = result.file, Page()
    for flaw in result.flaws:
        page.line(Cell(f"{file.path}:{flaw.line}: ", "bad"), flaw.message)
        if flaw.hint:
            page.line(Cell(f"        {flaw.hint}", "faint"))
    if not result.flaws:
        page.line(Cell(file.path, "strong"), f" is sound: {_stages(file)}")
        _table(page, file)
    return page


def _stages(file: PlanFile) -> str:
    return counted(len(file.plan.stages), "stage")


def _table(page: Page, file: PlanFile) -> None:
    rows = [(f"  {each.number}", ", ".join(map(str, each.depends_on)) or "-", str(len(each.files)), each.title)
            for each in file.plan.stages]  # fmt: skip
    page.table(("  stage", "depends on", "files", "title"), rows)


def dry_json(result: Approval) -> shapes.ApprovalAhead:
    return {"task": str(result.key), "plan": file_json(result.file), "dry_run": True, "file_changes": result.changed}


def dry_page(result: Approval) -> Page:
    page = Page()
    page.line(f"{result.file.path} would be approved for {result.key}: {_stages(result.file)}")
    page.line(_edits(result.file))
    return page


def _edits(file: PlanFile) -> str:
    """What an approval would change in the file."""
    box = find_box(file.plan.document, APPROVED_MARKER)
    lacks_value = file.plan.document.front.values.get(APPROVED_FIELD) is not True
    if box is None:
        added = f"the line '- [ ] {APPROVED_MARKER}' would be added and ticked"
        return f"{added}, its front matter set" if lacks_value else added
    if not box.checked:
        return "its marker would be ticked" + (" and its front matter set" if lacks_value else "")
    return "its front matter would be set" if lacks_value else "the file would stay as it is"


def approved_json(result: Approval) -> shapes.ApprovedPlan:
    return {"task": str(result.key), "plan": file_json(result.file), "changed": result.changed}


def approved_page(result: Approval) -> Page:
    page, file, key = Page(), result.file, result.key
    page.line(Cell(file.path, "strong"), " is approved" if result.changed else " was approved already", f" for {key}")
    page.line(f"content {file.blob[:10]}: a change from here on needs another approval")
    _table(page, file)
    command = f"git okstra run prepare --task-key {key} --task-type implementation --stage auto"
    page.line(Cell(f"next: {command}", "faint"))
    return page


def show_json(result: ApprovedPlan) -> shapes.ShownPlan:
    """The approved plan; `found` is the blob of its file now, null when there is none."""
    task, now = result.task, result.blob
    plan = task.plan
    assert plan is not None
    stages: list[shapes.ShownPlanStage] = [
        {
            "number": each.number,
            "title": each.title,
            "depends_on": list(each.depends_on),
            "files": list(each.files),
            "state": task.stages[each.number].status if each.number in task.stages else "pending",
        }
        for each in plan.stages
    ]
    facts: shapes.PlanFacts = {
        "path": plan.path,
        "approved": plan.blob,
        "found": now,
        "unchanged": now == plan.blob,
        "commit": plan.commit,
        "by": plan.by,
        "at": plan.at.isoformat() if plan.at else None,
        "stages": stages,
    }
    return {"task": str(task.key), "plan": facts}


def show_page(result: ApprovedPlan) -> Page:
    task, now = result.task, result.blob
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
