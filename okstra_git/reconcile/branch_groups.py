"""Branches that landed together, squashed into one commit, which is seen only where all of them are asked about.

The commit has to be their changes and nothing else: each file is one branch's, and in the files of each branch the
commit makes the very change of that branch.
"""

from collections import defaultdict
from collections.abc import Sequence

from okstra_git.git.diffs import Delta
from okstra_git.reconcile.branch_landings import BranchLanding, LandingSearch
from okstra_git.reconcile.visits import Stretch


def find_groups(searches: Sequence[LandingSearch]) -> dict[str, BranchLanding]:
    """Those of the branches, by their tips, that landed with others of them; the newest commit that shows it."""
    members: dict[str, list[LandingSearch]] = defaultdict(list)
    deltas: dict[str, Delta] = {}
    for search in searches:
        for commit, delta in search.visits.beyond(search.paths, search.floor):
            members[commit].append(search)
            deltas[commit] = delta
    landed: dict[str, BranchLanding] = {}
    for commit, together in members.items():
        if len(together) > 1 and _is_sum(deltas[commit], together) and _are_all(commit, deltas[commit], together):
            landed |= {search.parts.branch.tip: BranchLanding("landed", "group", commit) for search in together}
    return landed


def _is_sum(delta: Delta, together: Sequence[LandingSearch]) -> bool:
    """Whether each file of the commit is one of the branches', and no branch's twice."""
    paths = [path for search in together for path in search.paths]
    return len(paths) == len(delta) and set(paths) == {change.path for change in delta}


def _are_all(commit: str, delta: Delta, together: Sequence[LandingSearch]) -> bool:
    """Whether the commit makes the change of every one of them, and all of it is still there."""
    stretches = (Stretch(commit, commit, tuple(change for change in delta if change.path in search.paths))
                 for search in together)  # fmt: skip
    return all(search.lasts_as(stretch) for search, stretch in zip(together, stretches, strict=True))
