"""Rules of a report's sections: which are there, which are not, and what is carried in from the report before."""

import re
from collections.abc import Iterator

from okstra_git.contract import (
    BLOCKED,
    HEADING_APPROVAL,
    HEADING_CARRIED_IN,
    HEADING_CLARIFICATIONS,
    HEADING_CONSENSUS,
    HEADING_DIFFERENCES,
    HEADING_EVIDENCE,
    HEADING_FINAL_VERDICT,
    HEADING_FOLLOW_UPS,
    HEADING_NEXT_STEPS,
    HEADING_PRIMARY_EVIDENCE,
    HEADING_VERDICT_CARD,
)
from okstra_git.documents.markdown import Section
from okstra_git.names import quote
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.validation.report_frame import fields_of
from okstra_git.validation.report_reading import (
    deliverable_sections,
    parts_of,
    plain_head,
    report_of,
    rows_of,
    sections_named,
    text_of,
    texts_of,
)
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

_PLANNING = "implementation-planning"
_BARE_FOLLOW_UPS = HEADING_FOLLOW_UPS.partition(" (")[0]
_BARE_APPROVAL = HEADING_APPROVAL.partition(" (")[0]
_ZERO = re.compile(r"0[.)]?\s")
_ITEM = re.compile(r"\bC-[0-9]{3}\b")

CONTRACT_SECTIONS = (
    HEADING_CLARIFICATIONS, HEADING_EVIDENCE, HEADING_PRIMARY_EVIDENCE, HEADING_NEXT_STEPS, _BARE_FOLLOW_UPS,
    HEADING_CONSENSUS, HEADING_DIFFERENCES,
)  # fmt: skip
"""What every report has beside card and verdict, which have rules of their own."""


def sections_are_there(documents: RunDocuments) -> Iterator[Breach]:
    """Every section of the contract is there."""
    report = report_of(documents)
    for title in CONTRACT_SECTIONS if report is not None else ():
        assert report is not None
        if not sections_named(report.document, title):
            yield Breach(report.path, 0, f"there is no section {title}")


def sections_are_there_once(documents: RunDocuments) -> Iterator[Breach]:
    """No section of the contract is there twice: programs read the first, people the second."""
    report = report_of(documents)
    if report is None:
        return
    for title in (HEADING_VERDICT_CARD, *CONTRACT_SECTIONS, HEADING_FINAL_VERDICT):
        for again in sections_named(report.document, title)[1:]:
            yield Breach(report.path, again.line, f"a second section {title}")


def deliverable_is_its_own(documents: RunDocuments) -> Iterator[Breach]:
    """A report has the deliverable of its own phase and of no other."""
    report = report_of(documents)
    if report is None:
        return
    for section, owner in deliverable_sections(report.document):
        if owner != documents.task_type:
            message = f"{quote(section.raw)} is the deliverable of {owner}, and this is a run of {documents.task_type}"
            yield Breach(report.path, section.line, message)


def deliverable_is_there(documents: RunDocuments) -> Iterator[Breach]:
    """The phase has delivered something, unless it could not begin."""
    report = report_of(documents)
    if report is None or _is_blocked(documents):
        return
    if documents.task_type not in {owner for _, owner in deliverable_sections(report.document)}:
        yield Breach(report.path, 0, f"there is no section 5 with the deliverable of {documents.task_type}")


def carried_section_only_with_carry_in(documents: RunDocuments) -> Iterator[Breach]:
    """Section 0 is there exactly when answers were carried in, and is never a stub."""
    report = report_of(documents)
    if report is None:
        return
    section = carried_section(documents)
    if section is None and text_of(documents.carried) is not None:
        hint = "list every row of the carried report in carriedIn, then render again"
        yield Breach(report.path, 0, f"answers were carried in, and there is no section 0 {HEADING_CARRIED_IN}", hint)
    if section is not None and documents.carried is None:
        hint = "set carriedIn to null, then render again"
        yield Breach(report.path, section.line, "nothing was carried in, so section 0 has to be left out", hint)


def carried_rows_are_walked(documents: RunDocuments) -> Iterator[Breach]:
    """Section 0 lists every row of the carried report, those without an answer too, with a status."""
    report, carried, section = report_of(documents), text_of(documents.carried), carried_section(documents)
    if report is None or carried is None or section is None:
        return
    rows = [row for table in section.tables if "id" in map(plain_head, table.header) for row in rows_of(table)]
    walked = {row.cells.get("id", "").strip("*_` ") for row in rows}
    for row in list_clarifications(carried.document):
        if row.id and row.id not in walked:
            unanswered = ", which nobody has answered" if row.is_unanswered else ""
            yield Breach(report.path, section.line, f"{quote(row.id)} was carried in{unanswered}, and is not listed")


def approval_block_repeats_nothing(documents: RunDocuments) -> Iterator[Breach]:
    """The approval block belongs to plans, and repeats no question of section 1."""
    report = report_of(documents)
    section = report.document.find(_BARE_APPROVAL) if report is not None else None
    if report is None or section is None:
        return
    if documents.task_type != _PLANNING:
        yield Breach(report.path, section.line, f"{quote(section.raw)} belongs to {_PLANNING} alone")
    statements = {_words(row.statement): row.id for row in list_clarifications(report.document) if row.statement}
    for part in parts_of(report.document, _BARE_APPROVAL):
        texts = [*texts_of(part)]
        texts += [(row.line, cell) for table in part.tables for row in table.rows for cell in row.cells]
        for line, text in texts:
            name = next(iter(_ITEM.findall(text)), "") or statements.get(_words(text), "")
            if name:
                yield Breach(report.path, line, f"{name} is repeated in the approval block")


def carried_section(documents: RunDocuments) -> Section | None:
    """Section 0 of the report, by title, or by its number where it has another one."""
    report = report_of(documents)
    if report is None:
        return None
    return report.document.find(HEADING_CARRIED_IN) or next(
        (
            section
            for section in report.document.sections
            if section.level == 2 and _ZERO.match(section.raw) and section.title.casefold() != "reading confirmation"
        ),
        None,
    )


def _is_blocked(documents: RunDocuments) -> bool:
    report = report_of(documents)
    found = fields_of(report.document, HEADING_FINAL_VERDICT) if report is not None else None
    return found is not None and found[1].get("Verdict Token") == BLOCKED and found[1].get("Direction") == "hold"


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


_AGAIN = "mend the report data, then: okstra report render {data}"

RULES = (
    RunRule("report.section", "A report has every section of the contract.", _AGAIN, sections_are_there),
    RunRule("report.section-twice", "No section of the contract is there twice.", "take the second one out",
         sections_are_there_once),
    RunRule("report.other-deliverable", "A report delivers what its own phase delivers, and nothing of another.",
         "take the section out; another phase needs a run of its own", deliverable_is_its_own),
    RunRule("report.deliverable", "A report has the deliverable of its phase, unless the run was blocked.", _AGAIN,
         deliverable_is_there),
    RunRule("report.section-0", "Section 0 is there exactly when answers were carried in.", _AGAIN,
         carried_section_only_with_carry_in),
    RunRule("report.carried-rows", "Section 0 lists every row that was carried in, blank ones too.",
         "add the row to carriedIn of the report data, then: okstra report render {data}", carried_rows_are_walked),
    RunRule("report.approval-block", "The approval block belongs to plans and repeats no clarification item.",
         "leave the question in section 1 alone", approval_block_repeats_nothing),
)  # fmt: skip
