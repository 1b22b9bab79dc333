"""`handoff assemble` of 20 stages of 50 commits in 5,000 files, beside the equivalent `git merge-tree --write-tree`."""

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import git, judge, new_repository, okstra, say, store_of
from okstra_git.handoff.merge_plan import Part, plan_merge
from okstra_git.names import CommitId
from okstra_git.records.events import StageDone, StageStarted, StageVerified
from okstra_git.store.stage_ranges import fingerprint_ranges

FILES, STAGES, COMMITS, ROUNDS = 5_000, 20, 50, 5
KEY, SLASHED = "bench:web:login", "bench/web/login"
LIMIT = 1.5
LIMIT_WHOLE = 2.5
"""The command with its start-up, records and worktree, to the calls and `git worktree add` alone."""


def main() -> int:
    """Print medians and ratios; 1 when a limit is passed."""
    with TemporaryDirectory(prefix="okstra-bench-") as scratch:
        place = new_repository(Path(scratch) / "shop")
        heads = _fill(place)
        git(place, "reset", "-q", "--hard", "main")
        okstra(place, "config", "set", "worktreeRoot", str(Path(scratch) / "worktrees"))
        _record(place, heads)
        peer = [_merge_trees(place, heads) for _ in range(ROUNDS)]
        tree = peer[0][1]
        merged = [_compose(place, heads) for _ in range(ROUNDS)]
        assert all(found == tree for _, found in merged), "git merges to another tree"
        theirs, ours = median(seconds for seconds, _ in peer), median(seconds for seconds, _ in merged)
        numbers = ",".join(map(str, range(1, STAGES + 1)))
        assemble = ["handoff", "assemble", "--task-key", KEY, "--stages", numbers, "--base", "main"]
        bare = okstra(place, *assemble, "--no-worktree").seconds
        added = git(place, "worktree", "add", "-q", "-b", "plain", str(Path(scratch) / "plain"), "main").seconds
        whole = okstra(place, *assemble, "--branch", "with-worktree").seconds
    say(f"{STAGES} stages of {COMMITS} commits, {FILES} files: {STAGES} calls of git merge-tree {theirs * 1000:.0f} ms")
    told = f"the command without a worktree {bare * 1000:.0f} ms ({bare / theirs:.2f}x)"
    say(f"merged in memory {ours * 1000:.0f} ms, {told}")
    say(f"the command with its worktree {whole * 1000:.0f} ms, git worktree add alone {added * 1000:.0f} ms")
    kept = judge("merging to git merge-tree", ours / theirs, LIMIT)
    return 0 if judge("assemble to merge-tree and worktree add", whole / (theirs + added), LIMIT_WHOLE) and kept else 1


def _fill(place: Path) -> list[str]:
    """Main with all files, and a branch for each stage whose commits change files of its own and a shared one."""
    stream: list[str] = []
    mark = 0
    names = [f"src/d{n % 100}/f{n}.py" for n in range(FILES)]
    lines = {name: [f"def f{n}_{line}(): return {line}" for line in range(60)] for n, name in enumerate(names)}

    def commit(ref: str, parent: str, changed: list[str], text: dict[str, list[str]]) -> str:
        nonlocal mark
        mark += 1
        stream.append(f"commit {ref}\nmark :{mark}\ncommitter B <b@x> {1700000000 + mark} +0000\ndata 1\nx\n")
        stream.append(f"from {parent}\n" if parent else "")
        for name in changed:
            content = "\n".join(text[name]) + "\n"
            stream.append(f"M 100644 inline {name}\ndata {len(content)}\n{content}\n")
        return f":{mark}"

    base = commit("refs/heads/main", "", names, lines)
    for stage in range(1, STAGES + 1):
        mine = {name: list(text) for name, text in lines.items()}
        at = base
        for step in range(COMMITS):
            own = names[(stage * 200 + step * 3) % FILES]
            shared = names[step % 10]
            mine[own][step % 60] += f"  # {stage}.{step}"
            mine[shared][stage * 2 % 60] += f"  # {stage}.{step}"
            at = commit(f"refs/heads/s{stage}", at, [own, shared], mine)
    git(place, "fast-import", "--quiet", stdin="".join(stream).encode())
    return [git(place, "rev-parse", f"s{stage}").out.decode().strip() for stage in range(1, STAGES + 1)]


def _record(place: Path, heads: list[str]) -> None:
    okstra(place, "task", "open", KEY)
    store = store_of(place)
    base = git(place, "rev-parse", "main").out.decode().strip()
    prints = fingerprint_ranges(store.git, [(base, head) for head in heads])
    store.append(
        lambda _: [
            fact
            for number, found in enumerate(prints, start=1)
            for fact in (
                StageStarted(task=SLASHED, stage=number, branch=f"s{number}", base=base, base_ref="main"),
                StageDone(task=SLASHED, stage=number, branch=f"s{number}", range=found),
                StageVerified(task=SLASHED, stage=number, commit=found.head, tree=found.head_tree),
            )
        ]
    )


def _merge_trees(place: Path, heads: list[str]) -> tuple[float, str]:
    """Seconds in `git merge-tree` alone, and the tree that the last one made."""
    at = git(place, "rev-parse", "main").out.decode().strip()
    spent, tree = 0.0, ""
    for head in heads:
        took = git(place, "merge-tree", "--write-tree", at, head)
        spent += took.seconds
        tree = took.out.decode().split("\n")[0]
        at = git(place, "commit-tree", tree, "-p", at, "-p", head, "-m", "x").out.decode().strip()
    return spent, tree


def _compose(place: Path, heads: list[str]) -> tuple[float, str]:
    """Seconds and tree of the same, in a fresh handle."""
    git_ = store_of(place).git
    base = CommitId(str(git_.handle.revparse_single("main").id))
    parts = [Part(number, "", base, CommitId(head)) for number, head in enumerate(heads, start=1)]
    began = time.perf_counter()
    found = plan_merge(git_, base, parts, task=KEY)
    assert found.commit is not None
    return time.perf_counter() - began, found.tree


if __name__ == "__main__":
    sys.exit(main())
