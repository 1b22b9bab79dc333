"""A command group that does what no real command should: fail in every way there is, and show what it was given."""

from typing import Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.page import Cell, Page
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import OkstraError, refuse
from okstra_git.porcelain.task_lookup import Identity

app = command_group("Do what a test asks.")


class Undecided(OkstraError):
    code = "probe.undecided"
    exit_status = 2


@app.command("echo")
def echo(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument()] = None,
    title: str = "",
    check: bool = False,
) -> Answer:
    """Show what the body was given."""
    session = Session.of(context)
    payload = {"words": words, "title": title, "check": check, "cwd": str(session.cwd), "now": session.now()}

    def page() -> Page:
        shown = Page()
        shown.line(Cell(title, "good"))
        shown.table(("word", "again"), [(word, Cell(word, "bad")) for word in words or []])
        return shown

    session.note(f"echoing {title}")
    return Answer(payload, page)


@app.command("fail")
def fail(kind: str) -> Answer:
    """Fail in the way named."""
    if kind == "refuse":
        raise refuse("text.refused", "no, because of\nthis", hint="first\nsecond", task="a:b:c")
    if kind == "decide":
        return Answer({"conflicts": [1]}, error=Undecided("a person decides", hint="look"))
    if kind == "nothing":
        return None  # type: ignore[return-value]
    raise {"bug": ZeroDivisionError("x"), "ctrl-c": KeyboardInterrupt(), "full": OSError(28, "No space", "/f")}[kind]


@app.command("task")
@names_a_task
def task(context: typer.Context, identity: Identity, number: Annotated[int, typer.Argument()] = 1) -> Answer:
    """Show which task was named."""
    assert Session.of(context)
    return Answer({"task": str(identity.task), "number": number, "given": identity})
