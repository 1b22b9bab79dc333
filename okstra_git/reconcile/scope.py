"""Where a stage may live: its own branch, that branch's upstream, and the targets it may have landed in."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from okstra_git.git.history import contains, find_commit, merge_base, unreachable
from okstra_git.git.refs import TornRef, find_ref, list_ref_names
from okstra_git.git.remotes import USUAL_NAMES, default_branches, tracked_branch, tracking_names, upstream_of
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, FETCHED, branch_refs, recorded_name
from okstra_git.names import TaskKey
from okstra_git.records.states import Stage, State, Task

Kind = Literal["branch", "upstream", "target"]


class SearchRef(NamedTuple):
    """A ref whose history is searched; `name` is how it is recorded: the short name, where that means this ref."""

    kind: Kind
    name: str
    tip: str


@dataclass
class SearchScope:
    """Tips of refs as they are, or as git is about to make them (`planned`: full name -> commit).

    During a rebase git tells its hook the new commits before it moves every branch; the plan takes the place of that.
    `extra_targets` is what `okstra.target` says: where it says anything, it is the whole list of targets. `writer` is
    the id of this clone, empty where it has none; None takes this clone for the one that recorded everything.
    """

    git: Git
    planned: Mapping[str, str] = field(default_factory=dict)
    extra_targets: Sequence[str] = ()
    writer: str | None = None
    _tips: dict[str, str | None] = field(default_factory=dict)
    _stage_branches: frozenset[str] = frozenset()
    _known_bases: frozenset[str] = frozenset()
    _targets: dict[tuple[TaskKey, int], list[SearchRef]] = field(default_factory=dict)
    _around: dict[tuple[TaskKey, str, str], list[SearchRef]] = field(default_factory=dict)
    _destinations: dict[tuple[tuple[str, ...], tuple[str, ...]], list[SearchRef]] = field(default_factory=dict)
    _copies: dict[str, list[SearchRef]] = field(default_factory=dict)
    _ground: dict[TaskKey, list[SearchRef]] = field(default_factory=dict)
    _bases: dict[TaskKey, list[str]] = field(default_factory=dict)
    _contained: dict[tuple[str, str], bool] = field(default_factory=dict)
    _forks: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _follows: dict[str, SearchRef | None] = field(default_factory=dict)

    def know_stage_branches(self, state: State) -> None:
        """Branches that belong to stages, or that stages were assembled on, are never targets."""
        tasks = state.tasks.values()
        self._stage_branches = frozenset(name for task in tasks for name in _own_branches(task) if name)
        self._known_bases = frozenset(name for task in tasks for name in self._base_refs(task) if name)

    def tip(self, ref: str) -> str | None:
        """The commit of a full ref name; a torn or missing ref has none."""
        if ref in self.planned:
            return self.planned[ref]
        if ref not in self._tips:
            try:
                self._tips[ref] = find_ref(self.git, ref)
            except TornRef:
                self._tips[ref] = None
        return self._tips[ref]

    def branch(self, name: str) -> SearchRef | None:
        """The stage's own branch: local, or where there is none, the one remote-tracking branch of that name."""
        local = self.tip(f"refs/heads/{name}")
        if local:
            return SearchRef("branch", name, local)
        fetched = [ref for ref in self._remote_names if ref.split("/", 3)[-1] == name]
        copies = [SearchRef("upstream", recorded_name(self.git, ref), tip) for ref in fetched if (tip := self.tip(ref))]
        return copies[0] if len({copy.tip for copy in copies}) == 1 else None

    def is_on_remotes(self, name: str) -> bool:
        """Whether some remote has a branch of this name, as far as it was fetched."""
        return any(ref.split("/", 3)[-1] == name for ref in self._remote_names)

    @cached_property
    def _remote_names(self) -> list[str]:
        return list_ref_names(self.git, "refs/remotes/")

    def upstream(self, name: str) -> SearchRef | None:
        """The configured upstream of a local branch; of the kind `target` where that is what it is.

        A branch made by `git switch -c f origin/main` follows `origin/main`, which is not a place of its own.
        """
        if name not in self._follows:
            self._follows[name] = self._find_upstream(name)
        return self._follows[name]

    def _find_upstream(self, name: str) -> SearchRef | None:
        ref = upstream_of(self.git, name)
        tip = self.tip(ref) if ref else None
        if not ref or not tip:
            return None
        kind: Kind = "target" if self.is_target_ref(ref) else "upstream"
        return SearchRef(kind, recorded_name(self.git, ref), tip)

    def is_target_ref(self, ref: str) -> bool:
        """Whether a branch, or what was fetched of it (full ref name or as typed), counts as a target of any stage.

        Those are what `okstra.target` lists; where it lists nothing, the usual names and the bases of stages. A branch
        of a stage or a group is not one, nor is the fetched copy of one.
        """
        short = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        names = {short, tracked_branch(self.git, short) or short}
        if not self._stage_branches.isdisjoint(names):
            return False
        configured = {name.removeprefix(BRANCH).removeprefix(FETCHED) for name in self.extra_targets}
        listed = configured or {*USUAL_NAMES, *self._default_names, *self._known_bases}
        return not names.isdisjoint(listed)

    def targets(self, task: Task, stage: Stage | None) -> list[SearchRef]:
        """Branches in which the stage may have landed, most specific first; stage branches are never among them.

        For no stage in particular: every branch that the task's work was put on.
        """
        if stage is None or not self.extra_targets:
            return self.around(task, stage)
        key = (task.key, stage.number)
        if key not in self._targets:
            refs = self.destinations(task, (), besides=self.besides(task, [stage]))
            self._targets[key] = [ref for ref in refs if ref.name != stage.branch]
        return self._targets[key]

    def around(self, task: Task, stage: Stage | None) -> list[SearchRef]:
        """All branches that the work of the task was put on or may have gone to, whatever counts as a target."""
        key = (task.key, stage.branch if stage else "", stage.base_ref if stage else "")
        if key not in self._around:
            self._around[key] = self._find_around(task, stage)
        return self._around[key]

    def _find_around(self, task: Task, stage: Stage | None) -> list[SearchRef]:
        named = [*self.extra_targets, *([stage.base_ref] if stage else [])]
        candidates = [*(self._named(name) for name in dict.fromkeys(named) if name), *self._bases_of(task)]
        for member in [stage] if stage else task.stages.values():
            candidates += [self._named(name) for name in self._followed(member)]
        own = {stage.branch} if stage else set()
        unique = {ref.name: ref for ref in candidates if ref is not None and ref.name not in own}
        refs = [*unique.values(), *self._upstreams(unique.values())]
        return list({ref.name: ref for ref in refs}.values())

    def _bases_of(self, task: Task) -> list[SearchRef]:
        """The branches that the work of the task was put on, and the usual ones."""
        if task.key not in self._ground:
            refs = [*(self._named(name) for name in self._base_refs(task) if name), *self._defaults()]
            self._ground[task.key] = [ref for ref in refs if ref is not None]
        return self._ground[task.key]

    def destinations(self, task: Task, base_refs: Iterable[str], *, besides: Iterable[str] = ()) -> list[SearchRef]:
        """Branches in which work that was begun on one of these counts as landed, most specific first.

        Fewer than `targets`: the bases of other stages may be branches on which somebody only put stages together, and
        neither a branch of a stage or a group nor the fetched copy of one is ever among them. Where `okstra.target`
        says which branches count, it counts alone; what `besides` names counts always.
        """
        anchored = [task.anchor.ref] if task.anchor is not None else []
        usual = sorted(self._default_names, key=lambda name: "/" in name)  # the branch here before what was fetched
        certain = (*self.extra_targets, *besides)
        likely = () if self.extra_targets else (*base_refs, *anchored, *usual)
        if (likely, certain) not in self._destinations:
            named = [ref for name in dict.fromkeys(likely) if name for ref in self.target(name)]
            named += [ref for name in certain if name for ref in self.target(name) or self.copies(name)]
            refs = [*named, *(ref for ref in self._upstreams(named) if not self._is_copy_of_stage(ref.name))]
            self._destinations[likely, certain] = list({ref.name: ref for ref in refs}.values())
        return self._destinations[likely, certain]

    def destinations_of(self, task: Task, number: int) -> list[SearchRef]:
        """Branches in which a stage counts as landed: by its base, and by those of the groups that it left with."""
        stage = task.stages[number]
        groups = [group.base_ref for group in task.groups.values() if number in group.stages]
        return self.destinations(task, [stage.base_ref, *groups], besides=self.besides(task, [stage]))

    def besides(self, task: Task, stages: Collection[Stage]) -> list[str]:
        """What counts for these stages whatever is listed: bases of their pull requests, targets that they follow."""
        numbers = {stage.number for stage in stages}
        opened = [pr.base_ref for pr in task.prs.values() if not numbers.isdisjoint(pr.stages)]
        return [*opened, *(name for stage in stages for name in self._followed(stage))]

    def _followed(self, stage: Stage) -> list[str]:
        above = self.upstream(stage.branch) if stage.branch else None
        return [above.name] if above is not None and above.kind == "target" else []

    def copies(self, name: str) -> list[SearchRef]:
        """A target by name, here and as fetched from any remote."""
        if name not in self._copies:
            refs = [ref for branch in (name, *tracking_names(self.git, name)) for ref in self.target(branch)]
            self._copies[name] = list({ref.name: ref for ref in refs}.values())
        return self._copies[name]

    def full_name(self, search_ref: SearchRef) -> str:
        """The full name of a ref."""
        return next((ref for ref in branch_refs(search_ref.name) if self.tip(ref)), search_ref.name)

    def _is_copy_of_stage(self, name: str) -> bool:
        """Whether this is what was fetched of a branch that belongs to a stage or a group."""
        parts = name.split("/")
        ends = {"/".join(parts[start:]) for start in range(1, len(parts))}
        return not self._stage_branches.isdisjoint(ends) and self.tip(f"refs/heads/{name}") is None

    def twins(self, ref: SearchRef, among: Iterable[SearchRef]) -> list[SearchRef]:
        """Those of the refs that are the same branch elsewhere: its upstream, or what it is the upstream of."""
        return [other for other in among if self._follows_it(ref, other) or self._follows_it(other, ref)]

    def _follows_it(self, ref: SearchRef, other: SearchRef) -> bool:
        above = self.upstream(ref.name)
        return above is not None and above.name == other.name

    def target(self, name: str) -> list[SearchRef]:
        """The branch of this name, if it is one and may be a target."""
        ref = self._named(name)
        return [ref] if ref is not None and not self._is_copy_of_stage(ref.name) else []

    def _base_refs(self, task: Task) -> list[str]:
        if task.key not in self._bases:
            refs = [stage.base_ref for stage in task.stages.values()]
            refs += [task.anchor.ref] if task.anchor is not None else []
            self._bases[task.key] = list(dict.fromkeys(refs))
        return self._bases[task.key]

    def contains(self, tip: str, commit: str) -> bool:
        """Whether the tip has the commit in its history; asked of git once."""
        if (tip, commit) not in self._contained:
            self._contained[tip, commit] = contains(self.git, tip, commit)
        return self._contained[tip, commit]

    def ask_together(self, tip: str, commits: Iterable[str]) -> None:
        """Ask git which of the commits the tip has in its history, all in one walk, for `contains` to know."""
        unknown = [oid for oid in dict.fromkeys(commits) if (tip, oid) not in self._contained]
        if len(unknown) > 1 and find_commit(self.git, tip) is not None:
            gone = unreachable(self.git, unknown, [tip])
            self._contained |= {(tip, oid): oid not in gone for oid in unknown}

    def fork(self, tip: str, other: str) -> str | None:
        """Where two commits' histories part; asked of git once."""
        if (tip, other) not in self._forks:
            self._forks[tip, other] = merge_base(self.git, tip, other)
        return self._forks[tip, other]

    def _upstreams(self, refs: Iterable[SearchRef]) -> list[SearchRef]:
        above = [self.upstream(ref.name) for ref in refs]
        return [SearchRef("target", ref.name, ref.tip) for ref in above if ref is not None]

    def _defaults(self) -> list[SearchRef | None]:
        return [self._named(name) for name in self._default_names]

    @cached_property
    def _default_names(self) -> list[str]:
        return default_branches(self.git)

    def _named(self, name: str) -> SearchRef | None:
        """A target by branch name; commits, tags and stage branches are not targets."""
        if name.removeprefix(BRANCH) in self._stage_branches:
            return None
        tips = ((ref, tip) for ref in branch_refs(name) if (tip := self.tip(ref)))
        return next((SearchRef("target", recorded_name(self.git, ref), tip) for ref, tip in tips), None)


def _own_branches(task: Task) -> Iterator[str]:
    """Every branch that holds work of the task itself."""
    yield from (stage.branch for stage in task.stages.values())
    yield from (group.branch for group in task.groups.values())
    yield from (pr.branch for pr in task.prs.values())
    yield from (place.branch for place in task.places.values() if place.scope.startswith("group-"))
