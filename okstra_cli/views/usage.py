"""What agents used, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_git.porcelain.usage import WITH_LEAD
from okstra_git.wording import counted

if TYPE_CHECKING:
    from decimal import Decimal

    from okstra_cli.answers import usage as shapes
    from okstra_git.agents.tokens import Tokens
    from okstra_git.porcelain.usage import CollectedUsage, MemberUsage, ShownUsage
    from okstra_git.usage.landed import ChangeCost
    from okstra_git.usage.rows import UsageRow

SHORT = 10
SURE = {"exact": "", "lower_bound": "at least", "approximate": "about"}


def collected_json(seen: CollectedUsage) -> shapes.TeamUsage:
    """The team, the lead first."""
    return {
        "task": str(seen.task.key),
        "run": seen.run.id,
        "teamState": seen.path,
        "written": seen.is_written,
        "total": _tokens(seen.total),
        "confidence": seen.confidence,
        "members": [_member(each) for each in seen.members],
        "unattributed": [each.session for each in seen.unattributed],
    }


def collected_page(seen: CollectedUsage) -> Page:
    """A row for each member, then the sum."""
    page = Page()
    rows = [_member_row(each) for each in seen.members]
    sure = SURE[seen.confidence]
    rows.append((Cell("total", "strong"), "", *_numbers(seen.total), sure))
    page.table(("member", "program", "in", "cached", "out", "sure"), rows)
    for each in seen.unattributed:
        page.line(Cell(f"session {each.session} belongs to nobody of the team", "warn"))
    if seen.is_written:
        page.line(f"written into {seen.path}, and recorded")
    return page


def shown_json(seen: ShownUsage) -> shapes.Usage:
    """The rows and their sum."""
    changes = seen.changes or (None,) * len(seen.rows)
    return {
        "by": seen.view,
        "prices": seen.prices.date,
        "rows": [_row(row, change) for row, change in zip(seen.rows, changes, strict=True)],
        "total": _row(seen.total, None),
        "runsWithout": seen.runs_without,
    }


def shown_page(seen: ShownUsage) -> Page:
    """A table, and what the sum leaves out."""
    page = Page()
    if not seen.rows:
        page.line("nothing is on record")
        return page
    lines = [_line(row, seen, index) for index, row in enumerate(seen.rows)]
    blank = ("",) * (len(lines[0]) - 6)
    total: tuple[Cell | str, ...] = (Cell("total", "strong"), *blank, *_sums(seen.total))
    heads = ["change", "state", "runs"] if seen.changes else [seen.view]
    rows: list[tuple[Cell | str, ...]] = [*lines, total]
    page.table([*heads, "in", "cached", "out", "cost", "sure"], rows)
    page.line(Cell(f"prices of {seen.prices.date}", "faint"))
    if seen.total.unpriced:
        page.line(f"{seen.total.unpriced} tokens are of models without a price")
    if seen.runs_without:
        page.line(f"{counted(seen.runs_without, 'run')} without any usage on record")
    return page


def _member(each: MemberUsage) -> shapes.TeamMemberUsage:
    return {
        "member": each.name,
        "program": each.program,
        "sessions": [record.session for record in each.sessions] or ([each.looked] if each.looked else []),
        "usage": _tokens(each.tokens) if each.sessions else None,
        "confidence": each.confidence if each.sessions else None,
        "sources": sorted({record.source for record in each.sessions}),
        "reason": each.why or None,
        "remarks": list(dict.fromkeys(remark for record in each.sessions for remark in record.remarks)),
    }


def _member_row(each: MemberUsage) -> tuple[Cell | str, ...]:
    if not each.sessions:
        return each.name, each.program, "-", "-", "-", Cell(each.why, "faint" if each.why == WITH_LEAD else "warn")
    return each.name, each.program, *_numbers(each.tokens), SURE[each.confidence]


def _row(row: UsageRow, change: ChangeCost | None) -> shapes.UsageRow:
    priced = row.dollars or row.unpriced < row.tokens.total
    return {
        "name": row.name,
        "tokens": _tokens(row.tokens),
        "dollars": str(row.dollars.normalize()) if priced else None,
        "unpriced": row.unpriced,
        "confidence": row.confidence,
        "task": str(change.task.key) if change else None,
        "stage": change.stage if change else None,
        "state": change.state or None if change else None,
        "commit": change.commit or None if change else None,
        "runs": change.runs if change else None,
        "fruitless": change.fruitless if change else None,
    }


def _name(row: UsageRow, seen: ShownUsage, index: int) -> tuple[Cell | str, ...]:
    if not seen.changes:
        return (row.name,)
    change = seen.changes[index]
    where = f" {change.commit[:SHORT]}" if change.commit else ""
    runs = f"{change.runs}" + (f", {change.fruitless} for nothing" if change.fruitless else "")
    return row.name, Cell(change.state + where, "good" if change.state == "landed" else "plain"), runs


def _line(row: UsageRow, seen: ShownUsage, index: int) -> tuple[Cell | str, ...]:
    return (*_name(row, seen, index), *_sums(row))


def _sums(row: UsageRow) -> tuple[str, ...]:
    return (*_numbers(row.tokens), _money(row), SURE[row.confidence])


def _tokens(tokens: Tokens) -> shapes.UsedTokens:
    return {
        "fresh": tokens.fresh,
        "cached": tokens.cached,
        "written": tokens.written,
        "output": tokens.output,
        "thought": tokens.thought,
        "total": tokens.total,
    }


def _numbers(tokens: Tokens) -> tuple[str, str, str]:
    return f"{tokens.fresh + tokens.written:,}", f"{tokens.cached:,}", f"{tokens.output:,}"


def _money(row: UsageRow) -> str:
    return f"${_rounded(row.dollars)}" if row.dollars or row.unpriced < row.tokens.total else "-"


def _rounded(dollars: Decimal) -> str:
    return f"{dollars:.2f}" if dollars >= 1 else f"{dollars:.4f}"
