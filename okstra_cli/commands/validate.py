"""`git okstra validate`: checks what runs and plans have to hold to."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Check what a run left, and what plans and reports have to hold to.")


@app.command("run")
@names_a_task
def run(
    context: typer.Context,
    identity: Identity,
    run_id: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="The run's id, or its beginning; else the newest run."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as failures.")] = False,
) -> Answer:
    """Check everything that a run left against all rules; all that is wrong is printed at once.

    \b
    Example:
      git okstra validate run 01J9ZK
    """
    from okstra_cli.views import validate as view
    from okstra_git.porcelain import validate

    workspace = Session.of(context).workspace
    if run_id is None:
        result = validate.validate_newest_run(workspace, identity, strict=strict)
    else:
        result = validate.validate_run(workspace, run_id, strict=strict)
    return Answer(view.validation_json(result), lambda: view.validation_page(result), error=result.refusal)
