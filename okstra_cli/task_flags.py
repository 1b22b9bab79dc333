"""The flags that name the task for a command, gathered into one value."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Annotated, Any

import typer

from okstra_cli.output import Answer
from okstra_git.names import TaskKey
from okstra_git.porcelain.task_lookup import Identity, named_task

TaskKeyOption = Annotated[
    str | None,
    typer.Option("--task-key", metavar="P:G:T", help="The task; parts may be left out. Default: the only open one."),
]
ProjectOption = Annotated[str | None, typer.Option("--project-id", metavar="P", help="The task's project id.")]
GroupOption = Annotated[str | None, typer.Option("--task-group", metavar="G", help="The task's group.")]
TaskIdOption = Annotated[str | None, typer.Option("--task-id", metavar="T", help="The task's id.")]


def _accepted(flag: str) -> Any:
    return Annotated[str | None, typer.Option(flag, hidden=True)]


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
        named = {name: given.pop(name) for name in added}
        complete = partial(_complete, given, may_be_new=opens or bool(given.get("open_task")))
        key = named_task(
            complete, *(named.pop(name, None) for name in ("task_key", "project_id", "task_group", "task_id"))
        )
        return body(**given, identity=Identity(key, **named))

    own_parameters = [parameter for parameter in own.values() if parameter.name != "identity"]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own_parameters]
    parameters += [_keyword(name, kind) for name, kind in added.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def names_a_new_task(body: Callable[..., Answer]) -> Callable[..., Answer]:
    """The same for a command that may be about a task which is not there yet."""
    return names_a_task(body, opens=True)


def _complete(given: Mapping[str, Any], text: str, *, may_be_new: bool) -> TaskKey:
    from okstra_cli.session import Session
    from okstra_git.porcelain.task_lookup import complete_key

    return complete_key(lambda: Session.of(given["context"]).workspace, text, may_be_new=may_be_new)


def _keyword(name: str, kind: Any) -> inspect.Parameter:
    default = False if name == "render_only" else None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
