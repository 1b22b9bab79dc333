"""`git okstra plan`: checks a plan, approves it, shows the approved one."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import parts

app = command_group("Check, approve and show the plan of a task, or print an empty one.")

File = Annotated[str, typer.Argument(metavar="FILE", help="The plan, a Markdown file.")]


@app.command("check")
def check(context: typer.Context, file: File) -> Answer:
    """Report everything that is wrong with a plan, with line numbers; changes nothing.

    \b
    Example:
      git okstra plan check plan.md
    """
    from okstra_cli.views import plan as view
    from okstra_git.porcelain.plans import check_plan_file

    result = check_plan_file(Session.of(context).workspace, file)
    return Answer(view.check_json(result), lambda: view.check_page(result), error=result.refusal)


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
    from okstra_cli.views import plan as view
    from okstra_git.porcelain import plans
    from okstra_git.porcelain.task_lookup import require_key

    workspace = Session.of(context).workspace
    key = require_key(workspace, identity)
    result = plans.approve(workspace, key, file, add_marker=add_marker, despite_open=despite_open, dry_run=dry_run)
    if dry_run:
        return Answer(view.dry_json(result), lambda: view.dry_page(result))
    return Answer(view.approved_json(result), lambda: view.approved_page(result))


@app.command("show")
@names_a_task
def show(
    context: typer.Context,
    identity: Identity,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="The task, as project:group:task.")] = None,
) -> Answer:
    """Show the approved plan of a task: which file and content, and how its stages stand."""
    from okstra_cli.views import plan as view
    from okstra_git.porcelain.plans import approved_plan
    from okstra_git.porcelain.task_lookup import named_key, require_key

    workspace = Session.of(context).workspace
    named = identity._replace(task=named_key(workspace, key, identity))
    result = approved_plan(workspace, require_key(workspace, named))
    return Answer(view.show_json(result), lambda: view.show_page(result))


@app.command("template")
def template(
    context: typer.Context,
    language: Annotated[str | None, typer.Option(metavar="en|ko", help="Default: okstra.language.")] = None,
) -> Answer:
    """Print an empty plan with everything that a plan needs."""
    from okstra_git.porcelain.briefs import input_template

    text = input_template(Session.of(context).workspace, "plan", language)
    facts: parts.Template = {"template": text}
    return Answer(facts, lambda: text, is_page=True)
