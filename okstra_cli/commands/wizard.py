"""`git okstra wizard`: asks for everything that a run begins with, as JSON for agents or on a terminal for people."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_new_task
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Ask for everything that a run begins with: as JSON for agents, on a terminal for people.")

StateFile = Annotated[
    str | None, typer.Option("--state-file", metavar="FILE", help="Where the wizard keeps what was answered.")
]
Language = Annotated[
    str | None, typer.Option("--lang", metavar="en|ko", help="Default: okstra.language, else the locale.")
]


@app.command("init")
@names_a_new_task
def init(context: typer.Context, identity: Identity, state_file: StateFile = None, lang: Language = None) -> Answer:
    """Begin: look at the repository, write the state file, and give the first prompt.

    A wizard's own file is started over; any other file is refused and left as it is. With a task named, the question
    for the task is answered already.

    \b
    Example:
      okstra wizard init --state-file .okstra/w.json
    """
    from okstra_cli.wizard.commands import begin

    return begin(Session.of(context), state_file, lang, identity.task)


@app.command("step")
def step(
    context: typer.Context,
    state_file: StateFile = None,
    answer: Annotated[
        str | None, typer.Option(metavar="ANSWER", help="An option's value, a text, or for a group a JSON object.")
    ] = None,
    answer_file: Annotated[
        str | None, typer.Option("--answer-file", metavar="FILE", help="A file with the answer, for text with quotes.")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Take the last answer back.")] = False,
    abort: Annotated[bool, typer.Option("--abort", help="Stop for good.")] = False,
) -> Answer:
    """Answer the prompt and give the next one; without an answer, give the same prompt again.

    An answer that does not fit changes nothing: `ok` is false, `errors` says why, and the same prompt follows.

    \b
    Examples:
      okstra wizard step --state-file w.json --answer implementation
      okstra wizard step --state-file w.json --answer '{"stage_pick": "2"}'
    """
    from okstra_cli.wizard.commands import step_here

    return step_here(Session.of(context), state_file, answer, answer_file, back=back, abort=abort)


@app.command("render-args")
def render_args(
    context: typer.Context,
    state_file: StateFile = None,
    command: Annotated[bool, typer.Option("--command", help="Print the one line to run, and nothing else.")] = False,
) -> Answer:
    """Once the wizard is done, print the arguments of render-bundle and the one literal line that runs it."""
    from okstra_cli.wizard.commands import render_here

    return render_here(Session.of(context), state_file, only_command=command)


@app.command("forget")
def forget(context: typer.Context, state_file: StateFile = None) -> Answer:
    """Remove a wizard's state file, and the directive beside it, once nobody needs them any longer.

    Only a wizard's own file is removed.
    """
    from okstra_cli.wizard.commands import forget_here

    return forget_here(Session.of(context), state_file)


@app.command("run")
@names_a_new_task
def run(
    context: typer.Context,
    identity: Identity,
    state_file: Annotated[
        str | None,
        typer.Option("--state-file", metavar="FILE", help="Keep the answers there; the same line goes on from them."),
    ] = None,
    lang: Language = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Prepare the run at the end, as render-bundle does with these arguments.")
    ] = False,
) -> Answer:
    """Ask a person on this terminal, then print the arguments and the one literal line, or prepare the run.

    Arrow keys or numbers choose, Enter takes what is marked; Esc, or Left at a list, takes the last answer back;
    Ctrl-C stops and prepares nothing (exit status 130). Questions are drawn on stderr, so that stdout may go to a
    file. The same answers give the same arguments as `wizard step`.

    \b
    Examples:
      git okstra wizard run --task-key shop:web:login --prepare
      git okstra wizard run --state-file .okstra/w.json > arguments.json
    """
    from okstra_cli.wizard.ask import ask_here

    return ask_here(Session.of(context), identity.task, state_file=state_file, lang=lang, prepare=prepare)
