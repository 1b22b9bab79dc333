"""What the benchmarks share: a sealed git, okstra as a real process, seconds and peak memory of a child."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from okstra_git.git.repo import open_repository
from okstra_git.store.store import Store

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ("gc.auto=0", "maintenance.auto=false", "core.fsync=none", "commit.gpgSign=false")


class Took(NamedTuple):
    """One run of a process: wall-clock seconds, processor seconds (its children's too), peak MiB, what it printed."""

    seconds: float
    processor: float
    mebibytes: float
    out: bytes


def environ(**also: str) -> dict[str, str]:
    """The caller's environment without its git configuration, with this source tree to import from."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    people = {f"GIT_{who}_{what}": "bench@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    sealed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(ROOT)}
    return {**kept, **people, **sealed, **also}


def run(
    command: Sequence[str], *, cwd: Path, stdin: bytes = b"", accept: Sequence[int] = (0,), env: dict[str, str]
) -> Took:
    """Run a process to its end and say what it took; an unexpected exit status raises."""
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stdin)
        process.stdin.close()
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode not in accept:
        raise RuntimeError(f"{' '.join(command[:4])} exited {process.returncode}")
    scale = 1024 if sys.platform == "darwin" else 1
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024 / scale, out)


def git(cwd: Path, *words: str, stdin: bytes = b"", accept: Sequence[int] = (0,), **also: str) -> Took:
    """Run git without hooks of the machine."""
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    return run(["git", *settings, *words], cwd=cwd, stdin=stdin, accept=accept, env=environ(**also))


def okstra(cwd: Path, *words: str, stdin: bytes = b"", accept: Sequence[int] = (0,)) -> Took:
    """Run okstra as a process of its own, started as its console script is."""
    command = [sys.executable, "-m", "okstra_cli.entry", *words]
    return run(command, cwd=cwd, stdin=stdin, accept=accept, env=environ())


def new_repository(directory: Path) -> Path:
    """An empty repository on main, with okstra set up and no hooks."""
    directory.mkdir(parents=True)
    git(directory, "init", "-q", "-b", "main", "--template=")
    git(directory, "config", "user.name", "Bench")
    git(directory, "config", "user.email", "bench@example.org")
    okstra(directory, "init", "--project-id", "bench", "--no-hooks", "--offline")
    return directory


def store_of(directory: Path) -> Store:
    """The state of a repository, for building large ones through the library."""
    return Store(open_repository(directory), lambda: datetime.now(UTC))


def say(text: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def judge(name: str, value: float, limit: float, unit: str = "x") -> bool:
    """Print a figure beside its limit; whether it was kept."""
    kept = value <= limit
    say(f"{name}: {value:.2f}{unit} (at most {limit:g}{unit}): {'kept' if kept else 'BROKEN'}")
    return kept
