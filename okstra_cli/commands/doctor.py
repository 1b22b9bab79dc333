"""`git okstra doctor`: examines installation and surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.views import health as view

if TYPE_CHECKING:
    from okstra_git.health.findings import Finding

app = single_command()


@app.command()
def doctor(
    context: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Remove lock files whose owners are proven dead.")] = False,
) -> Answer:
    """Examine versions, hooks, installed skills, settings, disk, locks and worktrees.

    Exit status 1 when something needs you. What is stored is the business of fsck.

    \b
    Examples:
      git okstra doctor
      git okstra doctor --fix
    """
    from okstra_git.health.doctor import diagnose, treat

    session = Session.of(context)
    if fix:
        checked = treat(session.store, others=lambda: _others(session))
    else:
        checked = diagnose(session.git, now=session.now(), others=lambda: _others(session))
    return Answer(view.checked_json(checked), lambda: view.checked_page(checked), 0 if checked.is_clean else 1)


def _others(session: Session) -> list[Finding]:
    """How hooks, installed skills and the worktrees of stages stand; where there are none, there is no finding."""
    from okstra_git.porcelain.agent_findings import outfit_findings
    from okstra_git.porcelain.hook_findings import hook_findings
    from okstra_git.porcelain.open_work import open_work_findings

    return [*hook_findings(session.git), *outfit_findings(session.workspace), *open_work_findings(session.workspace)]
