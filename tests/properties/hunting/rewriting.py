"""Carries out a todo list: each recorded commit as it is, altered, taken apart, put together, or left out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.properties.hunting.edits import edit, misplace
from tests.properties.hunting.merging import merge
from tests.properties.hunting.recording import Pen
from tests.properties.hunting.values import Author, Commit, Renames, Tree, changed_paths


@dataclass(frozen=True)
class Step:
    """One line of the todo list: what to do with these commits, for which stage the outcome counts."""

    verb: str
    commits: tuple[Commit, ...]
    stage: int
    side: bool = False


class Replayed(NamedTuple):
    """A tree on which commits were made once more."""

    tree: Tree
    by_hand: bool
    sources: tuple[Commit, ...]


@dataclass
class Rewriter:
    """A branch being made anew on top of `tip`; `ends` = the last commit made for each stage."""

    pen: Pen
    tip: Commit
    renames: Renames
    trunk: Commit
    ends: dict[int, Commit] = field(default_factory=dict)

    def run(self, steps: list[Step]) -> None:
        """Every step in order; neighbours marked `side` go onto a branch of their own that is merged at once."""
        place = 0
        while place < len(steps):
            group = [steps[place]]
            while steps[place].side and place + len(group) < len(steps) and steps[place + len(group)].side:
                group.append(steps[place + len(group)])
            place += len(group)
            if steps[place - 1].side:
                self._aside(group)
            else:
                self._do(group[0])

    def _do(self, step: Step) -> None:
        VERBS[step.verb](self, step)
        self.ends[step.stage] = self.tip

    def put(self, tree: Tree, subject: str, author: Author | None = None, **facts: Any) -> Commit:
        """A commit on the tip."""
        commit = self.pen.commit(tree, (self.tip,), subject, author=author or self.pen.author(), **facts)
        self.tip = commit
        return commit

    def replayed(self, commits: tuple[Commit, ...], onto: Tree) -> Replayed:
        """What these commits make of a tree, which of them made a difference that is left (else the first, whose name
        it bears), and whether that needed a hand."""
        by_hand, trees, sources = False, [onto], list[Commit]()
        for commit in commits:
            here = trees[-1]
            merged = merge(commit.before, here, commit.tree, ours_renamed=self.renames, theirs_renamed=commit.renames)
            by_hand = by_hand or bool(merged.conflicts)
            if merged.tree in trees:  # what was made since then has cancelled out
                place = trees.index(merged.tree)
                trees, sources = trees[: place + 1], sources[:place]
            else:
                trees, sources = [*trees, merged.tree], [*sources, commit]
        return Replayed(trees[-1], by_hand, tuple(sources) or commits[:1])

    def pick(self, step: Step, **facts: Any) -> None:
        """The commits of a step as one, under the first one's name; nothing where nothing of them is left."""
        first = step.commits[0]
        if not facts and len(step.commits) == 1 and first.parents == (self.tip,):
            self.tip = first
            return
        tree, by_hand, sources = self.replayed(step.commits, self.tip.tree)
        if tree == self.tip.tree and not all(commit.is_empty for commit in step.commits):
            return
        how = "resolved by hand" if by_hand else "kept" if len(step.commits) == 1 else "squashed"
        renames = {old: new for commit in step.commits for old, new in commit.renames.items()}
        facts = {"subject": first.subject, "author": first.author, "how": how, **facts}
        self.put(tree, sources=sources, altered=by_hand, renames=renames, **facts)

    def alter(self, step: Step, kind: str, change: Callable[[Tree, Tree], Tree | None], **facts: Any) -> None:
        """The commits of a step as one that does something else as well."""
        tree, _, sources = self.replayed(step.commits, self.tip.tree)
        other = change(self.tip.tree, tree)
        if other is None or other == tree:
            other = edit(self.pen.random, tree, self.pen.next(), kind="insert").files
        first = step.commits[0]
        facts = {"subject": first.subject, "author": first.author, "renames": first.renames, **facts}
        self.put(other, how=f"changed ({kind})", sources=sources, altered=True, **facts)

    def foreign(self, tree: Tree, subject: str, how: str = "foreign", renames: Renames | None = None) -> Commit:
        return self.put(tree, subject, self.pen.author("bob@example.org"), how=how, renames=renames or {})

    def _aside(self, group: list[Step]) -> None:
        """A side branch, merged: main line empty-handed, with work of its own, or with an edit in the merge itself."""
        fork, random = self.tip, self.pen.random
        for step in group:
            self._do(step)
        side = self.tip
        if side is fork:
            return
        self.tip = fork
        if random.random() < 0.4:
            self.foreign(edit(random, fork.tree, self.pen.next(), kind="new file").files, "meanwhile")
        tree = merge(fork.tree, side.tree, self.tip.tree).tree
        how = "merge"
        if random.random() < 0.25:
            tree, how = edit(random, tree, self.pen.next()).files, "evil merge"
        self.join(tree, side, how)
        self.ends[group[-1].stage] = self.tip

    def join(self, tree: Tree, other: Commit, how: str) -> None:
        """A merge of another commit into the tip."""
        self.tip = self.pen.commit(tree, (self.tip, other), how, how=how)


