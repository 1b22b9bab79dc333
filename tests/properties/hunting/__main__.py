"""`python -m tests.properties.hunting`: hunts at a desk, counts, and shows the first cases of each kind."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel

from tests.kit.surroundings import scratch_dir, sealed_environ
from tests.properties.hunting.hunt import hunt, run
from tests.properties.hunting.report import Tally, tell


def main(words: Sequence[str]) -> int:
    """Hunt as the line says; 1 when something false was found."""
    wish = _parser().parse_args(words)
    _seal(scratch_dir())
    if wish.only:
        return _one(wish)
    tally, began = Tally(), time.monotonic()
    for seed in _seeds(wish.seeds):
        tally.take(run(scratch_dir() / "world", seed, tasks=wish.tasks, rounds=wish.rounds))
        print(f"seed {seed}: {tally.total} judgements so far, {tally.count('false')} false", file=sys.stderr)  # noqa: T201
    _show(tally, wish.show, wish.of)
    print("\n".join(tally.lines()))  # noqa: T201
    print(f"{tally.total / (time.monotonic() - began):.1f} judgements a second")  # noqa: T201
    return 1 if tally.count("false") else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.properties.hunting", description=__doc__)
    parser.add_argument("--seeds", default="21", help="as in 21-24,30 (default: 21)")
    parser.add_argument("--tasks", type=int, default=60, help="tasks in each repository")
    parser.add_argument("--rounds", type=int, default=10, help="how often history is made anew")
    parser.add_argument("--show", type=int, default=1, metavar="N", help="tell N cases of each kind")
    parser.add_argument("--of", default="", metavar="TEXT", help="tell only kinds with this in their name")
    parser.add_argument("--only", metavar="SEED:ROUND:TASK", help="this task alone, in this round")
    parser.add_argument("--keep", metavar="DIR", help="with --only: leave the repository there")
    return parser


def _seeds(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _one(wish: argparse.Namespace) -> int:
    seed, place, task = map(int, wish.only.split(":"))
    folder = Path(wish.keep).absolute() if wish.keep else scratch_dir() / "world"
    cases = list(hunt(folder, seed, tasks=[task], rounds=[place]))
    print("\n\n".join(tell(case) for case in cases))  # noqa: T201
    return 1 if any(case.judgement.verdict == "false" for case in cases) else 0


def _show(tally: Tally, each: int, of: str) -> None:
    shown: Counter[tuple[str, str]] = Counter()
    for case in tally.cases:
        kind = (case.judgement.verdict, case.judgement.kind)
        if of in " ".join(kind) and shown[kind] < each:
            shown[kind] += 1
            print(tell(case), end="\n\n")  # noqa: T201


def _seal(home: Path) -> None:
    """The environment of the tests, for this process."""
    sealed = sealed_environ(home)
    os.environ.clear()
    os.environ.update(sealed)
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = str(home)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
