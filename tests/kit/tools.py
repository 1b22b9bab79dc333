"""Programs a test needs from the machine: missing ones skip at a desk, fail in CI."""

import os
from pathlib import Path
from shutil import which

import pytest


def require_tool(name: str) -> Path:
    """Where the program is; without it the test is skipped with a reason, or fails when `CI` is set."""
    found = which(name)
    if found:
        return Path(found)
    reason = f"this test needs {name}, which is not on PATH"
    if os.environ.get("CI"):
        pytest.fail(reason + " (CI must install it: see .ci/run)")
    pytest.skip(reason)
