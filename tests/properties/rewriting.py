"""A world in which several stages are recorded and history is rewritten in every way that git offers."""

import contextlib
from dataclasses import dataclass, field

from okstra_git.reconcile.findings import Finding
from tests.kit.desk import Desk
from tests.kit.scenario import World
from tests.properties.contracts import REGIONS, RENAMED, SHARED, Contract, contains, contract, places, shared_text

BRANCHES = ("one", "two", "three")


@dataclass
class Intended:
    """What a stage was recorded for: its branch, its commits and what they did then."""

    branch: str
    base: str
    head: str
    change: Contract


@dataclass
class Rewriting:
    """Moves a real repository about, keeps its own books of the stages, and checks every claim against plain git."""

    world: World
    stages: dict[int, Intended] = field(default_factory=dict)
    serial: int = 0
    claims: int = 0

    def __post_init__(self) -> None:
        self.world.commit("shared", {SHARED: shared_text()})
        self.desk = Desk(self.world)
        for branch in BRANCHES:
            self.world.branch(branch, "two" if branch == "three" else "main")
            self.commit(branch, int(branch == "two"), whole_file=True)
            self.commit(branch, 3, whole_file=False)
        self.world.checkout("main")

    # --- what a person does

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def exists(self, branch: str) -> bool:
        return bool(self.world.ask("for-each-ref", f"refs/heads/{branch}"))

    def own(self, branch: str) -> list[str]:
        """Commits of a branch that main has not, oldest first, along first parents."""
        said = self.world.ask("rev-list", "--first-parent", "--reverse", f"main..{branch}")
        return said.split()

    def git(self, *words: str, **env: str) -> bool:
        """Whether git did it; a conflict is given up."""
        self.world.git(*words, ok=False, env=env or None)
        done = self.world.last.exit == 0
        if not done:
            for verb in ("rebase", "cherry-pick", "revert", "merge"):
                self.world.git(verb, "--abort", ok=False)
            self.world.git("reset", "-q", "--hard", ok=False)
        return done

    def on(self, branch: str) -> None:
        self.world.git("checkout", "-q", branch)

    def insert(self, region: int, line: str) -> None:
        """Put a line into a region of the shared file, wherever that is now."""
        path = next((p for p in (SHARED, RENAMED) if (self.world.path / p).exists()), SHARED)
        text = (self.world.path / path).read_text() if (self.world.path / path).exists() else shared_text()
        self.world.write(path, text.replace(f"{region} below 0\n", f"{line}\n{region} below 0\n", 1))

    def commit(self, branch: str, region: int, *, whole_file: bool) -> None:
        number = self.next()
        self.on(branch)
        self.insert(region % REGIONS, f"by {number}")
        if whole_file:
            self.world.write(f"own-{number}.txt", f"{number}\n")
        self.world.commit(f"C{number}", {})

    def amend(self, branch: str, region: int, *, content: bool, options: tuple[str, ...] = ()) -> None:
        self.on(branch)
        number = self.next()
        if content:
            self.insert(region % REGIONS, f"amended {number}")
        self.world.amend(None, "-m", f"M{number}", *options)

    def move_main(self, how: str) -> None:
        self.on("main")
        number = self.next()
        if how == "rename":
            path, other = (SHARED, RENAMED) if (self.world.path / SHARED).exists() else (RENAMED, SHARED)
            self.world.git("mv", path, other)
        elif how == "same-file":
            self.insert(REGIONS - 1 - number % 2, f"upstream {number}")
        else:
            self.world.write(f"main-{number}.txt", f"{number}\n")
        self.world.commit(f"U{number}", {})

    def rebase(self, branch: str, *, update_refs: bool) -> None:
        extra = ["--update-refs"] if update_refs else []
        self.git("rebase", "-q", *extra, "main", branch)

    def rebase_i(self, branch: str, verbs: list[str], *, swap: int, update_refs: bool) -> None:
        """Replay the branch's own commits with these verbs (cycled), two neighbours swapped at `swap`."""
        commits = self.own(branch)
        if not commits:
            return
        if swap < len(commits) - 1:
            commits[swap], commits[swap + 1] = commits[swap + 1], commits[swap]
        steps = [line for n, commit in enumerate(commits) for line in self._todo(n, verbs[n % len(verbs)], commit)]
        extra = ["--update-refs"] if update_refs else []
        self.on(branch)
        editor = self.world.todo([line.split(" ") for line in steps])
        self.git("rebase", "-q", "-i", *extra, "main", GIT_SEQUENCE_EDITOR=editor)

    def _todo(self, place: int, verb: str, commit: str) -> list[str]:
        if verb in ("squash", "fixup") and not place:
            verb = "pick"
        if verb == "split":
            again = "git reset -q HEAD^ && git add -- '*shared*' '*renamed*'; git commit -q --allow-empty -m half; "
            return [f"pick {commit}", f"exec {again} git add -A && git commit -q --allow-empty -m rest"]
        if verb == "split-more":
            extra = f"echo more > extra-{self.next()}.txt; git reset -q HEAD^; git add -- '*extra*' 'own*'; "
            rest = "git commit -q -m half; git add -A && git commit -q -m rest || true"
            return [f"pick {commit}", f"exec {extra} {rest}"]
        if verb == "edit":
            extra = f"echo more >> extra-{self.next()}.txt && git add -A && git commit -q --amend --no-edit"
            return [f"pick {commit}", f"exec {extra}"]
        return [f"{verb} {commit}"]

    def cherry_pick(self, source: str, place: int, onto: str) -> None:
        commits = self.own(source)
        if commits:
            self.on(onto)
            self.git("cherry-pick", "--allow-empty", commits[place % len(commits)])

    def merge(self, branch: str, *options: str) -> None:
        self.on("main")
        if self.git("merge", "-q", *options, branch) and "--squash" in options:
            self.git("commit", "-q", "-m", f"S{self.next()}")

    def reset(self, branch: str, number: int) -> None:
        """Back to what some stage was recorded by, if git still has it."""
        if number in self.stages and self.git("cat-file", "-e", self.stages[number].head):
            self.on(branch)
            self.git("reset", "-q", "--hard", self.stages[number].head)

    def drop_tip(self, branch: str) -> None:
        self.on(branch)
        self.git("reset", "-q", "--hard", "HEAD^")

    def plumb(self, branch: str) -> None:
        """Write the tip again with commit-tree and move the branch by update-ref."""
        self.on("main")
        tip, tree = self.world.tip(branch), self.world.ask("rev-parse", f"{branch}^{{tree}}")
        parents = self.world.ask("log", "-1", "--format=%P", tip).split()
        named = [word for parent in parents for word in ("-p", parent)]
        made = self.world.git("commit-tree", tree, *named, "-m", f"P{self.next()}")
        self.world.git("update-ref", f"refs/heads/{branch}", made, tip)

    def revert(self, branch: str, *, again: bool) -> None:
        self.on(branch)
        if len(self.own(branch)) and self.git("revert", "--no-edit", "HEAD") and again:
            self.git("revert", "--no-edit", "HEAD")

    def remove(self, branch: str) -> None:
        self.on("main")
        self.world.git("branch", "-q", "-D", branch)

    def recreate(self, branch: str, start: str) -> None:
        if not self.exists(branch) and self.exists(start):
            self.world.git("branch", "-q", branch, start)

    def collect(self) -> None:
        self.world.git("reflog", "expire", "--expire=now", "--all")
        self.world.git("gc", "-q", "--prune=now")

    def elsewhere(self, branch: str, region: int) -> None:
        """Amend in a linked worktree, which goes away again."""
        self.on("main")
        other = self.world.worktree(f"linked-{self.next()}", branch)
        Rewriting.amend_in(other, f"linked {self.serial}", region)
        self.world.git("worktree", "remove", "--force", str(other.path))

    @staticmethod
    def amend_in(other: World, line: str, region: int) -> None:
        other.amend({f"linked-{region}.txt": f"{line}\n"} if region % 2 else None, "-m", line)

    # --- stages

    def record(self, number: int, branch: str, place: int, length: int) -> None:
        """Finish a stage on some stretch of a branch's own commits."""
        fork = self.world.ask("merge-base", "main", branch, ok=False)  # none when the first commit was written again
        commits = [*filter(None, [fork]), *self.own(branch)]
        top = 1 + place % len(commits) if len(commits) > 1 else 0
        head = commits[min(top, len(commits) - 1)]
        base = commits[max(0, min(top, len(commits) - 1) - 1 - length % 3)]
        taken = {finding.new.head if finding.new else finding.recorded.head
                 for finding in self.desk.look().findings if finding.stage != number}  # fmt: skip
        if head == base or head in taken or not contains(self.world, head, base):
            return
        self.desk.record(number, branch, base=base, commit=head)
        self.stages[number] = Intended(branch, base, head, contract(self.world, base, head))

    def settle(self) -> None:
        self.desk.settle()
        before = self.footprint()
        assert not self.desk.settle().events, "settling twice recorded something the second time"
        assert self.footprint() == before

    # --- what must hold

    def check(self) -> None:
        before = self.footprint()
        report = self.desk.look()
        assert self.footprint() == before, "looking changed the repository"
        self.stand_apart([finding for finding in report.findings if finding.kind != "confirm"])
        for finding in report.findings:
            intended = self.stages[finding.stage]
            if finding.kind == "confirm":
                continue
            head = finding.new.head if finding.new else finding.recorded.head
            refs = [f"refs/heads/{intended.branch}", "refs/heads/main"]
            assert any(contains(self.world, ref, head) for ref in refs), f"{finding} is in no admissible branch"
            if finding.new is not None:
                self.claims += 1
                assert finding.new.base is not None
                self._must_be(intended, finding.new.base, head, absorbed="partly-absorbed" in finding.flags)

    @staticmethod
    def stand_apart(findings: list[Finding]) -> None:
        """okstra moves no stage to where another one stands. That two were recorded on one commit is a person's doing,
        and stays true of both when each branch has that commit again."""
        heads: dict[str, Finding] = {}
        for finding in sorted(findings, key=lambda finding: finding.new is not None):
            head = finding.new.head if finding.new else finding.recorded.head
            other = heads.setdefault(head, finding)
            both = f"stages {other.stage} and {finding.stage} both stand on {head}"
            assert other is finding or finding.new is None, both

    def _must_be(self, intended: Intended, base: str, head: str, *, absorbed: bool) -> None:
        found = contract(self.world, base, head)
        if absorbed:
            under = places(self.world, self.world.ask("merge-base", "main", head))
            wanted = {place: sides for place, sides in intended.change.items() if under.get(place, "") != sides[1]}
        else:
            wanted = intended.change
        assert found == wanted, f"claimed {base}..{head}\n{found}\nrecorded {intended.base}..{intended.head}\n{wanted}"

    def footprint(self) -> tuple[str, str]:
        return self.world.ask("for-each-ref"), self.world.ask("count-objects", "-v")

    def finish(self) -> None:
        with contextlib.suppress(AttributeError):
            complaints = self.world.ask("fsck", "--no-dangling", "--no-progress")
            assert not complaints, complaints
