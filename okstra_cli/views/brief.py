"""Briefs as JSON and as text: written, checked and edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_git.briefs.reporter_gate import left_for_reporter
from okstra_git.commands import word

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.briefs.brief import Brief
    from okstra_git.briefs.reporter_gate import Gate
    from okstra_git.documents.problems import Flaw

DIFF_TONES: dict[str, Any] = {"+": "good", "-": "bad", "@": "faint"}


def check_command(path: str) -> str:
    return f"git okstra brief check {word(path)}"


def written_json(path: Path, shown_path: str) -> dict[str, Any]:
    return {"path": str(path), "next": check_command(shown_path)}


def written_page(path: str, *, is_filled: bool = False) -> Page:
    page = Page()
    if is_filled:
        page.line("wrote ", Cell(path, "strong"), " with the reporter's words; look it over:")
    else:
        page.line("wrote ", Cell(path, "strong"), "; fill it in, then look it over:")
    page.line(Cell(f"next: {check_command(path)}", "faint"))
    return page


def check_json(path: str, brief: Brief, gate: Gate, problems: Sequence[Flaw], phase: str) -> dict[str, Any]:
    return {
        "path": path,
        "title": brief.title,
        "ticket": brief.ticket,
        "task_type": phase,
        "gate": {
            "state": gate.state,
            "may_proceed": gate.may_proceed,
            "promoted": [vars(each) for each in gate.promoted],
            "pending": [{"prefix": each.prefix, "text": each.text, "line": each.line} for each in gate.pending],
        },
        "problems": [{**problem.as_json(), "next": next_for(problem, path, brief)} for problem in problems],
        "next": None if gate.may_proceed else f"git okstra brief confirm {word(path)}",
    }


def next_for(problem: Flaw, path: str, brief: Brief) -> str | None:
    """The command that mends the problem, None when only a person with the file can."""
    file = word(path)
    number = next((n for n, each in enumerate(brief.questions, 1) if each.line == problem.line), 0)
    return {
        "brief.bad-gate": f"git okstra brief confirm {file} --pending",
        "brief.unknown-term": "git okstra brief term TERM --meaning TEXT",
        "brief.unpaired-inference": f"git okstra brief ask {file} --prefix intent-check: --text TEXT",
        "brief.no-answer": f"git okstra brief confirm {file} --question {number} --answer TEXT",
    }.get(problem.code)


def check_page(path: str, brief: Brief, gate: Gate, problems: Sequence[Flaw], phase: str) -> Page:
    page = Page()
    for problem in problems:
        page.line(Cell(f"{path}:{problem.line}: ", "bad"), problem.message)
        page.line(Cell(f"        {problem.hint}", "faint"))
        command = next_for(problem, path, brief)
        if command:
            page.line(Cell(f"        {command}", "faint"))
    told = Cell("may begin", "good") if gate.may_proceed else Cell("must not begin", "bad")
    if gate.may_proceed and any(problem.code == "brief.no-report" for problem in problems):
        told = Cell("is not to begin before its report is named", "warn")
    page.line(f"reporter-confirmations: {gate.state}; {phase} ", told)
    for row in gate.pending:
        page.line(Cell(f"  ask the reporter, line {row.line}: ", "warn"), f"{row.prefix} {row.text}")
    for item in gate.promoted:
        page.line(f"  handed on, line {item.line}: {item.prefix} {item.text}")
    if not gate.may_proceed:
        page.line(Cell(f"next: git okstra brief confirm {word(path)}", "faint"))
    return page


def edited_json(path: str, after: Brief, diff: Sequence[str], *, dry_run: bool) -> dict[str, Any]:
    """An edit and what it left: `changed` says whether it changes the file, written or not."""
    return {
        "path": path,
        "dry_run": dry_run,
        "changed": bool(diff),
        "gate": after.gate,
        "left": [number for number, each in enumerate(after.questions, 1) if each in left_for_reporter(after)],
        "diff": list(diff),
        "next": next_of(path, after),
    }


def next_of(path: str, brief: Brief) -> str:
    """Ask the reporter while something is left for them, else look the brief over."""
    return f"git okstra brief confirm {word(path)}" if left_for_reporter(brief) else check_command(path)


def edited_page(path: str, after: Brief, diff: Sequence[str], *, dry_run: bool) -> Page:
    page = Page()
    head(page, path, diff, dry_run=dry_run)
    page.line(Cell(f"next: {next_of(path, after)}", "faint"))
    return page


def head(page: Page, path: str, diff: Sequence[str], *, dry_run: bool) -> None:
    """What becomes of the file, and each line of it."""
    if not diff:
        page.line(Cell(path, "strong"), " says so already; nothing changes")
        return
    page.line(Cell(path, "strong"), " would change:" if dry_run else " is changed:")
    for line in diff:
        page.line(Cell(f"  {line}", DIFF_TONES.get(line[:1], "plain")))


def term_json(path: Path, term: str, meaning: str, diff: Sequence[str], *, dry_run: bool) -> dict[str, Any]:
    return {"path": str(path), "term": term, "meaning": meaning, "dry_run": dry_run, "changed": bool(diff),
            "diff": list(diff)}  # fmt: skip


def term_page(path: str, diff: Sequence[str], *, dry_run: bool) -> Page:
    page = Page()
    head(page, path, diff, dry_run=dry_run)
    return page
