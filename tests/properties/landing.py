"""A world in which stages leave for main in every way, come back out of it and change; with books of its own."""

from dataclasses import dataclass, field

from okstra_git.names import CommitId, parse_task_key
from okstra_git.reconcile.landings import landed_facts
from okstra_git.reconcile.reachability import as_taken_back, unlanded_facts
from okstra_git.reconcile.settle import ChosenCommit, record_choice
from okstra_git.store.fold_handoff import landed_as
from tests.kit.desk import Desk
from tests.kit.leaving import hand_over, look
from tests.kit.scenario import World
from tests.kit.stores import KEY, record

REGIONS = 10
NUMBERS = (1, 2, 3)


def shared() -> str:
    """A file of regions, apart by enough lines to merge cleanly; who adds a line adds it to a region."""
    return "".join(f"{place} above {n}\n" for place in range(REGIONS) for n in range(4))


@dataclass
class Landing:
    """Moves a repository about; every version of a stage has words of its own, by which plain git can tell it."""

    world: World
    serial: int = 0
    on_branch: dict[int, frozenset[str]] = field(default_factory=dict)
    on_record: dict[int, frozenset[str]] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    mains: list[str] = field(default_factory=list)
    claims: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.commit("start", {"shared": shared()})
        self.desk = Desk(self.world)
        for number in NUMBERS:
            self.world.branch(self.name(number), "s2" if number == 3 else "main")
            self.on_branch[number] = frozenset()
            self.write(number, both=True)
            self.record(number)
        self.world.checkout("main")

    @staticmethod
    def name(number: int) -> str:
        return f"s{number}"

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def git(self, *words: str) -> bool:
        """Whether git did it; a conflict is given up."""
        self.world.git(*words, ok=False)
        done = self.world.last.exit == 0
        if not done:
            for verb in ("rebase", "cherry-pick", "revert", "merge"):
                self.world.git(verb, "--abort", ok=False)
            self.world.git("reset", "-q", "--hard", ok=False)
        return done

    def exists(self, number: int) -> bool:
        return bool(self.world.ask("for-each-ref", f"refs/heads/{self.name(number)}"))

    # --- stages

    def write(self, number: int, *, both: bool) -> None:
        """One more commit on the branch that is checked out, with words that nothing else has."""
        word = f"word-{number}-{self.next()}-"
        files = {f"own-{word}.txt": f"{word}\n"}
        if both:
            files["shared"] = self.with_line(number, word)
        self.world.commit(word, files)
        self.on_branch[number] |= {word}

    def with_line(self, region: int, word: str) -> str:
        text = (self.world.path / "shared").read_text()
        return text.replace(f"{region} above 1\n", f"{region} above 1\n{word}\n", 1)

    def more(self, number: int, *, both: bool) -> None:
        self.world.checkout(self.name(number))
        self.write(number, both=both)
        self.world.checkout("main")

    def amend(self, number: int) -> None:
        """Another version of the stage: its last commit is written again, with other words."""
        self.world.checkout(self.name(number))
        last = self.world.ask("log", "-1", "--format=%s")
        word = f"word-{number}-{self.next()}-"
        if last in self.on_branch[number] and f"own-{last}.txt" in self.world.ask("ls-files"):
            self.world.git("rm", "-q", f"own-{last}.txt")
            text = (self.world.path / "shared").read_text().replace(f"{last}\n", f"{word}\n")
            self.world.amend({f"own-{word}.txt": f"{word}\n", "shared": text}, "-m", word)
            self.on_branch[number] = self.on_branch[number] - {last} | {word}
        self.world.checkout("main")

    def rebase(self, number: int) -> None:
        self.git("rebase", "-q", "main", self.name(number))
        self.world.checkout("main")

    def record(self, number: int) -> None:
        """Finish the stage on the tip of its branch; what of it is in main already is no part of it."""
        branch = self.name(number)
        if number == 3 and self.exists(2) and self.is_in("s3", "s2") and self.world.tip("s2") != self.world.tip("s3"):
            base = self.world.tip("s2")
        else:
            base = self.world.ask("merge-base", "main", branch)
        if base == self.world.tip(branch):
            return
        self.desk.record(number, branch, base=base)
        self.on_record[number] = self.words(branch) - self.words(base)

    def decide(self, number: int) -> None:
        """A person says that the stage is what its branch has now."""
        tip = CommitId(self.world.tip(self.name(number)))
        taken = {finding.recorded.head for finding in self.desk.look().findings if finding.stage != number}
        if tip in taken or self.is_in("main", tip):
            return
        done = record_choice(self.desk.store, KEY, number, ChosenCommit(tip, self.name(number)))
        found = done.snapshot.state.tasks[parse_task_key(KEY.slashed)].stages[number].range
        assert found is not None
        if done.events and found.base is not None:
            self.on_record[number] = self.words(found.head) - self.words(found.base)

    def remove(self, number: int) -> None:
        self.world.git("branch", "-q", "-D", self.name(number))

    # --- main

    def move_main(self, how: str) -> None:
        number = self.next()
        word = f"main-{number}-"
        files = {"shared": self.with_line(5 + number % 5, word)} if how == "same file" else {f"{word}.txt": f"{word}\n"}
        self.world.commit(word, files)

    def leave(self, branch: str, how: str) -> None:
        """Bring a branch into main the way a forge does."""
        self.mains.append(self.world.tip("main"))
        if how == "squash" and self.git("merge", "-q", "--squash", branch):
            self.world.commit(f"squashed {self.next()}", {})
        elif how == "merge":
            self.git("merge", "-q", "--no-ff", "-m", f"merged {self.next()}", branch)
        elif how == "ours":
            self.git("merge", "-q", "--no-ff", "-s", "ours", "-m", f"merged {self.next()}", branch)
        elif how == "pick":
            self.git("cherry-pick", "-x", "--allow-empty", branch)
        elif how == "rebase":
            self.git("checkout", "-q", "--detach", branch)
            done, rebased = self.git("rebase", "-q", "main"), self.world.tip()
            self.world.checkout("main")
            if done:
                self.git("merge", "-q", "--ff-only", rebased)

    def both(self, one: int, other: int) -> None:
        """Two branches squashed into one commit, by hand."""
        self.git("checkout", "-q", "--detach", "main")
        done = all(self.git("merge", "-q", "-m", "aside", self.name(number)) for number in (one, other))
        together = self.world.tip()
        self.world.checkout("main")
        if done:
            self.leave(together, "squash")

    def line(self) -> list[str]:
        """Main's own commits down to the one where everything began, the newest first."""
        return [
            *self.world.ask("rev-list", "--first-parent", f"{self.world['start']}..main").split(),
            self.world["start"],
        ]

    def revert(self, back: int) -> None:
        """Take one of the last commits of main back out."""
        line = self.line()[:-1]
        if line:
            chosen = line[back % len(line)]
            parents = self.world.ask("log", "-1", "--format=%P", chosen).split()
            self.git("revert", "--no-edit", *(["-m", "1"] if len(parents) > 1 else []), chosen)

    def reset(self, back: int) -> None:
        """Take main back to one of its last commits, as after a merge that was only tried."""
        line = self.line()
        self.git("reset", "-q", "--hard", line[back % len(line)])

    def restore(self, back: int) -> None:
        """Make main what it was some time ago, in a commit of its own."""
        line = self.line()
        self.git("read-tree", "-u", "--reset", line[back % len(line)])
        self.world.commit(f"restored {self.next()}", {})

    # --- groups

    def assemble(self, numbers: tuple[int, ...]) -> None:
        """A group of these stages as they are on record, where they go together; main stays checked out."""
        branch = f"group-{'-'.join(map(str, numbers))}"
        before = self.world.ask("rev-parse", "-q", "--verify", f"refs/heads/{branch}", ok=False)
        try:
            hand_over(self.world, *numbers)
        except AssertionError:
            self.git("cherry-pick", "--abort")
            self.world.checkout("main")
            self.world.git("branch", "-q", "-f", branch, before) if before else self.world.git("branch", "-D", branch)
            return
        self.groups = [*(name for name in self.groups if name != branch), branch]

    def note(self) -> None:
        """Put on record what has landed, and what was taken back."""
        seen, now = look(self.world), self.desk.store.read()
        record(self.desk.store, *unlanded_facts(now, seen.taken_back), *landed_facts(now, seen.landed))

    def settle(self) -> None:
        self.desk.settle()

    # --- looking

    def is_in(self, ref: str, commit: str) -> bool:
        return self.world.ask("merge-base", ref, commit, ok=False) == self.world.tip(commit)

    def words(self, revision: str) -> frozenset[str]:
        """Words that stand in a commit, wherever a stage wrote them, in both places if it wrote two."""
        said = self.world.ask("grep", "-h", "-o", "-E", "word-[0-9]+-[0-9]+-", revision, "--", "shared", ok=False)
        names = self.world.ask("ls-tree", "--name-only", revision).splitlines()
        lines = {f"shared {line}" for line in said.splitlines()}
        return frozenset({*lines, *(name for name in names if name.startswith("own-"))})

    def check(self) -> None:
        """What is said to have landed is in main as it is now, to the last word; what is on record, by its commit."""
        before = (self.world.ask("for-each-ref"), self.world.ask("count-objects", "-v"))
        seen = look(self.world)
        task = as_taken_back(self.desk.store.read().state.tasks[parse_task_key(KEY.slashed)], seen.taken_back)
        for stage in task.stages.values():
            commit = landed_as(stage)
            assert commit is None or self.is_in("main", commit), f"stage {stage.number} is on record as landed"
        for one in seen.landed:
            self.claims[one.how] = self.claims.get(one.how, 0) + 1
            missing = self.on_record[one.stage] - self.words(one.target)
            assert not missing, f"{one} is said to have landed; {one.target} lacks {sorted(missing)}"
        assert (self.world.ask("for-each-ref"), self.world.ask("count-objects", "-v")) == before, "looking changed it"
