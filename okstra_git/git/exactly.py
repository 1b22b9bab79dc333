"""How git is asked about a worktree so that no setting of the user's narrows the answer."""

import os
from pathlib import Path

from okstra_git.fs.gits import LONGEST_POINTER, read_gits

SWITCHES = {
    "core.fsmonitor": "false", "core.untrackedCache": "false", "core.trustctime": "true", "core.checkStat": "default",
    "status.showStash": "false", "status.showUntrackedFiles": "all", "status.branch": "false",
}  # fmt: skip
"""Settings under which git status looks at everything and says it in one form, whatever the user's are."""


def exact_environment(top: Path) -> dict[str, str]:
    """The environment in which git looks at the worktree at `top` and at nothing else, under `SWITCHES`.

    A file system decides for itself whether it tells `a` from `A`; the setting only says what git once thought.
    """
    settings = dict(SWITCHES) if os.path.lexists(top / ".GIT") else {**SWITCHES, "core.ignoreCase": "false"}
    environment = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    private = find_git_dir(top)
    return environment if private is None else environment | {"GIT_DIR": str(private), "GIT_WORK_TREE": str(top)}


def find_git_dir(top: Path) -> Path | None:
    """git's directory of the worktree at `top`, as its `.git` says (gitrepository-layout.txt); None without one."""
    pointer = top / ".git"
    if pointer.is_dir():
        return pointer
    word, _, place = os.fsdecode(read_gits(pointer, LONGEST_POINTER) or b"").partition(": ")
    found = top / place.rstrip("\n")
    return found if word == "gitdir" and found.is_dir() else None
