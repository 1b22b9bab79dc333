"""A world with recorded stages, one rewrite of history, and the verdict that has to come out, hooks or no hooks.

A story is written once and runs twice. With hooks on, git calls okstra and whatever is proven is settled when git
returns; with hooks off, `reconcile --check` lists it and `--apply` settles it. Both ends are the same::

    story.stage("login", "A")
    story.amend({"A.txt": "other\\n"})
    story.ends({1: confirm("content changed")})
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pygit2

from tests.kit.forked import okstra_forked
from tests.kit.proven_moves import prove_moves_again
from tests.kit.scenario import EPOCH, Files, World
from tests.kit.surroundings import scratch_dir
from tests.kit.templates import begin_steps, take_step

KEY = "shop:web:login"
SLASHED = KEY.replace(":", "/")
STAGES = f"refs/okstra/stage/{SLASHED}/"
Commit = str | tuple[str, Files]


@dataclass(frozen=True)
class Verdict:
    """One row of a verdict table.

    `new` is where the stage lives afterwards, `offered` what a person is recommended: `A′` = the commit with the
    subject A on the stage's branch, `A′@main` = on main, anything else a revision. `gone` = its evidence may be gone.
    """

    kind: Literal["ok", "auto", "confirm"]
    proofs: tuple[str, ...] = ()
    new: str | None = None
    landed: bool = False
    reason: str = ""
    offered: str | None = None
    together: tuple[int, ...] = ()
    partly: bool = False
    gone: bool = False

    def located(self, world: World, branch: str) -> "Verdict":
        """The same verdict with commits instead of labels."""
        return replace(self, new=_locate(self.new, world, branch), offered=_locate(self.offered, world, branch))

    def compare(self, item: Mapping[str, Any], recorded: str) -> None:
        """Assert that an item of `reconcile --json` says this."""
        assert (item["class"], item["recorded"], item["replacement"]) == (self.kind, recorded, self.new), item
        assert item["proof"] in (self.proofs or (None,)), item
        assert self.reason in item["reason"], item
        assert tuple(item.get("together") or ()) == self.together, item
        assert bool(item.get("landed")) is self.landed, item
        assert ("partly-absorbed" in (item.get("flags") or ())) is self.partly, item
        best = [candidate["commit"] for candidate in item["candidates"] if candidate["recommended"]]
        assert len(best) <= 1, item
        assert self.offered is None or best == [self.offered], item

    def compare_record(self, stage: Mapping[str, Any]) -> None:
        """Assert that the recorded stage got here as said."""
        assert (stage["state"] == "landed") is self.landed, stage
        if self.kind == "auto":
            assert stage["former"][-1]["left_by"] in self.proofs, stage


STANDS = Verdict("ok")
"""The record is still true: nothing to do."""


def auto(proof: str, new: str, *, landed: bool = False, partly: bool = False, gone: bool = False) -> Verdict:
    """Proven by this rung (or one of several, `a|b`) to live at `new` now."""
    return Verdict("auto", tuple(proof.split("|")), new, landed=landed, partly=partly, gone=gone)


def confirm(reason: str = "", *, offered: str | None = None, together: tuple[int, ...] = ()) -> Verdict:
    """A person decides; the sentence contains `reason`."""
    return Verdict("confirm", reason=reason, offered=offered, together=together)


def _locate(where: str | None, world: World, branch: str) -> str | None:
    if where is None:
        return None
    label, prime, ref = where.partition("′")
    if not prime:
        return world.tip(world.labels.get(where, where))
    found = world.now(label, on=ref.removeprefix("@") or branch)
    assert found != world[label], f"{label} was not rewritten"
    return found


@cache
def _prepared(*, hooks: bool) -> tuple[Path, dict[str, str]]:
    """A repository with `base` on main, set up by a program of its own, with an open task; copied for every story."""
    world = World.begin(scratch_dir() / "prepared")
    options = [] if hooks else ["--no-hooks"]
    okstra_forked(world, "init", "--project-id", "shop", "--offline", *options)
    okstra_forked(world, "task", "open", KEY)
    return world.path, world.labels


def _move_in(folder: Path) -> None:
    """Make a copied repository the writer's own: okstra knows a copy of a clone by its inode and would ask for init."""
    facts = folder.stat()
    writer = folder / "okstra" / "writer"
    writer.write_text(f"{writer.read_text().split()[0]} {facts.st_dev:x}-{facts.st_ino:x}\n")


