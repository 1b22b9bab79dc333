"""Rules of ticket tagging: which task types tag, and that tags and coverage say the same."""

import re
from collections.abc import Iterator
from typing import Any

from okstra_git.names import quote
from okstra_git.phases import PHASES
from okstra_git.records.report.parts import ManyTickets, NoTickets, SingleTicket
from okstra_git.validation.report_reading import text_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments
from okstra_git.validation.worker_items import TAGGED_SECTIONS, items_of

TAGGED = tuple(name for name, phase in PHASES.items() if phase.tags_tickets)
_BARE = ("final-verification", "release-handoff")
_SEPARATOR = re.compile(r"\s*,\s*")


def items_have_tickets(documents: RunDocuments) -> Iterator[Breach]:
    """Every item of sections 1 to 5 of a result has its ticket."""
    for worker, file in documents.results.items():
        for item in items_of(file.text, worker).items if text_of(file) is not None else ():
            if item.section in TAGGED_SECTIONS and not item.ticket:
                yield Breach(file.path, item.line, f"{quote(item.id)} has no ticket", _fill(documents))


def tags_agree_with_coverage(documents: RunDocuments) -> Iterator[Breach]:
    """A ticket that a row has is one that is covered."""
    data = documents.data
    if data is None or isinstance(data.ticket_coverage, NoTickets) or documents.task_type not in TAGGED:
        return
    coverage = data.ticket_coverage
    covered = {coverage.single_ticket} if isinstance(coverage, SingleTicket) else set(coverage.tickets)
    for place, row in tagged_rows(documents):
        for ticket in filter(None, _SEPARATOR.split(row.ticket_id.strip())):
            if ticket not in covered:
                yield Breach(documents.data_path, 0, f"{place}.ticketId: ticketCoverage does not have {quote(ticket)}")


def tickets_of_the_brief_are_covered(documents: RunDocuments) -> Iterator[Breach]:
    """Every ticket of the brief is covered by some row."""
    data = documents.data
    if data is None or not isinstance(data.ticket_coverage, ManyTickets):
        return
    for ticket in documents.tickets:
        if not data.ticket_coverage.tickets.get(ticket):
            yield Breach(documents.data_path, 0, f"no row covers the ticket {quote(ticket)}")


def tagged_rows(documents: RunDocuments) -> Iterator[tuple[str, Any]]:
    """Every row of the data that has a ticket, or should have one, with its JSON path."""
    data = documents.data
    if data is None or documents.task_type not in TAGGED:
        return
    lists: list[tuple[str, Any]] = [
        ("clarifications", data.clarifications),
        ("evidence.primary", data.evidence.primary),
        ("consensus", data.consensus),
        ("differences", data.differences),
    ]
    lists += [(f"deliverable.{_camel(name)}", rows) for name, rows in vars(data.deliverable).items()]
    for name, rows in lists:
        for at, row in enumerate(rows if isinstance(rows, tuple) else ()):
            if hasattr(row, "ticket_id"):
                yield f"{name}[{at}]", row


def _ids(documents: RunDocuments) -> Iterator[str]:
    data = documents.data
    deliverable = data.deliverable if data is not None else None
    for value in vars(deliverable).values() if deliverable is not None else ():
        yield from (row.id for row in (value if isinstance(value, tuple) else ()) if hasattr(row, "id"))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _fill(documents: RunDocuments) -> str:
    own = documents.tickets[0] if len(documents.tickets) == 1 else ""
    return f"write {own}, unless it concerns another ticket" if own else "write the ticket, or unknown"


RULES = (
    RunRule("ticket.item", "Items of sections 1 to 5 of a result have their ticket.",
         "add a column Ticket ID, or [TICKETID: <id>] in front", items_have_tickets, task_types=TAGGED),
    RunRule("ticket.agrees", "A ticket of a row is one that ticketCoverage has.",
         "mend the ticket, or add it to ticketCoverage", tags_agree_with_coverage, task_types=TAGGED),
    RunRule("ticket.brief", "Every ticket of the brief is covered by some row.",
         "say which rows concern it, or add one that says why none does", tickets_of_the_brief_are_covered,
         task_types=TAGGED),
)  # fmt: skip
