"""`git okstra brief`: writes the brief that a phase begins on, and checks it."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = command_group("Write a brief from a template, and check what its reporter still has to say.")

Language = Annotated[str | None, typer.Option(metavar="en|ko", help="Default: okstra.language.")]


@app.command("new")
def new(
    context: typer.Context,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The task group, a folder below .okstra/briefs.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The task id, the name of the file.")],
    language: Language = None,
) -> Answer:
    """Write an empty brief to .okstra/briefs/GROUP/NAME.md; a file that is there is never touched.

    \b
    Example:
      git okstra brief new web login
    """
    from okstra_cli.briefs import write_brief

    return write_brief(Session.of(context), group, name, language)


@app.command("check")
def check(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The brief, a Markdown file.")],
    task_type: Annotated[
        str, typer.Option("--task-type", metavar="TYPE", help="The phase that would begin on it.")
    ] = "requirements-discovery",
) -> Answer:
    """Say what is wrong with a brief, whether the phase may begin on it, and which questions it hands on.

    Exit status 2 when the reporter has to be asked first, 1 when only the brief has to be mended.
    """
    from okstra_cli.briefs import check_here

    return check_here(Session.of(context), file, task_type)


@app.command("template")
def template(context: typer.Context, language: Language = None) -> Answer:
    """Print an empty brief."""
    from okstra_cli.approving import input_template

    text = input_template(Session.of(context), "brief", language)
    return Answer({"template": text}, lambda: text, is_page=True)
