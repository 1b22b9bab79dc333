"""Approvals as JSON and as text: who approved what and when, and whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.moments import told_time
from okstra_cli.views.prove import SHORT, differences, differs_json, range_json
from okstra_git.names import quote
from okstra_git.records.grammar import show_time

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import proofs as shapes
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.review import Approved, JudgedApproval, ReviewStatus
    from okstra_git.records.repository_events import RepositoryEvent

TONES: dict[str, Tone] = {"holds": "good", "void": "bad", "unsure": "warn", "none": "warn"}
EXITS = {"holds": 0, "void": 1, "unsure": 2, "none": 2}


def exit_status(status: ReviewStatus) -> int:
    """0 an approval holds, 1 all are void, 2 it cannot be said."""
    return EXITS[status.state]


def approval_json(event: RepositoryEvent) -> shapes.Approval:
    """One approval as it was recorded."""
    approved = event.fact.range
    return {
        "reviewer": event.fact.reviewer,
        "at": show_time(event.at),
        "by": event.by or None,
        "writer": event.writer,
        "ref": event.fact.ref or None,
        "base": event.fact.base or None,
        "range": {"base": approved.base, "head": approved.head, "tree": approved.head_tree},
    }


def recorded_json(approved: Approved) -> shapes.RecordedApproval:
    """The approval, and the one whose place it took."""
    former = approved.former
    return {
        "approval": approval_json(approved.event),
        "replaced": approval_json(former) if former is not None else None,
    }


def recorded_page(approved: Approved) -> Page:
    """What was recorded, in one line or three."""
    page, fact = Page(), approved.event.fact
    named = f"{quote(fact.ref)} at " if fact.ref else ""
    page.line(Cell("approved", "good"), f" by {fact.reviewer}: {named}{fact.range.head[:SHORT]}, {fact.range.subject}")
    if approved.former is not None:
        page.line(Cell(f"in place of the approval of {approved.former.fact.range.head[:SHORT]}", "faint"))
    return page


def status_json(status: ReviewStatus) -> shapes.ReviewStatus:
    """The verdict, and every approval with its own."""
    return {
        "status": status.state,
        "ref": status.name,
        "change": range_json(status.change),
        "approvals": [_standing_json(standing) for standing in status.approvals],
        "by_content": status.by_content,
    }


def _standing_json(standing: JudgedApproval) -> shapes.StandingApproval:
    comparison = standing.comparison
    return {
        **approval_json(standing.event),
        "status": standing.state,
        "proof": comparison.proof,
        "differs": differs_json(comparison.differs),
        "reason": comparison.reason,
    }


def status_page(git: Git, status: ReviewStatus, now: datetime) -> Page:
    """The verdict, then who approved what; and what changed since, where that makes an approval void."""
    page = Page()
    words = {
        "holds": "nothing changed since it was approved",
        "void": "changed since it was approved",
        "unsure": "cannot say whether it is what was approved",
        "none": "nobody has approved this change",
    }
    page.line(Cell(status.state, TONES[status.state]), f": {quote(status.name)} {status.change.head[:SHORT]}, ",
              words[status.state])  # fmt: skip
    for standing in status.approvals:
        fact, comparison = standing.event.fact, standing.comparison
        proof = f"{comparison.proof}: " if comparison.proof else ""
        named = f" as {quote(fact.ref)}" if status.by_content and fact.ref else ""
        page.line("  ", Cell(f"{standing.state:<6}", TONES[standing.state]), f"  {fact.reviewer} approved ",
                  f"{fact.range.head[:SHORT]}{named} {told_time(standing.event.at, now)}")  # fmt: skip
        page.line(Cell(f"          {proof}{comparison.reason}", "faint"))
    for ref in status.unread:
        page.line(Cell("note: ", "warn"), f"the log {ref} could not be read; it may hold more approvals")
    void = [standing for standing in status.approvals if standing.state == "void"]
    if status.state != "holds" and void:
        differences(page, git, void[-1].comparison.differs)
    return page
