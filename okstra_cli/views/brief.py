"""Briefs, their checks and the talk about their questions, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_cli.views.plan import flaw_json
from okstra_git.briefs.reporter_gate import MISSING, left_for_reporter
from okstra_git.commands import word
from okstra_git.porcelain.brief_edits import check_command, confirm_command

if TYPE_CHECKING:
    from okstra_cli.answers import documents as shapes
    from okstra_git.briefs.brief import Brief, OpenQuestion
    from okstra_git.briefs.reporter_gate import Promoted
    from okstra_git.documents.problems import Flaw
    from okstra_git.porcelain.brief_edits import BriefEdit, BriefFile, TermEdit
    from okstra_git.porcelain.briefs import BriefCheck, NewBrief

DIFF_TONES: dict[str, Any] = {"+": "good", "-": "bad", "@": "faint"}


def written_json(result: NewBrief) -> shapes.NewBrief:
    return {"path": str(result.path), "next": check_command(result.name)}


def written_page(result: NewBrief) -> Page:
    page = Page()
    if result.is_filled:
        page.line("wrote ", Cell(result.name, "strong"), " with the reporter's words; look it over:")
    else:
        page.line("wrote ", Cell(result.name, "strong"), "; fill it in, then look it over:")
    page.line(Cell(f"next: {check_command(result.name)}", "faint"))
    return page


def check_json(result: BriefCheck) -> shapes.CheckedBrief:
    path, brief, gate = result.name, result.brief, result.gate
    return {
        "path": path,
        "title": brief.title,
        "ticket": brief.ticket,
        "task_type": result.phase,
        "gate": {
            "state": gate.state,
            "may_proceed": gate.may_proceed,
            "promoted": [_promoted_json(each) for each in gate.promoted],
            "pending": [{"prefix": each.prefix, "text": each.text, "line": each.line} for each in gate.pending],
        },
        "problems": [{**flaw_json(flaw), "next": next_for(flaw, path, brief)} for flaw in result.flaws],
        "next": None if gate.may_proceed else confirm_command(path),
    }


def _promoted_json(item: Promoted) -> shapes.PromotedQuestion:
    return {
        "prefix": item.prefix,
        "text": item.text,
        "line": item.line,
        "kind": item.kind,
        "blocks": item.blocks,
        "recommended": item.recommended,
    }


def next_for(flaw: Flaw, path: str, brief: Brief) -> str | None:
    """The command that mends the flaw, None when only a person with the file can."""
    file = word(path)
    number = next((n for n, each in enumerate(brief.questions, 1) if each.line == flaw.line), 0)
    return {
        "brief.bad-gate": f"git okstra brief confirm {file} --pending",
        "brief.unknown-term": "git okstra brief term TERM --meaning TEXT",
        "brief.unpaired-inference": f"git okstra brief ask {file} --prefix intent-check: --text TEXT",
        "brief.no-answer": f"git okstra brief confirm {file} --question {number} --answer TEXT",
    }.get(flaw.code)


def check_page(result: BriefCheck) -> Page:
    path, gate, page = result.name, result.gate, Page()
    for flaw in result.flaws:
        page.line(Cell(f"{path}:{flaw.line}: ", "bad"), flaw.message)
        page.line(Cell(f"        {flaw.hint}", "faint"))
        command = next_for(flaw, path, result.brief)
        if command:
            page.line(Cell(f"        {command}", "faint"))
    verdict = Cell("may begin", "good") if gate.may_proceed else Cell("must not begin", "bad")
    if gate.may_proceed and any(flaw.code == "brief.no-report" for flaw in result.flaws):
        verdict = Cell("is not to begin before its report is named", "warn")
    page.line(f"reporter-confirmations: {gate.state}; {result.phase} ", verdict)
    for row in gate.pending:
        page.line(Cell(f"  ask the reporter, line {row.line}: ", "warn"), f"{row.prefix} {row.text}")
    for item in gate.promoted:
        page.line(f"  handed on, line {item.line}: {item.prefix} {item.text}")
    if not gate.may_proceed:
        page.line(Cell(f"next: {confirm_command(path)}", "faint"))
    return page


def edited_json(edit: BriefEdit) -> shapes.EditedBrief:
    """An edit and what it left: `changed` says whether it changes the file, written or not."""
    after = edit.after
    return {
        "path": edit.name,
        "dry_run": edit.dry_run,
        "changed": bool(edit.diff),
        "gate": after.gate,
        "left": [number for number, each in enumerate(after.questions, 1) if each in left_for_reporter(after)],
        "diff": edit.diff,
        "next": next_of(edit.name, after),
    }


def next_of(path: str, brief: Brief) -> str:
    """Ask the reporter while something is left for them, else look the brief over."""
    return confirm_command(path) if left_for_reporter(brief) else check_command(path)


def edited_page(edit: BriefEdit) -> Page:
    page = Page()
    show_diff(page, edit)
    page.line(Cell(f"next: {next_of(edit.name, edit.after)}", "faint"))
    return page


def show_diff(page: Page, edit: BriefEdit | TermEdit) -> None:
    """What becomes of the file, and each line of it."""
    if not edit.diff:
        page.line(Cell(edit.name, "strong"), " says so already; nothing changes")
        return
    page.line(Cell(edit.name, "strong"), " would change:" if edit.dry_run else " is changed:")
    for line in edit.diff:
        page.line(Cell(f"  {line}", DIFF_TONES.get(line[:1], "plain")))


def term_json(edit: TermEdit) -> shapes.EditedTerm:
    return {
        "path": str(edit.path),
        "term": edit.term,
        "meaning": edit.meaning,
        "dry_run": edit.dry_run,
        "changed": bool(edit.diff),
        "diff": edit.diff,
    }


def term_page(edit: TermEdit) -> Page:
    page = Page()
    show_diff(page, edit)
    return page


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
