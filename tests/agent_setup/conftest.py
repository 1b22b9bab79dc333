"""A place with nothing in it, and two skills and an agent to equip it with."""

from pathlib import Path

import pytest

from tests.agent_setup.closet import Closet, write_templates


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return write_templates(tmp_path / "templates")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def closet(place: Path, templates: Path) -> Closet:
    """`.claude` in the empty place; nothing is installed."""
    return Closet.claude(place, templates)
