"""`git okstra plan`: checks a plan, approves it, shows the approved one."""

from typing import Annotated

import typer

from okstra_cli.identity import names_a_task
from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Check, approve and show the plan of a task, or print an empty one.")

File = Annotated[str, typer.Argument(metavar="FILE", help="The plan, a Markdown file.")]


@app.command("check")
def check(context: typer.Context, file: File) -> Answer:
    """Report everything that is wrong with a plan, with line numbers; changes nothing.

    \b
    Example:
      git okstra plan check plan.md
    """
    from okstra_cli.approving import check_here

    return check_here(Session.of(context), file)


@app.command("approve")
@names_a_task
def approve(
    context: typer.Context,
    file: File,
    identity: Identity,
    add_marker: Annotated[
        bool, typer.Option("--add-marker", help="Add the line to tick to a plan that has none.")
    ] = False,
    despite_open: Annotated[
        bool, typer.Option("--despite-open", help="Approve even though questions that block the approval are open.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
) -> Answer:
    """Tick the marker of a plan, set `approved: true`, and record which content was approved.

    A plan that is changed afterwards is refused until it is approved again.

    \b
    Example:
      git okstra plan approve plan.md --task-key shop:web:login
    """
    from okstra_cli.approving import approve_here
    from okstra_git.porcelain.task_lookup import require_key

    session = Session.of(context)
    key = require_key(session.workspace, identity)
    return approve_here(session, key, file, add_marker=add_marker, despite_open=despite_open, dry_run=dry_run)


@app.command("show")
@names_a_task
def show(
    context: typer.Context,
    identity: Identity,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="The task, as project:group:task.")] = None,
) -> Answer:
    """Show the approved plan of a task: which file and content, and how its stages stand."""
    from okstra_cli.approving import show_here
    from okstra_git.porcelain.task_lookup import named_key, require_key

    session = Session.of(context)
    return show_here(
        session, require_key(session.workspace, identity._replace(task=named_key(session.workspace, key, identity)))
    )


@app.command("template")
def template(
    context: typer.Context,
    language: Annotated[str | None, typer.Option(metavar="en|ko", help="Default: okstra.language.")] = None,
) -> Answer:
    """Print an empty plan with everything that a plan needs."""
    from okstra_cli.approving import input_template

    text = input_template(Session.of(context), "plan", language)
    return Answer({"template": text}, lambda: text, is_page=True)
