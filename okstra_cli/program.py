"""Where the git-okstra program is that hooks are to call."""

import shutil
import sys
from pathlib import Path

from okstra_git.errors import refuse


def find_program() -> Path:
    """The absolute path of git-okstra, for hooks that run without the user's PATH; refuses when there is none."""
    beside = Path(sys.executable).with_name("git-okstra")
    started = Path(sys.argv[0])
    if started.name in ("git-okstra", "okstra") and started.exists():
        return started.absolute().with_name("git-okstra")
    on_path = shutil.which("git-okstra")
    if beside.exists() or on_path:
        return beside if beside.exists() else Path(on_path or "").absolute()
    raise refuse(
        "hooks.no-program",
        "no git-okstra program was found for the hooks to call",
        hint="once it is installed: git okstra init",
    )
