"""Which task, base and directory a command means when the line does not say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError, UsageError
from okstra_git.git.binary import run_git
from okstra_git.git.config import read_setting
from okstra_git.git.history import resolve_head
from okstra_git.git.revisions import BRANCH, printed_name
from okstra_git.git.settings import require_setting
from okstra_git.git.worktrees import current_branch
from okstra_git.names import TaskKey, parse_task_key
from okstra_git.state.registry import owner_of_branch

if TYPE_CHECKING:
    from okstra_cli.identity import Identity
    from okstra_cli.session import Session


class NothingToBeginOn(OkstraError):
    """HEAD names no commit: an unborn branch."""

    code = "base.missing"


def find_key(session: Session, identity: Identity) -> TaskKey | None:
    """The task that was named, or the one whose stage branch is checked out here, or None."""
    if identity.task is not None:
        return identity.task
    branch = current_branch(session.git)
    owner = owner_of_branch(session.store.read().state, branch) if branch else None
    return parse_task_key(owner[0].key) if owner else None


def require_key(session: Session, identity: Identity) -> TaskKey:
    """The task, or a refusal that says how to name it."""
    key = find_key(session, identity)
    if key is None:
        raise UsageError("no task was named, and no stage's branch is checked out here",
                         hint="add --task-key <project>:<group>:<task>")  # fmt: skip
    return key


def named_key(word: str | None, identity: Identity) -> TaskKey | None:
    """The task that the line names, as a word of its own or by the flags; refuses two different ones."""
    if word is None:
        return identity.task
    key = parse_task_key(word)
    if identity.task not in (None, key):
        raise UsageError(f"{key} and {identity.task} are different tasks", hint="name the task once")
    return key


def find_stage_here(session: Session, key: TaskKey) -> int | None:
    """The number of the stage whose branch is checked out here, when it is the task's only one on that branch."""
    branch = current_branch(session.git)
    task = session.store.read().state.tasks.get(key.slashed)
    numbers = [stage.number for stage in task.stages.values() if stage.branch == branch] if task and branch else []
    return numbers[0] if len(numbers) == 1 else None


def warn_of_strange_project(session: Session, key: TaskKey) -> None:
    """A task of another project than this clone's may be meant so, or mistyped."""
    project = read_setting(session.git, require_setting("okstra.project")).value
    if project not in (None, key.project):
        session.note(f"task {key} is not of project {project}, to which this clone belongs")


def warn_of_nested_worktree(session: Session, path: Path) -> None:
    """A worktree inside another one's directory would be taken in by `git add -A` there."""
    top = session.git.work_tree
    if top is None or not path.resolve().is_relative_to(top.resolve()):
        return
    if run_git(["check-ignore", "-q", str(path.resolve())], cwd=top, accept=(0, 1, 128)).returncode == 1:
        session.note(f"{path} is inside this worktree: have git ignore it, or 'git add -A' takes it in")


def default_base(session: Session) -> str:
    """The branch checked out here, in full where its short name fits another ref; or the commit of a detached HEAD."""
    branch = current_branch(session.git)
    head = resolve_head(session.git)
    if head is None:
        hint = "commit something first, or name where to begin: --base REF, for a run --base-ref REF"
        raise NothingToBeginOn("there is no commit here yet to begin a stage on", hint=hint)
    return printed_name(session.git, BRANCH + branch) if branch else head


def worktree_path(session: Session, key: TaskKey, stage: int) -> Path:
    """Where the stage's worktree goes: below okstra.worktreeRoot."""
    return worktree_root(session, key) / f"stage-{stage}"


def worktree_root(session: Session, key: TaskKey) -> Path:
    """The folder of the task's worktrees, below okstra.worktreeRoot."""
    root = str(read_setting(session.git, require_setting("okstra.worktreeRoot")).value)
    base = session.home / root[2:] if root.startswith("~/") else Path(root)
    return base / key.project / key.group / key.task