def _pick(it: Rewriter, step: Step) -> None:
    it.pick(step)


def _reword(it: Rewriter, step: Step) -> None:
    it.pick(step, subject=f"{step.commits[0].subject} again", how="reworded")


def _retime(it: Rewriter, step: Step) -> None:
    it.pick(step, author=it.pen.author(step.commits[0].author.email), how="retimed")


def _reauthor(it: Rewriter, step: Step) -> None:
    it.pick(
        step, author=it.pen.author("eve@example.org"), subject=f"{step.commits[0].subject} by eve", how="reauthored"
    )


def _other_file(it: Rewriter, step: Step) -> None:
    it.alter(step, "other file", lambda _, t: edit(it.pen.random, t, it.pen.next(), kind="new file").files)


def _same_file(it: Rewriter, step: Step) -> None:
    paths = frozenset(changed_paths(step.commits[0].before, step.commits[0].tree))
    it.alter(step, "same file", lambda _, t: edit(it.pen.random, t, it.pen.next(), kind="replace", only=paths).files)


def _any_change(it: Rewriter, step: Step) -> None:
    facts = {}
    if it.pen.random.random() < 0.4:
        facts = {"subject": f"{step.commits[0].subject} after review"}
    it.alter(step, "any", lambda _, t: edit(it.pen.random, t, it.pen.next()).files, **facts)


def _quiet_change(it: Rewriter, step: Step) -> None:
    """Whitespace, line ends or a mode, in a file of the change."""
    paths = frozenset(changed_paths(step.commits[0].before, step.commits[0].tree))
    kind = it.pen.random.choice(["indent", "line ends", "mode"])
    it.alter(step, kind, lambda _, t: edit(it.pen.random, t, it.pen.next(), kind=kind, only=paths).files)


def _other_block(it: Rewriter, step: Step) -> None:
    it.alter(step, "other block", lambda before, after: misplace(it.pen.random, before, after))


def _third_value(it: Rewriter, step: Step) -> None:
    it.alter(step, "third value", lambda _, t: edit(it.pen.random, t, it.pen.next(), kind="third value").files)


def _less(it: Rewriter, step: Step) -> None:
    """Without one of its files."""

    def without(before: Tree, after: Tree) -> Tree | None:
        paths = sorted(changed_paths(before, after))
        if len(paths) < 2:
            return None
        kept = {path: entry for path, entry in after.items() if path != paths[0]}
        return {**kept, paths[0]: before[paths[0]]} if paths[0] in before else kept

    it.alter(step, "less", without)


