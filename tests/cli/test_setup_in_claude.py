"""What setup installs, as the real Claude Code takes it."""

from pathlib import Path

import pytest

from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.surroundings import require_tool, sealed_environ


@pytest.mark.parametrize("part", [".", ".claude-plugin/plugin.json"])
def test_plugin_and_marketplace_are_valid_by_the_strict_measure(world: World, tmp_path: Path, part: str) -> None:
    claude = str(require_tool("claude"))
    world.okstra("setup", "--plugin", "../plugin")
    validate = [claude, "plugin", "validate", "--strict", part]
    answer = run_program(validate, cwd=world.path.parent / "plugin", environ=sealed_environ(tmp_path))
    assert answer.exit == 0, answer.out + answer.err
