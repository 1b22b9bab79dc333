"""Recorded ranges, what they say of commits, and windows to look for them in, without a task around them."""

from okstra_git.git.repo import open_repository
from okstra_git.reconcile.commit_matching import Identities
from okstra_git.reconcile.windows import Window, open_window
from okstra_git.records.stage import RangeFingerprint
from okstra_git.store.stage_ranges import fingerprint_ranges
from tests.kit.scenario import World


def named(world: World, name: str) -> str:
    """The commit of a label, else of a revision."""
    return world.labels.get(name) or world.tip(name)


def recorded(world: World, base: str, head: str) -> RangeFingerprint:
    """A range as `stage done` records it, its ends labels or revisions."""
    return fingerprint_ranges(open_repository(world.path), [(named(world, base), named(world, head))])[0]


def known(world: World, *stages: tuple[str, str]) -> Identities:
    """Stages 1, 2, 3 … by base and head."""
    ranges = {number: recorded(world, *ends) for number, ends in enumerate(stages, 1)}
    return Identities(open_repository(world.path), ranges, sorted(ranges))


def window_on(world: World, tip: str = "HEAD", hidden: str = "main") -> Window:
    """What the tip has and the other has not."""
    return open_window(open_repository(world.path), named(world, tip), [named(world, hidden)], limit=100)
