"""Says of each answer whether it is true: from how the commits were made, and from what git's merge makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tests.properties.hunting.merging import merge
from tests.properties.hunting.ranges import equal_ranges, is_whole, makes_change, starts
from tests.properties.hunting.values import Commit, Scene, Stage, ancestors, changed_paths, line_of

PLAIN = {"kept", "reworded", "retimed", "recorded"}
KEEPS_IDENTITY = {"kept", "reworded", "recorded"}


Replays = Callable[[Stage, Commit, Commit], bool | None]
"""Whether git's own merge of whole trees makes the recorded change on one commit into the other; None = no idea."""


class Judgement(NamedTuple):
    """`verdict` is right, false, blind, low or missed; `kind` its class, by the letters of docs/design/hunt.md.

    blind = false, but nothing in the repository could tell: what was left out bears no mark of its origin.
    """

    said: str
    verdict: str
    kind: str = ""
    start: Commit | None = None


@dataclass
class View:
    """A stage in a scene, as the oracle looks at it."""

    scene: Scene
    stage: Stage
    replays: Replays

    @cached_property
    def own_tip(self) -> Commit | None:
        return self.scene.own(self.stage.branch)

    @cached_property
    def on_own(self) -> set[Commit]:
        return ancestors(self.own_tip)

    @cached_property
    def in_targets(self) -> set[Commit]:
        return ancestors(*self.scene.targets())

    @cached_property
    def own(self) -> set[Commit]:
        """Commits of the branch itself: no target has them but by merging it."""
        return self.on_own - self.scene.trunk_alone()

    @cached_property
    def line(self) -> list[Commit]:
        """The branch's own first-parent line, newest first, and the commit that it stands on."""
        found = []
        for commit in line_of(self.own_tip):
            found.append(commit)
            if commit not in self.own:
                break
        return found

    @cached_property
    def made(self) -> set[Commit]:
        """Own commits made from a recorded commit of the stage."""
        return {commit for commit in self.own if self.is_made(commit)}

    def is_made(self, commit: Commit) -> bool:
        return any(source in self.stage.commits for source in commit.made_from)

    def is_only_made(self, commit: Commit) -> bool:
        return bool(commit.made_from) and all(source in self.stage.commits for source in commit.made_from)

    def is_neighbour(self, commit: Commit) -> bool:
        """Whether it was made from other stages' commits alone."""
        return bool(commit.made_from) and not self.is_made(commit)

    def outside(self, start: Commit, end: Commit) -> set[Commit]:
        """What the stage has on its branch, and the range `start`..`end` has not."""
        inside = ancestors(end) - ancestors(start)
        if end not in self.own:  # landed: a branch that was put back to a part of the record itself takes nothing away
            inside |= set(self.stage.commits)
        return {commit for commit in self.made if commit not in inside and not commit.is_empty}

    def cancel_out(self, commits: set[Commit]) -> bool:
        """Whether the branch has every file that these touch as the commit has on which the branch stands."""
        paths = {path for commit in commits for path in changed_paths(commit.before, commit.tree)}
        tip, under = self.line[0].tree, self.line[-1].tree
        return commits <= set(self.line) and all(tip.get(path) == under.get(path) for path in paths)

    def is_known(self, commit: Commit) -> bool:
        """Whether a commit made from the stage still shows it."""
        return any(shows(commit, source) for source in commit.made_from if source in self.stage.commits)

    def bears_its_mark(self, commit: Commit) -> bool:
        """Whether a commit has author and second of one of the stage, and so may be a part of it as far as one sees."""
        return not commit.is_empty and any(commit.author == source.author for source in self.stage.commits)

    def is_clearly_a_neighbours(self, commit: Commit) -> bool:
        """Whether a commit shows that it was made from another stage, and could not be one of this stage by that."""
        mine = any(shows(commit, source) for source in self.stage.commits)
        return commit.how == "recorded" or (not mine and any(shows(commit, source) for source in commit.made_from))


def shows(commit: Commit, source: Commit) -> bool:
    """Whether author and second, or author and subject, say that a commit was made from another."""
    named = (commit.author.email, commit.subject) == (source.author.email, source.subject)
    return commit.author == source.author or named


