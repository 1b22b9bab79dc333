"""Invents what is recorded: a trunk, and stages of a few commits on branches of their own, stacked, or on one."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.properties.hunting.edits import edit
from tests.properties.hunting.merging import merge
from tests.properties.hunting.texts import begin_tree
from tests.properties.hunting.values import Author, Commit, Stage, Task, Tree

START = 1_700_000_000
LAYOUTS = {"apart": 4, "stacked": 3, "one branch": 3}
SHAPES = {
    "plain": 16, "try first": 4, "try last": 3, "toggles": 3, "empty last": 1, "empty between": 1, "moves": 4,
    "again": 1, "merge": 1,
}  # fmt: skip


@dataclass
class Pen:
    """Writes commits, each at a second of its own, unless the task has but one second, author and subject."""

    random: Random
    anonymous: bool = False
    serial: int = 0
    clock: int = START

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def author(self, email: str = "ada@example.org") -> Author:
        """Who writes now, and when."""
        self.clock += self.random.choice((1, 60, 3600))
        return Author("bot@example.org", START) if self.anonymous else Author(email, self.clock)

    def subject(self, text: str) -> str:
        return "update" if self.anonymous else text

    def commit(self, tree: Tree, parents: tuple[Commit, ...], subject: str, **facts: Any) -> Commit:
        """A new commit; its committer's second is never used twice, so its id is new."""
        author = facts.pop("author", None) or self.author()
        made = Commit(tree, parents, author, self.subject(subject), START + 10_000_000 + self.next())
        for name, value in facts.items():
            setattr(made, name, value)
        return made


def record_task(seed: int, number: int) -> Task:
    """The task of this number in the world of this seed; the same every time."""
    random = Random(f"task {seed} {number}")
    pen = Pen(random, anonymous=random.random() < 0.12, clock=START + number * 100_000)
    trunk = _trunk(pen)
    layout = random.choices(list(LAYOUTS), weights=list(LAYOUTS.values()))[0]
    shape = "switch" if layout != "apart" and random.random() < 0.15 else ""
    name = f"t{number:02}"
    stages: list[Stage] = []
    for place in range(1, 1 + random.choices((1, 2, 3), weights=(4, 5, 4))[0]):
        base = stages[-1].head if stages and layout != "apart" else random.choice([trunk[-1], trunk[-1], trunk[0]])
        branch = f"{name}/all" if layout == "one branch" else f"{name}/s{place}"
        stages.append(Stage(place, branch, base, tuple(_commits(pen, base, place, shape))))
    return Task(name, tuple(trunk), tuple(stages), pen.anonymous)


def _trunk(pen: Pen) -> list[Commit]:
    trunk = [pen.commit(begin_tree(pen.random), (), "begin")]
    for _ in range(pen.random.randint(0, 2)):
        desk = edit(pen.random, trunk[-1].tree, pen.next())
        trunk.append(pen.commit(desk.files, (trunk[-1],), "trunk work", renames=desk.renames))
    return trunk


def _commits(pen: Pen, base: Commit, stage: int, shape: str) -> list[Commit]:
    shape = shape or pen.random.choices(list(SHAPES), weights=list(SHAPES.values()))[0]
    made: list[Commit] = []
    for word in _words(pen.random, shape):
        below = made[-1] if made else base
        if word == "aside":
            made += _aside(pen, below, stage)
            continue
        commit = _revert(pen, below, made[int(word[7:])]) if word.startswith("revert ") else None
        made.append(commit or _edited(pen, below, word, stage))
    return made


def _words(random: Random, shape: str) -> list[str]:
    """What each commit of a stage does: a kind of edit, nothing (`empty`), or `revert N` for its own Nth commit."""
    work = [""] * random.choices((1, 2, 3), weights=(6, 3, 1))[0]
    try_ = random.choice(["", "", "new file", "replace", "insert", "toggle"])
    return {
        "plain": [""] * random.choices((1, 2, 3, 4, 5), weights=(5, 5, 3, 1, 1))[0],
        "try first": random.choice([[try_, *work, "revert 0"], [try_, "revert 0", *work]]),
        "try last": [*work, try_, f"revert {len(work)}"],
        "toggles": random.choice(
            [["toggle", "toggle", "toggle"], ["toggle", "third value", "toggle"], ["toggle", "", "toggle"], ["toggle"]]
        ),
        "switch": ["toggle", *random.choice([[], [""]])],
        "empty last": [*work, "empty"],
        "empty between": [*work, "empty", ""],
        "moves": random.choice(
            [
                [*work, "rename"], ["rename", *work], [*work, "move code"], ["move code", *work], [*work, "move lines"],
                ["move code", "rename"], ["move lines", *work], ["rename"], ["move code"],
            ]
        ),
        "merge": ["", "aside", *random.choice([[], [""]])],
        "again": [*work, "revert 0", f"revert {len(work)}"],
    }[shape]  # fmt: skip


def _edited(pen: Pen, below: Commit, word: str, stage: int) -> Commit:
    subject = f"stage {stage} work {pen.serial}"
    if word == "empty":
        return pen.commit(below.tree, (below,), "run checks", how="recorded")
    kind = "" if word.startswith("revert ") else word
    desk = edit(pen.random, below.tree, pen.next(), kind=kind)
    return pen.commit(desk.files, (below,), subject, how="recorded", renames=desk.renames)


def _aside(pen: Pen, below: Commit, stage: int) -> list[Commit]:
    """A commit on a side branch, and the merge of it."""
    side = _edited(pen, below, "", stage)
    tree = side.tree if pen.random.random() < 0.7 else edit(pen.random, side.tree, pen.next()).files
    return [side, pen.commit(tree, (below, side), "merge", how="recorded", renames=side.renames)]


def _revert(pen: Pen, below: Commit, taken: Commit) -> Commit | None:
    renames = {new: old for old, new in taken.renames.items()}
    undone = merge(taken.tree, below.tree, taken.before, theirs_renamed=renames)
    if undone.conflicts or undone.tree == below.tree:
        return None
    return pen.commit(undone.tree, (below,), f"revert {taken.subject}", how="recorded", renames=renames)
