"""`landed --all` over 1,000 branches and 50,000 commits, beside `git for-each-ref --merged` and a plain `git log`."""

import random
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.measuring import git, judge, okstra, say

COMMITS, BRANCHES, FILES, LINES, APART, ROUNDS = 50_000, 1_000, 1_000, 36, 6, 5
WORDS = 70
"""Words of a commit's message: about 450 bytes, which is usual where messages are written with care."""
LIMIT, LINEAR = 3.0, 2.2
LATER = 60
"""Commits of main between the beginning of a branch and its landing."""

KINDS = ("merge", "merge", "squash", "rebase", "merge", "squash", "not", "merge", "rebase", "part", "reverted")
STATES = {"merge": "landed", "squash": "landed", "rebase": "landed", "part": "partly", "not": "not",
          "reverted": "reverted"}  # fmt: skip


def main() -> int:
    """Print medians of processor time and their ratio; 1 when a limit is passed or an answer is wrong."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        many, half = _build(Path(scratch) / "many", BRANCHES), _build(Path(scratch) / "half", BRANCHES // 2)
        kept = [_is_right(many)]
        ours, merged, plain, fewer = [], [], [], []
        for _ in range(ROUNDS):
            ours.append(okstra(many, "landed", "--all", "--json", accept=(1,)).processor)
            fewer.append(okstra(half, "landed", "--all", "--json", accept=(1,)).processor)
            merged.append(git(many, "for-each-ref", "--merged=main", "refs/heads").processor)
            plain.append(git(many, "log", "main").processor)
    peer = median(merged) + median(plain)
    say(f"{BRANCHES} branches, {COMMITS} commits: landed {median(ours) * 1000:.0f} ms; for-each-ref --merged "
        f"{median(merged) * 1000:.0f} ms, log {median(plain) * 1000:.0f} ms")  # fmt: skip
    kept.append(judge("landed to both of git's", median(ours) / peer, LIMIT))
    kept.append(judge("landed to landed of half the branches", median(ours) / median(fewer), LINEAR))
    return 0 if all(kept) else 1


def _is_right(place: Path) -> bool:
    """Whether every branch is what its name says."""
    import json

    rows = json.loads(okstra(place, "landed", "--all", "--json", accept=(1,)).out)["refs"]
    wrong = [row for row in rows if row["state"] != STATES[row["ref"].partition("/")[0]]]
    counts = Counter(row["state"] for row in rows)
    say(f"{', '.join(f'{count} {state}' for state, count in sorted(counts.items()))}; {len(wrong)} wrong")
    for row in wrong[:5]:
        say(f"  {row['ref']}: {row['state']} {row['reason'] or ''}")
    return not wrong and len(rows) == sum(counts.values())


class _Branch(NamedTuple):
    """A branch while the stream is written: its edits, a file and a place for each of its two commits."""

    name: str
    edits: tuple[tuple[int, int], ...]
    base: int
    tip: int


class _History:
    """A stream for fast-import. Lines of a file are main's or a branch's by their place, so that merges are clean."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.stream: list[str] = []
        self._mark = 0
        self.lines = [[f"line {n} of {file}" for n in range(LINES)] for file in range(FILES)]
        places = [(file, place) for file in range(FILES) for place in range(3, LINES, APART)]
        self._rng.shuffle(places)
        self._free = iter(places)
        self.main = self.commit("refs/heads/main", 0, 0, "Begin", dict(enumerate(self.lines)))

    def commit(self, ref: str, parent: int, merged: int, message: str, changed: dict[int, list[str]]) -> int:
        self._mark += 1
        message = f"{message}\n\n{self._some_words()}\n"
        who = f"Bench <bench@example.org> {1_600_000_000 + 600 * self._mark} +0000"
        parents = f"from :{parent}\n" * bool(parent) + f"merge :{merged}\n" * bool(merged)
        self.stream.append(f"commit {ref}\nmark :{self._mark}\nauthor {who}\ncommitter {who}\n")
        self.stream.append(f"data {len(message)}\n{message}\n{parents}")
        for file, lines in changed.items():
            text = "".join(f"{line}\n" for line in lines)
            self.stream.append(f"M 644 inline src/part{file % 40}/file{file}.py\ndata {len(text)}\n{text}\n")
        return self._mark

    def _some_words(self) -> str:
        words = (f"word{self._rng.randrange(1000)}" for _ in range(WORDS))
        return "".join(f"{word}{chr(10) if number % 10 == 9 else ' '}" for number, word in enumerate(words))

    def go_on(self) -> None:
        """One more commit on main, by somebody else."""
        file = self._rng.randrange(FILES)
        self.lines[file][self._rng.randrange(LINES // APART) * APART] = f"value {self._rng.randrange(10**6)}"
        self.main = self.commit("refs/heads/main", self.main, 0, "Upstream", {file: self.lines[file]})

    def begin(self, name: str) -> _Branch:
        """A branch of two commits on main."""
        edits, tip = (next(self._free), next(self._free)), self.main
        done: dict[int, list[str]] = {}
        for number, (file, place) in enumerate(edits):
            done[file] = list(done.get(file, self.lines[file]))
            done[file][place] = f"{name} {number}, at some length"
            tip = self.commit(f"refs/heads/{name}", tip, 0, f"Change {name} {number}", {file: done[file]})
        return _Branch(name, edits, self.main, tip)

    def land(self, branch: _Branch) -> None:
        """What the kind of the branch says."""
        kind = branch.name.partition("/")[0]
        edits = branch.edits[: 1 if kind == "part" else 2] if kind != "not" else ()
        if kind in ("rebase", "part"):
            for number, edit in enumerate(edits):
                self._take(branch, (edit,), number, 0)
        elif edits:
            self._take(branch, edits, 0, branch.tip if kind == "merge" else 0)
        if kind == "reverted":
            self.go_on()
            changed = self._set(edits, "line {place} of {file}")
            self.main = self.commit("refs/heads/main", self.main, 0, f"Revert {branch.name}", changed)

    def _take(self, branch: _Branch, edits: tuple[tuple[int, int], ...], first: int, merged: int) -> None:
        changed: dict[int, list[str]] = {}
        for number, edit in enumerate(edits, first):
            changed |= self._set((edit,), f"{branch.name} {number}, at some length")
        self.main = self.commit("refs/heads/main", self.main, merged, f"Land {branch.name}", changed)

    def _set(self, edits: tuple[tuple[int, int], ...], text: str) -> dict[int, list[str]]:
        for file, place in edits:
            self.lines[file][place] = text.format(file=file, place=place)
        return {file: self.lines[file] for file, _ in edits}


def _build(place: Path, branches: int) -> Path:
    """A repository whose branches begin all along main; each is named by what became of it."""
    history, waiting = _History(seed=7), list[tuple[int, _Branch]]()
    every = COMMITS // branches
    for number in range(COMMITS - branches):
        if number % every == 0 and number // every < branches:
            kind = KINDS[(number // every) % len(KINDS)]
            waiting.append((number + LATER, history.begin(f"{kind}/{number // every}")))
        history.go_on()
        if waiting and waiting[0][0] <= number:
            history.land(waiting.pop(0)[1])
    for _, branch in waiting:
        history.land(branch)
    place.mkdir()
    git(place, "init", "-q", "-b", "main", "--template=")
    git(place, "fast-import", "--quiet", stdin="".join(history.stream).encode())
    return place


if __name__ == "__main__":
    sys.exit(main())
