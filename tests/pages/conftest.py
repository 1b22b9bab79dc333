"""One browser for all tests of a process, and reports for it to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.cli.shop import open_shop
from tests.kit.browser import launched
from tests.kit.reports_shown import ASKING
from tests.kit.scenario import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skipped where there is none."""
    with launched() as browser:
        yield browser


@pytest.fixture
def shop(world: World) -> World:
    """A project with a report that asks five things, r.md."""
    open_shop(world)
    world.write("r.md", ASKING)
    return world
