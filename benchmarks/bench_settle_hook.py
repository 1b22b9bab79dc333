"""What the hook that follows and records an amended stage costs, beside the same amend without hooks."""

import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.branches import build
from benchmarks.measuring import Took, environ, git, judge, new_repository, okstra, run, say

ROUNDS = 15
LIMIT_MS = 300
KEY = "bench:speed:amend"


def main() -> int:
    """Print medians and their difference; 1 when the limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        program = _program(Path(scratch))
        place = new_repository(Path(scratch) / "work")
        build(place, commits=50, upstream=5, files=60)
        okstra(place, "task", "open", KEY)
        okstra(place, "stage", "done", "1", "--task-key", KEY, "--branch", "work")
        git(place, "checkout", "-q", "work")
        bare = place.with_name("bare")
        git(place, "worktree", "add", "-q", "-b", "other", str(bare), "work")
        run([str(program), "hooks", "install"], cwd=place, env=environ())
        times: dict[Path, list[Took]] = {place: [], bare: []}
        for nth in range(ROUNDS):
            for where, taken in times.items():
                settings = ["-c", "core.hooksPath=/dev/null"] if where == bare else []
                taken.append(git(where, *settings, "commit", "-q", "--amend", "-m", f"Said {nth}"))
        followed = okstra(place, "log", "--json", "-n", "500").out.count(b'"stage.moved"')
    if followed < ROUNDS:
        raise RuntimeError(f"the hook followed {followed} of {ROUNDS} amends")
    for name, taken in (("with the hook", times[place]), ("without", times[bare])):
        whole, own = _median_ms(took.seconds for took in taken), _median_ms(took.processor for took in taken)
        say(f"amend of a recorded stage, {name}: {whole:.0f} ms in all, {own:.0f} ms of processor")
    more = min(took.seconds for took in times[place]) - min(took.seconds for took in times[bare])
    return 0 if judge("the hook that settles a stage, at its best", more * 1000, LIMIT_MS, " ms") else 1


def _median_ms(seconds: Iterable[float]) -> float:
    return median(seconds) * 1000


def _program(folder: Path) -> Path:
    """A console script as pip makes it, for the hooks to call."""
    program = folder / "git-okstra"
    program.write_text(f"#!{sys.executable}\nfrom okstra_cli.entry import main\nmain()\n")
    program.chmod(0o755)
    return program


if __name__ == "__main__":
    sys.exit(main())
