"""Every story is told twice: with git's hooks calling okstra, and with nobody calling."""

import os
from pathlib import Path

import pytest

from tests.kit.story import Story


@pytest.fixture(params=["hooks on", "hooks off"])
def story(request: pytest.FixtureRequest, tmp_path: Path, bin_dir: Path) -> Story:
    """A repository that okstra is set up in, with an open task and no stage yet."""
    assert str(bin_dir) in os.environ["PATH"]
    return Story.told(tmp_path / "shop", hooks=request.param == "hooks on")
