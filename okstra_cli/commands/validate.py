"""`git okstra validate`: checks what runs and plans have to hold to."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.numbers import require_seconds
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Check what a run left, and what plans and reports have to hold to.")


Strict = Annotated[bool, typer.Option("--strict", help="Let warnings count as failures.")]


@app.command("run")
@names_a_task
def run(
    context: typer.Context,
    identity: Identity,
    run_id: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="The run's id, or its beginning; else the newest run."),
    ] = None,
    strict: Strict = False,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Also run its claimed commands again, those that okstra.replayCommands allows."),
    ] = False,
    timeout: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="With --replay: end a command after so long. Default: 600.")
    ] = None,
) -> Answer:
    """Check everything that a run left against all rules; all that is wrong is printed at once.

    With --replay the commands that report and plan claim are run again, too, in a clean checkout and without
    a shell, and their exit codes compared. Which may run is up to your own git configuration,
    okstra.replayCommands. The exit status is 0 only when every command was run and ended as claimed.

    \b
    Examples:
      git okstra validate run 01J9ZK
      git okstra validate run 01J9ZK --replay
    """
    from okstra_cli.views import validate as view
    from okstra_git.porcelain import validate

    workspace = Session.of(context).workspace
    name = run_id or validate.newest_run(workspace, identity)
    result = validate.validate_run(workspace, name, strict=strict)
    if not replay:
        return Answer(view.validation_json(result), lambda: view.validation_page(result), error=result.refusal)
    from okstra_cli.views import replay as again
    from okstra_git.porcelain.replay import TIME_LIMIT, replay_run

    limit = TIME_LIMIT if timeout is None else require_seconds(timeout)
    done = replay_run(workspace, name, timeout=limit, announce=lambda line: workspace.note(f"running {line}"))
    error = result.refusal or again.refusal_of(done)
    return Answer(view.validation_json(result, done), lambda: view.validation_page(result, done), error=error)


@app.command("plan-stages")
def plan_stages(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The plan, or the report that has it.")],
    strict: Strict = False,
) -> Answer:
    """Check the stages of a plan, its questions, and of a report its verification and its frame.

    \b
    Example:
      git okstra validate plan-stages plan.md
    """
    from okstra_cli.views import validate as view
    from okstra_git.porcelain.validate_documents import validate_plan_stages

    result = validate_plan_stages(Session.of(context).workspace, file, strict=strict)
    return Answer(view.validation_json(result), lambda: view.validation_page(result), error=result.refusal)


@app.command("report-views")
@names_a_task
def report_views(
    context: typer.Context,
    identity: Identity,
    report: Annotated[
        str | None, typer.Argument(metavar="[REPORT]", help="A report. Default: the newest one of the task.")
    ] = None,
    strict: Strict = False,
) -> Answer:
    """Check whether the page beside a report still asks what the report asks.

    A report without a page passes: pages are made by `git okstra report view`.
    """
    from okstra_cli.views import validate as view
    from okstra_git.porcelain.validate_view import validate_report_view

    result = validate_report_view(Session.of(context).workspace, identity, report, strict=strict)
    return Answer(view.validation_json(result), lambda: view.validation_page(result), error=result.refusal)


@app.command("improvement")
def improvement(
    context: typer.Context,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="The report of an improvement discovery.")],
    strict: Strict = False,
) -> Answer:
    """Check the candidates of an improvement discovery: columns, ids, lenses, sources, priorities."""
    from okstra_cli.views import validate as view
    from okstra_git.porcelain.validate_documents import validate_improvement

    result = validate_improvement(Session.of(context).workspace, report, strict=strict)
    return Answer(view.validation_json(result), lambda: view.validation_page(result), error=result.refusal)


@app.command("workflow")
def workflow(context: typer.Context, strict: Strict = False) -> Answer:
    """Check the whole project: every run on record against its files, and skills against this version.

    Runs that another clone prepared are left out, because their files are there.
    """
    from okstra_cli.views import validate as view
    from okstra_git.porcelain.validate_workflow import validate_workflow

    result = validate_workflow(Session.of(context).workspace, strict=strict)
    return Answer(view.validation_json(result), lambda: view.validation_page(result), error=result.refusal)


@app.command("rules")
def rules() -> Answer:
    """List every rule: its id, whether it fails or warns, and what it says."""
    from okstra_cli.views import validate as view
    from okstra_git.validation.table import ALL_RULES

    return Answer(view.rules_json(ALL_RULES), lambda: view.rules_page(ALL_RULES))
