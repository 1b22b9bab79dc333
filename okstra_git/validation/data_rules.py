"""Rules of what a report's data copy and cite: rounds as they were computed, evidence that can be looked up."""

import re
from collections.abc import Iterator

from okstra_git.names import quote
from okstra_git.reports.rules import check_rules
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

COPIED = ("roundHistory", "round2SkippedReason", "finalClassificationCounts")
"""Keys that the data have from the convergence state, unchanged."""

_PLACE = re.compile(
    r"[^\s:]`?:[0-9]|exit(?: code)?:? [0-9]|[:,] [0-9]|https?://|\b[0-9a-f]{7,64}\b|\bline [0-9]|종료 코드 [0-9]",
    re.IGNORECASE,
)
_UNKNOWN = "i don't know"


def rounds_are_copied(documents: RunDocuments) -> Iterator[Breach]:
    """Rounds and counts are those of the convergence state."""
    state, data = documents.convergence, documents.data
    if data is None or state is None or state.values is None or state.values.get("run") != documents.run:
        return
    values = data.model_dump(mode="json", by_alias=True, include={"round_history", "round2_skipped_reason",
                                                                  "final_classification_counts"})  # fmt: skip
    for key in COPIED:
        if values.get(key) != state.values.get(key):
            yield Breach(documents.data_path, 0, f"{key} is not what {state.path} has")


def evidence_can_be_looked_up(documents: RunDocuments) -> Iterator[Breach]:
    """Evidence names a path with its line, a command with its exit code, or says that nobody knows."""
    data = documents.data
    if data is None:
        return
    cells = [(f"evidence.primary[{at}].source", row.source) for at, row in enumerate(data.evidence.primary)]
    cells += [(f"consensus[{at}].evidence", row.evidence) for at, row in enumerate(data.consensus)]
    for place, text in cells:
        if not _PLACE.search(text) and _UNKNOWN not in text.casefold().replace("’", "'"):
            yield Breach(documents.data_path, 0, f"{place} names neither a line nor an exit code: {quote(text)}")


def data_agree_with_themselves(documents: RunDocuments) -> Iterator[Breach]:
    """The data contradict themselves nowhere."""
    for problem in check_rules(documents.data) if documents.data is not None else ():
        yield Breach(documents.data_path, 0, f"{problem.path}: {problem.message}", problem.hint)


RULES = (
    RunRule("data.consistent", "Report data contradict themselves nowhere.", "okstra report check {data}",
         data_agree_with_themselves),
    RunRule("data.rounds", "Rounds and counts are those of the convergence state, unchanged.",
         "copy them from the state into the report data", rounds_are_copied),
    RunRule("data.evidence", "Evidence names a path and line, or a command and its exit code.",
         "name them, or write: I don't know", evidence_can_be_looked_up),
)  # fmt: skip
