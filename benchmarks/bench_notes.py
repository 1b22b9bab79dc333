"""What ten thousand of our notes take on disk after gc, beside the same notes written by git itself."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import git, judge, new_repository, say
from okstra_git.git.notes import edit_notes
from okstra_git.git.repo import open_repository

NOTES, BATCH = 10_000, 100
LIMIT = 2.0
REF = "refs/notes/okstra"


def main() -> int:
    """Print sizes and their ratios; 1 when the limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        sizes = {
            name: _size_with(new_repository(Path(scratch) / name), write)
            for name, write in (("none", _write_nothing), ("ours", _write_ours), ("git", _write_with_git))
        }
    mine, peer = sizes["ours"] - sizes["none"], sizes["git"] - sizes["none"]
    say(f"{NOTES} notes after gc: ours {mine / 1024:.0f} KiB, git's own {peer / 1024:.0f} KiB; batches of {BATCH}")
    return 0 if judge("notes on disk, ours to git's", mine / peer, LIMIT) else 1


def _size_with(place: Path, write: Callable[[Path, list[str]], None]) -> int:
    """Bytes of the objects folder after the notes were written and everything was packed."""
    git(place, "fast-import", "--quiet", stdin="".join(map(_commit, range(NOTES))).encode())
    write(place, git(place, "rev-list", "main").out.decode().split())
    git(place, "gc", "-q", "--prune=now")
    return sum(path.stat().st_size for path in (place / ".git/objects").rglob("*") if path.is_file())


def _commit(number: int) -> str:
    who = f"committer Bench <bench@example.org> {1_700_000_000 + number} +0000"
    return f"commit refs/heads/main\n{who}\ndata 6\ncommit\nM 644 inline f\ndata {len(str(number))}\n{number}\n"


def _note(number: int) -> str:
    return f'{{"okstra": 1, "task": "bench:notes:t{number // 5}", "stage": {number % 5 + 1}, "status": "done"}}\n'


def _write_nothing(place: Path, commits: list[str]) -> None:
    """The repository without any note."""


def _write_ours(place: Path, commits: list[str]) -> None:
    opened = open_repository(place)
    for start in range(0, len(commits), BATCH):
        texts = {oid: _note(start + place).encode() for place, oid in enumerate(commits[start : start + BATCH])}
        edits = {oid: (lambda _, text=text: text) for oid, text in texts.items()}
        edit_notes(opened, REF, edits, message="okstra: notes follow the log\n", when=datetime.now(UTC))


def _write_with_git(place: Path, commits: list[str]) -> None:
    """`git notes add` would take one commit and three processes a note; fast-import writes its layout in batches."""
    stream = []
    for start in range(0, len(commits), BATCH):
        stream.append("commit refs/notes/okstra\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 5\nnotes\n")
        for offset, oid in enumerate(commits[start : start + BATCH]):
            text = _note(start + offset)
            stream.append(f"N inline {oid}\ndata {len(text)}\n{text}\n")
    git(place, "fast-import", "--quiet", stdin="".join(stream).encode())


if __name__ == "__main__":
    sys.exit(main())
