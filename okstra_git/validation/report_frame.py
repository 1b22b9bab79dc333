"""Rules of a report's frame: that it is there, its card, its verdict, its headings."""

from collections.abc import Iterator

from okstra_git.contract import (
    BLOCKED,
    DIRECTIONS,
    FORBIDDEN_HEADINGS,
    HEADING_FINAL_VERDICT,
    HEADING_NEXT_STEPS,
    HEADING_VERDICT_CARD,
    VERDICTS,
)
from okstra_git.documents.markdown import Document, Section
from okstra_git.names import quote
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

FIELDS = ("Verdict Token", "Direction", "Next Step")


def is_there(documents: RunDocuments) -> Iterator[Breach]:
    """The report is a file that can be read."""
    if documents.report is None:
        yield Breach(documents.report_path, 0, "there is no report")
    elif documents.report.refusal:
        yield Breach(documents.report.path, 0, documents.report.refusal)


def data_are_there(documents: RunDocuments) -> Iterator[Breach]:
    """The data of the report are a file."""
    if documents.data is None and not documents.data_problems and documents.data_path:
        yield Breach(documents.data_path, 0, "there are no report data")


def data_have_their_shape(documents: RunDocuments) -> Iterator[Breach]:
    """The data fit the model of their task type."""
    for problem in documents.data_problems:
        yield Breach(documents.data_path, 0, problem.message, problem.hint)


def is_of_this_run(documents: RunDocuments) -> Iterator[Breach]:
    """Report and data name the run, its nonce, its task type and its stage, where they name any."""
    if documents.report is not None:
        front, path = documents.report.document.front, documents.report.path
        for key, value in _own(documents):
            told = front.text(key)
            if told and value and told != value:
                yield Breach(path, 1, f"{key} in the front matter is {quote(told)}, and the run's is {quote(value)}")
    if documents.data is not None and documents.data.run_id != documents.run:
        message = f"runId is {quote(documents.data.run_id)}, and this is run {documents.run}"
        yield Breach(documents.data_path, 0, message)


def card_is_the_verdict(documents: RunDocuments) -> Iterator[Breach]:
    """The card's cells are, byte for byte, those of section 7 and of the first next step."""
    document, path = _report(documents)
    if document is None:
        return
    card, verdict = fields_of(document, HEADING_VERDICT_CARD), fields_of(document, HEADING_FINAL_VERDICT)
    if card is None:
        yield Breach(path, 0, f"there is no section {HEADING_VERDICT_CARD}")
        return
    line, cells = card
    for name in FIELDS:
        other = verdict[1].get(name) if verdict else None
        if other is not None and cells.get(name) != other:
            told = f"the card's {name} is {quote(cells.get(name, ''))}, that of {HEADING_FINAL_VERDICT} is"
            yield Breach(path, line, f"{told} {quote(other)}")
    first = first_step(document)
    if first is not None and cells.get("Next Step") != first:
        told = f"the card's Next Step is {quote(cells.get('Next Step', ''))}"
        yield Breach(path, line, f"{told}, the first of {HEADING_NEXT_STEPS} is {quote(first)}")


def verdict_is_one(documents: RunDocuments) -> Iterator[Breach]:
    """Section 7 is there once, with one Verdict Token and one Direction of the contract."""
    document, path = _report(documents)
    if document is None:
        return
    found = fields_of(document, HEADING_FINAL_VERDICT)
    if found is None:
        yield Breach(path, 0, f"there is no section {HEADING_FINAL_VERDICT} with its table")
        return
    yield from _other_tokens(document, path)
    line, cells = found
    for name, allowed in (("Verdict Token", (*VERDICTS, BLOCKED)), ("Direction", DIRECTIONS)):
        if cells.get(name) not in allowed:
            yield Breach(path, line, f"{name} is {quote(cells.get(name, ''))}, and must be one of {', '.join(allowed)}")


def _other_tokens(document: Document, path: str) -> Iterator[Breach]:
    """Fields `Verdict Token` beside those of the card and of section 7, which have one row each."""
    lines: dict[bool, list[int]] = {True: [], False: []}
    for section in document.sections:
        is_verdict = section.title.casefold() == HEADING_FINAL_VERDICT.casefold()
        for table in section.tables:
            lines[is_verdict] += [row.line for row in table.rows if FIELDS[0] in table.header]
    for line in (*lines[True][1:], *lines[False][1:]):
        yield Breach(path, line, f"one more {FIELDS[0]}")


def headings_are_allowed(documents: RunDocuments) -> Iterator[Breach]:
    """No heading of an older layout comes back, whatever its number."""
    document, path = _report(documents)
    titles = [title.partition(" ")[2].casefold() for title in FORBIDDEN_HEADINGS]
    for section in document.sections if document is not None else ():
        if section.level and section.title.casefold() in titles:
            yield Breach(path, section.line, f"{quote(section.raw)} is not a heading of a report")


def fields_of(document: Document, title: str) -> tuple[int, dict[str, str]] | None:
    """The line and the cells of the one-row table under a heading, by column."""
    section = document.find(title)
    table = section.tables[0] if section is not None and section.tables else None
    if table is None or not table.rows:
        return None
    return table.rows[0].line, dict(zip(table.header, table.rows[0].cells, strict=False))


def first_step(document: Document) -> str | None:
    """The first next step; None where there is none."""
    section = document.find(HEADING_NEXT_STEPS)
    return section.items[0].text if section is not None and section.items else None


def _report(documents: RunDocuments) -> tuple[Document | None, str]:
    report = documents.report
    if report is None or report.refusal:
        return None, documents.report_path
    return report.document, report.path


def _own(documents: RunDocuments) -> Iterator[tuple[str, str]]:
    yield "run", documents.run
    yield "nonce", documents.nonce
    yield "task", documents.task
    yield "task-type", documents.task_type
    yield "stage", str(documents.stage) if documents.stage is not None else ""


def sections_titled(document: Document, title: str) -> list[Section]:
    """Every section of that title."""
    return [section for section in document.sections if section.title.casefold() == title.casefold()]


_AGAIN = "mend the report data, then: okstra report render {data}"

RULES = (
    RunRule("report.missing", "A finished run has a report.", "okstra report render {data}", is_there),
    RunRule("report.data-missing", "A report has its data beside it.", "okstra report new --run {run}", data_are_there),
    RunRule("report.data-shape", "Report data have the shape of their task type.", "okstra report check {data}",
         data_have_their_shape),
    RunRule("report.run", "Report and data are of the run that they are checked for.", _AGAIN, is_of_this_run),
    RunRule("report.card", "The Verdict Card says what section 7 and the first next step say.", _AGAIN,
         card_is_the_verdict),
    RunRule("report.verdict", "Section 7 has one Verdict Token and one Direction, both of the contract.", _AGAIN,
         verdict_is_one),
    RunRule("report.heading", "Headings of older layouts do not come back.", _AGAIN, headings_are_allowed),
)  # fmt: skip