def judge(
    scene: Scene,
    stage: Stage,
    item: Mapping[str, Any] | None,
    known: Mapping[str, Commit],
    replays: Replays = lambda *_: None,
) -> Judgement:
    """What to think of what okstra says about a stage; `known` are all commits of the scene by id.

    `replays` is asked before something is called wrong or needless: where merges are close, git's two programs for
    them do not always agree, and okstra is right with either.
    """
    view = View(scene, stage, replays)
    is_there = stage.head in view.on_own or stage.head in view.in_targets
    if item is None:
        return Judgement("nothing", "right") if is_there else Judgement("nothing", "false", "silent")
    if item["class"] == "crash":
        return Judgement("crash", "false", "crash")
    if is_there:
        return Judgement(item["class"], "false", "not stale")
    if item["class"] == "confirm":
        return Judgement("confirm", *_missed(view))
    return _judge_auto(view, item, known.get(item["replacement"] or ""))


def _judge_auto(view: View, item: Mapping[str, Any], end: Commit | None) -> Judgement:
    place = _wrong_place(view, end)
    if place or end is None:
        return Judgement("auto", "false", place)
    if view.is_neighbour(end) and view.is_clearly_a_neighbours(end):
        return Judgement("auto", "false", "G: another stage's commit")
    if item["recorded"] != view.stage.head.oid:
        return Judgement("auto", "false", "recorded")
    begin = starts(view.stage, end, view.scene.renames) or [x for x in line_of(end) if view.replays(view.stage, x, end)]
    found = [(start, view.outside(start, end)) for start in begin]
    if not found:
        return Judgement("auto", "false", "H: not the recorded change")
    start, outside = min(found, key=lambda pair: len(pair[1]))
    if not outside:
        blind = ("blind", "G: another stage's commit")
        return Judgement("auto", *(blind if view.is_neighbour(end) else _fine(view, item, end)), start)
    return Judgement("auto", *_beside(view, start, end, outside), start)


def _wrong_place(view: View, end: Commit | None) -> str:
    if end is None:
        return "unknown commit"
    if end is view.stage.head:
        sources = {source for commit in view.made for source in commit.made_from}
        if not sources:
            return "A2: the recorded commit itself, nothing of it on the branch"
        whole = sources >= set(view.stage.commits)
        return "A1: the recorded commit itself" if whole else "A3: the recorded commit itself, part of it on the branch"
    if end not in view.on_own and end not in view.in_targets:
        upstream = ancestors(view.scene.upstream(view.stage.branch))
        return "A4: only on the upstream" if end in upstream else "elsewhere"
    return ""


def _fine(view: View, item: Mapping[str, Any], end: Commit) -> tuple[str, str]:
    """Right, with remarks."""
    if item.get("landed") and end not in view.in_targets:
        return "false", "landed, and in no target"
    if not item.get("landed") and end in view.in_targets and end not in view.own:
        return "low", "not landed: in a target, and not said so"
    above = {commit for commit in view.made if commit not in ancestors(end)}
    return ("low", "empty commits above") if above and end in view.own else ("right", "")


def _beside(view: View, start: Commit, end: Commit, outside: set[Commit]) -> tuple[str, str]:
    """The class of a range that leaves commits of its stage out."""
    altered = any(commit.altered for commit in outside)
    how = "altered" if altered else "kept"
    blind = "false" if any(view.is_known(commit) for commit in outside) else "blind"
    if end not in view.own:
        cancelled = not altered and view.cancel_out(outside)
        return ("low", "landed: commits that cancel out are left") if cancelled else (
            "false", f"{_landed(view, outside)}, {how}")  # fmt: skip
    above = [commit for commit in view.line if commit in outside and end in ancestors(commit)]
    if not above:
        below = any(commit in ancestors(start) for commit in outside)
        if altered and not is_whole(view.stage, start.tree, end.tree, view.scene.renames):
            return blind, "H: part of it taken for something that was there before"
        return blind, f"part outside: {'below' if below else 'another line'}, {how}"
    if not altered and makes_change(view.stage, start.tree, above[0].tree, view.scene.renames):
        return "low", "net-zero commits above"
    if not view.is_made(end):
        return blind, f"E: a copy below the stage's own version, {how}"
    if altered:
        tail = any(source.tree == view.stage.head.tree for source in end.made_from if source in view.stage.commits)
        return blind, "D: net-zero tail altered" if tail else "D2: inner range, the end altered"
    return "false", "C: inner range with other files"


