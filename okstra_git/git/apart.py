"""A throw-away repository that knows our objects and nothing else: where no setting, attribute or ref has a say."""

import os
from contextlib import suppress
from pathlib import Path

from okstra_git.git.binary import NO_SETTINGS_GIVEN, OFFLINE
from okstra_git.git.repo import Git


def lay_out_apart(scratch: Path, git: Git) -> dict[str, str]:
    """Lay out an empty bare repository over our objects; the environment in which git sees only that one.

    Neither configuration, attributes, drivers, grafts nor a promisor remote count there; a shallow end does.
    """
    objects = git.common_dir / "objects"
    for folder in ("objects/info", "refs/heads"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "HEAD").write_text("ref: refs/heads/none\n")
    (scratch / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    borrowed = [str(objects), *_alternates(objects)]
    (scratch / "objects/info/alternates").write_bytes(b"".join(os.fsencode(each) + b"\n" for each in borrowed))
    with suppress(OSError):
        (scratch / "shallow").write_bytes((git.common_dir / "shallow").read_bytes())
    return {
        **OFFLINE,
        **NO_SETTINGS_GIVEN,
        "GIT_DIR": str(scratch),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "XDG_CONFIG_HOME": str(scratch),
        "HOME": str(scratch),
    }


def _alternates(objects: Path) -> list[str]:
    try:
        lines = (objects / "info" / "alternates").read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [str((objects / line).resolve()) for line in lines if line and not line.startswith("#")]
