"""Rules of section 5.9: ten columns, ids, lenses, sources and an order without gaps."""

import re
from collections.abc import Iterator

from okstra_git.contract import HEADING_IMPROVEMENTS, IMPROVEMENT_COLUMNS, LENSES, WORKERS
from okstra_git.documents.markdown import Table
from okstra_git.names import quote
from okstra_git.phases import PHASES
from okstra_git.validation.report_reading import ReportRow, parts_of, plain_head, report_of, rows_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

IMPROVEMENT = ("improvement-discovery",)
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_ID = re.compile(r"I-[0-9]{3}")
_HEADS = tuple(map(plain_head, IMPROVEMENT_COLUMNS))
_ANALYSERS = "|".join(worker.id for worker in WORKERS.values() if worker.is_analyser)
_PAIR = re.compile(rf"(?:{_ANALYSERS}):\S+")
_TEXTS = ("candidate", "evidence", "benefit", "effort", "risk")


def table_is_one(documents: RunDocuments) -> Iterator[Breach]:
    """Section 5.9 has one table of candidates."""
    report, tables = report_of(documents), _tables(documents)
    parts = parts_of(report.document, HEADING_IMPROVEMENTS) if report is not None else ()
    if report is None or not parts:
        return
    for table in tables[1:]:
        yield Breach(report.path, table.line, f"a second table in {HEADING_IMPROVEMENTS}")


def columns_are_ten(documents: RunDocuments) -> Iterator[Breach]:
    """The table has the ten columns in their order."""
    report = report_of(documents)
    for table in _tables(documents)[:1]:
        assert report is not None
        if tuple(map(plain_head, table.header)) != _HEADS:
            yield Breach(report.path, table.line, f"the table has other columns than {' | '.join(IMPROVEMENT_COLUMNS)}")


def ids_are_their_own(documents: RunDocuments) -> Iterator[Breach]:
    """Candidates have ids I-001, I-002 …, each once."""
    taken: set[str] = set()
    for path, row in _rows(documents):
        name = row.cells.get("id", "")
        if not _ID.fullmatch(name):
            yield Breach(path, row.line, f"{quote(name)} is not an id", "write I-001, I-002 …")
        elif name in taken:
            yield Breach(path, row.line, f"{name} is there twice")
        taken.add(name)


def lenses_are_known(documents: RunDocuments) -> Iterator[Breach]:
    """Lenses are those of the list."""
    for path, row in _rows(documents):
        if row.cells.get("lens", "") not in LENSES:
            message = f"{quote(row.cells.get('lens', ''))} is not a lens"
            yield Breach(path, row.line, message, f"one of {', '.join(LENSES)}")


def sources_are_workers(documents: RunDocuments) -> Iterator[Breach]:
    """Sources are pairs of a worker and an item of its result; of a report with data the data are asked the same."""
    for path, row in _rows(documents) if documents.data is None else ():
        pairs = [pair.strip() for pair in row.cells.get("source workers", "").split(",")]
        for pair in pairs:
            if not _PAIR.fullmatch(pair):
                message = f"{quote(pair)} is not a worker and its item"
                yield Breach(path, row.line, message, "write pairs such as claude:F-001, codex:1.1")


def candidates_lead_somewhere(documents: RunDocuments) -> Iterator[Breach]:
    """A candidate says everything, and suggests a task type."""
    for path, row in _rows(documents):
        blank = [name for name in _TEXTS if not row.cells.get(name, "").strip()]
        if blank:
            yield Breach(path, row.line, f"{quote(row.cells.get('id', ''))} has no {', '.join(blank)}")
        if row.cells.get("suggested task-type", "") not in PHASES:
            yield Breach(path, row.line, f"{quote(row.cells.get('suggested task-type', ''))} is not a task type")


def priorities_are_an_order(documents: RunDocuments) -> Iterator[Breach]:
    """Priorities are whole numbers from 1 on, and the table is in their order."""
    last = 1
    for path, row in _rows(documents):
        text = row.cells.get("priority", "")
        if not _NUMBER.fullmatch(text):
            yield Breach(path, row.line, f"{quote(text)} is not a priority", "write 1 for the first, 2 for the next …")
        elif int(text) < last:
            yield Breach(path, row.line, f"priority {text} stands behind priority {last}", "sort the rows")
        else:
            last = int(text)


def _tables(documents: RunDocuments) -> list[Table]:
    report = report_of(documents)
    parts = parts_of(report.document, HEADING_IMPROVEMENTS) if report is not None else ()
    return [table for part in parts for table in part.tables]


def _rows(documents: RunDocuments) -> Iterator[tuple[str, ReportRow]]:
    """The rows, where the columns are right."""
    report = report_of(documents)
    for table in _tables(documents)[:1]:
        assert report is not None
        if tuple(map(plain_head, table.header)) == _HEADS:
            yield from ((report.path, row) for row in rows_of(table))


_ROW = "mend the row in the report data, then: okstra report render {data}"

RULES = (
    RunRule("improvement.table", "Section 5.9 has one table of candidates.", "put all candidates into one table",
         table_is_one, task_types=IMPROVEMENT),
    RunRule("improvement.columns", f"Section 5.9 has the columns {' | '.join(IMPROVEMENT_COLUMNS)}.",
         "okstra report render {data}", columns_are_ten, task_types=IMPROVEMENT),
    RunRule("improvement.id", "Candidates have ids I-001, I-002 …, each once.", _ROW, ids_are_their_own,
         task_types=IMPROVEMENT),
    RunRule("improvement.lens", f"A lens is one of {', '.join(LENSES)}.", _ROW, lenses_are_known,
         task_types=IMPROVEMENT),
    RunRule("improvement.source", "Sources are pairs of an analyser and an item of its result.", _ROW,
         sources_are_workers, task_types=IMPROVEMENT),
    RunRule("improvement.row", "A candidate says everything and suggests a task type.", _ROW,
         candidates_lead_somewhere, task_types=IMPROVEMENT),
    RunRule("improvement.priority", "Priorities are whole numbers from 1 on, in the order of the table.", _ROW,
         priorities_are_an_order, task_types=IMPROVEMENT),
)  # fmt: skip
