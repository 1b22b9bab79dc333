"""Which task, base and directory a command means when the line does not say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.history import resolve_head
from okstra_git.git.ignored import is_ignored
from okstra_git.git.revisions import BRANCH, printed_name
from okstra_git.git.worktrees import current_branch
from okstra_git.names import TaskKey, make_task_key, split_task_key
from okstra_git.paths import real_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task

LISTED = 8
"""Open tasks that a refusal lists; the list of all is a command of its own."""


class Identity(NamedTuple):
    """Which task the line named, if any, and the flags of the file-based okstra that skills still pass."""

    task: TaskKey | None = None
    plan_run_root: str | None = None
    work_category: str | None = None
    workspace_root: str | None = None
    project_root: str | None = None
    approved_plan: str | None = None
    render_only: bool = False


def named_task(
    complete: Callable[[str], TaskKey], task_key: str | None, project: str | None, group: str | None, task: str | None
) -> TaskKey | None:
    """The task that the four flags name together, None when there are none; half a name or two names are refused.

    `complete` says which task is meant by a key, also where parts of it are left out.
    """
    parts = {"--project-id": project, "--task-group": group, "--task-id": task}
    missing = [flag for flag, value in parts.items() if value is None]
    key = complete(task_key) if task_key is not None else None
    if key is not None:
        named = (project or key.project, group or key.group, task or key.task)
        if named != tuple(key):
            raise refuse(
                "usage", f"--task-key {key} and the other flags name different tasks", hint="name the task once"
            )
        return key
    if len(missing) == 3:
        return None
    if missing:
        raise refuse("usage", f"half a task was named: {' and '.join(missing)} missing", hint="or use --task-key P:G:T")
    return make_task_key(project or "", group or "", task or "")


def find_key(workspace: Workspace, identity: Identity) -> TaskKey | None:
    """The task that was named, or the open one whose stage or group lives here, or None."""
    if identity.task is not None:
        return identity.task
    task = _living_here(workspace)
    return task.key if task is not None and task.is_open else None


def _living_here(workspace: Workspace) -> Task | None:
    """The task that owns the branch checked out here, or the worktree, on whatever commit that is; an open one first.

    In the middle of a rebase no branch is checked out.
    """
    from okstra_git.store.clone import OwnWorktrees  # these load the records, which few lines need to be understood
    from okstra_git.store.registry import active_places

    branch, top = current_branch(workspace.git), workspace.git.work_tree
    here = real_path(top) if top is not None and real_path(workspace.git.git_dir) != workspace.git.common_dir else None
    own = OwnWorktrees(workspace.git)
    owners = [
        task
        for task, place in active_places(workspace.store.read().state)
        if place.branch == branch or (here is not None and (path := own.path(place)) and real_path(path) == here)
    ]
    return next((task for task in owners if task.is_open), owners[0] if owners else None)


def require_key(workspace: Workspace, identity: Identity, *, aloud: bool = False) -> TaskKey:
    """The task that was named, that lives here, or that is the only open one; else a refusal that lists the open ones.

    `aloud` says on stderr which task was meant where none was named, before something is given up or published.
    """
    key = find_key(workspace, identity) or _only_open(workspace)
    if key is None:
        closed = _living_here(workspace)
        key = closed.key if closed is not None else None
    if key is None:
        raise _unclear(workspace)
    if aloud:
        say_which(workspace, identity, key)
    return key


def say_which(workspace: Workspace, identity: Identity, key: TaskKey) -> None:
    """Tell a person which task was meant, where the line names none."""
    if identity.task is None:
        workspace.note(f"no task was named: {key} is meant")


def _only_open(workspace: Workspace) -> TaskKey | None:
    opened = [task for task in workspace.store.read().state.tasks.values() if task.is_open]
    return opened[0].key if len(opened) == 1 else None


def _unclear(workspace: Workspace) -> OkstraError:
    """Which tasks might have been meant, as words to add to the line."""
    keys = [str(task.key) for task in workspace.store.read().state.tasks.values() if task.is_open]
    if not keys:
        from okstra_git.store.clone import require_writer

        require_writer(workspace.git)  # a task can be opened after `init` only
        hint = f"git okstra task open {word(_project(workspace) or 'PROJECT')}:GROUP:TASK"
        return refuse("usage", "no task was named, and none is open", hint=hint, tasks=keys)
    listed = "\n".join(f"add --task-key {key}" for key in keys[:LISTED])
    more = f"\ngit okstra task list shows all {len(keys)}" if len(keys) > LISTED else ""
    message = f"no task was named, and {len(keys)} are open; none of them lives on what is checked out here"
    return refuse("usage", message, hint=listed + more, tasks=keys[:100])


def complete_key(find_workspace: Callable[[], Workspace], text: str, *, may_be_new: bool) -> TaskKey:
    """The task that a key means, of which the first parts may be left out where one open task fits.

    A closed task is meant where no open one fits. With `may_be_new`, `group:task` is of this clone's project when
    there is no such task yet.
    """
    parts = split_task_key(text)
    if len(parts) == 3:
        return make_task_key(*parts)
    workspace = find_workspace()
    tasks = workspace.store.read().state.tasks.values()
    fitting = [task for task in tasks if list(task.key[-len(parts) :]) == parts]
    fitting = [task for task in fitting if task.is_open] or fitting
    if len(fitting) == 1:
        return fitting[0].key
    if fitting:
        keys = [str(task.key) for task in fitting]
        raise refuse(
            "usage", f"{text} may be {' or '.join(keys[:LISTED])}", hint="name its group and project, too", tasks=keys
        )
    project = _project(workspace)
    if may_be_new and len(parts) == 2 and project:
        return make_task_key(project, *parts)
    raise _no_such_task(text, parts, project, may_be_new=may_be_new)


def _no_such_task(text: str, parts: list[str], project: str | None, *, may_be_new: bool) -> OkstraError:

    if may_be_new:
        full = ":".join([project or "PROJECT", *(["GROUP"] if len(parts) == 1 else []), *parts])
        return refuse(
            "task.unknown",
            f"there is no task {text} yet; a new one is named in full",
            hint=f"name it {full}",
            task=text,
        )
    return refuse("task.unknown", f"there is no task {text}", hint="git okstra task list --closed", task=text)


def _project(workspace: Workspace) -> str | None:
    return workspace.settings.project


def named_key(
    workspace: Workspace, name: str | None, identity: Identity, *, may_be_new: bool = False
) -> TaskKey | None:
    """The task that the line names, as a word of its own or by the flags; refuses two different ones."""
    if name is None:
        return identity.task
    key = complete_key(lambda: workspace, name, may_be_new=may_be_new)
    if identity.task not in (None, key):
        raise refuse("usage", f"{key} and {identity.task} are different tasks", hint="name the task once")
    return key


def new_key(workspace: Workspace, name: str | None, identity: Identity) -> TaskKey:
    """The task to open, which may be there or not; refuses a line that names none."""
    key = named_key(workspace, name, identity, may_be_new=True)
    if key is None:
        hint = f"git okstra task open {word(_project(workspace) or 'PROJECT')}:GROUP:TASK"
        raise refuse("usage", "the task to open was not named", hint=hint)
    return key


def find_stage_here(workspace: Workspace, key: TaskKey) -> int | None:
    """The number of the stage whose branch is checked out here, when it is the task's only one on that branch."""
    branch = current_branch(workspace.git)
    task = workspace.store.read().state.tasks.get(key)
    numbers = [stage.number for stage in task.stages.values() if stage.branch == branch] if task and branch else []
    return numbers[0] if len(numbers) == 1 else None