def _split(it: Rewriter, step: Step) -> None:
    """A commit as two: by files, or the first lines and then the rest."""
    commit = step.commits[0]
    whole, by_hand, _ = it.replayed((commit,), it.tip.tree)
    if whole == it.tip.tree:
        return
    paths = sorted(changed_paths(it.tip.tree, whole))
    if len(paths) < 2:
        _extra_then_back(it, step)
        return
    first = {path: entry for path, entry in it.tip.tree.items() if path != paths[0]}
    first |= {paths[0]: whole[paths[0]]} if paths[0] in whole else {}
    it.put(first, f"{commit.subject} one", how="split", sources=(commit,), altered=by_hand)
    it.put(
        whole, commit.subject, commit.author, how="split", sources=(commit,), altered=by_hand, renames=commit.renames
    )


def _extra_then_back(it: Rewriter, step: Step) -> None:
    """A commit with something more in it, and one that takes that back: together as recorded."""
    whole, by_hand, _ = it.replayed((step.commits[0],), it.tip.tree)
    if whole == it.tip.tree:
        return
    more = edit(it.pen.random, whole, it.pen.next(), kind="new file").files
    commit = step.commits[0]
    it.put(more, commit.subject, commit.author, how="split", sources=(commit,), altered=True, renames=commit.renames)
    it.put(whole, "not that", how="split", sources=(commit,), altered=by_hand)


def _foreign(it: Rewriter, _: Step) -> None:
    desk = edit(it.pen.random, it.tip.tree, it.pen.next())
    it.foreign(desk.files, "by the way", renames=desk.renames)


def _foreign_pair(it: Rewriter, _: Step) -> None:
    before = it.tip.tree
    desk = edit(it.pen.random, before, it.pen.next())
    it.foreign(desk.files, "try", renames=desk.renames)
    it.foreign(before, "no", renames={new: old for old, new in desk.renames.items()})


def _foreign_empty(it: Rewriter, _: Step) -> None:
    it.foreign(it.tip.tree, "run checks")


def _copy(it: Rewriter, step: Step) -> None:
    """The same change by another hand."""
    tree, _, _ = it.replayed(step.commits, it.tip.tree)
    if tree != it.tip.tree:
        it.foreign(tree, "somebody else's", how="copy by another hand", renames=step.commits[0].renames)


def _taken_back(it: Rewriter, step: Step) -> None:
    tree = merge(step.commits[-1].tree, it.tip.tree, step.commits[0].before)
    if not tree.conflicts and tree.tree != it.tip.tree:
        it.foreign(tree.tree, f"revert {step.commits[0].subject}", how="revert")


def _back_and_again(it: Rewriter, step: Step) -> None:
    _taken_back(it, step)
    _copy(it, step)


def _update(it: Rewriter, _: Step) -> None:
    """The trunk merged into the branch."""
    fork = next((each for each in _lines(it.tip) if each in set(_lines(it.trunk))), None)
    if fork is None or fork is it.trunk:
        return
    merged = merge(fork.tree, it.tip.tree, it.trunk.tree)
    it.join(merged.tree, it.trunk, "update from trunk")


def _lines(tip: Commit | None) -> list[Commit]:
    found = []
    while tip is not None:
        found.append(tip)
        tip = tip.parent
    return found


VERBS: dict[str, Callable[[Rewriter, Step], None]] = {
    "pick": _pick,
    "reword": _reword,
    "retime": _retime,
    "reauthor": _reauthor,
    "other file": _other_file,
    "same file": _same_file,
    "any change": _any_change,
    "quiet change": _quiet_change,
    "other block": _other_block,
    "third value": _third_value,
    "less": _less,
    "split": _split,
    "extra then back": _extra_then_back,
    "foreign": _foreign,
    "foreign pair": _foreign_pair,
    "foreign empty": _foreign_empty,
    "copy": _copy,
    "taken back": _taken_back,
    "back and again": _back_and_again,
    "update": _update,
}
