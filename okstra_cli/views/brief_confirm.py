"""Reporter confirmations as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.brief import edited_json, show_diff
from okstra_git.briefs.reporter_gate import MISSING, left_for_reporter
from okstra_git.porcelain.brief_edits import check_command, confirm_command

if TYPE_CHECKING:
    from okstra_cli.answers import documents as shapes
    from okstra_git.briefs.brief import Brief, OpenQuestion
    from okstra_git.porcelain.brief_edits import BriefEdit, BriefFile

Numbered = list[tuple[int, "OpenQuestion"]]


def list_json(file: BriefFile) -> shapes.BriefQuestions:
    path, brief = file.name, file.brief
    mine, others, answered = _sorted(brief)
    return {
        "path": path,
        "gate": brief.gate or MISSING,
        "questions": [_question_json(number, each) for number, each in mine],
        "others": [_question_json(number, each) for number, each in others],
        "answered": [
            {**_question_json(number, each), "id": each.answer, "date": each.confirmed_on,
             "answer": brief.answers[each.answer]}
            for number, each in answered
        ],
        "next": _next(path, brief),
    }  # fmt: skip


def list_page(file: BriefFile) -> Page:
    path, brief = file.name, file.brief
    mine, others, answered = _sorted(brief)
    page = Page()
    page.line(f"reporter-confirmations: {brief.gate or MISSING}; to ask the reporter: {len(mine)}")
    for number, each in mine:
        page.line(Cell(f"  {number}  ", "warn"), f"{each.prefix} {each.text}", Cell(f" (line {each.line})", "faint"))
    if others:
        page.line("open, and not for the reporter alone:")
        _list(page, others)
    for number, each in answered:
        page.line(Cell(f"  {number}  answered, {each.answer}: ", "good"), f"{each.prefix} {each.text}")
    page.line(Cell(f"next: {_next(path, brief)}", "faint"))
    return page


def answered_json(edit: BriefEdit) -> shapes.AnsweredBrief:
    after = edit.after
    question = after.questions[edit.question - 1]
    return {
        **edited_json(edit),
        "question": edit.question,
        "id": question.answer,
        "date": question.confirmed_on,
        "answer": after.answers[question.answer],
        "next": _next(edit.name, after),
    }


def gate_json(edit: BriefEdit) -> shapes.EditedBrief:
    return {**edited_json(edit), "next": check_command(edit.name)}


def changed_page(edit: BriefEdit) -> Page:
    """What became of the file, and how many questions are left."""
    page, after = Page(), edit.after
    show_diff(page, edit)
    page.line(f"reporter-confirmations: {after.gate}; to ask the reporter: {len(left_for_reporter(after))}")
    page.line(Cell(f"next: {_next(edit.name, after)}", "faint"))
    return page


def _list(page: Page, questions: Numbered) -> None:
    for number, each in questions:
        page.line(f"  {number}  {each.prefix} {each.text}", Cell(f" (line {each.line})", "faint"))


def _sorted(brief: Brief) -> tuple[Numbered, Numbered, Numbered]:
    """Questions with their numbers: for the reporter, open otherwise, answered."""
    every = list(enumerate(brief.questions, 1))
    left = left_for_reporter(brief)
    mine = [pair for pair in every if pair[1] in left]
    others = [pair for pair in every if pair[1] in brief.unmarked and pair not in mine]
    return mine, others, [pair for pair in every if pair not in mine and pair not in others]


def _question_json(number: int, question: OpenQuestion) -> shapes.Question:
    return {"question": number, "prefix": question.prefix, "text": question.text, "line": question.line}


def _next(path: str, brief: Brief) -> str:
    """Answer what is open; say that nothing is; or look the brief over."""
    mine = _sorted(brief)[0]
    if mine and not brief.document.unclosed:
        return f"{confirm_command(path)} --question {mine[0][0]} --answer TEXT"
    is_settled = brief.gate == "complete" or brief.document.unclosed
    return check_command(path) if is_settled else f"{confirm_command(path)} --complete"
