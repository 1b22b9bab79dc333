"""A missing program skips at a desk and fails in CI."""

import pytest

from tests.kit.surroundings import require_tool


def test_a_present_tool_is_found() -> None:
    assert require_tool("git").name == "git"


def test_a_missing_tool_skips_at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs no-such-tool"):
        require_tool("no-such-tool")


def test_a_missing_tool_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must install it"):
        require_tool("no-such-tool")
