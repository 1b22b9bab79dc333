"""Merges stages onto a base in memory: one commit that holds them all, or everything that contradicts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.history import CommitFacts, contains, find_commit, merge_base, walk
from okstra_git.git.merging import Merged, TreeMerger
from okstra_git.git.objects import EMPTY_TREE, MissingObject, copy_commit, read_commit, write_commit
from okstra_git.git.raw_objects import instant_of
from okstra_git.git.repo import Git
from okstra_git.names import CommitId, quote, quote_path
from okstra_git.wording import counted

MAX_OWN = 20_000
"""Commits that are looked at for one stage."""
MAX_REPLAYED = 500
"""Commits of one stage; a longer one that cannot be merged becomes a single commit."""


@dataclass(frozen=True)
class Part:
    """A stage to put on: its own change is `base`..`head`; `needs` are other parts that it builds on.

    `merged` are commits of other stages that it took in by itself after it was begun; what they bring is not its own.
    `took` is the same of its base branch, where `base` does not have it: of a rest, `base` is a commit of the stage.
    """

    stage: int
    title: str
    base: str | None
    head: CommitId
    needs: tuple[int, ...] = ()
    merged: tuple[str, ...] = ()
    took: str | None = None


@dataclass(frozen=True)
class Contradiction:
    """A path on which stages contradict each other, or one stage the base (then `stages` names just that one)."""

    stages: tuple[int, ...]
    path: str
    kind: str


@dataclass(frozen=True)
class MergePlan:
    """The result: `commit` with everything in it, or None and what contradicts.

    `untried` are stages that build on one that did not fit. `joined` says for each stage how it came in: `as-is`,
    `merged`, `replayed` or `squashed`.
    """

    commit: CommitId | None
    tree: str
    contradictions: tuple[Contradiction, ...] = ()
    untried: tuple[int, ...] = ()
    joined: Mapping[int, str] = field(default_factory=dict)


def plan_merge(
    git: Git, base: CommitId, parts: Sequence[Part], *, task: str, progress: Callable[[int], None] = lambda _: None
) -> MergePlan:
    """Apply the parts, in the order given, onto `base`; nothing but objects is written, and no ref moves.

    Each part is applied as its own change, base tree to head tree, by a three-way merge. A part that does not fit is
    left aside, and the others are tried, so that all conflicts show at once. The same base, parts and person give
    the same commit: its dates are those of what it is made of. `progress` is called with the number of parts begun.
    """
    with TreeMerger(git, write=True) as merger:
        fitting = _fit(git, base, parts, merger, progress)
        if fitting.found or fitting.untried:
            return MergePlan(None, fitting.tree, tuple(fitting.found), tuple(fitting.untried))
        tip, joined, chain = base, {}, _Chain(git, merger, parts, task)
        for part, tree in fitting.steps:
            tip, joined[part.stage] = chain.join(tip, part, tree)
        return MergePlan(tip, fitting.tree, joined=joined)


@dataclass
class _Fitting:
    """Trees so far: `steps` are the parts that fit, each with the tree it led to."""

    tree: str
    steps: list[tuple[Part, str]] = field(default_factory=list)
    found: list[Contradiction] = field(default_factory=list)
    untried: list[int] = field(default_factory=list)


def _fit(
    git: Git, base: CommitId, parts: Sequence[Part], merger: TreeMerger, progress: Callable[[int], None]
) -> _Fitting:
    trees = {part.stage: (tree_under(git, part, merger), _tree(git, part.head)) for part in parts}
    blame = _Blame(_tree(git, base), trees, merger)
    fitting = _Fitting(_tree(git, base))
    failed: set[int] = set()
    for count, part in enumerate(parts, start=1):
        progress(count)
        if failed & {*part.needs}:
            fitting.untried.append(part.stage)
            failed.add(part.stage)
            continue
        under, above = trees[part.stage]
        merged = merger.merge(base=under, ours=fitting.tree, theirs=above)
        if merged.tree is None:
            clashes = [(clash.path, clash.kind) for clash in merged.clashes]
            before = [other.stage for other in parts[: count - 1] if other.stage not in fitting.untried]
            fitting.found += blame.contradictions(part.stage, clashes, before)
            failed.add(part.stage)
            continue
        fitting.steps.append((part, merged.tree))
        fitting.tree = merged.tree
    return fitting


def tree_under(git: Git, part: Part, merger: TreeMerger) -> str:
    """The tree that the part's own change stands on: its base, with what it took in of its base branch and of others.

    Refuses (`handoff.not-separable`) where its base and what it took in cannot be put together without a person.
    """
    tree = _tree(git, part.base)
    if part.took is not None:
        tree = _with_taken(git, part, part.took, merger)
    for commit in part.merged:
        fork = merge_base(git, part.base or commit, commit)
        merged = merger.merge(base=_tree(git, fork), ours=tree, theirs=_tree(git, commit))
        tree = merged.tree or tree
    return tree


def _with_taken(git: Git, part: Part, took: str, merger: TreeMerger) -> str:
    """The base with what the stage merged of its base branch after it."""
    merged = _taking(git, part, took, merger)
    if merged.tree is None:
        paths = ", ".join(quote_path(clash.path) for clash in merged.clashes[:3])
        raise refuse(
            "handoff.not-separable",
            f"the base has stage {part.stage} up to {(part.base or '')[:10]}; the rest cannot be told from a conflict "
            f"that was resolved when {took[:10]} was merged, in {paths}",
            hint=f"rebase stage {part.stage} onto the base, record and verify it again; then assemble again",
            stage=part.stage,
            paths=[clash.path for clash in merged.clashes],
        )
    return merged.tree


def _taking(git: Git, part: Part, took: str, merger: TreeMerger) -> Merged:
    fork = merge_base(git, part.base or took, took)
    under, ours, theirs = (_tree(git, commit) for commit in (fork, part.base, took))
    return merger.merge(base=under, ours=ours, theirs=theirs)


def _tree(git: Git, commit: str | None) -> str:
    if commit is None:
        return EMPTY_TREE
    facts = find_commit(git, commit)
    if facts is None:
        raise MissingObject(f"the commit {commit[:12]} is not in this repository", hint="git fetch", object=commit)
    return facts.tree


@dataclass
class _Blame:
    """Tells who contradicts whom; asked only when something does."""

    base_tree: str
    trees: Mapping[int, tuple[str, str]]
    merger: TreeMerger
    _alone: dict[int, Merged] = field(default_factory=dict)

    def contradictions(
        self, stage: int, clashes: Sequence[tuple[str, str]], others: Sequence[int]
    ) -> list[Contradiction]:
        """With the base itself, else with each of the others, each pair for itself; else with all that were there.

        `others` are the stages to hold this one against, whether they fit themselves or not.
        """
        alone = self._on_base(stage)
        clashing = [Contradiction((stage,), clash.path, clash.kind) for clash in alone.clashes]
        taken = {clash.path for clash in alone.clashes}
        for other in others:
            under = self._on_base(other).tree
            if under is not None:
                merged = self._put(stage, under)
                clashing += [
                    Contradiction((other, stage), c.path, c.kind) for c in merged.clashes if c.path not in taken
                ]
        if not clashing:
            clashing = [Contradiction((*others, stage), path, kind) for path, kind in clashes]
        return clashing

    def _on_base(self, stage: int) -> Merged:
        if stage not in self._alone:
            self._alone[stage] = self._put(stage, self.base_tree)
        return self._alone[stage]

    def _put(self, stage: int, onto: str) -> Merged:
        under, above = self.trees[stage]
        return self.merger.merge(base=under, ours=onto, theirs=above)


def is_separable(git: Git, part: Part) -> bool:
    """Whether the part's base and what it took in can be put together without a person."""
    with TreeMerger(git, write=False) as merger:
        return part.took is None or _taking(git, part, part.took, merger).tree is not None


