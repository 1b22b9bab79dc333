"""Where a stage may live: its own branch, that branch's upstream, and the targets it may have landed in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from okstra_git.git.refs import TornRef, find_ref, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.upstreams import default_branches, upstream_of
from okstra_git.records.states import Stage, State, Task

Kind = Literal["branch", "upstream", "target"]


@dataclass(frozen=True)
class Home:
    """A ref whose history is searched; `name` is what a person would type."""

    kind: Kind
    name: str
    tip: str


@dataclass
class Places:
    """Tips of refs as they are, or as git is about to make them (`planned`: full name -> commit).

    During a rebase git tells its hook the new commits before it moves every branch; the plan stands in for that.
    """

    git: Git
    planned: Mapping[str, str] = field(default_factory=dict)
    extra_targets: Sequence[str] = ()
    _tips: dict[str, str | None] = field(default_factory=dict)
    _stage_branches: frozenset[str] = frozenset()

    def know_stage_branches(self, state: State) -> None:
        """Branches that belong to stages are never targets."""
        self._stage_branches = frozenset(
            stage.branch for task in state.tasks.values() for stage in task.stages.values() if stage.branch
        )

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

    def branch(self, name: str) -> Home | None:
        """The stage's own branch: local, or where there is none, the one remote-tracking branch of that name."""
        local = self.tip(f"refs/heads/{name}")
        if local:
            return Home("branch", name, local)
        fetched = [ref for ref in self._remote_names if ref.split("/", 3)[-1] == name]
        homes = [Home("upstream", ref.removeprefix("refs/remotes/"), tip) for ref in fetched if (tip := self.tip(ref))]
        return homes[0] if len({home.tip for home in homes}) == 1 else None

    @property
    def _remote_names(self) -> list[str]:
        if not hasattr(self, "_remotes"):
            self._remotes = list_ref_names(self.git, "refs/remotes/")
        return self._remotes

    def upstream(self, name: str) -> Home | None:
        """The configured upstream of a local branch."""
        ref = upstream_of(self.git, name)
        tip = self.tip(ref) if ref else None
        return Home("upstream", ref.removeprefix("refs/remotes/"), tip) if ref and tip else None

    def targets(self, task: Task, stage: Stage | None) -> list[Home]:
        """Branches in which the stage may have landed, most specific first; stage branches are never among them."""
        named = [*self.extra_targets, *([stage.base_ref] if stage else []), *(s.base_ref for s in task.stages.values())]
        if task.anchor is not None:
            named.append(task.anchor.ref)
        found = [*(self._named(name) for name in dict.fromkeys(named) if name), *self._defaults()]
        own = {stage.branch} if stage else set()
        unique = {home.name: home for home in found if home is not None and home.name not in own}
        homes = [*unique.values(), *self._upstreams(unique.values())]
        return list({home.name: home for home in homes}.values())

    def _upstreams(self, homes: Iterable[Home]) -> list[Home]:
        found = [self.upstream(home.name) for home in homes]
        return [Home("target", home.name, home.tip) for home in found if home is not None]

    def _defaults(self) -> list[Home | None]:
        return [self._named(name) for name in default_branches(self.git)]

    def _named(self, name: str) -> Home | None:
        """A target by branch name; commits, tags and stage branches are no targets."""
        short = name.removeprefix("refs/heads/")
        if short in self._stage_branches:
            return None
        for ref in (f"refs/heads/{short}", f"refs/remotes/{short}"):
            tip = self.tip(ref)
            if tip:
                return Home("target", short, tip)
        return None
