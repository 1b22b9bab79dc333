"""`git okstra log`: what was recorded, event by event."""

from typing import Annotated

import typer

from okstra_cli.identity import Identity, names_a_task
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = single_command()


@app.command()
@names_a_task
def log(
    context: typer.Context,
    identity: Identity,
    task: Annotated[str | None, typer.Argument(metavar="[TASK]", help="One task, as project:group:task.")] = None,
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="At most this many events.")] = 50,
) -> Answer:
    """Show what was recorded, newest first, from this clone's log and all fetched ones."""
    from okstra_cli.locating import named_key
    from okstra_cli.views import log as view
    from okstra_git.state.reading import read_events
    from okstra_git.state.registry import require_task

    session = Session.of(context)
    snapshot = session.store.read()
    named = named_key(session, task, identity)
    keys = [require_task(snapshot.state, named).key] if named is not None else list(snapshot.state.tasks)
    events = [event for key in keys for event in read_events(session.git, snapshot.tips, key)]
    newest = sorted(events, key=lambda event: event.order, reverse=True)[:number]
    return Answer({"events": [view.event_json(event) for event in newest]}, lambda: view.log_page(newest))
