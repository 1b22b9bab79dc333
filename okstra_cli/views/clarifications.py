"""The questions of a report, and what became of it when they were answered, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.plan import flaw_json
from okstra_git.reports.answering import list_choices
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.answers import clarifications as shapes
    from okstra_git.porcelain.clarifications import AnswerEdit, Import, QuestionList
    from okstra_git.reports.clarifications import Clarification


def questions_json(result: QuestionList, *, only_open: bool) -> shapes.ReportQuestions:
    return {
        "report": result.place.report,
        "task": str(result.place.key) if result.place.key is not None else None,
        "questions": [_question_json(row) for row in result.rows if row.is_open or not only_open],
        "waiting": [row.id for row in result.rows if row.is_unanswered],
        "problems": [flaw_json(flaw) for flaw in result.flaws],
        "next": result.next,
    }


def _question_json(row: Clarification) -> shapes.ReportQuestion:
    return {
        "id": row.id,
        "ticket": row.ticket,
        "kind": row.kind,
        "statement": row.statement,
        "expected": row.expected,
        "choices": list(list_choices(row.expected)),
        "blocks": row.blocks,
        "status": row.status,
        "answer": row.answer,
        "line": row.line,
    }


def questions_page(result: QuestionList, *, only_open: bool) -> Page:
    page, report = Page(), result.place.report
    rows = [row for row in result.rows if row.is_open or not only_open]
    page.line(Cell(report, "strong"), f" {_asks(result.rows)}")
    if rows:
        page.table(("  id", "status", "holds up", "kind", "question"), [line for row in rows for line in _lines(row)])
    for flaw in result.flaws:
        page.line(Cell(f"{report}:{flaw.line}: ", "bad"), flaw.message, Cell(f" ({flaw.hint})", "faint"))
    if result.rows and result.next is not None:
        page.line(Cell(f"next: {result.next}", "faint"))
    return page


def _asks(rows: Sequence[Clarification]) -> str:
    if not rows:
        return "asks nothing"
    waiting = sum(row.is_unanswered for row in rows)
    return f"asks {counted(len(rows), 'question')}, {waiting or 'none'} of them without an answer"


def _lines(row: Clarification) -> list[tuple[str | Cell, ...]]:
    """A question as lines of the table: its statement, what is expected, what was answered."""
    id = Cell(f"  {row.id}", "warn") if row.is_unanswered else f"  {row.id}"
    first = (id, row.status, row.blocks, row.kind, row.statement)
    more = [Cell(f"expects: {row.expected}", "faint")] if row.expected and row.is_open else []
    more += [Cell(f"answer: {row.answer}", "good")] if row.answer else []
    return [first, *(("", "", "", "", words) for words in more)]


def answered_json(edit: AnswerEdit, id: str) -> shapes.AnsweredReport:
    row = edit.row(id)
    return {
        "report": edit.place.report,
        "task": str(edit.place.key) if edit.place.key is not None else None,
        "id": row.id,
        "status": row.status,
        "answer": row.answer,
        "changed": bool(edit.diff),
        "dry_run": edit.dry_run,
        "diff": edit.diff,
        "waiting": edit.waiting,
        "next": edit.next,
    }


def answered_page(edit: AnswerEdit) -> Page:
    page = Page()
    if not edit.changed:
        page.line(Cell(edit.place.report, "strong"), " says so already; nothing changes")
    changed = set(edit.changed)
    for row in (row for row in edit.rows if row.id in changed):
        page.line(Cell(row.id, "strong"), f" {_became(row, dry_run=edit.dry_run)}")
    left = f"{counted(len(edit.waiting), 'question')} left: {', '.join(edit.waiting)}"
    page.line(left if edit.waiting else "no question is left without an answer")
    if edit.next is not None:
        page.line(Cell(f"next: {edit.next}", "faint"))
    return page


def _became(row: Clarification, *, dry_run: bool) -> str:
    verb = "would be" if dry_run else "is"
    return f"{verb} answered: {row.answer}" if row.answer else f"{verb} open again"


def imported_json(result: Import) -> shapes.ImportedAnswers:
    edit = result.edit
    return {
        "report": edit.place.report,
        "task": str(edit.place.key) if edit.place.key is not None else None,
        "file": result.file,
        "changed": list(edit.changed),
        "dry_run": edit.dry_run,
        "diff": edit.diff,
        "waiting": edit.waiting,
        "problems": [
            {"path": each.path, "rule": each.rule, "message": each.message, "hint": each.hint}
            for each in result.problems
        ],
        "next": edit.next,
    }


def imported_page(result: Import) -> Page:
    if not result.problems:
        return answered_page(result.edit)
    page = Page()
    for problem in result.problems:
        page.line(Cell(f"{result.file}: {problem.path}: ".replace(": : ", ": "), "bad"), problem.message)
        page.line(Cell(f"        {problem.hint}", "faint"))
    return page
