"""Rules of traceability: every row of a report leads back to items of workers' results that are there."""

from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.contract import WORKERS
from okstra_git.names import quote
from okstra_git.records.report.data import ImprovementData
from okstra_git.validation.report_reading import text_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments
from okstra_git.validation.worker_items import items_of

LEAD = "lead"
"""Who may be named beside workers; what a lead found has no file to be looked up in."""

_CROSSED = ("requirements-discovery", "error-analysis", "improvement-discovery", "implementation-planning")
"""Task types whose workers analyse the same independently, so that their results are put together."""


class Citation(NamedTuple):
    """A pair that a row of the data names, and where: `evidence.primary[0]`."""

    place: str
    text: str


def pairs_resolve(documents: RunDocuments) -> Iterator[Breach]:
    """A pair names an item that the worker's result has."""
    known = {
        worker: {item.id.casefold() for item in items_of(file.text, worker).items}
        for worker, file in documents.results.items()
        if text_of(file) is not None
    }
    for place, text in citations(documents):
        worker, colon, item = text.partition(":")
        if not colon or worker == LEAD:
            continue
        if worker not in known:
            yield Breach(documents.data_path, 0, f"{place}: {quote(text)} names a worker without a result")
        elif item.strip().casefold() not in known[worker]:
            message = f"{place}: {quote(text)} names an item that {documents.results[worker].path} does not have"
            yield Breach(documents.data_path, 0, message)


def names_have_items(documents: RunDocuments) -> Iterator[Breach]:
    """A worker is cited with the item, not by its bare name."""
    for place, text in citations(documents):
        if ":" not in text:
            what = "a bare worker's name" if text.strip() in WORKERS else "not a pair worker:item"
            yield Breach(documents.data_path, 0, f"{place}: {quote(text)} is {what}")


def rows_have_sources(documents: RunDocuments) -> Iterator[Breach]:
    """A row of evidence or consensus names what it stems from."""
    data = documents.data
    if data is None:
        return
    rows = [(f"evidence.primary[{at}]", row.id, row.source_items) for at, row in enumerate(data.evidence.primary)]
    rows += [(f"consensus[{at}]", row.id, row.source_items) for at, row in enumerate(data.consensus)]
    for place, name, sources in rows:
        if not sources:
            yield Breach(documents.data_path, 0, f"{place}.sourceItems: {name} names no item of a worker")


def consensus_is_of_several(documents: RunDocuments) -> Iterator[Breach]:
    """What workers agree on is said by two of them at least, where there were two."""
    data = documents.data
    if data is None or len(documents.results) < 2:
        return
    for at, row in enumerate(data.consensus):
        workers = {item.partition(":")[0] for item in row.source_items}
        if row.source_items and len(workers) < 2:
            yield Breach(documents.data_path, 0, f"consensus[{at}]: {row.id} is said by {workers.pop()} alone")


def citations(documents: RunDocuments) -> Iterator[Citation]:
    """Every pair of the data, top to bottom."""
    data = documents.data
    if data is None:
        return
    for at, row in enumerate(data.evidence.primary):
        yield from (Citation(f"evidence.primary[{at}]", item) for item in row.source_items)
    for at, agreed in enumerate(data.consensus):
        yield from (Citation(f"consensus[{at}]", item) for item in agreed.source_items)
    for at, difference in enumerate(data.differences):
        yield from (Citation(f"differences[{at}]", each.item) for each in difference.positions)
    improvement = data if isinstance(data, ImprovementData) else None
    for at, candidate in enumerate(improvement.deliverable.candidates if improvement is not None else ()):
        yield from (Citation(f"deliverable.candidates[{at}]", item) for item in candidate.source_workers)


RULES = (
    RunRule("trace.dangling", "A pair worker:item names an item that the worker's result has.",
         "name the item by the id that it has in the result", pairs_resolve),
    RunRule("trace.bare-name", "A worker is cited with the item, not by its bare name.",
         "write pairs such as claude:F-001, codex:1.1", names_have_items, "warning"),
    RunRule("trace.no-source", "A row of evidence or consensus names the items that it stems from.",
         "list every pair in sourceItems", rows_have_sources),
    RunRule("trace.consensus", "What workers agree on is said by two of them at least.",
         "name the second worker's item, or make it a row of evidence", consensus_is_of_several, "warning",
         task_types=_CROSSED),
)  # fmt: skip
