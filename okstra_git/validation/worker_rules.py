"""Rules of what workers hand in: results that can be cited, and sidecars that say what was read and what failed."""

import json
import re
from collections.abc import Iterator

from okstra_git.contract import WORKER_DONE, WORKERS
from okstra_git.names import quote
from okstra_git.validation.report_reading import text_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments, TextFile
from okstra_git.validation.worker_items import items_of

WRITER = "report-writer"
_FIRST = re.compile(r"\s*1[.)]?\s")
_READING = "reading confirmation"
_KEYS = ("type", "what", "detail")


def results_can_be_read(documents: RunDocuments) -> Iterator[Breach]:
    """Everything that was handed in is a plain file of UTF-8 text."""
    for files in (documents.results, documents.audits, documents.errors):
        for file in files.values():
            if file.refusal:
                yield Breach(file.path, 0, file.refusal)


def workers_handed_in(documents: RunDocuments) -> Iterator[Breach]:
    """A worker whose work is recorded as completed has handed in its result."""
    for worker in documents.workers:
        if worker != WRITER and _is_done(documents, worker) and worker not in documents.results:
            message = f"{worker} is recorded as {WORKER_DONE}, and has handed in no result"
            yield Breach(_state_path(documents), 0, message)


def results_begin_with_findings(documents: RunDocuments) -> Iterator[Breach]:
    """A result begins with section 1; what was read is confirmed in the audit sidecar."""
    for _, file in _results(documents):
        sections = [section for section in file.document.sections if section.level]
        confirmed = [section for section in sections if section.title.casefold() == _READING]
        for section in confirmed:
            message = f"{quote(section.raw)} belongs in the audit sidecar"
            yield Breach(file.path, section.line, message, "move it there, and begin with section 1")
        first = next((section for section in sections if section.level > 1 or section.raw != section.title), None)
        if not confirmed and (first is None or not _FIRST.match(f"{first.raw} ")):
            yield Breach(file.path, first.line if first else 1, "the result does not begin with section 1")


def items_have_ids(documents: RunDocuments) -> Iterator[Breach]:
    """Every row and bullet of a result can be cited."""
    yield from _flaws(documents, "item.no-id")


def ids_are_unique(documents: RunDocuments) -> Iterator[Breach]:
    """An id means one item of its file."""
    yield from _flaws(documents, "item.duplicate")


def _flaws(documents: RunDocuments, code: str) -> Iterator[Breach]:
    for worker, file in _results(documents):
        for flaw in items_of(file.text, worker).flaws:
            if flaw.code == code:
                yield Breach(file.path, flaw.line, flaw.message, flaw.hint)


def audits_are_there(documents: RunDocuments) -> Iterator[Breach]:
    """Every result, and the report, has an audit sidecar that confirms what was read."""
    authors = [*documents.results]
    if WRITER in documents.workers and documents.report is not None and _has_state_of(documents, WRITER):
        authors.append(WRITER)
    for worker in dict.fromkeys(authors):
        audit = documents.audits.get(worker)
        path = _audit_path(documents, worker)
        if audit is None:
            yield Breach(path, 0, f"{worker} has left no audit sidecar")
        elif not audit.refusal and not audit.text.strip():
            yield Breach(audit.path, 0, f"the audit sidecar of {worker} is empty")


def errors_are_lines_of_json(documents: RunDocuments) -> Iterator[Breach]:
    """Each line of an errors sidecar is an object with type, what and detail."""
    for file in documents.errors.values():
        for number, line in enumerate(file.text.split("\n"), 1) if not file.refusal else ():
            problem = _error_problem(line) if line.strip() else ""
            if problem:
                yield Breach(file.path, number, problem)


def _error_problem(line: str) -> str:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "not a JSON object on one line"
    if not isinstance(value, dict):
        return "not a JSON object"
    missing = [key for key in _KEYS if not isinstance(value.get(key), str) or not value[key].strip()]
    return f"no {', '.join(missing)}" if missing else ""


def _results(documents: RunDocuments) -> Iterator[tuple[str, TextFile]]:
    """The results of analysers that can be read, by worker."""
    for worker, file in documents.results.items():
        if text_of(file) is not None and (worker not in WORKERS or WORKERS[worker].is_analyser):
            yield worker, file


def _is_done(documents: RunDocuments, worker: str) -> bool:
    return _status(documents, worker) == WORKER_DONE


def _has_state_of(documents: RunDocuments, worker: str) -> bool:
    """Whether the worker wrote the report itself; after a recorded failure the lead may have."""
    return _status(documents, worker) in (None, WORKER_DONE)


def _status(documents: RunDocuments, worker: str) -> object:
    values = documents.team_state.values if documents.team_state is not None else None
    workers = values.get("workers") if values is not None else None
    row = workers.get(worker) if isinstance(workers, dict) else None
    return row.get("status") if isinstance(row, dict) else None


def _state_path(documents: RunDocuments) -> str:
    return documents.team_state.path if documents.team_state is not None else documents.report_path


def _audit_path(documents: RunDocuments, worker: str) -> str:
    """Where the sidecar is looked for: beside the worker's result, or the report's."""
    result = documents.results.get(worker)
    return result.path if result is not None else documents.report_path


RULES = (
    RunRule("worker.unreadable", "What workers hand in are plain files of text.", "write the file anew as UTF-8 text",
         results_can_be_read),
    RunRule("worker.result", "A worker that has completed has handed in its result.",
         "dispatch it again, or record how its work ended", workers_handed_in),
    RunRule("worker.first-section", "A result begins with section 1, and confirms no reading.",
         "number its sections from 1 on", results_begin_with_findings),
    RunRule("worker.item-id", "Every row and bullet of sections 1 to 6 of a result has an id.",
         "give it one: in the first column, or as [F-001] in front", items_have_ids),
    RunRule("worker.item-twice", "An id means one item of its file.", "give one of them another id", ids_are_unique),
    RunRule("audit.missing", "Every result, and the report, has an audit sidecar that says what was read.",
         "let the worker write it: one line for each file that it read to its end", audits_are_there),
    RunRule("errors.line", "Each line of an errors sidecar is an object with type, what and detail.",
         'write lines such as {"type": "tool-failure", "what": "…", "detail": "…"}',
         errors_are_lines_of_json),
)  # fmt: skip
