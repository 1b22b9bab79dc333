"""`git okstra followups`: opens tasks for what a report found and did not deliver."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Open tasks for what a report found and did not deliver.")

Report = Annotated[
    str, typer.Argument(metavar="REPORT|DATA", help="The report, or its data; data beside a report are read first.")
]


@app.command("spawn")
@names_a_task
def spawn(
    context: typer.Context,
    identity: Identity,
    report: Report,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be opened.")] = False,
) -> Answer:
    """Open a task, and draft its brief, for every follow-up row that says yes under Auto-spawn.

    A row is opened once: doing it again opens nothing and says how the tasks stand. A new task belongs to project and
    group of the report's task, unless the row names it as group:task or project:group:task.

    \b
    Example:
      git okstra followups spawn final-report-implementation-001.md --dry-run
    """
    from okstra_cli.views import follow_ups as view
    from okstra_git.porcelain.follow_ups import spawn_follow_ups

    seen = spawn_follow_ups(Session.of(context).workspace, report, identity.task, dry_run=dry_run)
    return Answer(
        view.spawned_json(seen, dry_run=dry_run),
        lambda: view.spawned_page(seen, dry_run=dry_run),
        error=seen.refusal,
    )


@app.command("list")
@names_a_task
def list_(context: typer.Context, identity: Identity, report: Report) -> Answer:
    """List the follow-up rows of a report, and the task that each has become."""
    from okstra_cli.views import follow_ups as view
    from okstra_git.porcelain.follow_ups import list_follow_ups

    seen = list_follow_ups(Session.of(context).workspace, report, identity.task)
    return Answer(view.listed_json(seen), lambda: view.listed_page(seen))
