"""Long believable branches: source files in folders, commits that edit a few lines, a main that moves underneath."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import environ, git, run

WORDS = ("order", "price", "token", "user", "route", "cache", "queue", "batch", "field", "index", "label", "state")
NEAR = 0.6
"""The share of upstream edits in the context of an edit of the branch. With an upstream commit for every five of the
branch, one patch in five is another one after the rebase, as in real clean rebases where the same files moved."""


class File:
    """A file whose lines remember which line of the beginning they were; `touched` are those the branch edits."""

    def __init__(self, rng: random.Random, length: int) -> None:
        self.begun = list(_lines(rng, length))
        self.mine: list[tuple[str, int]] = [(text, place) for place, text in enumerate(self.begun)]
        self.theirs = list(self.begun)
        self.touched: set[int] = set()
        self.taken: set[int] = set()

    def edit(self, rng: random.Random) -> None:
        """One edit of the branch: one to six neighbouring lines changed, added or removed."""
        at = rng.randrange(len(self.mine))
        for offset in range(rng.randint(1, 6)):
            here = min(at + offset, len(self.mine) - 1)
            place, action = self.mine[here][1], rng.random()
            self.touched |= {place, max(0, place - 1)}
            if action < 0.6:
                self.mine[here] = (_statement(rng), place)
            elif action < 0.85 or len(self.mine) < 45:
                self.mine.insert(here, (_statement(rng), place))
            else:
                del self.mine[here]

    def edit_upstream(self, rng: random.Random, *, near: bool) -> None:
        """One edit of main: a line that the branch leaves alone, and so far off that no merge conflicts.

        `near` ones are in the context of an edit of the branch, so that its patch is another one after the rebase.
        """
        reach = range(2, 4) if near else range(8, 60)
        places = [place + step for place in sorted(self.touched) for step in reach]
        fit = [
            p for p in places if p < len(self.begun) and not self.touched & {p - 1, p, p + 1} and p not in self.taken
        ]
        if fit:
            place = rng.choice(fit)
            self.taken |= {place - 1, place, place + 1}
            self.theirs[place] = _statement(rng)


def build(place: Path, *, commits: int, upstream: int, files: int) -> None:
    """Make such branches in a process of its own.

    The peak memory that the system reports of a child is at least its parent's, so the measuring process stays small.
    """
    numbers = map(str, (commits, upstream, files))
    run([sys.executable, "-m", "benchmarks.branches", str(place), *numbers], cwd=place, env=environ())


def _build(place: Path, *, commits: int, upstream: int, files: int, seed: int = 7) -> None:
    """main with `files` files, `work` with `commits` commits on top of it, and `upstream` more commits on main.

    Most of main's commits touch files that the branch touches too, many of them close to its edits, and none conflict.
    """
    rng = random.Random(seed)
    content = {_path(number): File(rng, rng.randint(50, 400)) for number in range(files)}
    stream = [_commit("main", "Begin", 0, {path: file.begun for path, file in content.items()})]
    stream.append("reset refs/heads/work\nfrom refs/heads/main\n\n")
    for number in range(1, commits + 1):
        changed = {path: content[path] for path in rng.sample(sorted(content), k=rng.choice((1, 1, 1, 2, 3)))}
        for file in changed.values():
            file.edit(rng)
        lines = {path: [text for text, _ in file.mine] for path, file in changed.items()}
        stream.append(_commit("work", f"Change {number}", number, lines))
    for number in range(1, upstream + 1):
        changed = {path: content[path] for path in rng.sample(sorted(content), k=rng.choice((1, 2)))}
        for file in changed.values():
            file.edit_upstream(rng, near=rng.random() < NEAR)
        stream.append(_commit("main", f"Upstream {number}", number, {p: f.theirs for p, f in changed.items()}))
    git(place, "fast-import", "--quiet", stdin="".join(stream).encode())


def _path(number: int) -> str:
    package, module = WORDS[number % len(WORDS)], WORDS[number // len(WORDS) % len(WORDS)]
    return f"src/{package}/{module}_{number}.py"


def _lines(rng: random.Random, length: int) -> Iterator[str]:
    for number in range(length):
        kind = number % 8
        if kind == 0:
            yield f"def {rng.choice(WORDS)}_{rng.choice(WORDS)}_{rng.randrange(999)}({rng.choice(WORDS)}):"
        elif kind == 7:
            yield ""
        else:
            yield _statement(rng)


def _statement(rng: random.Random) -> str:
    return f"    {rng.choice(WORDS)} = {rng.choice(WORDS)}.{rng.choice(WORDS)}({rng.randrange(99999)})"


def _commit(branch: str, message: str, minute: int, files: dict[str, list[str]]) -> str:
    who = f"Bench <bench@example.org> {1_700_000_000 + 60 * minute} +0000"
    head = f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}\n"
    return head + "".join(_file(path, lines) for path, lines in files.items())


def _file(path: str, lines: list[str]) -> str:
    text = "\n".join(lines) + "\n"
    return f"M 644 inline {path}\ndata {len(text)}\n{text}\n"


if __name__ == "__main__":
    where, sizes = Path(sys.argv[1]), [int(word) for word in sys.argv[2:]]
    _build(where, commits=sizes[0], upstream=sizes[1], files=sizes[2])
