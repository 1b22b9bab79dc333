"""A desk with workers for every test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.scenario import World
from tests.workers.desk import Bench


@pytest.fixture
def bench(world: World, tmp_path: Path) -> Iterator[Bench]:
    programs = tmp_path / "programs"
    programs.mkdir()
    made = Bench(world, programs)
    world.okstra("init", "--project-id", "shop", "--no-hooks", "--offline")
    yield made
    made.close()