def warn_of_strange_project(workspace: Workspace, key: TaskKey) -> None:
    """A task of another project than this clone's may be meant so, or mistyped."""
    project = _project(workspace)
    if project not in (None, key.project):
        workspace.note(f"task {key} is not of project {project}, to which this clone belongs")


def warn_of_nested_worktree(workspace: Workspace, path: Path) -> None:
    """A worktree inside another one's directory would be taken in by `git add -A` there."""
    top = workspace.git.work_tree
    if top is None or not real_path(path).is_relative_to(real_path(top)):
        return
    if is_ignored(top, real_path(path)) is False:
        workspace.note(f"{path} is inside this worktree: have git ignore it, or 'git add -A' takes it in")


def default_base(workspace: Workspace) -> str:
    """The branch checked out here, in full where its short name fits another ref; or the commit of a detached HEAD."""
    branch = current_branch(workspace.git)
    head = resolve_head(workspace.git)
    if head is None:
        hint = "git commit --allow-empty -m 'Begin here'\nor name where to begin: --base REF, for a run --base-ref REF"
        raise refuse("base.missing", "there is no commit here yet to begin a stage on", hint=hint)
    return printed_name(workspace.git, BRANCH + branch) if branch else head


def worktree_path(workspace: Workspace, key: TaskKey, stage: int) -> Path:
    """Where the stage's worktree goes: below okstra.worktreeRoot."""
    return worktree_root(workspace, key) / f"stage-{stage}"


def worktree_root(workspace: Workspace, key: TaskKey) -> Path:
    """The folder of the task's worktrees, below okstra.worktreeRoot."""
    root = workspace.settings.worktree_root
    base = workspace.home / root[2:] if root.startswith("~/") else Path(root)
    return base / key.project / key.group / key.task
