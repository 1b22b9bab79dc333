"""`git okstra usage` and `token-usage`: what agents used, collected and shown."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import refuse
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Show what agents used: tokens, and money by a list of prices.")

VIEWS = ("phase", "stage", "worker", "model", "day", "run", "landed")
TeamState = Annotated[
    str, typer.Argument(metavar="TEAM_STATE", help="The team state of a run, state/team-state-….json.")
]
Write = Annotated[bool, typer.Option("--write", help="Keep the sums in team state and ledger.")]


@app.command("collect")
def collect(context: typer.Context, team_state: TeamState, write: Write = False) -> Answer:
    """Find what the lead and the workers of a run used, and show it.

    The same as git okstra token-usage. Sessions are found by their ids: those of the workers that okstra started, of
    the team state, and of the lead that okstra started; never by a folder or a time. Members whose session is not
    known, or has no files any more, are listed as unavailable, and the sum is called a lower bound.

    \b
    Example:
      git okstra usage collect .okstra/tasks/shop/web/login/runs/error-analysis/state/team-state-error-analysis-001.json
    """
    return collected(context, team_state, write=write)


def collected(context: typer.Context, team_state: str, *, write: bool) -> Answer:
    """What both spellings of the command answer."""
    from okstra_cli.views import usage as view
    from okstra_git.porcelain.usage import collect_usage

    seen = collect_usage(Session.of(context).workspace, team_state, write=write)
    return Answer(view.collected_json(seen), lambda: view.collected_page(seen))


@app.command("show")
@names_a_task
def show(
    context: typer.Context,
    identity: Identity,
    by: Annotated[str, typer.Option("--by", metavar="VIEW", help=f"One of {', '.join(VIEWS)}.")] = "phase",
) -> Answer:
    """Show what is on record, of one task or of all: tokens by phase, stage, worker, model, day or run.

    With --by landed: what each stage cost through every rewrite, runs that came to nothing included, and once what all
    stages share (requirements, planning). Money is computed from a dated list of prices; okstra.prices names another
    one, a JSON file with date, per (how many tokens a price is for) and models, each with a price for fresh, cached,
    written and output.

    \b
    Examples:
      git okstra usage show --by model
      git okstra usage show --by landed --task-key shop:web:login
    """
    from okstra_cli.views import usage as view
    from okstra_git.porcelain.usage import show_usage

    if by not in VIEWS:
        raise refuse("usage", f"--by takes one of {', '.join(VIEWS)}", hint="git okstra usage show --by phase")
    seen = show_usage(Session.of(context).workspace, by, identity.task)
    return Answer(view.shown_json(seen), lambda: view.shown_page(seen))
