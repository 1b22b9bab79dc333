"""`git okstra log`: what was recorded, event by event, and whose logs count here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import OkstraError, refuse
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import history as shapes
    from okstra_git.porcelain.workspace import Workspace

app = single_command()
IGNORE, HEED = "ignore", "heed"


@app.command()
@names_a_task
def log(
    context: typer.Context,
    identity: Identity,
    task: Annotated[str | None, typer.Argument(metavar="[TASK]", help="One task, as project:group:task.")] = None,
    writers: Annotated[
        list[str] | None, typer.Argument(metavar="[WRITER…]", help="With ignore and heed: whose logs.")
    ] = None,
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="At most this many events.")] = 50,
    ignored: Annotated[bool, typer.Option("--ignored", help="List the logs that do not count here.")] = False,
) -> Answer:
    """Show what was recorded, newest first, from this clone's log and all fetched ones.

    A fetched log that is broken or wrong can be left out: `log ignore WRITER` takes it
    out as if its ref were not there, `log heed WRITER` counts it again. A writer is the last part of
    the ref; the full name of a ref means that one alone. The choice is kept in this clone's own configuration.

    \b
    Examples:
      git okstra log shop:web:login
      git okstra log ignore 01M7Y3TQ7X7939KVVMNX5PCDZN
      git okstra log heed 01M7Y3TQ7X7939KVVMNX5PCDZN
      git okstra log --ignored
    """
    from okstra_cli.views import log as view
    from okstra_git.commands import command
    from okstra_git.porcelain.log import list_ignored_logs, read_log
    from okstra_git.porcelain.task_lookup import named_key

    workspace = Session.of(context).workspace
    if ignored:
        logs = list_ignored_logs(workspace)
        facts: shapes.IgnoredLogs = {"ignored": view.ignored_json(logs)}
        return Answer(facts, lambda: view.ignored_page(logs))
    if task in (IGNORE, HEED) and writers:
        return _choose(workspace, writers, ignore=task == IGNORE)
    if writers:
        raise refuse(
            "usage",
            "git okstra log shows one task, or all of them",
            hint="git okstra log TASK, or git okstra log ignore WRITER",
        )
    try:
        key = named_key(workspace, task, identity)
    except OkstraError as refusal:
        if task in (IGNORE, HEED) and refusal.code == "task.unknown":
            message = "whose log is meant has to be said"
            raise refuse("usage", message, hint=f"{command('git okstra log', task)} WRITER") from refusal
        raise
    events = read_log(workspace, key, limit=number)
    answer: shapes.EventLog = {"events": [view.event_json(event) for event in events]}
    return Answer(answer, lambda: view.log_page(events))


def _choose(workspace: Workspace, writers: list[str], *, ignore: bool) -> Answer:
    from okstra_cli.views import log as view
    from okstra_git.porcelain.log import heed_logs, ignore_logs

    choice = (ignore_logs if ignore else heed_logs)(workspace, writers)
    return Answer(view.choice_json(choice), lambda: view.choice_page(choice, ignore=ignore))
