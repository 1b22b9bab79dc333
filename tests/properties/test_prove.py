"""`prove` agrees with reconcile on histories that nobody thought of, in both directions."""

from pathlib import Path

import pytest

from tests.kit.proven_moves import prove_moves_again
from tests.properties.hunting.judge import Court
from tests.properties.hunting.recording import record_task
from tests.properties.hunting.scenes import make_scene

TASKS = range(4)


def _agree(folder: Path, seed: int) -> int:
    """How many moves of one round of the hunt `prove` was asked about."""
    court = Court(folder, [record_task(seed, number) for number in TASKS])
    court.judge([make_scene(seed, number, 0, task) for number, task in zip(TASKS, court.tasks, strict=True)])
    court.settle()
    return sum(prove_moves_again(court.world, f"hunt:all:{task.name}") for task in court.tasks)


def test_what_reconcile_follows_is_the_same_change(tmp_path: Path) -> None:
    assert _agree(tmp_path / "world", 305) > 4


@pytest.mark.deep
def test_what_reconcile_follows_is_the_same_change_at_length(tmp_path: Path) -> None:
    assert sum(_agree(tmp_path / f"world-{seed}", seed) for seed in range(301, 341)) > 100
