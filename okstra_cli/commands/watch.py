"""`git okstra watch`: what is going on, drawn again every second."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.numbers import require_number
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import OkstraError
from okstra_git.porcelain.task_lookup import Identity

app = single_command()


@app.command()
@names_a_task
def watch(
    context: typer.Context,
    identity: Identity,
    once: Annotated[bool, typer.Option("--once", help="Look once, and print that.")] = False,
    interval: Annotated[str, typer.Option("--interval", metavar="SECONDS", help="How often to look.")] = "1",
) -> Answer:
    """Watch runs and workers live: what needs a person first, then who works on what, then tasks and stages.

    For each worker: its state, its age, the tokens seen so far, and what was heard of it last. Keys: q ends it, j and k
    scroll the tasks, r looks again at once. Off a terminal, and with --once, it looks once.

    \b
    Examples:
      git okstra watch
      git okstra watch --once --json
    """
    from okstra_cli.views import watch as view
    from okstra_git.porcelain.at_work import Watcher

    session = Session.of(context)
    seconds = require_number(interval, "--interval", least=1, hint="--interval 5")
    watcher = Watcher(session.workspace, identity.task)
    seen = watcher.look()
    around = session.around
    if once or session.wants_json or not (around.stdout_is_terminal and around.stdin.isatty()):
        return Answer(view.watched_json(seen), lambda: view.watched_page(seen, around.now()))
    from okstra_cli.live_screen import run_live

    def draw(width: int, height: int, top: int) -> object:
        nonlocal seen
        problem = ""
        try:
            seen = watcher.look()
        except OkstraError as error:  # somebody is in the middle of something: the next look will do
            problem = error.message
        return view.screen(seen, around.now(), width=width, height=height, top=top, problem=problem)

    run_live(draw, lambda: view.task_count(seen), interval=float(seconds), colour=session.has_colour())  # type: ignore[arg-type]
    return Answer()
