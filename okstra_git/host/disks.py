"""Room on a file system, and whether it lets itself be written."""

import os
import shutil
import tempfile
from pathlib import Path


def free_bytes(place: Path) -> int:
    """Bytes that this user may still write there."""
    return shutil.disk_usage(place).free


def refuses_writing(place: Path) -> str | None:
    """Why a file cannot be made in this directory, or None when one was made (and removed again)."""
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix="okstra-probe-"):
            return None
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)
