"""`git okstra doctor`: examines installation and surroundings."""

from typing import Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.views import health as view

app = single_command()


@app.command()
def doctor(
    context: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Remove lock files whose owners are provably dead.")] = False,
) -> Answer:
    """Examine versions, hooks, installed skills, settings, disk, locks and worktrees.

    Exit status 1 when something needs you. What is stored is checked by fsck.

    \b
    Examples:
      git okstra doctor
      git okstra doctor --fix
    """
    from okstra_git.porcelain.doctor import run_doctor

    result = run_doctor(Session.of(context).workspace, fix=fix)
    return Answer(view.checked_json(result), lambda: view.checked_page(result), 0 if result.is_clean else 1)
