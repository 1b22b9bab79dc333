"""What every test runs in: a sealed environment, memory instead of a disk, programs, and what a run may draw."""

import os
import signal
import sys
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import NoReturn

import psutil
import pygit2
import pytest
from pygit2.enums import ConfigLevel

ROOT = Path(__file__).resolve().parents[2]
NPM = ROOT / "build/npm/node_modules/.bin"
"""Where `.ci/run` puts the programs of `tests/kit/vendors/programs.txt`: before those of the caller."""
_GLOBAL_CONFIG = """\
[user]
	name = Ada Tester
	email = ada@example.org
[init]
	defaultBranch = main
[maintenance]
	auto = false
"""
_PROGRAM = """\
#!{python}
import sys
sys.path.insert(0, {root!r})
from okstra_cli.entry import main
sys.exit(main())
"""
_scratch: list[TemporaryDirectory[str]] = []


def scratch_dir() -> Path:
    """A new empty directory that lives as long as this test process."""
    made = TemporaryDirectory(prefix="okstra-kit-", ignore_cleanup_errors=True)
    _scratch.append(made)
    return Path(made.name).resolve()


@cache
def program_dir() -> Path:
    """A directory with `git-okstra` and `okstra`, shaped like the installed scripts, running this source tree."""
    directory = scratch_dir()
    for name in ("git-okstra", "okstra"):
        program = directory / name
        program.write_text(_PROGRAM.format(python=sys.executable, root=str(ROOT)))
        program.chmod(0o755)
    return directory


@cache
def tool_dir() -> Path:
    """A directory with the tools that pip installed beside this Python, so that git finds `git filter-repo`."""
    directory = scratch_dir()
    tool = Path(sys.executable).parent / "git-filter-repo"
    if tool.exists():
        (directory / tool.name).symlink_to(tool)
    return directory


@cache
def _caller_path() -> str:
    """The caller's PATH without an installed okstra: only `bin_dir` may put one there."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [f for f in folders if which("git", path=f) or not which("git-okstra", path=f)]
    return os.pathsep.join([str(NPM), *kept, str(tool_dir())])


@cache
def path_without(name: str) -> str:
    """The PATH of tests without a program that may be on this machine or not: links to all others in its folders."""
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    return os.pathsep.join(
        str(_folder_without(folder, name) if (folder / name).exists() else folder) for folder in folders
    )


def _folder_without(folder: Path, name: str) -> Path:
    links = scratch_dir()
    for program in folder.iterdir():
        if program.name != name:
            (links / program.name).symlink_to(program)
    return links


def sealed_environ(home: Path) -> dict[str, str]:
    """A complete environment whose home is `home`; writes the global git configuration there."""
    config = home / ".gitconfig"
    if not config.exists():
        config.write_text(_GLOBAL_CONFIG)
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("PYTEST_")}
    return kept | {
        "PATH": _caller_path(),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": ":",
        "GIT_PAGER": "cat",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def seal(home: Path) -> None:
    """Seal this whole process, and libgit2 in it, for good: for programs that are no tests."""
    home.mkdir(parents=True, exist_ok=True)
    sealed = sealed_environ(home)
    os.environ.clear()
    os.environ.update(sealed)
    time.tzset()
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = str(home)  # libgit2 looked at the caller's home when it was loaded


def print_of_surroundings() -> tuple[object, ...]:
    """What decides how git and okstra write a repository: global configuration, variables, and the file mode mask."""
    mask = os.umask(0o22)
    os.umask(mask)
    config = Path(os.environ.get("GIT_CONFIG_GLOBAL", os.devnull))
    said = {name: value for name, value in os.environ.items() if name.startswith(("GIT_", "OKSTRA_"))}
    said.pop("GIT_CONFIG_GLOBAL", None)
    return mask, config.read_text() if config.exists() else "", *sorted(said.items())


_KEPT = ("CI", "TMPDIR", "USER", "LOGNAME", "HYPOTHESIS_PROFILE", "COLUMNS", "PYTHONHASHSEED", "VIRTUAL_ENV")


SHARED = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that have to be free: a whole run keeps far less, for what a passed test made goes with it."""


def has_room(place: Path, *, room: int = ROOM) -> bool:
    """Whether we may write there, programs (hooks) may be run from there, and neither it nor the memory is short."""
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        return False
    disk = os.statvfs(place)
    may_run = not disk.f_flag & getattr(os, "ST_NOEXEC", 8)
    return may_run and disk.f_bavail * disk.f_frsize >= room and psutil.virtual_memory().available >= 2 * room


def work_in_memory() -> None:
    """Temporary files of this process and its children go to memory, unless the caller says where with TMPDIR."""
    if "TMPDIR" not in os.environ and has_room(SHARED):
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED)


def require_tool(name: str) -> Path:
    """Where the program is; without it the test is skipped with a reason, or fails when `CI` is set."""
    found = which(name)
    if found is None:
        skip_or_fail(f"this test needs {name}, which is not on PATH")
    return Path(found)


def require_module(name: str, *, extra: str = "install") -> None:
    """The test is skipped, or fails when `CI` is set, unless this Python has the package, which the extra brings."""
    if find_spec(name) is None:
        skip_or_fail(f"this test needs {name}: pip install '.[{extra}]'")


def skip_or_fail(reason: str) -> NoReturn:
    """Skip at a desk; in CI nothing that a test needs may be missing."""
    if os.environ.get("CI"):
        pytest.fail(reason + " (CI must install it: see .ci/run)")
    pytest.skip(reason)


def heed_interrupts() -> None:
    """Tests that run in the background of a shell ignore them, and so would every program that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
