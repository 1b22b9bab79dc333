"""`git okstra demo`: the whole idea in one run, on a repository made for it."""

from pathlib import Path
from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = single_command()


@app.command()
def demo(
    context: typer.Context,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Make the repository in DIR, new or empty, and leave it there.")
    ] = None,
) -> Answer:
    """Watch records follow rewritten history in a small real repository.

    Takes a few seconds. Nothing outside the new repository is read or changed: neither your
    repositories nor your git configuration. A story for people: text also off a terminal,
    unless --json is given.

    \b
    Examples:
      git okstra demo
      git okstra demo --keep tea-shop
    """
    from okstra_cli.demo.performance import perform

    session = Session.of(context)
    session.flags.text = not session.flags.json
    return perform(session, keep)
