"""`git okstra verify`: runs a command on a tree and records how it ended."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.command_behind_dashes import CommandBehindDashes
from okstra_cli.lazy import single_command
from okstra_cli.numbers import optional_number
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse

if TYPE_CHECKING:
    from okstra_git.porcelain.verify import Place

app = single_command()

_HINT = "git okstra verify --help"


@app.command(cls=CommandBehindDashes)
def verify(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="What the check is called, where there are several.")
    ] = "default",
    command: Annotated[
        list[str] | None, typer.Argument(metavar="-- COMMAND…", help="The command and its arguments, behind --.")
    ] = None,
    ref: Annotated[str | None, typer.Option(metavar="REF", help="Verify the tree of this commit, not of HEAD.")] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Run in a clean checkout in any case.")] = False,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Run in this worktree, or refuse where it is not exactly the tree.")
    ] = False,
    input_file: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="FILE", help="A file that the outcome depends on. Repeatable."),
    ] = None,
    input_env: Annotated[
        list[str] | None,
        typer.Option("--input-env", metavar="NAME", help="A variable that the outcome depends on. Repeatable."),
    ] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="SECONDS", help="End the command after so long; it has failed then.")
    ] = None,
    claimed: Annotated[
        bool, typer.Option("--claimed", help="Run nothing: record as a claim how a command ended elsewhere.")
    ] = False,
    exit_code: Annotated[
        str | None, typer.Option("--exit-code", metavar="CODE", help="With --claimed: how it ended, 0 for well.")
    ] = None,
) -> Answer:
    """Run a command on the tree of HEAD and record how it ended, so that nobody has to run it again.

    The record is bound to the tree, not to the commit: it holds after a rebase or a squash that leaves the
    files as they are, and git okstra verified finds it. The command runs at the top of the worktree where
    that is exactly the tree (ignored files aside) before and after, else in a clean checkout that is thrown
    away. It gets no shell and no input; what it prints goes to standard error. Exit status 0 when it passed
    and is on record, else 1: failures are recorded too, and the newest record decides. Needs no init: the
    clone gets a writer id, and nothing else.

    \b
    Examples:
      git okstra verify -- make test
      git okstra verify unit --input-env PYTHON_VERSION -- pytest -q tests/unit
      git okstra verify lint --clean -- sh -c 'ruff check . && mypy'
      git okstra verify unit --claimed --exit-code 0 -- make test
    """
    from okstra_cli.views import verify as view
    from okstra_git.porcelain.verify import CheckRequest, claim
    from okstra_git.porcelain.verify import verify as run_check

    inputs = tuple(input_file or ()), tuple(input_env or ())
    place, limit = _place(clean=clean, in_place=in_place), optional_number(timeout, "--timeout", hint=_HINT, least=1)
    request = CheckRequest(name, tuple(command or ()), ref, place, *inputs, limit)
    code = optional_number(exit_code, "--exit-code", hint=_HINT, least=0)
    if claimed != (code is not None):
        raise refuse("usage", "--claimed and --exit-code belong together", hint=_HINT)
    workspace, show = Session.of(context).workspace, Session.of(context).around.show_bytes
    run = run_check(workspace, request, show) if code is None else claim(workspace, request, code)
    return Answer(view.run_json(run), lambda: view.run_page(run), view.run_status(run))


def _place(*, clean: bool, in_place: bool) -> "Place":
    if clean and in_place:
        raise refuse("usage", "--clean and --in-place exclude each other", hint=_HINT)
    return "clean" if clean else "in-place" if in_place else "auto"
