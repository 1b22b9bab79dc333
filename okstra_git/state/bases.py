"""Where a stage begins: the base commit under its head, from what is recorded around it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from okstra_git.git.history import CommitFacts, contains, find_commit, merge_base
from okstra_git.git.refs import resolve_commit
from okstra_git.git.repo import Git
from okstra_git.records.states import Stage, Task

MAX_STEPS_BACK = 5_000


@dataclass
class Stack:
    """Heads of a task's recorded stages, by commit."""

    heads: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task) -> "Stack":
        """The stack as recorded."""
        return cls({stage.range.head: number for number, stage in task.stages.items() if stage.range})

    def put(self, number: int, head: str) -> None:
        """Remember where a stage is about to end."""
        self.heads[head] = number

    def holds(self, commit: str, *, other_than: int) -> bool:
        """Whether another stage ends on this commit."""
        return self.heads.get(commit, other_than) != other_than


def choose_base(git: Git, task: Task, stack: Stack, stage: Stage, head: str) -> str | None:
    """The base of `head`: the nearest commit below it that another stage ended on or where this one was started, else
    where it left its base branch, else its parent. None for a root commit.
    """
    nearest = _nearest_below(git, head, stack, stage)
    if nearest is not None:
        return nearest
    if stage.base and stage.base != head and contains(git, head, stage.base):
        return stage.base
    for name in _fallbacks(task, stage):
        commit = resolve_commit(git, name)
        fork = merge_base(git, commit, head) if commit else None
        if fork is not None and fork != head:
            return fork
    facts = find_commit(git, head)
    return facts.parents[0] if facts and facts.parents else None


def _nearest_below(git: Git, head: str, stack: Stack, stage: Stage) -> str | None:
    """The first known commit on the first-parent line below head; a head that is the start itself is its own base."""
    if head == stage.base:
        return head
    at: CommitFacts | None = find_commit(git, head)
    for _ in range(MAX_STEPS_BACK):
        if at is None or not at.parents:
            return None
        below = at.parents[0]
        if below == stage.base or stack.holds(below, other_than=stage.number):
            return below
        at = find_commit(git, below)
    return None


def _fallbacks(task: Task, stage: Stage) -> Iterable[str]:
    """Names under which the stage may have left another line of history."""
    yield from (name for name in (stage.base_ref, stage.base) if name)
    if task.anchor is not None:
        yield from (name for name in (task.anchor.ref, task.anchor.range.head) if name)
