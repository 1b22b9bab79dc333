"""`git okstra inspect`: what happened to tasks and runs, from the ledger; changes nothing."""

from typing import Annotated

import typer

from okstra_cli.identity import names_a_task
from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
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
    from okstra_cli.inspecting import look_back

    return look_back(Session.of(context), identity, limit=limit, since=since)


@app.command("resume")
@names_a_task
def resume(context: typer.Context, identity: Identity) -> Answer:
    """Name the one command that resumes work on a task, or say why there is none and what to do instead."""
    from okstra_cli.inspecting_resume import how_to_resume

    return how_to_resume(Session.of(context), identity)


@app.command("run")
def run(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or four characters of its beginning.")],
) -> Answer:
    """Show everything about one run: who leads it, its team, its documents, its files, and what happened to it."""
    from okstra_cli.inspecting_run import details_of

    return details_of(Session.of(context), run)


@app.command("context")
@names_a_task
def context(context: typer.Context, identity: Identity) -> Answer:
    """Gather what an agent has to know before it works on a task, in one object of less than 8 KB."""
    from okstra_cli.inspecting_context import context_of

    return context_of(Session.of(context), identity)