def count_own(git: Git, part: Part) -> int:
    """How many commits of the stage are to be put on, merges of its base included."""
    return len(_own_commits(git, part)[0])


def _own_commits(git: Git, part: Part) -> tuple[list[CommitFacts], bool]:
    return walk(git, [part.head], [commit for commit in (part.base, part.took) if commit], limit=MAX_OWN)


class _Chain:
    """Makes the commits once the trees are known."""

    def __init__(self, git: Git, merger: TreeMerger, parts: Sequence[Part], task: str) -> None:
        self.git, self.merger, self.task = git, merger, task
        self.own = {part.stage: self._own(part) for part in parts}
        self.all_own = {commit.oid for own, _ in self.own.values() for commit in own}

    def _own(self, part: Part) -> tuple[list[CommitFacts], bool]:
        return _own_commits(self.git, part)

    def join(self, tip: CommitId, part: Part, tree: str) -> tuple[CommitId, str]:
        """The commit that brings the part onto `at` with exactly this tree, the way that shows most of its history."""
        brought, complete = walk(self.git, [part.head], [tip], limit=MAX_OWN)
        if not brought and _tree(self.git, tip) == tree:
            return tip, "as-is"
        if brought and complete and self._are_own(brought):
            if _tree(self.git, part.head) == tree and contains(self.git, part.head, tip):
                return part.head, "as-is"
            return self._commit("Merge", part, tree, [tip, part.head]), "merged"
        replayed = self._replay(tip, part, tree)
        return (replayed, "replayed") if replayed else (self._commit("Add", part, tree, [tip]), "squashed")

    def _are_own(self, brought: Sequence[CommitFacts]) -> bool:
        """Whether these are nothing but commits of the group and merges between them."""
        return all(commit.oid in self.all_own or len(commit.parents) > 1 for commit in brought)

    def _replay(self, tip: CommitId, part: Part, tree: str) -> CommitId | None:
        """The part's own commits one after another on `at`, when that is possible and ends in the tree; else None."""
        whole, complete = self.own[part.stage]
        own = [commit for commit in whole if not self._is_update(part, commit)]
        if not complete or len(own) > MAX_REPLAYED or any(len(commit.parents) > 1 for commit in own):
            return None
        copy, reached, when = tip, _tree(self.git, tip), self._when(tip, part)
        for commit in own:
            under = _tree(self.git, commit.parents[0] if commit.parents else None)
            merged = self.merger.merge(base=under, ours=reached, theirs=commit.tree)
            if merged.tree is None:
                return None
            if merged.tree != reached:
                copy = copy_commit(self.git, commit.oid, tree=merged.tree, parents=[copy], when=when)
            reached = merged.tree
        return copy if reached == tree else None

    def _is_update(self, part: Part, commit: CommitFacts) -> bool:
        """Whether the commit only merged what the part stands on; changes made in the merge show in the final tree."""
        under = [commit_below for commit_below in (part.base, part.took) if commit_below]
        brought = commit.parents[1:]
        return bool(brought) and all(
            any(contains(self.git, commit_below, parent) for commit_below in under) for parent in brought
        )

    def _commit(self, verb: str, part: Part, tree: str, parents: Sequence[CommitId]) -> CommitId:
        title = f": {part.title}" if part.title else ""
        trailers = f"Okstra-Task: {self.task}\nOkstra-Stage: {part.stage}\nOkstra-Commit: {part.head}\n"
        message = f"{verb} stage {part.stage}{title}\n\n{trailers}"
        return write_commit(self.git, tree=tree, parents=parents, message=message, when=self._when(parents[0], part))

    def _when(self, tip: CommitId, part: Part) -> datetime:
        seconds = max(read_commit(self.git, oid).committed_at for oid in (tip, part.head))
        return instant_of(seconds)


