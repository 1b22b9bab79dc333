"""`git okstra inspect`: what happened to tasks and runs, from the ledger; changes nothing."""

from datetime import datetime
from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import refuse
from okstra_git.names import quote
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Show what happened to a task and its runs, and how to resume work. Changes nothing.")


@app.command("history")
@names_a_task
def history(
    context: typer.Context,
    identity: Identity,
    limit: Annotated[
        str | None, typer.Option(metavar="N", help="At most this many tasks (10), or events of one task (50).")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only from then on: 2026-11-21, or with a time as in JSON.")
    ] = None,
) -> Answer:
    """Show the open tasks and how they stand, or the time line of one task; the newest first.

    Of every task: its last run, the phase that should follow, and what is left. Where a stage's branch is
    checked out, its task is meant when none is named.

    \b
    Examples:
      git okstra inspect history
      git okstra inspect history --task-key shop:web:login --limit 10
    """
    from okstra_cli.views import inspect_history as view
    from okstra_git.porcelain.inspect.history import history as look_back

    workspace = Session.of(context).workspace
    most, begin = _parse_limit(limit), _parse_moment(since)
    past = look_back(workspace, identity, limit=most, since=begin)
    return Answer(view.history_json(past), lambda: view.history_page(past, since, workspace.now()))


@app.command("resume")
@names_a_task
def resume(context: typer.Context, identity: Identity) -> Answer:
    """Name the one command that resumes work on a task, or say why there is none and what to do instead."""
    from okstra_cli.views import inspect_run as view
    from okstra_git.porcelain.inspect.resume import inspect_resume

    way = inspect_resume(Session.of(context).workspace, identity)
    return Answer(view.resume_json(way), lambda: view.resume_page(way))


@app.command("run")
def run(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or four characters of its beginning.")],
) -> Answer:
    """Show everything about one run: who leads it, its team, its documents, its files, and what happened to it."""
    from okstra_cli.views import inspect_run as view
    from okstra_git.porcelain.inspect.run import inspect_run

    workspace = Session.of(context).workspace
    inspection = inspect_run(workspace, run)
    return Answer(view.run_json(inspection), lambda: view.run_page(inspection, workspace.now()))


@app.command("context")
@names_a_task
def context(context: typer.Context, identity: Identity) -> Answer:
    """Gather what an agent has to know before it works on a task, in one object of less than 8 KB."""
    from okstra_cli.views import inspect_context as view
    from okstra_git.porcelain.inspect.context import inspect_context

    workspace = Session.of(context).workspace
    gathered = inspect_context(workspace, identity)
    return Answer(view.context_json(gathered), lambda: view.context_page(gathered, workspace.now()))


def _parse_limit(text: str | None) -> int | None:
    """How many are wanted, None when not given; refuses what is not a number from 1 to 999999."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text) > 0):
        raise refuse("usage", f"{quote(text)} is not a number to cut a list to", hint="--limit 20")
    return int(text)


def _parse_moment(text: str | None) -> datetime | None:
    """The moment from which on; a date is its midnight here, a time without an offset is local. Refuses the rest."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise refuse("usage", f"{quote(text)} is not a date", hint="--since 2026-11-21, or 2026-11-21T09:30") from error
