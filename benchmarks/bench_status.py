"""`status --json` over a thousand tasks of five stages, beside the same command on an empty repository."""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import git, judge, new_repository, okstra, say, store_of
from okstra_git.records.events import AnchorSet, AnyFact, StageDone, StageStarted, TaskOpened
from okstra_git.store.stage_ranges import fingerprint_ranges

TASKS, STAGES, ROUNDS = 1_000, 5, 9
LIMIT = 2.0


def main() -> int:
    """Print medians and their ratio; 1 when the limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        full, empty = new_repository(Path(scratch) / "full"), new_repository(Path(scratch) / "empty")
        git(empty, "commit", "-q", "--allow-empty", "-m", "begin")
        fill_with_tasks(full)
        okstra(full, "status", "--json")
        times: dict[Path, list[float]] = {full: [], empty: []}
        memory = 0.0
        for _ in range(ROUNDS):
            for place, taken in times.items():
                took = okstra(place, "status", "--json")
                taken.append(took.seconds)
                memory = max(memory, took.mebibytes)
    ours, peer = median(times[full]), median(times[empty])
    say(f"{TASKS} tasks x {STAGES} stages {ours * 1000:.0f} ms, {memory:.0f} MiB; empty {peer * 1000:.0f} ms")
    return 0 if judge("status, full to empty", ours / peer, LIMIT) else 1


def fill_with_tasks(place: Path) -> None:
    """Every stage on a branch of its own, on top of the one before; recorded in one append."""
    git(place, "fast-import", "--quiet", stdin="".join(_stream()).encode())
    lines = git(place, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").out.decode()
    tips = dict(line.split() for line in lines.splitlines())
    names = [[_branch(task, stage) for stage in range(1, STAGES + 1)] for task in range(TASKS)]
    ranges = [
        (below, tips[name])
        for row in names
        for name, below in zip(row, [tips["main"], *(tips[name] for name in row)], strict=False)
    ]
    store = store_of(place)
    prints = iter(fingerprint_ranges(store.git, ranges))
    anchor = fingerprint_ranges(store.git, [(None, tips["main"])])[0]
    facts: list[AnyFact] = []
    for task, row in enumerate(names):
        key = f"bench/group{task % 20}/task{task}"
        facts.append(TaskOpened(task=key, title=f"Task {task}"))
        facts.append(AnchorSet(task=key, range=anchor, ref="main"))
        for number, name in enumerate(row, start=1):
            one = next(prints)
            facts.append(StageStarted(task=key, stage=number, branch=name, base=one.base or "", base_ref="main"))
            facts.append(StageDone(task=key, stage=number, branch=name, range=one))
    store.append(lambda _: facts)
    git(place, "gc", "-q")


def _branch(task: int, stage: int) -> str:
    return f"feature/group{task % 20}/task{task}-stage-{stage}"


def _stream() -> Iterator[str]:
    """A fast-import stream: main with one commit, then a stack of branches for every task."""
    yield _commit("main", "begin", 1, None, "README", "begin\n")
    for task in range(TASKS):
        below = "main"
        for stage in range(1, STAGES + 1):
            name = _branch(task, stage)
            yield _commit(name, f"t{task} s{stage}", task * 10 + stage, below, f"t{task}/s{stage}.py", f"x = {stage}\n")
            below = name


def _commit(branch: str, message: str, minute: int, parent: str | None, path: str, text: str) -> str:
    who = f"committer Bench <bench@example.org> {1_700_000_000 + 60 * minute} +0000"
    from_line = f"from refs/heads/{parent}\n" if parent else ""
    return (
        f"commit refs/heads/{branch}\n{who}\ndata {len(message)}\n{message}\n{from_line}"
        f"M 644 inline {path}\ndata {len(text)}\n{text}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
