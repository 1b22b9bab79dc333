"""Long believable branches: source files in folders, commits that edit a few lines, a main that moves underneath."""

import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import git

WORDS = ("order", "price", "token", "user", "route", "cache", "queue", "batch", "field", "index", "label", "state")


def build(place: Path, *, commits: int, upstream: int, files: int, seed: int = 7) -> None:
    """main with `files` files, `work` with `commits` commits on top of it, and `upstream` more commits on main.

    The branch edits the lower three quarters of files and main the top, so that the rebase never stops; some of
    main's commits touch files that the branch touches too.
    """
    rng = random.Random(seed)
    content = {_path(number): _source(rng, rng.randint(50, 400)) for number in range(files)}
    stream = [_commit("main", "Begin", 0, content), "reset refs/heads/work\nfrom refs/heads/main\n\n"]
    mine = {path: list(lines) for path, lines in content.items()}
    for number in range(1, commits + 1):
        paths = rng.sample(sorted(mine), k=rng.choice((1, 1, 1, 2, 3)))
        for path in paths:
            _edit(rng, mine[path], low=len(mine[path]) // 4, high=len(mine[path]))
        stream.append(_commit("work", f"Change {number}", number, {path: mine[path] for path in paths}))
    for number in range(1, upstream + 1):
        paths = rng.sample(sorted(content), k=rng.choice((1, 2)))
        for path in paths:
            _edit(rng, content[path], low=0, high=len(content[path]) // 4 - 12)
        stream.append(_commit("main", f"Upstream {number}", number, {path: content[path] for path in paths}))
    git(place, "fast-import", "--quiet", stdin="".join(stream).encode())


def _path(number: int) -> str:
    package, module = WORDS[number % len(WORDS)], WORDS[number // len(WORDS) % len(WORDS)]
    return f"src/{package}/{module}_{number}.py"


def _source(rng: random.Random, length: int) -> list[str]:
    return list(_lines(rng, length))


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


def _edit(rng: random.Random, lines: list[str], *, low: int, high: int) -> None:
    """Change, add or remove one to six lines somewhere between low and high."""
    at = rng.randrange(low, max(low + 1, min(high, len(lines) - 6)))
    for offset in range(rng.randint(1, 6)):
        action = rng.random()
        if action < 0.6 and at + offset < len(lines):
            lines[at + offset] = _statement(rng)
        elif action < 0.85 or len(lines) < 45:
            lines.insert(at + offset, _statement(rng))
        elif at + offset < len(lines):
            del lines[at + offset]


def _commit(branch: str, message: str, minute: int, files: dict[str, list[str]]) -> str:
    who = f"Bench <bench@example.org> {1_700_000_000 + 60 * minute} +0000"
    head = f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}\n"
    return head + "".join(_file(path, lines) for path, lines in files.items())


def _file(path: str, lines: list[str]) -> str:
    text = "\n".join(lines) + "\n"
    return f"M 644 inline {path}\ndata {len(text)}\n{text}\n"
