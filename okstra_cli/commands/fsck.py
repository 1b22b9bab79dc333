"""`git okstra fsck`: proves that refs and notes equal the log, or rebuilds them."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.views import health as view

app = single_command()


@app.command()
def fsck(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild what is derived, restore lost events, clear dead locks.")
    ] = False,
) -> Answer:
    """Check logs, refs, notes and caches against each other.

    Reads every event again. With --repair, what is derived is derived again and what this clone's log lost comes back
    from its journal; a damaged ref is moved to okstra/torn in the git directory, and nothing that was recorded is
    ever deleted. Exit status 1 when something is left that needs you.

    \b
    Examples:
      git okstra fsck
      git okstra fsck --repair --json
    """
    from okstra_git.health import fsck as health

    session = Session.of(context)
    if repair:
        result = health.repair(session.store, report=lambda finding: session.note(f"mending: {finding.message}"))
    else:
        result = health.check(session.git, now=session.now())
    return Answer(view.checked_json(result), lambda: view.checked_page(result), 0 if result.is_clean else 1)
