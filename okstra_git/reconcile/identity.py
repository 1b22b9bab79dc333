"""Which commits were made from which: author and author time stay when git makes a commit anew."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from okstra_git.git.history import CommitFacts, find_commit, walk
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.reconcile.stretches import Author, Step
from okstra_git.reconcile.windows import Window
from okstra_git.records.stage import RangeFingerprint
from okstra_git.redaction.subjects import same_subject

MAX_COMMITS = 5_000
"""Commits of one recorded stage that are looked at one by one."""


def list_commits(git: Git, recorded: RangeFingerprint) -> list[CommitFacts]:
    """The commits of a recorded range, oldest first; its head alone, as recorded, where the others are not here.

    A stage without commits has none: its head is what it stands on, another stage's as a rule.
    """
    head = _head_of(recorded)
    if recorded.commits <= 1:
        return [head] if recorded.commits else []
    line = _plain_line(git, recorded)
    if line is None:
        line = _walked(git, recorded)
    return line or [head]


def _walked(git: Git, recorded: RangeFingerprint) -> list[CommitFacts]:
    if find_commit(git, recorded.head) is None:
        return []
    line, complete = walk(git, [recorded.head], [recorded.base] if recorded.base else [], limit=MAX_COMMITS)
    return line if complete else []


def _plain_line(git: Git, recorded: RangeFingerprint) -> list[CommitFacts] | None:
    """The range as a line without merges, the usual case; None where it is something else."""
    found: list[CommitFacts] = []
    at = find_commit(git, recorded.head)
    while at is not None and at.oid != recorded.base and len(found) < recorded.commits:
        if len(at.parents) > 1:
            return None
        found.append(at)
        at = find_commit(git, at.parents[0]) if at.parents else None
    ended = at.oid if at is not None else None
    return found[::-1] if ended == recorded.base and len(found) == recorded.commits else None


def _head_of(recorded: RangeFingerprint) -> CommitFacts:
    author = recorded.author
    parents = tuple(CommitId(parent) for parent in recorded.parents)
    return CommitFacts(CommitId(recorded.head), recorded.head_tree, parents, author.name, author.email, author.time,
                       author.offset, recorded.subject)  # fmt: skip


@dataclass
class Known:
    """A recorded commit and the stages it belongs to (a base below them belongs to none)."""

    facts: CommitFacts
    stages: set[int] = field(default_factory=set)


@dataclass
class Identities:
    """The recorded commits of one task by author and author time.

    Where two of them share both, as commits of scripts do, the subject has to tell them apart. Where it does not, those
    commits are *blurred*: who was made from which cannot be said.

    Example: C1 and C2 by Ada, a minute apart. After a rebase with a reword, the commit of Ada at C1's minute was made
    from C1, whatever it is called now. If both were made in one second, it would have to be called as C1 was.
    """

    git: Git
    stages: Mapping[int, RangeFingerprint]
    in_full: Collection[int]
    _known: dict[Author, dict[str, Known]] = field(default_factory=dict)
    _commits: dict[int, list[CommitFacts]] = field(default_factory=dict)
    _is_complete: bool = False

    def __post_init__(self) -> None:
        for number, recorded in self.stages.items():
            if not recorded.commits:
                continue
            for facts in self.commits(number) if number in self.in_full else [_head_of(recorded)]:
                self._put(facts).stages.add(number)
            base = find_commit(self.git, recorded.base) if number in self.in_full and recorded.base else None
            if base is not None:
                self._put(base)

    def _complete(self) -> None:
        """Know the commits of all stages one by one, not only of those that are looked for."""
        for number in self.stages if not self._is_complete else ():
            for facts in self.commits(number):
                self._put(facts).stages.add(number)
        self._is_complete = True

    def _put(self, facts: CommitFacts) -> Known:
        return self._known.setdefault((facts.email, facts.time), {}).setdefault(facts.oid, Known(facts))

    def commits(self, number: int) -> list[CommitFacts]:
        """The recorded commits of a stage, oldest first."""
        if number not in self._commits:
            self._commits[number] = list_commits(self.git, self.stages[number])
        return self._commits[number]

    def is_blurred(self, facts: CommitFacts) -> bool:
        """Whether another recorded commit has the same author, time and subject."""
        return sum(1 for _ in self._namesakes(facts)) > 1

    def is_told_by_time(self, facts: CommitFacts) -> bool:
        """Whether no other recorded commit shares author and time with this one."""
        return len(self._known.get((facts.email, facts.time), {})) < 2

    def _namesakes(self, facts: CommitFacts) -> Iterator[Known]:
        here = self._known.get((facts.email, facts.time), {})
        return (known for known in here.values() if len(here) == 1 or same_subject(known.facts.subject, facts.subject))

    def made_from(self, facts: CommitFacts, window: Window) -> list[Step]:
        """The commits of the window that were made from a recorded one; none where it is blurred."""
        if self.is_blurred(facts):
            return []
        return [step for step in window.by_author((facts.email, facts.time)) if self._is_from(step, facts)]

    def _is_from(self, step: Step, facts: CommitFacts) -> bool:
        return [known.facts.oid for known in self._namesakes(step.facts)] == [facts.oid]

    def owners(self, step: Step) -> set[int]:
        """The stages from whose commits the step may have been made."""
        self._complete()
        return {number for known in self._namesakes(step.facts) for number in known.stages}

    def look_like(self, facts: CommitFacts, window: Window) -> list[Step]:
        """The commits of the window that a blurred commit may have become."""
        here = window.by_author((facts.email, facts.time))
        return [step for step in here if same_subject(step.facts.subject, facts.subject)]
