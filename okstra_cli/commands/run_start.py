"""`git okstra run start`: prepares a run and starts its lead, headless, in this terminal, or in a window of tmux."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from okstra_cli.numbers import optional_money, optional_number
from okstra_cli.output import Answer
from okstra_cli.prepare_flags import options_of, takes_prepare_flags, words_of
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import refuse
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_git.porcelain.lead.start import LeadRequest

_HINT = "git okstra run start --help"

Headless = Annotated[bool, typer.Option("--headless", help="Without a terminal, to its end; the log is kept.")]
Here = Annotated[bool, typer.Option("--here", help="In this terminal, which becomes the lead's.")]
Cli = Annotated[str, typer.Option("--cli", metavar="NAME", help="The program that leads: claude, codex or gemini.")]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", metavar="RULE", help="Another permission rule, such as 'Bash(make test *)'. Repeatable."),
]
Timeout = Annotated[str | None, typer.Option("--timeout", metavar="SECONDS", help="Headless: end it after so long.")]
Turns = Annotated[str | None, typer.Option("--turns", metavar="N", help="Headless: end it after so many answers.")]
Dollars = Annotated[str | None, typer.Option("--dollars", metavar="X", help="Headless: end it at this cost.")]
Tokens = Annotated[str | None, typer.Option("--tokens", metavar="N", help="Headless: end it after so many tokens.")]


@names_a_task
@takes_prepare_flags
def start(
    context: typer.Context,
    identity: Identity,
    given: Mapping[str, Any],
    headless: Headless = False,
    here: Here = False,
    cli: Cli = "claude",
    allow: Allow = None,
    timeout: Timeout = None,
    turns: Turns = None,
    dollars: Dollars = None,
    tokens: Tokens = None,
) -> Answer:
    """Prepare a run and start the agent program that leads it.

    Takes the flags of run prepare, and the task's line of permissions: what okstra's skills need, and for an
    implementation git and edits in its worktree; more by --allow. Nothing is ever pushed.

    Inside tmux the lead gets a window of its own; --here makes this terminal the lead's; --headless needs neither: the
    command ends when the lead does, and says how. What headless leads cannot do is ask: a question ends the run.

    Exit status 0 when the lead was started (headless: when it answered and the run is finished), 2 when the run is not
    finished and a person has to look, else 1.

    \b
    Examples:
      git okstra run start --task-key shop:web:login --task-type requirements-discovery
      git okstra run start --task-type implementation --stage auto --headless --turns 200 --allow 'Bash(make test *)'
    """
    if headless and here:
        raise refuse("usage", "--headless and --here exclude each other", hint=_HINT)
    if not headless and any((timeout, turns, dollars, tokens)):
        raise refuse("usage", "--timeout, --turns, --dollars and --tokens go with --headless", hint=_HINT)
    session = Session.of(context)
    if not (headless or here):
        return _in_a_window(session, identity, given, cli, allow or ())
    request = _request(cli, allow, timeout, turns, dollars, tokens)
    return _lead(session, identity, given, request, here=here)


def _lead(
    session: Session, identity: Identity, given: Mapping[str, Any], request: "LeadRequest", *, here: bool
) -> Answer:
    from dataclasses import replace

    from okstra_cli.report_editor import find_report_editor
    from okstra_git.porcelain.lead.start import new_session
    from okstra_git.porcelain.prepare.options import prepare as prepare_run

    request = replace(request, session=new_session(request.cli))
    options = options_of(given, holder=str(os.getpid()), lead_session=request.session or None)
    prepared = prepare_run(session.workspace, identity, options, editor=find_report_editor(session, never=True))
    return _become_or_see(session, prepared.run.id, request, here=here)


def _in_a_window(
    session: Session, identity: Identity, given: Mapping[str, Any], cli: str, allow: "list[str] | tuple[str, ...]"
) -> Answer:
    """A window of the caller's tmux that runs this very command with --here."""
    from okstra_cli.session import find_program
    from okstra_cli.views import lead as view
    from okstra_git.porcelain.lead.window import open_window

    line = [str(find_program()), "-C", str(session.workspace.cwd), "run", "start", "--here", f"--cli={cli}"]
    line += [f"--allow={rule}" for rule in allow]
    line += [f"--task-key={identity.task}"] if identity.task is not None else []
    line += words_of(given)
    window = open_window(session.workspace, line, name=f"lead {identity.task or ''}".strip())
    return Answer(view.window_json(window), lambda: view.window_page(window))


def _request(
    cli: str, allow: list[str] | None, timeout: str | None, turns: str | None, dollars: str | None, tokens: str | None
) -> "LeadRequest":
    from okstra_git.porcelain.lead.start import LeadRequest

    return LeadRequest(
        cli, tuple(allow or ()), optional_number(timeout, "--timeout", hint=_HINT),
        optional_number(turns, "--turns", hint=_HINT), optional_money(dollars, "--dollars", hint=_HINT),
        optional_number(tokens, "--tokens", hint=_HINT),
    )  # fmt: skip


def start_again(
    session: Session, run: str, *, headless: bool, fresh: bool, force: bool, allow: "list[str] | None"
) -> Answer:
    """Take a run up again and start its lead, in the session that it had unless a new one is asked for."""
    from okstra_git.porcelain.lead.start import LeadRequest, taken_up
    from okstra_git.porcelain.resume import resume

    if not run:
        raise refuse("usage", "no run was named", hint="git okstra run list")
    taken = resume(session.workspace, run, force=force, holder=str(os.getpid())).run
    request = LeadRequest(taken.leads[-1].program if taken.leads else "claude", tuple(allow or ()))
    return _become_or_see(session, taken.id, taken_up(taken, request, fresh=fresh), here=not headless)


def _become_or_see(session: Session, run: str, request: "LeadRequest", *, here: bool) -> Answer:
    """This process becomes the lead, in this terminal; or it sees a headless one through."""
    from okstra_cli.views import lead as view
    from okstra_git.paths import templates_directory
    from okstra_git.porcelain.lead.start import lead_headless, lead_here

    if here:
        launch, folder = lead_here(session.workspace, run, request, templates_directory())
        os.chdir(folder)
        os.execvpe(launch.argv[0], list(launch.argv), launch.environment(session.environ))
    session.note(f"run {run} is led by {request.cli}; its log is beside the bundle")
    led = lead_headless(session.workspace, run, request, templates_directory())
    return Answer(
        view.led_json(led), lambda: view.led_page(led, session.around.now()), exit_status=view.led_status(led)
    )
