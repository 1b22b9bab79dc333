"""A throw-away repository that knows our objects and nothing else: where no setting, attribute or ref has a say."""

import os
from pathlib import Path

from okstra_git.fs.outside import read_gits
from okstra_git.fs.root import Root
from okstra_git.git.binary import NO_SETTINGS_GIVEN, OFFLINE
from okstra_git.git.repo import Git
from okstra_git.git.sharing import sharing_of
from okstra_git.real_paths import real_path

_CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsharedRepository = %s\n"


def lay_out_scratch(scratch: Path, git: Git, *, write: bool = False) -> dict[str, str]:
    """Lay out an empty bare repository over our objects; the environment in which git sees only that one.

    Neither configuration, attributes, drivers, grafts nor a promisor remote count there; a shallow end does. With
    `write` git puts new objects among ours, with the modes of a shared repository, instead of into the throw-away one.
    """
    objects = git.common_dir / "objects"
    root, borrowed = Root(scratch), [str(objects), *_alternates(objects)]
    root.make_folder("refs/heads")
    root.create("HEAD", b"ref: refs/heads/none\n", durable=False)
    root.create("config", _CONFIG % sharing_of(git.common_dir).encode(), durable=False)
    root.create("objects/info/alternates", b"".join(os.fsencode(folder) + b"\n" for folder in borrowed), durable=False)
    if (shallow := read_gits(git.common_dir / "shallow")) is not None:
        root.create("shallow", shallow, durable=False)
    own_objects = {"GIT_OBJECT_DIRECTORY": str(objects), "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(scratch)}
    return {
        **OFFLINE,
        **NO_SETTINGS_GIVEN,
        **(own_objects if write else {}),
        "GIT_DIR": str(scratch),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "XDG_CONFIG_HOME": str(scratch),
        "HOME": str(scratch),
    }


def _quoted(scratch: Path) -> str:
    """A list of one folder, as git reads it: in quotation marks, since a colon would end the name."""
    escaped = str(scratch / "objects").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _alternates(objects: Path) -> list[str]:
    lines = os.fsdecode(read_gits(objects / "info" / "alternates") or b"").splitlines()
    return [str(real_path(objects / line)) for line in lines if line and not line.startswith("#")]
