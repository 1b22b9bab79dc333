"""`python -m tests.properties.strangers SEED [CASE]`: plays cases at a desk, counts, and tells what it found."""

import argparse
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pygit2
import typer.main
from pygit2.enums import ConfigLevel

from tests.kit.surroundings import sealed_environ
from tests.properties.strangers.changes import FAMILIES
from tests.properties.strangers.play import Played, Stage
from tests.properties.strangers.scene import build

MEMORY = 6 << 30
"""Bytes of address space: what reads without end is told by a refusal, not by the machine."""


def main(words: Sequence[str]) -> int:
    """Play as the line says; 1 when something was found."""
    wish = _parser().parse_args(words)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with TemporaryDirectory(prefix="okstra-strangers-", dir=_memory(), ignore_cleanup_errors=True) as folder:
        base = Path(wish.keep or folder).resolve()
        base.mkdir(exist_ok=True)
        _seal(base / "home")
        typer.main.get_command = cache(typer.main.get_command)  # a third of the time of a command that only reads
        stage = Stage(build(base))
        numbers = [wish.case] if wish.case is not None else range(wish.first, wish.first + wish.cases)
        return _play(stage, wish, numbers)


def _play(stage: Stage, wish: argparse.Namespace, numbers: Sequence[int]) -> int:
    seen: Counter[tuple[str, str]] = Counter()
    began, count = time.monotonic(), 0
    try:
        for number in numbers:
            if wish.seconds and time.process_time() > wish.seconds:
                break
            if wish.trace:
                print(number, file=sys.stderr, flush=True)  # noqa: T201
            _tell(stage.play(wish.seed, number, family=wish.family), seen, wish)
            count += 1
    finally:
        spent, passed = time.process_time(), time.monotonic() - began
        print(f"{count} cases, {sum(seen.values())} findings of {len(seen)} kinds, {spent:.1f} s of processor")  # noqa: T201
        print(f"{count / max(passed, 0.001):.1f} cases a second, seed {wish.seed}")  # noqa: T201
        for (kind, sign), times in sorted(seen.items(), key=lambda each: (each[0][0], -each[1])):
            print(f"{times:6} {kind}: {sign}")  # noqa: T201
    return 1 if seen else 0


def _tell(played: Played, seen: Counter[tuple[str, str]], wish: argparse.Namespace) -> None:
    fresh = [each for each in played.findings if seen[each.kind, each.sign] < wish.show]
    for each in played.findings:
        seen[each.kind, each.sign] += 1
    if wish.case is not None or fresh:
        family = f" --family {wish.family}" if wish.family else ""
        played.findings = played.findings if wish.case is not None else fresh
        print(played.tell())  # noqa: T201
        print(f"  again: python -m tests.properties.strangers {played.name}{family}\n", flush=True)  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.properties.strangers", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("case", type=int, nargs="?", help="this one alone, told whole")
    parser.add_argument("--cases", type=int, default=500, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seconds", type=float, default=0, help="begin no further case after these, of processor time")
    parser.add_argument("--family", default="", choices=["", *FAMILIES], help="only changes of this kind of things")
    parser.add_argument("--show", type=int, default=1, metavar="N", help="tell N cases of each finding")
    parser.add_argument("--trace", action="store_true", help="print every number before it is played")
    parser.add_argument("--keep", metavar="DIR", help="build the repository there and leave it")
    return parser


def _memory() -> str | None:
    """A file system in memory, where there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _seal(home: Path) -> None:
    """The environment of the tests, for this process."""
    home.mkdir(exist_ok=True)
    sealed = sealed_environ(home)
    os.environ.clear()
    os.environ.update(sealed)
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = str(home)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
