"""Rules of a report's data: those of `report check`, and that rounds are those that were computed."""

from collections.abc import Iterator

from okstra_git.reports.data_rule import DataRule
from okstra_git.reports.rules import RULES as RULES_OF_DATA
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

COPIED = ("roundHistory", "round2SkippedReason", "finalClassificationCounts")
"""Keys that the data have from the convergence state, unchanged."""


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


def _of_data(rule: DataRule) -> RunRule:
    """A rule of data, asked of the data of a run."""

    def check(documents: RunDocuments) -> Iterator[Breach]:
        for each in rule.check(documents.data) if documents.data is not None else ():
            yield Breach(documents.data_path, 0, f"{each.path}: {each.message}", each.hint)

    remedy = rule.remedy or "mend the report data, then: okstra report render {data}"
    return RunRule(rule.id, rule.sentence, remedy, check, task_types=rule.task_types)


RULES = (
    RunRule("data.rounds", "Rounds and counts are those of the convergence state, unchanged.",
         "copy them from the state into the report data", rounds_are_copied),
)  # fmt: skip

OF_DATA = tuple(map(_of_data, RULES_OF_DATA))
"""What `report check` asks."""
