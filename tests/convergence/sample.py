"""Findings of three analysers, as results would give them."""

from collections.abc import Mapping, Sequence

from okstra_git.convergence.findings import group_items, open_state
from okstra_git.records.convergence import ConvergenceState, GroupedItems, VerdictWord, WorkerVerdict
from okstra_git.reports.worker_items import WorkerItem

THREE = ("claude", "codex", "gemini")


def item(pair: str, text: str = "what was found") -> WorkerItem:
    worker, _, id = pair.partition(":")
    return WorkerItem(worker, id, text, 1, 1)


def state(*groups: str, analysers: Sequence[str] = THREE) -> ConvergenceState:
    """A finding for each group, written as `claude:F-1 codex:1.1`."""
    items = [item(pair) for group in groups for pair in group.split()]
    same = [GroupedItems(items=tuple(group.split())) for group in groups]
    return open_state("R", analysers, group_items(items, same))


def verdicts(**given: Mapping[str, VerdictWord]) -> dict[str, dict[str, WorkerVerdict]]:
    """What each worker says, each with a reason."""
    return {
        worker: {id: WorkerVerdict(id=id, verdict=word, reason=f"{worker} says so") for id, word in said.items()}
        for worker, said in given.items()
    }


def classes(state: ConvergenceState) -> dict[str, str]:
    return {finding.id: finding.classification for finding in state.findings}
