"""Checks that what records name can be read: commits, their trees, and the files that a change is made of."""

from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.diffs import ABSENT, SUBMODULE, diff_trees
from okstra_git.git.history import find_commit
from okstra_git.git.objects import find_unreadable, has_object
from okstra_git.git.repo import Git
from okstra_git.health.findings import HealthFinding
from okstra_git.health.stored import ELSEWHERE
from okstra_git.records.states import State, Task


class _Span(NamedTuple):
    """A recorded change: whose it is, where it begins, and its commit where one is recorded."""

    whose: str
    base: str
    head: str


def check_objects(git: Git, state: State) -> Iterator[HealthFinding]:
    """Of open tasks: what stages and groups stand on, and what they hold, where it is missing or damaged here.

    Commits that were never fetched, and what a shallow or partial clone leaves out, are not findings of this check.
    """
    is_partial = bool(git.configuration.subsections("remote", "promisor", "partialclonefilter"))
    for task in state.tasks.values():
        for span in _spans(task) if task.is_open else ():
            yield from _commits(git, span)
            if not is_partial:
                yield from _content(git, span)


def _spans(task: Task) -> Iterator[_Span]:
    key = str(task.key)
    for number, stage in task.stages.items():
        base = (stage.range.base if stage.range else None) or stage.base
        if not stage.landed:
            yield _Span(f"{key} stage {number}", base or "", stage.range.head if stage.range else "")
    for group in task.groups.values():
        if group.status == "assembled":
            yield _Span(f"{key} group {group.id}", group.range.base or "", group.range.head)


def _commits(git: Git, span: _Span) -> Iterator[HealthFinding]:
    if span.head and not has_object(git, span.head):
        return  # not fetched, or lost: which of the two is reported elsewhere
    for relation, oid in (("stands on", span.base), ("is recorded at", span.head)):
        if oid and find_commit(git, oid) is None and not (git.is_shallow and not has_object(git, oid)):
            condition = "damaged" if has_object(git, oid) else "missing"
            message = f"the commit {oid}, which {span.whose} {relation}, is {condition}"
            yield HealthFinding("object.missing", "error", span.whose, message, ELSEWHERE)


def _content(git: Git, span: _Span) -> Iterator[HealthFinding]:
    base, head = (find_commit(git, oid) if oid else None for oid in (span.base, span.head))
    if base is None or head is None:
        return
    try:
        (changes,) = diff_trees(git, [(base.tree, head.tree)])
    except OkstraError as refusal:
        message = f"what {span.whose} changes cannot be read: {refusal.message}"
        yield HealthFinding("object.missing", "error", span.whose, message, ELSEWHERE)
        return
    files = [change.new for change in changes if change.new_mode not in (SUBMODULE,) and change.new != ABSENT]
    for oid in find_unreadable(git, files):
        message = f"the object {oid}, a file of {span.whose}, is missing or damaged"
        yield HealthFinding("object.missing", "error", span.whose, message, ELSEWHERE)