def _landed(view: View, outside: set[Commit]) -> str:
    whole = {source for commit in view.made for source in commit.made_from} >= set(view.stage.commits)
    head = any(view.stage.head in commit.made_from for commit in outside)
    return "F: landed, while the branch goes on" if head or whole else "part outside: landed"


def _missed(view: View) -> tuple[str, str]:
    """Whether a question was needless."""
    stage, renamed = view.stage, view.scene.renames
    if stage.is_empty:
        return "right", ""
    if not view.made:
        return _missed_landing(view)
    places = [place for place, commit in enumerate(view.line) if commit in view.made]
    block = [view.line[place] for place in range(places[0], places[-1] + 1)] if places else []
    if len(places) < len(view.made) or not _is_pure(view, block) or _is_reordered(view):
        return "right", ""
    start = block[-1].parent
    if any(view.bears_its_mark(commit) for commit in view.own if commit not in block):
        return "right", ""
    if start is None or not makes_change(stage, start.tree, block[0].tree, renamed):
        return "right", ""
    equal = equal_ranges(stage, view.line, renamed)
    mine = (places[-1] + 1, places[0])
    if any(not _nested(other, mine) for other in equal) or view.replays(stage, start, block[0]) is False:
        return "right", ""
    if not is_whole(stage, start.tree, block[0].tree, renamed):
        return "missed", "partial: some of it was there before"
    return "missed", _clean(view, block, alone=len(equal) <= 1)


def _is_pure(view: View, block: list[Commit]) -> bool:
    """Whether the block is all of the stage and nothing else, and nobody altered it."""
    sources = {source for commit in block for source in commit.made_from}
    wanted = {commit for commit in view.stage.commits if not commit.is_empty}
    return all(view.is_only_made(commit) and not commit.altered for commit in block) and wanted <= sources


def _nested(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one of two ranges lies within the other; (start, end) in a line, newest first."""
    return (one[0] >= other[0] and one[1] <= other[1]) or (one[0] <= other[0] and one[1] >= other[1])


def _clean(view: View, block: list[Commit], *, alone: bool) -> str:
    one_to_one = all(len(commit.made_from) == 1 and commit.how in PLAIN for commit in block)
    if not one_to_one or len({commit.made_from for commit in block}) < len(block):
        return "other: squashed, split or by another author"
    if view.scene.task.anonymous:
        return "other: one author, second and subject for everything"
    known = all(commit.how in KEEPS_IDENTITY for commit in block)
    return "clean" if alone or known else "other: a range in a range, and no author and time to tell"


def _is_reordered(view: View) -> bool:
    """Whether it and a stage that it was built on, or that was built on it, are now the other way round."""
    views = [View(view.scene, stage, view.replays) for stage in view.scene.task.stages]
    pairs = [(a, b) for a in views for b in views if a.stage.number < b.stage.number and _is_under(a.stage, b.stage)]
    return any(_is_above(low, high) for low, high in pairs if view.stage in (low.stage, high.stage))


def _is_under(low: Stage, high: Stage) -> bool:
    return low.head in ancestors(high.base)


def _is_above(low: View, high: View) -> bool:
    """Whether a commit of the lower stage stands on one of the higher stage."""
    everything = low.on_own | high.on_own | low.in_targets
    return any(high.is_made(under) for commit in everything if low.is_made(commit) for under in ancestors(commit))


def _missed_landing(view: View) -> tuple[str, str]:
    """All of it in a target, and nothing else on the branch."""
    if view.own or any(commit.altered and view.is_made(commit) for commit in view.in_targets):
        return "right", ""
    stage, renamed = view.stage, view.scene.renames
    for tip in view.scene.targets():
        line = list(line_of(tip))
        equal = equal_ranges(stage, line, renamed)
        again = merge(stage.base.tree, tip.tree, stage.head.tree, ours_renamed=renamed, theirs_renamed=stage.renames())
        here = not again.conflicts and again.tree == tip.tree
        if len(equal) == 1 and here and view.is_only_made(line[equal[0][1]]):
            return "missed", "in main"
    return "right", ""
