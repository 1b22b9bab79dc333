"""`run prepare` beside `git worktree add` on 5,000 files, and the cost of a bundle without a worktree."""

import sys
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import Took, git, judge, new_repository, okstra, say
from tests.kit.prepared import a_brief, a_plan

FILES, ROUNDS = 5_000, 7
KEY = "bench:web:login"
LIMIT_WORKTREE = 3.0
LIMIT_BUNDLE = 0.4
"""Seconds for a whole prepare that makes no worktree, start-up included."""


def main() -> int:
    """Print medians and ratios; 1 when a limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "shop")
        _fill(place)
        _set_up(place, Path(scratch))
        numbers = count(1)
        alone: list[float] = []
        prepared: list[float] = []
        bundled: list[float] = []
        for _ in range(ROUNDS):
            n = next(numbers)
            alone.append(git(place, "worktree", "add", "-q", "-b", f"plain-{n}", str(Path(scratch) / f"w{n}")).seconds)
            prepared.append(_prepare(place, "implementation", "--stage", str(n)).seconds)
            bundled.append(_prepare(place, "error-analysis", "--directive", f"look {n}").seconds)
    ours, peer, bundle = median(prepared), median(alone), median(bundled)
    say(f"{FILES} files: prepare {ours * 1000:.0f} ms, git worktree add {peer * 1000:.0f} ms")
    say(f"prepare without a worktree {bundle * 1000:.0f} ms (at most {LIMIT_BUNDLE * 1000:.0f} ms)")
    return 0 if judge("prepare to git worktree add", ours / peer, LIMIT_WORKTREE) and bundle <= LIMIT_BUNDLE else 1


def _prepare(place: Path, task_type: str, *more: str) -> Took:
    return okstra(place, "run", "prepare", "--task-key", KEY, "--task-type", task_type, "--brief", "brief.md", *more)


def _fill(place: Path) -> None:
    for n in range(FILES):
        path = place / f"src/d{n % 100}/f{n}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"def f{n}():\n    return {n}\n" * 20)
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "begin")


def _set_up(place: Path, scratch: Path) -> None:
    okstra(place, "init", "--project-id", "bench", "--no-hooks")
    okstra(place, "config", "set", "worktreeRoot", str(scratch / "worktrees"))
    okstra(place, "task", "open", KEY)
    (place / "brief.md").write_text(a_brief())
    (place / "plan.md").write_text(a_plan(dict.fromkeys(range(1, ROUNDS + 1), ())))
    okstra(place, "plan", "approve", "plan.md", "--task-key", KEY)


if __name__ == "__main__":
    sys.exit(main())
