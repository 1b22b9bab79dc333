"""What happens to a repository and belongs to no task, as frozen past-tense facts in a file of their own in a log."""

from typing import Literal

from okstra_git.records import grammar as g
from okstra_git.records.grammar import LoggedEvent, Record
from okstra_git.records.stage import RangeFingerprint


class RepositoryFact(Record):
    """What an event says of the repository, before the log gives it an identity."""

    type: str


class ChangeApproved(RepositoryFact):
    """Somebody looked at a change and approved it as it was; whether it still is that change is proven when asked.

    `ref` is the branch by which it was named (its short name, whichever clone or remote has it), or another ref in
    full; empty for a commit. `base` is the branch that it was measured against, where one was named. A later approval
    by the same reviewer under the same name takes the place of this one.
    """

    type: Literal["change.approved"] = "change.approved"
    reviewer: g.Name
    ref: g.Revision = ""
    base: g.Revision = ""
    range: RangeFingerprint


AnyRepositoryFact = ChangeApproved
"""Every kind of fact about the repository."""


class RepositoryEvent(LoggedEvent):
    """A fact about the repository, as it stands in a log."""

    fact: AnyRepositoryFact
