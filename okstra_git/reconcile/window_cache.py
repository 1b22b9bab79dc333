"""Opens windows: many of them from one reading of history where they lie side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from okstra_git.git.history import merge_base
from okstra_git.names import TaskKey
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.segments import read_segment
from okstra_git.reconcile.windows import Window, open_window
from okstra_git.records.states import Task

Wanted = tuple[SearchRef, Task, str]
"""A ref, and the task and recorded head for which it is searched."""

Extent = tuple[str, tuple[str, ...]]
"""A window by its tip and what is hidden."""


@dataclass
class WindowCache:
    """The windows of one call; what several windows share is read once."""

    scope: SearchScope
    limit: int
    _roots: dict[TaskKey, Mapping[str, str | None]] = field(default_factory=dict)
    _windows: dict[Extent, Window] = field(default_factory=dict)

    def window(self, ref: SearchRef, task: Task, recorded: str) -> Window:
        """The window of `ref` in which the record may live now; shared by all stages with the same root."""
        return self.window_above(ref, task, self.root_of(task, recorded))

    def window_above(self, ref: SearchRef, task: Task, root: str | None) -> Window:
        """The window of `ref` since its history parted from that of `root`; all of it where there is no root."""
        tip, hidden = self._extent(ref, task, root)
        if (tip, hidden) not in self._windows:
            self._windows[tip, hidden] = open_window(self.scope.git, tip, hidden, limit=self.limit)
        return self._windows[tip, hidden]

    def root_of(self, task: Task, recorded: str) -> str | None:
        """The commit under the lowest stage of the stack that a recorded head belongs to."""
        if task.key not in self._roots:
            self._roots[task.key] = roots_of(task, self.scope.contains)
        return self._roots[task.key].get(recorded)

    def _extent(self, ref: SearchRef, task: Task, root: str | None) -> Extent:
        if ref.kind == "target":
            return ref.tip, self._fork(ref.tip, root)
        targets = [target.tip for target in self.scope.targets(task, None) if target.tip != ref.tip]
        if any(self.scope.contains(tip, ref.tip) for tip in targets):
            return ref.tip, self._fork(ref.tip, root)
        if root and any(self.scope.contains(tip, root) for tip in targets):
            return ref.tip, tuple(dict.fromkeys(targets))
        return ref.tip, tuple(dict.fromkeys([*self._fork(ref.tip, root), *targets]))

    def _fork(self, tip: str, root: str | None) -> tuple[str, ...]:
        if root is None:
            return ()
        fork = root if self.scope.contains(tip, root) else self.scope.fork(tip, root)
        return (fork,) if fork else ()

    # --- many at once

    def open_own(self, wanted: Sequence[Wanted]) -> None:
        """Read the branches together that hide the same targets."""
        groups: dict[frozenset[str], list[Extent]] = {}
        for ref, task, recorded in wanted:
            extent = self._extent(ref, task, self.root_of(task, recorded))
            targets = {target.tip for target in self.scope.targets(task, None)}
            groups.setdefault(frozenset(targets & set(extent[1])), []).append(extent)
        for shared, extents in groups.items():
            self._read(extents, sorted(shared))

    def open_targets(self, wanted: Sequence[Wanted]) -> None:
        """Read each target once, from the lowest point from which it is asked about."""
        self.learn(wanted)
        groups: dict[str, list[Extent]] = {}
        for ref, task, recorded in wanted:
            groups.setdefault(ref.tip, []).append(self._extent(ref, task, self.root_of(task, recorded)))
        for extents in groups.values():
            lowest = self._lowest([hidden for _, hidden in extents])
            if lowest is not None:
                self._read(extents, lowest)

    def _read(self, extents: Sequence[Extent], outside: Sequence[str]) -> None:
        """One segment for all of these windows; left to be read one by one where that was not complete."""
        fresh = [extent for extent in dict.fromkeys(extents) if extent not in self._windows]
        if len(fresh) < 2:
            return
        inner = [oid for _, hidden in fresh for oid in hidden if oid not in outside]
        tips = [tip for tip, _ in fresh]
        segment = read_segment(self.scope.git, [*tips, *inner], outside, limit=self.limit * len(set(tips)))
        if segment.complete:
            self._windows |= {(tip, hidden): Window(segment, tip, hidden) for tip, hidden in fresh}

    def _lowest(self, hidden: Sequence[tuple[str, ...]]) -> list[str] | None:
        """What may be left out for all of them: the last commit that all that is hidden has in common."""
        ends = list(dict.fromkeys(oid for oids in hidden for oid in oids))
        if not ends or not all(hidden):
            return []
        lowest: str | None = ends[0]
        for end in ends[1:]:
            lowest = merge_base(self.scope.git, lowest, end) if lowest is not None else None
        return [lowest] if lowest is not None else None

    def learn(self, wanted: Iterable[Wanted]) -> None:
        """Ask at once which tips and roots the targets contain."""
        asked: dict[str, set[str]] = {}
        for ref, task, recorded in wanted:
            root = self.root_of(task, recorded)
            for target in self.scope.targets(task, None):
                asked.setdefault(target.tip, set()).update({ref.tip, *([root] if root else [])})
        for tip, commits in asked.items():
            self.scope.ask_together(tip, sorted(commits))


def roots_of(task: Task, contains: Callable[[str, str], bool]) -> Mapping[str, str | None]:
    """For every recorded head, the base under the lowest stage of the stack that it is part of.

    `contains` says whether its first commit has the second in its history.
    """
    bases = _bases_of(task, contains)
    roots: dict[str, str | None] = {}
    for head in bases:
        path: list[str] = []
        commit: str | None = head
        while commit is not None and commit in bases and commit not in roots and commit not in path:
            path.append(commit)
            commit = bases[commit]
        root = roots.get(commit or "", commit)
        roots.update(dict.fromkeys(path, root if root not in path else None))
    if task.anchor is not None:
        roots.setdefault(task.anchor.range.head, task.anchor.range.base)
    return roots


def _bases_of(task: Task, contains: Callable[[str, str], bool]) -> dict[str, str | None]:
    """The base by recorded head, of stages with commits; where two of them end on one commit, the lower base."""
    bases: dict[str, str | None] = {}
    for recorded in (stage.range for stage in task.stages.values()):
        if recorded is None or recorded.base == recorded.head:
            continue
        known = bases.setdefault(recorded.head, recorded.base)
        if known is not None and (recorded.base is None or contains(known, recorded.base)):
            bases[recorded.head] = recorded.base
    return bases
