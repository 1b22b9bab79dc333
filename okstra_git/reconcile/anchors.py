"""The anchor of a task, followed by the same ladder as a stage; never moved without a proof."""

from collections.abc import Callable

from okstra_git.git.history import find_commit, is_whole_above, unreachable
from okstra_git.reconcile.identity import Identities
from okstra_git.reconcile.locate import proven_range
from okstra_git.reconcile.model import AnchorFinding
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.search import Search
from okstra_git.reconcile.units import Units
from okstra_git.reconcile.windows import Window
from okstra_git.records.states import Anchor, Task

ANCHOR_WINDOW = 20_000
ANCHOR = 0
"""Stands for the anchor where stages have numbers."""

OpenWindow = Callable[[Home, Task, str], Window]
"""Opens the stretch of a home in which a recorded commit of the task may live now."""


def judge_anchor(task: Task, places: Places, open_window: OpenWindow) -> AnchorFinding | None:
    """Whether the anchor still stands in the history of its base, its targets or the task's stages."""
    anchor = task.anchor
    if anchor is None:
        return None
    targets = places.targets(task, None)
    if any(places.contains(home.tip, anchor.range.head) for home in targets):
        return AnchorFinding(anchor.range, "ok")
    stage_homes = [places.branch(stage.branch) for stage in task.stages.values() if stage.branch]
    tips = list(dict.fromkeys([*(home.tip for home in targets), *(home.tip for home in stage_homes if home)]))
    known = find_commit(places.git, anchor.range.head) is not None
    if known and (not tips or anchor.range.head not in unreachable(places.git, [anchor.range.head], tips)):
        return AnchorFinding(anchor.range, "ok")
    return _search(task, anchor, targets, places, open_window)


def _search(task: Task, anchor: Anchor, targets: list[Home], places: Places, open_window: OpenWindow) -> AnchorFinding:
    prover = Prover(places.git, anchor.range)
    identities = Identities(places.git, {ANCHOR: anchor.range}, [ANCHOR])
    units = Units(places.git, identities, [ANCHOR])
    for home in targets:
        window = open_window(home, task, anchor.range.head)
        hits = Search(window, prover, identities, units, ANCHOR, lambda: {ANCHOR}).whole_hits()
        if not window.complete or not is_whole_above(places.git, [home.tip], anchor.range.base, limit=ANCHOR_WINDOW):
            why = "this clone is shallow" if places.git.is_shallow else "the history could not be read to its end"
            return AnchorFinding(anchor.range, "unresolvable", None, f"cannot prove: {why}")
        if len(hits) == 1:
            return AnchorFinding(
                anchor.range, "moved", proven_range(prover, hits[0], landed=False), f"the same change is in {home.name}"
            )
        if hits:
            break
    return AnchorFinding(
        anchor.range, "unresolvable", None, "the implementation base is in no branch and nothing proves where it went"
    )
