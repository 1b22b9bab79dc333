"""`git okstra board`: the whole repository as one page for a browser."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse

app = single_command()


@app.command()
def board(
    context: typer.Context,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write to FILE; '-' prints the page.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    forecast: Annotated[bool, typer.Option("--forecast", help="Compute conflicts ahead anew.")] = False,
) -> Answer:
    """Show the whole repository as one page: what needs you, every task, and what moved by which proof.

    The page is one file that needs no network: stages and their dependencies as a drawing, who works on
    what, pull requests, conflicts ahead, the newest records. It is written to .okstra/board.html in the
    main worktree, which git ignores, and shows one moment; run the line again for a new one. Nothing is
    recorded. Conflicts are those of the last forecast unless --forecast computes them.

    \b
    Examples:
      git okstra board --open
      git okstra board --forecast
      git okstra board --output - >status.html
    """
    from okstra_cli.opening import open_page
    from okstra_cli.views import board as view
    from okstra_git.porcelain.board.page import make_page, write_page

    session = Session.of(context)
    workspace = session.workspace
    if output == "-" and open_it:
        message = "a page that is printed cannot be opened"
        raise refuse("usage", message, hint="git okstra board --open")
    if output == "-":
        printed = make_page(workspace, forecast=forecast)
        return Answer(view.printed_json(printed), lambda: printed.html, is_page=True)
    page = write_page(workspace, output, forecast=forecast)
    opened = open_it and page.path is not None and open_page(session, page.path)
    return Answer(
        view.written_json(page, opened=opened),
        lambda: view.written_page(page, offers_to_open=not open_it and output is None),
    )
