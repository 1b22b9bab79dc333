"""The base of every event about a task: what it says, before a log gives it an identity."""

from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record


class Fact(Record):
    """What an event says, before the log gives it an identity."""

    type: str
    task: g.TaskId
