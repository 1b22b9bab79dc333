"""Refusals and checks that starting and finishing share."""

from okstra_git.errors import OkstraError
from okstra_git.names import TaskKey
from okstra_git.records.states import Task
from okstra_git.store.registry import refuse_closed, require_task
from okstra_git.store.snapshot import Snapshot


class BranchMissing(OkstraError):
    """The branch to adopt does not exist."""

    code = "branch.missing"


class BranchExists(OkstraError):
    """The branch to create exists already."""

    code = "branch.exists"


class DirectoryTaken(OkstraError):
    """The directory for a worktree holds something else."""

    code = "worktree.taken"


class WorktreeDirty(OkstraError):
    """A worktree that would be used again holds changes that are not committed."""

    code = "worktree.dirty"


class WorktreeElsewhere(OkstraError):
    """A stage's worktree does not have its branch checked out."""

    code = "worktree.other-branch"


class DependencyUnknown(OkstraError):
    """A stage would depend on itself or on a later one."""

    code = "stage.bad-dependency"


def require_open(snapshot: Snapshot, key: TaskKey) -> Task:
    """The task, open; a closed one is refused."""
    task = require_task(snapshot.state, key)
    refuse_closed(task)
    return task
