"""`git okstra run drive`: leads a task unattended from phase to phase until a person is needed."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.commands.run_start import Allow, Cli, Dollars, Tokens, Turns
from okstra_cli.numbers import optional_money, optional_number
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_git.porcelain.lead.drive import DriveLimits

_HINT = "git okstra run drive --help"


@names_a_task
def drive(
    context: typer.Context,
    identity: Identity,
    cli: Cli = "claude",
    allow: Allow = None,
    turns: Turns = None,
    hours: Annotated[str | None, typer.Option("--hours", metavar="H", help="Stop after so many hours.")] = None,
    dollars: Dollars = None,
    tokens: Tokens = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would come next.")] = False,
) -> Answer:
    """Lead a task headless, from phase to phase, as far as its reports and gates allow.

    Stops at the first thing that needs a person, and says what it is and which line goes on: a question of a report, a
    plan to approve, a record to confirm, a run that failed or was not finished, a limit or okstra.budget that is used
    up. Handing over is always a person's; nothing is pushed.

    Exit status 0 when nothing is left to do, 2 when a person is needed, 1 when a lead could not be started.

    \b
    Examples:
      git okstra run drive --task-key shop:web:login --hours 2 --tokens 5000000
      git okstra run drive --dry-run
    """
    from okstra_cli.report_editor import find_report_editor
    from okstra_cli.views import drive as view
    from okstra_git.paths import templates_directory
    from okstra_git.porcelain.lead import drive as porcelain
    from okstra_git.porcelain.lead.start import LeadRequest
    from okstra_git.porcelain.task_lookup import require_key

    session = Session.of(context)
    key = require_key(session.workspace, identity)
    if dry_run:
        step = porcelain.plan_drive(session.workspace, key)
        return Answer(view.step_json(key, step), lambda: view.step_page(step), exit_status=view.step_status(step))
    request = LeadRequest(cli, tuple(allow or ()))
    done = porcelain.drive(
        session.workspace, key, request, _limits(turns, hours, dollars, tokens), templates_directory(),
        find_report_editor(session, never=True), session.note,
    )  # fmt: skip
    return Answer(view.drive_json(done), lambda: view.drive_page(done), exit_status=view.drive_status(done))


def _limits(turns: str | None, hours: str | None, dollars: str | None, tokens: str | None) -> "DriveLimits":
    from okstra_git.porcelain.lead.drive import DriveLimits

    whole = optional_number(hours, "--hours", hint=_HINT)
    return DriveLimits(
        optional_number(turns, "--turns", hint=_HINT), whole * 3600.0 if whole else None,
        optional_number(tokens, "--tokens", hint=_HINT), optional_money(dollars, "--dollars", hint=_HINT),
    )  # fmt: skip
