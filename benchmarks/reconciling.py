"""Recording stages for a benchmark of reconcile, and looking at them once with every verdict counted."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import Took, okstra, store_of
from benchmarks.moved import Moved
from okstra_git.names import parse_task_key
from okstra_git.records.events import AnchorSet, AnyFact, StageDone, StageStarted, TaskOpened
from okstra_git.store.stage_ranges import fingerprint_ranges


def record(place: Path, key: str, branches: Sequence[Moved], *, stacked: bool = False) -> None:
    """One task in which every branch is a stage of its own, done; of stacked ones each is based on the one before."""
    store, task = store_of(place), parse_task_key(key).slashed
    anchor = fingerprint_ranges(store.git, [(None, branches[0].base)])[0]
    facts: list[AnyFact] = [TaskOpened(task=task, title="Bench"), AnchorSet(task=task, range=anchor, ref="main")]
    below = "main"
    prints = fingerprint_ranges(store.git, [(branch.base, branch.old) for branch in branches])
    for number, (branch, found) in enumerate(zip(branches, prints, strict=True), start=1):
        facts.append(StageStarted(task=task, stage=number, branch=branch.name, base=branch.base, base_ref=below))
        facts.append(StageDone(task=task, stage=number, branch=branch.name, range=found))
        below = branch.name if stacked else "main"
    store.append(lambda _: facts)


def check(place: Path, key: str, **expected: int) -> Took:
    """One `reconcile --check`; raises unless the verdicts are so many, as in `auto=72, confirm=58`."""
    took = okstra(place, "reconcile", "--task-key", key, "--check", "--json", accept=(0, 2))
    found = Counter(item["class"] for item in json.loads(took.out)["items"])
    if found != Counter(expected):
        raise RuntimeError(f"the verdicts are {dict(found)}; expected {expected}")
    return took


def least(taken: Sequence[Took]) -> Took:
    """The run that took the least processor time."""
    return min(taken, key=lambda took: took.processor)
