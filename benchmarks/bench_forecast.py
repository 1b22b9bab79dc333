"""The forecast among 20 live worktrees of 5,000 files, beside as many calls of `git merge-tree --write-tree`."""

import random
import sys
import time
from itertools import combinations
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import git, judge, new_repository, okstra, say, store_of
from okstra_git.git.objects import tree_of
from okstra_git.handoff.forecast import Forecast, KnownMerges, LiveStage, forecast
from okstra_git.names import parse_task_key
from okstra_git.records.events import StageStarted

FILES, STAGES, COMMITS, DIRTY, ROUNDS = 5_000, 20, 20, 5, 5
KEY, SLASHED = "bench:web:login", "bench/web/login"
PAIRS = STAGES * (STAGES - 1) // 2
LIMIT, WARM = 1.5, 0.3


def main() -> int:
    """Print medians, ratio and seconds; 1 when a limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "shop")
        _fill(place, Path(scratch))
        heads = {number: _tip(place, f"s{number}") for number in range(1, STAGES + 1)}
        theirs = _merge_trees(place, heads)
        ours, found = _cold(place, heads)
        cold = okstra(place, "status", "--forecast", "--json")
        plain = [okstra(place, "status", "--json").seconds for _ in range(ROUNDS)]
        warm = [okstra(place, "status", "--forecast", "--json").seconds for _ in range(ROUNDS)]
    more = median(warm) - median(plain)
    say(
        f"{STAGES} stages, {FILES} files, {found.merged} merges, {len(found.conflicts)} conflicts: {ours * 1000:.0f} ms"
    )
    say(f"{PAIRS} calls of git merge-tree: {theirs * 1000:.0f} ms")
    say(f"status {median(plain) * 1000:.0f} ms; --forecast the first time {cold.seconds * 1000:.0f} ms, then "
        f"{median(warm) * 1000:.0f} ms, {DIRTY} worktrees with uncommitted work")  # fmt: skip
    kept = [found.merged <= PAIRS, judge("forecast to git merge-tree", ours / theirs, LIMIT)]
    kept.append(judge("forecast when nothing changed", more, WARM, " s"))
    return 0 if all(kept) else 1


def _cold(place: Path, heads: dict[int, str]) -> tuple[float, Forecast]:
    """Seconds of every merge, nothing known, in a fresh handle; and what was found."""
    handle = store_of(place).git
    began = time.perf_counter()
    live = [LiveStage(parse_task_key(KEY), number, head, tree_of(handle, head)) for number, head in heads.items()]
    found = forecast(handle, live, KnownMerges())
    seconds = time.perf_counter() - began
    return seconds, found


def _merge_trees(place: Path, heads: dict[int, str]) -> float:
    """Seconds in `git merge-tree` for every pair."""
    calls = (
        git(place, "merge-tree", "--write-tree", one, other, accept=(0, 1))
        for one, other in combinations(heads.values(), 2)
    )
    return sum(call.seconds for call in calls)


def _tip(place: Path, name: str) -> str:
    return git(place, "rev-parse", name).out.decode().strip()


def _fill(place: Path, scratch: Path) -> None:
    """Main, a branch and a worktree for each stage; two stages in three change files that others change as well."""
    rng = random.Random(5)
    names = [f"src/d{n % 100}/f{n}.py" for n in range(FILES)]
    text = {name: [f"def f{n}_{line}(): return {line}" for line in range(60)] for n, name in enumerate(names)}
    stream = [_commit("refs/heads/main", 1, "", text)]
    for stage in range(1, STAGES + 1):
        mine = {name: list(lines) for name, lines in text.items()}
        for step in range(COMMITS):
            own, shared = names[(stage * 200 + step * 3) % FILES], names[rng.randrange(200)]
            mine[own][step % 60] += f"  # {stage}.{step}"
            mine[shared].insert(rng.randrange(60), rng.choice(("", f"# {stage}.{step}", "    return None")))
            below = "" if step else "refs/heads/main"
            stream.append(
                _commit(f"refs/heads/s{stage}", stage * 100 + step, below, {n: mine[n] for n in (own, shared)})
            )
    git(place, "fast-import", "--quiet", stdin="".join(stream).encode())
    git(place, "reset", "-q", "--hard", "main")
    okstra(place, "task", "open", KEY)
    base = _tip(place, "main")
    store_of(place).append(
        lambda _: [StageStarted(task=SLASHED, stage=n, branch=f"s{n}", base=base, base_ref="main")
                   for n in range(1, STAGES + 1)]
    )  # fmt: skip
    for stage in range(1, STAGES + 1):
        there = scratch / f"s{stage}"
        git(place, "worktree", "add", "-q", str(there), f"s{stage}")
        if stage <= DIRTY:
            (there / names[stage]).write_text("uncommitted\n")
            (there / "new.py").write_text(f"untracked {stage}\n")
    time.sleep(1.1)  # as in life, files are older than the index that knows them
    for stage in range(1, STAGES + 1):
        git(scratch / f"s{stage}", "update-index", "-q", "--refresh", accept=(0, 1))


def _commit(ref: str, minute: int, below: str, files: dict[str, list[str]]) -> str:
    parts = [f"commit {ref}\ncommitter B <b@x> {1_700_000_000 + 60 * minute} +0000\ndata 1\nx\n"]
    parts += [f"from {below}\n"] if below else []
    for name, lines in files.items():
        content = "\n".join(lines) + "\n"
        parts.append(f"M 100644 inline {name}\ndata {len(content)}\n{content}\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main())
