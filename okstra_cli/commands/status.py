"""`git okstra status`: what needs a person first, then every task with its stages."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import tasks as shapes
    from okstra_git.porcelain.workspace import Workspace

app = single_command()


@app.command()
@names_a_task
def status(
    context: typer.Context,
    identity: Identity,
    task: Annotated[str | None, typer.Argument(metavar="[TASK]", help="One task, as project:group:task.")] = None,
    problems: Annotated[bool, typer.Option("--problems", help="Only what needs attention.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="Closed tasks too.")] = False,
    forecast: Annotated[bool, typer.Option("--forecast", help="Show which live stages would conflict.")] = False,
) -> Answer:
    """Show tasks, stages and commits; what needs a person comes first.

    Looks at history and exits 0 whatever it finds. It records nothing but proven moves that a git hook
    reported and could not settle at that moment. --forecast merges every two live stages in memory,
    uncommitted work included, and shows where they contradict each other.
    """
    from okstra_git.porcelain.task_lookup import named_key
    from okstra_git.porcelain.workspace import is_unused

    session = Session.of(context)
    only = named_key(session.workspace, task, identity)
    if session.wants_json and only is None and not forecast and is_unused(session.workspace.git):
        return Answer(_nothing_json(session.workspace, only_problems=problems))
    from okstra_cli.views import status as view
    from okstra_git.porcelain.status import survey_all

    survey = survey_all(session.workspace, only=only, with_closed=closed)
    facts = view.status_json(survey, only_problems=problems)
    if not forecast:
        return Answer(facts, lambda: view.status_page(survey, only_problems=problems))
    from okstra_git.porcelain.forecast import forecast_tasks

    ahead = forecast_tasks(session.workspace, [task for task in survey.tasks if task.is_open])
    with_forecast: shapes.Status = {**facts, "forecast": view.forecast_json(ahead)}
    return Answer(
        with_forecast,
        lambda: view.with_forecast(view.status_page(survey, only_problems=problems), ahead),
    )


def _nothing_json(workspace: "Workspace", *, only_problems: bool) -> "shapes.Status":
    """The same JSON for a clone in which there is nothing: an agent asks in every repository that it comes into."""
    from okstra_cli.views.health import problem_json
    from okstra_git.porcelain.workspace import NOT_SET_UP

    problems = [problem_json(NOT_SET_UP)]
    facts: shapes.Status = {"project": workspace.settings.project, "writer": None, "problems": problems}
    return facts if only_problems else {**facts, "tasks": []}