class GroupConflict(OkstraError):
    """The stages contradict each other, or the base; nothing was made."""

    code = "handoff.conflict"
    exit_status = 2

    contradictions: tuple[Contradiction, ...] = ()


def conflict_of(base_ref: str, composed: MergePlan, *, again: str) -> GroupConflict:
    """The refusal that names every contradiction, and which stages were not even tried because of them.

    `again` is what is to be done once they are resolved, as a clause.
    """
    first = composed.contradictions[0]
    rest = len({clash.path for clash in composed.contradictions}) - 1
    more = f" and {counted(rest, 'more path')}" if rest else ""
    if len(first.stages) > 1:
        sentence = f"stages {first.stages[0]} and {first.stages[1]} contradict each other"
        hint = f"leave one of them out, or change a stage so that they fit; then {again}"
    else:
        sentence = f"stage {first.stages[0]} contradicts {quote(base_ref)}"
        hint = f"rebase stage {first.stages[0]} onto {base_ref}, record and verify it again; then {again}"
    refusal = GroupConflict(
        f"{sentence} in {quote_path(first.path)} ({first.kind}){more}; nothing was made",
        hint=hint,
        untried=list(composed.untried),
        base=base_ref,
        conflicts=[
            {"stages": list(clash.stages), "path": clash.path, "kind": clash.kind} for clash in composed.contradictions
        ],
    )
    refusal.contradictions = composed.contradictions
    return refusal
