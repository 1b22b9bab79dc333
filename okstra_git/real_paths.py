"""Where a path really leads, whatever links stand in it."""

import os
from pathlib import Path


def real_path(path: Path) -> Path:
    """The path without links in it, as far as it leads anywhere; one that leads to itself, or can be none, stays.

    `Path.resolve` raises for these, so that a link in a commit, `loop -> loop`, would stop whoever comes near it.
    """
    try:
        return Path(os.path.realpath(path))
    except ValueError:
        return path.absolute()