class Story(World):
    """A world whose commits are recorded as stages of one task, `shop:web:login`."""

    def __init__(
        self, path: Path, *, hooks: bool, labels: dict[str, str] | None = None, clock: Iterator[int] | None = None
    ) -> None:
        super().__init__(path, labels=labels, clock=clock)
        self.hooks = hooks
        self._recorded: dict[int, str] = {}
        self._branches: dict[int, str] = {}

    @classmethod
    def told(cls, path: Path, *, hooks: bool) -> "Story":
        """A new repository with one commit, `base`, on main, and nothing recorded yet."""
        prepared, labels = _prepared(hooks=hooks)
        shutil.copytree(prepared, path, symlinks=True)
        _move_in(path / ".git")
        story = cls(path, hooks=hooks, labels=dict(labels), clock=count(EPOCH + 86_400, 60))
        begin_steps(story, ("told", hooks))
        return story

    def notes(self) -> tuple[dict[Any, Any], ...]:
        """What the story knows of its repository."""
        return self.labels, self._recorded, self._branches

    def inside(self, path: Path) -> "Story":
        """The same story seen from another directory: a worktree, a clone, a bare repository."""
        other = Story(path, hooks=self.hooks, labels=self.labels, clock=self.clock)
        other._recorded, other._branches = self._recorded, self._branches
        return other

    # --- telling

    def stage(self, branch: str, *commits: Commit, base: str = "main") -> int:
        """A new branch at `base` with these commits (a label, or a label and its files), recorded as the next stage."""
        return take_step(self, ("stage", branch, repr(commits), base), lambda: self._stage(branch, commits, base))

    def _stage(self, branch: str, commits: Sequence[Commit], base: str) -> int:
        self.branch(branch, base)
        self._make(commits)
        return self._record(branch, base, None)

    def stack(self, **branches: Sequence[Commit]) -> None:
        """Stages on branches, each built on the one before, the first on main."""
        base = "main"
        for branch, commits in branches.items():
            self.stage(branch, *commits, base=base)
            base = branch

    def line(self, branch: str, *stages: Commit | list[Commit]) -> None:
        """One branch at main with several stages, each of one commit or a list of them."""
        take_step(self, ("line", branch, repr(stages)), lambda: self._line(branch, stages))

    def _line(self, branch: str, stages: Sequence[Commit | list[Commit]]) -> None:
        self.branch(branch, "main")
        for commits in stages:
            self._make(commits if isinstance(commits, list) else [commits])
            self._record(branch, "main", self.tip())

    def record(self, branch: str, *, base: str = "main", commit: str | None = None) -> int:
        """Record the branch's tip (or the commit) as the next stage; its number."""
        return take_step(self, ("record", branch, base, commit), lambda: self._record(branch, base, commit))

    def _record(self, branch: str, base: str, commit: str | None) -> int:
        number = len(self._recorded) + 1
        adopt = ["--base", base, "--branch", branch, "--no-worktree"]
        if branch in self._branches.values():
            where = ["--branch", branch]  # a branch belongs to one row of the registry; further stages only end on it
        else:
            self.okstra("stage", "start", str(number), "--task-key", KEY, *adopt)
            where = []
        chosen = ["--commit", commit] if commit else []
        self.okstra("stage", "done", str(number), "--task-key", KEY, *where, *chosen)
        self._recorded[number] = commit or self.tip(f"refs/heads/{branch}")
        self._branches[number] = branch
        return number

    def record_many(self, branch: str, commits: Sequence[str]) -> None:
        """Record many commits of a branch as stages 1, 2, 3 … in one call."""
        lines = "".join(f"{number} {commit}\n" for number, commit in enumerate(commits, 1))
        self.okstra("stage", "done", "--task-key", KEY, "--branch", branch, "--from-file", "-", stdin=lines)
        self._recorded |= dict(enumerate(commits, 1))
        self._branches |= dict.fromkeys(self._recorded, branch)

    def advance(self, *commits: Commit, on: str = "main") -> None:
        """Others work on a branch meanwhile; then back to where we were."""
        take_step(self, ("advance", repr(commits), on), lambda: self._advance(commits, on))

    def _advance(self, commits: Sequence[Commit], on: str) -> None:
        here = self.ask("symbolic-ref", "-q", "--short", "HEAD", ok=False) or self.tip()
        self.checkout(on)
        self._make(commits)
        self.checkout(here)

    def _make(self, commits: Sequence[Commit]) -> None:
        for commit in commits:
            label, files = (commit, None) if isinstance(commit, str) else commit
            self.commit(label, files)

    # --- the end

    def reconcile(self, *options: str, exit: int) -> Any:
        """The JSON of one `reconcile` on the story's task."""
        return self.okstra("reconcile", "--task-key", KEY, *options, "--json", exit=exit).json

    def ends(self, expected: Mapping[int, Verdict], *, heard: bool | None = True, anchor: str | None = "ok") -> None:
        """Assert the verdict table, before and after settling, and everything that must hold around it.

        `heard` says what hooks make of it: True = git told us, so proven moves are settled already; False = git has
        no hook for this; None = either.
        """
        expected = {number: verdict.located(self, self._branches[number]) for number, verdict in expected.items()}
        assert expected.keys() == self._recorded.keys(), "a story says what becomes of every stage"
        proven = {number for number, verdict in expected.items() if verdict.kind == "auto"}
        questions = [number for number, verdict in sorted(expected.items()) if verdict.kind == "confirm"]
        status = 2 if questions or anchor == "unresolvable" else 0

        current = self._commits()
        settled = {number for number in proven if current[number] == expected[number].new}
        if heard is not None:
            assert settled == (proven if heard and self.hooks else set()), "settled when git returned"
        self._check(expected, current, sorted({*proven, *questions} - settled), status, anchor)
        applied = self.reconcile("--apply", exit=status)
        assert {item["stage"]: item["replacement"] for item in applied["applied"]} == {
            number: expected[number].new for number in proven - settled
        }
        assert [item["stage"] for item in applied["items"]] == questions
        self._settles_no_more(questions, status)
        self._verify(proven, expected)
        self._records(expected)
        prove_moves_again(self, KEY)

    def _check(
        self,
        expected: Mapping[int, Verdict],
        current: Mapping[int, str],
        items: Sequence[int],
        status: int,
        anchor: str | None,
    ) -> None:
        before = self.everything()
        report = self.reconcile("--check", exit=status)
        assert self.everything() == before, "a check changes nothing"
        assert [item["stage"] for item in report["items"]] == items, json.dumps(report["items"], indent=1)
        for item in report["items"]:
            expected[item["stage"]].compare(item, current[item["stage"]])
        assert report["mode"] == "check"
        assert report["applied"] == []
        assert report["remaining_confirm"] == sum(item["class"] == "confirm" for item in report["items"])
        assert (report["anchor"] or {"status": None})["status"] == anchor

    def _settles_no_more(self, questions: list[int], status: int) -> None:
        """A second run has the same questions, finds nothing to do and changes nothing."""
        before = self.everything()
        again = self.reconcile("--apply", exit=status)
        assert again["applied"] == []
        assert [item["stage"] for item in again["items"]] == questions
        assert self.everything() == before, "settling twice changes nothing the second time"

    def _verify(self, proven: set[int], expected: Mapping[int, Verdict]) -> None:
        moves = self.reconcile("--verify", exit=0)["verified"]
        unproven = [move for move in moves if move["verdict"] not in ("proven", "decided")]
        assert all(expected[move["stage"]].gone for move in unproven if move["stage"]), unproven
        assert not [move for move in moves if move["verdict"] == "refuted"]
        assert proven <= {move["stage"] for move in moves}

    def _records(self, expected: Mapping[int, Verdict]) -> None:
        """Records, derived refs and notes as they are at the end."""
        wanted = {number: verdict.new or self._recorded[number] for number, verdict in expected.items()}
        shown = {number: self._shown(number) for number in wanted}
        assert {number: stage["commit"] for number, stage in shown.items()} == wanted
        for number, verdict in expected.items():
            verdict.compare_record(shown[number])
        assert self.stage_refs() == wanted
        for commit in {*wanted.values(), *self._recorded.values()}:
            here = [number for number, head in wanted.items() if head == commit]
            assert self.noted(commit) == here

    # --- looking

    def everything(self) -> dict[str, object]:
        """What a command that only looks must leave alone: refs, objects, configuration and okstra's files."""
        repository = pygit2.Repository(str(self.path))
        folder = Path(repository.path)
        if (folder / "commondir").is_file():
            folder = folder / (folder / "commondir").read_text().strip()
        private = folder / "okstra"
        files = sorted(path for path in private.rglob("*") if path.is_file() and "cache" not in path.parts)
        return {
            "refs": {reference.name: str(reference.target) for reference in repository.references.objects},
            "head": str(repository.lookup_reference("HEAD").target),
            "objects": sorted(name for _, _, names in os.walk(folder / "objects") for name in names),
            "config": (folder / "config").read_text(),
            "files": {path.relative_to(private): path.read_bytes() for path in files},
        }

    def stage_refs(self) -> dict[int, str]:
        """Stage number -> commit, as plain git sees it."""
        said = self.ask("for-each-ref", "--format=%(objectname) %(refname)", STAGES)
        pairs = (line.split() for line in said.splitlines())
        return {int(ref.removeprefix(STAGES)): oid for oid, ref in pairs}

    def noted(self, commit: str) -> list[int]:
        """Numbers of the stages that okstra's note on a commit names, as plain git shows it."""
        said = self.ask("notes", "--ref=okstra", "show", commit, ok=False)
        facts = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        return sorted(fact["stage"] for fact in facts if fact["task"] == KEY)

    def _shown(self, number: int) -> Any:
        return self.okstra("stage", "show", str(number), "--task-key", KEY, "--json").json["stage"]

    def _commits(self) -> dict[int, str]:
        listed = self.okstra("stage", "list", "--task-key", KEY, "--json").json["stages"]
        return {stage["number"]: stage["commit"] for stage in listed}
