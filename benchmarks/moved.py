"""Branches before and after they were rebased, both written by `git fast-import`: quickly, and without conflicts.

Lines of a file belong to main or to branches by their place, three lines apart. So a rebase is clean, and where main
edited close to a branch the branch's patch is another one afterwards, as in life.
"""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring import git, say

MAINS, BRANCHES, APART = 0, 3, 6
UPSTREAM = "Upstream"
"""What every commit of others to main is called."""

Edits = dict[str, dict[int, tuple[str, ...]]]
"""Path -> place of a line on main -> what a branch has instead of it."""


class Moved(NamedTuple):
    """A branch: its commits when it was recorded, on `base`, and the ones it was rewritten to, on `ground`.

    `amended` is the rewritten tip with other content in its last commit.
    """

    name: str
    base: str
    old: str
    ground: str
    new: str
    amended: str


class _Draft(NamedTuple):
    """A branch while the stream is written; commits are marks."""

    name: str
    base: int
    old: int
    steps: tuple[Edits, ...]
    below: "_Draft | None"


class History:
    """A stream for fast-import: main, which goes on, and branches that are begun on it."""

    def __init__(self, *, files: int, seed: int = 11) -> None:
        self._rng = random.Random(seed)
        self._stream: list[str] = []
        self._mark = 0
        self._authors: dict[str, str] = {}
        self._drafts: list[_Draft] = []
        self._lines = {f"src/d{n % 20}/f{n}.py": self._text(self._rng.randint(60, 300)) for n in range(files)}
        self._main = self._commit("refs/heads/main", 0, "Begin", {path: {} for path in self._lines})

    def go_on(self, commits: int) -> None:
        """More commits on main, each an edit in one or two files."""
        for _ in range(commits):
            paths = self._rng.sample(sorted(self._lines), k=self._rng.choice((1, 2)))
            for path in paths:
                self._lines[path][self._place(path, MAINS)] = self._statement()
            self._main = self._commit("refs/heads/main", self._main, UPSTREAM, {path: {} for path in paths})

    def begin(self, name: str, *, commits: int, below: str | None = None) -> None:
        """A branch on main, or on the branch `below`."""
        under = next((draft for draft in self._drafts if draft.name == below), None)
        base = at = under.old if under else self._main
        steps: list[Edits] = []
        for number in range(commits):
            before = steps[-1] if steps else under.steps[-1] if under else {}
            steps.append(self._edited(before))
            at = self._commit(f"refs/heads/{name}", at, f"Change {name} {number}", _fresh(before, steps[-1]))
        self._drafts.append(_Draft(name, base, at, tuple(steps), under))

    def build(self, place: Path) -> list[Moved]:
        """Write the repository, and rewrite every branch onto main as it is now; the branches stay what they were."""
        marks: dict[str, tuple[int, int, int]] = {}
        for draft in self._drafts:
            ground = marks[draft.below.name][1] if draft.below else self._main
            marks[draft.name] = (ground, *self._rewritten(draft, ground))
        file = place / ".git/marks"
        git(place, "fast-import", "--quiet", f"--export-marks={file}", stdin="".join(self._stream).encode())
        git(place, "update-ref", "-d", "refs/bench/scratch")
        git(place, "reset", "-q", "--hard", "main")
        ids = {int(mark[1:]): oid for mark, oid in (line.split() for line in file.read_text().splitlines())}
        return [Moved(one.name, *(ids[mark] for mark in (one.base, one.old, *marks[one.name]))) for one in self._drafts]

    def _rewritten(self, draft: _Draft, ground: int) -> tuple[int, int]:
        before: Edits = draft.below.steps[-1] if draft.below else {}
        at = under = ground
        for number, edits in enumerate(draft.steps):
            under, message = at, f"Change {draft.name} {number}"
            at = self._commit("refs/bench/scratch", at, message, _fresh(before, edits))
            before = edits
        beneath = draft.steps[-2] if len(draft.steps) > 1 else draft.below.steps[-1] if draft.below else {}
        other = self._edited(draft.steps[-1])
        return at, self._commit("refs/bench/scratch", under, message, _fresh(beneath, other))

    def _edited(self, before: Edits) -> Edits:
        """What a branch has after one more commit: some lines new, changed or gone in one to three files."""
        edits = {path: dict(places) for path, places in before.items()}
        for path in self._rng.sample(sorted(self._lines), k=self._rng.choice((1, 1, 1, 2, 3))):
            lines = tuple(self._statement() for _ in range(self._rng.randint(0, 4)))
            edits.setdefault(path, {})[self._place(path, BRANCHES)] = lines
        return edits

    def _commit(self, ref: str, parent: int, message: str, changed: Mapping[str, Mapping[int, tuple[str, ...]]]) -> int:
        self._mark += 1
        who = f"Bench <bench@example.org> {1_700_000_000 + 60 * self._mark} +0000"
        author = who if message == UPSTREAM else self._authors.setdefault(message, who)  # a rebase keeps the author
        self._stream.append(f"commit {ref}\nmark :{self._mark}\nauthor {author}\ncommitter {who}\n")
        self._stream.append(f"data {len(message)}\n{message}\n" + (f"from :{parent}\n" if parent else ""))
        for path, edits in changed.items():
            kept = (edits.get(place, (line,)) for place, line in enumerate(self._lines[path]))
            text = "".join(f"{line}\n" for lines in kept for line in lines)
            self._stream.append(f"M 644 inline {path}\ndata {len(text)}\n{text}\n")
        return self._mark

    def _place(self, path: str, whose: int) -> int:
        return self._rng.randrange(len(self._lines[path]) // APART) * APART + whose

    def _text(self, length: int) -> list[str]:
        return [self._statement() for _ in range(length)]

    def _statement(self) -> str:
        return f"    value_{self._rng.randrange(99)} = other_{self._rng.randrange(99)}({self._rng.randrange(99_999)})"


def _fresh(before: Edits, after: Edits) -> Edits:
    """The files that a commit changes, with all that the branch has done to them."""
    return {path: places for path, places in after.items() if places != before.get(path)}


def move(place: Path, tips: Mapping[str, str]) -> None:
    """Set branches to commits, as a rebase does; no hook hears of it."""
    lines = "".join(f"update refs/heads/{name} {oid}\n" for name, oid in tips.items())
    git(place, "-c", "core.hooksPath=/dev/null", "update-ref", "--stdin", stdin=lines.encode())


def say_likeness(place: Path, old: str, new: str) -> None:
    """How many patches range-diff finds unchanged: it is quick with those and slow with the others."""
    marks = [line.split()[2] for line in git(place, "range-diff", "-s", "--no-notes", old, new).out.splitlines()]
    say(f"git range-diff finds {marks.count(b'=')} of {len(marks)} patches unchanged")
