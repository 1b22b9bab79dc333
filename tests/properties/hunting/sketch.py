"""Small histories drawn by hand, to ask the oracle about: commits by name, lines of one file by number."""

from collections.abc import Mapping
from typing import Any

from tests.properties.hunting.oracle import Judgement, judge
from tests.properties.hunting.values import FILE, Author, Commit, Entry, Scene, Stage, Task, Tree, ancestors

Lines = Mapping[int | str, str]
"""What a commit does: line number of `a` -> its new text; path -> the new content of that file, empty to delete it."""


def begin() -> Tree:
    """The file `a`, of which five lines are alike, and `p`, long enough to be known again after a rename."""
    lines = [f"line {n}" for n in range(1, 10)] + ["same"] * 5
    return {"a": _text(lines), "p": _text([f"p {n}" for n in range(9)])}


def _text(lines: list[str]) -> Entry:
    return Entry(FILE, "".join(f"{line}\n" for line in lines).encode())


def change(tree: Tree, lines: Lines) -> Tree:
    """The tree after that."""
    here = tree["a"].data.decode().splitlines()
    files = dict(tree)
    for place, text in lines.items():
        if isinstance(place, int):
            here[place - 1] = text
        elif text:
            files[place] = Entry(FILE, text.encode())
        else:
            del files[place]
    return {**files, "a": _text(here)}


class Sketch:
    """A trunk `T`, stages and what became of them; each commit has its name for an id and for a subject."""

    def __init__(self) -> None:
        self.clock = 0
        self.trunk = self._commit("T", begin(), (), how="recorded")
        self.stages: list[Stage] = []
        self.scene = Scene(Task("t", [self.trunk], self.stages))
        self.scene.refs["refs/heads/t/trunk"] = self.trunk

    def _commit(self, name: str, tree: Tree, parents: tuple[Commit, ...], **facts: Any) -> Commit:
        self.clock += 1
        author = facts.pop("author", Author("ada", self.clock))
        return Commit(tree, parents, author, facts.pop("subject", name), self.clock, oid=name, **facts)

    def stage(self, branch: str, *commits: tuple[str, Lines], base: Commit | None = None) -> list[Commit]:
        """A recorded stage of these commits."""
        made: list[Commit] = []
        below = self.trunk if base is None else base
        for name, lines in commits:
            parent = made[-1] if made else below
            made.append(self._commit(name, change(parent.tree, lines), (parent,), how="recorded"))
        self.stages.append(Stage(len(self.stages) + 1, branch, below, tuple(made)))
        return made

    def on(self, parent: Commit, name: str, lines: Lines) -> Commit:
        """Somebody else's commit."""
        return self._commit(name, change(parent.tree, lines), (parent,))

    def made(self, parent: Commit, *sources: Commit, lines: Lines | None = None, **facts: Any) -> Commit:
        """The sources once more as one commit, whose lines are given where they are not those of the sources."""
        tree = parent.tree
        for source in sources:
            before, after = source.before, source.tree
            files = {path: entry for path, entry in tree.items() if path in after or path not in before}
            own = {path: entry for path, entry in after.items() if path != "a" and before.get(path) != entry}
            tree = change({**files, **own}, _difference(before, after))
        how = "kept" if len(sources) == 1 else "squashed"
        facts = {"how": how, "author": sources[0].author, "subject": sources[0].subject, **facts}
        renames = {old: new for source in sources for old, new in source.renames.items()}
        name = f"{sources[0].oid}'{parent.oid}"
        tree = change(tree, lines or {})
        return self._commit(name, tree, (parent,), sources=sources, altered=lines is not None, renames=renames, **facts)

    def put(self, **tips: Commit) -> None:
        """Branches by name; `up_NAME` is what was fetched of it, and its upstream."""
        for name, tip in tips.items():
            if name.startswith("up_"):
                branch = name.removeprefix("up_")
                self.scene.refs[f"refs/remotes/origin/{branch}"] = tip
                self.scene.tracks[branch] = f"refs/remotes/origin/{branch}"
            else:
                self.scene.refs[f"refs/heads/{'t/trunk' if name == 'trunk' else name}"] = tip

    def auto(self, to: Commit, *, number: int = 1, landed: bool = False) -> Judgement:
        """What the oracle thinks of this answer."""
        return self._judge(number, {"class": "auto", "replacement": to.oid, "landed": landed})

    def confirm(self, number: int = 1) -> Judgement:
        return self._judge(number, {"class": "confirm", "replacement": None, "landed": None})

    def nothing(self, number: int = 1) -> Judgement:
        return self._judge(number, None)

    def _judge(self, number: int, item: dict[str, Any] | None) -> Judgement:
        stage = self.stages[number - 1]
        known = {commit.oid: commit for commit in ancestors(*self.scene.refs.values(), *(s.head for s in self.stages))}
        return judge(self.scene, stage, item and {**item, "recorded": stage.head.oid}, known)


def _difference(before: Tree, after: Tree) -> dict[int | str, str]:
    old, new = (tree["a"].data.decode().splitlines() for tree in (before, after))
    return {place: line for place, (line, was) in enumerate(zip(new, old, strict=True), 1) if line != was}
