"""Where a stage begins: the base commit under its head, from what is recorded around it."""

from collections.abc import Set
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
    """The base of `head`: the nearest commit below it that is known to end something else.

    Known are the ends of other stages, where this stage was started or last based, and where its line of history left
    its base branch. Failing all, its parent; None for a root commit.
    """
    forks = [fork for name in _base_names(task, stage) if (fork := _fork(git, name, head))]
    known = {stage.base, stage.range.base if stage.range else None, *forks} - {None, ""}
    if head == stage.base and not forks:
        return head
    nearest = _nearest_below(git, head, stack, stage.number, known)
    if nearest is not None:
        return nearest
    above = [commit for commit in known if commit and commit != head and contains(git, head, commit)]
    if above:
        return above[0]
    facts = find_commit(git, head)
    return facts.parents[0] if facts and facts.parents else None


def _nearest_below(git: Git, head: str, stack: Stack, number: int, known: Set[str | None]) -> str | None:
    """The first known commit on the first-parent line below head."""
    at: CommitFacts | None = find_commit(git, head)
    for _ in range(MAX_STEPS_BACK):
        if at is None or not at.parents:
            return None
        below = at.parents[0]
        if below in known or stack.holds(below, other_than=number):
            return below
        at = find_commit(git, below)
    return None


def _base_names(task: Task, stage: Stage) -> list[str]:
    """The branches the stage may have left: its own base branch, else the anchor's."""
    names = [stage.base_ref, task.anchor.ref if task.anchor else ""]
    return [name for name in dict.fromkeys(names) if name][:1]


def _fork(git: Git, name: str, head: str) -> str | None:
    """Where the history of `head` left the branch; None when the branch is gone or contains head already."""
    tip = resolve_commit(git, name)
    fork = merge_base(git, tip, head) if tip else None
    return fork if fork != head else None
