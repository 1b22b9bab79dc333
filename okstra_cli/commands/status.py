"""`git okstra status`: what needs a person first, then every task with its stages."""

from typing import Annotated

import typer

from okstra_cli.identity import names_a_task
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.porcelain.task_lookup import Identity

app = single_command()


@app.command()
@names_a_task
def status(
    context: typer.Context,
    identity: Identity,
    task: Annotated[str | None, typer.Argument(metavar="[TASK]", help="One task, as project:group:task.")] = None,
    problems: Annotated[bool, typer.Option("--problems", help="Only what needs attention.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Closed tasks too.")] = False,
    forecast: Annotated[bool, typer.Option("--forecast", help="Say which live stages would conflict.")] = False,
) -> Answer:
    """Show tasks, stages and commits; what needs a person comes first.

    Looks at history and exits 0 whatever it finds. It records nothing but proven moves that a git hook
    reported and could not settle at that moment. --forecast merges every two live stages in memory,
    uncommitted work included, and tells where they contradict each other.
    """
    from okstra_cli.views import status as view
    from okstra_git.porcelain.status import survey_all
    from okstra_git.porcelain.task_lookup import named_key

    session = Session.of(context)
    seen = survey_all(session.workspace, only=named_key(session.workspace, task, identity), with_closed=closed)
    facts = view.status_json(seen, only_problems=problems)
    if not forecast:
        return Answer(facts, lambda: view.status_page(seen, only_problems=problems))
    from okstra_cli.views.forecast import forecast_json, with_forecast
    from okstra_git.porcelain.forecast import forecast_of

    found = forecast_of(session.workspace, [task for task in seen.tasks if task.is_open])
    return Answer(
        {**facts, "forecast": forecast_json(found)},
        lambda: with_forecast(view.status_page(seen, only_problems=problems), found),
    )
