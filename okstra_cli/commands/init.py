"""`git okstra init`: prepares a clone, joining what others have begun."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.views import init as view

app = single_command()


@app.command()
def init(
    context: typer.Context,
    project_id: Annotated[
        str | None, typer.Option("--project-id", metavar="ID", help="The project of this repository's tasks.")
    ] = None,
    no_hooks: Annotated[bool, typer.Option("--no-hooks", help="Do not install git hooks.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the remote for a state to join.")] = False,
) -> Answer:
    """Prepare this clone: writer id, project id, git hooks, notes in git log.

    Safe to repeat. In a second clone the project is taken from the logs that the first one pushed.

    \b
    Examples:
      git okstra init --project-id shop
      git okstra init --no-hooks
    """
    from okstra_git.porcelain.init import init_clone

    workspace = Session.of(context).workspace
    result = init_clone(workspace, project_id=project_id, hooks=not no_hooks, ask_remote=not offline)
    return Answer(view.init_json(result), lambda: view.init_page(result))
