"""The flags by which every command may be told which task is meant, gathered into one value."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Annotated, Any, NamedTuple

import typer

from okstra_cli.output import Answer
from okstra_git.errors import UsageError
from okstra_git.names import TaskKey, make_task_key

TaskKeyOption = Annotated[
    str | None,
    typer.Option("--task-key", metavar="P:G:T", help="The task; parts may be left out. Default: the only open one."),
]
ProjectOption = Annotated[str | None, typer.Option("--project-id", metavar="P", help="The task's project id.")]
GroupOption = Annotated[str | None, typer.Option("--task-group", metavar="G", help="The task's group.")]
TaskIdOption = Annotated[str | None, typer.Option("--task-id", metavar="T", help="The task's id.")]


def _accepted(flag: str) -> Any:
    return Annotated[str | None, typer.Option(flag, hidden=True)]


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
        said = (project or key.project, group or key.group, task or key.task)
        if said != tuple(key):
            raise UsageError(f"--task-key {key} and the other flags name different tasks", hint="name the task once")
        return key
    if len(missing) == 3:
        return None
    if missing:
        raise UsageError(f"half a task was named: {' and '.join(missing)} missing", hint="or use --task-key P:G:T")
    return make_task_key(project or "", group or "", task or "")


FLAGS: dict[str, Any] = {
    "task_key": TaskKeyOption,
    "project_id": ProjectOption,
    "task_group": GroupOption,
    "task_id": TaskIdOption,
    "plan_run_root": _accepted("--plan-run-root"),
    "work_category": _accepted("--work-category"),
    "workspace_root": _accepted("--workspace-root"),
    "project_root": _accepted("--project-root"),
    "approved_plan": _accepted("--approved-plan"),
    "render_only": Annotated[bool, typer.Option("--render-only", hidden=True)],
}

PARTS = ("task_key", "project_id", "task_group", "task_id")


def names_a_task(body: Callable[..., Answer], *, opens: bool = False) -> Callable[..., Answer]:
    """Give a command every flag that names a task; its body takes one `identity: Identity` for them.

    A flag the command declares itself, `--approved-plan` perhaps, stays the command's own. With `opens`, a task that
    is not there yet may be named.
    """
    own = inspect.signature(body, eval_str=True).parameters
    added = {name: kind for name, kind in FLAGS.items() if name not in own}

    @wraps(body)
    def command(**given: Any) -> Answer:
        said = {name: given.pop(name) for name in added}
        complete = partial(_complete, given, may_be_new=opens or bool(given.get("open_task")))
        key = named_task(
            complete, *(said.pop(name, None) for name in ("task_key", "project_id", "task_group", "task_id"))
        )
        return body(**given, identity=Identity(key, **said))

    kept = [parameter for parameter in own.values() if parameter.name != "identity"]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in kept]
    parameters += [_keyword(name, kind) for name, kind in added.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def names_a_new_task(body: Callable[..., Answer]) -> Callable[..., Answer]:
    """The same for a command that may be about a task which is not there yet."""
    return names_a_task(body, opens=True)


def _complete(given: Mapping[str, Any], text: str, *, may_be_new: bool) -> TaskKey:
    from okstra_cli.locating import complete_key
    from okstra_cli.session import Session

    return complete_key(lambda: Session.of(given["context"]), text, may_be_new=may_be_new)


def _keyword(name: str, kind: Any) -> inspect.Parameter:
    default = False if name == "render_only" else None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
