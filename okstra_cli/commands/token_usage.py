"""`git okstra token-usage`: the name by which the original's skills collect the usage of a run."""

import typer

from okstra_cli.commands.usage import TeamState, Write, collected
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer

app = single_command()


@app.command()
def token_usage(context: typer.Context, team_state: TeamState, write: Write = False) -> Answer:
    """Find what the lead and the workers of a run used, and show it; the same as git okstra usage collect.

    \b
    Example:
      git okstra token-usage state/team-state-error-analysis-001.json --write
    """
    return collected(context, team_state, write=write)
