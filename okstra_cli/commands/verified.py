"""`git okstra verified`: whether a tree was verified already, here or by others."""

from typing import Annotated

import typer

from okstra_cli.command_behind_dashes import CommandBehindDashes
from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session

app = single_command()


@app.command(cls=CommandBehindDashes)
def verified(
    context: typer.Context,
    ref: Annotated[
        str | None, typer.Argument(metavar="[REF]", help="The branch, tag or commit; the one checked out by default.")
    ] = None,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND…]", help="Count this command alone, with these arguments."),
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the check is called.")] = "default",
    claimed: Annotated[
        bool, typer.Option("--claimed", help="Count claims, too: records of what okstra did not see.")
    ] = False,
) -> Answer:
    """Tell whether the tree of a commit was verified already, by git okstra verify here or elsewhere.

    The answer is for the tree, not for the commit. It is yes, exit status 0, when the newest record of this
    very tree, this name and, where one is given, this very command says that it passed, and every input that
    was declared is what it was. Everything else is a no, exit status 1, with its reason: a failure, a claim,
    another input, a record that cannot be read. Records of other clones count once they are fetched, unless
    their writer is ignored (okstra.ignoreWriter); the answer says whose it is. Reads only, in any
    repository.

    \b
    Examples:
      git okstra verified || git okstra verify -- make test
      git okstra verified origin/main --name unit -- pytest -q tests/unit
    """
    from okstra_cli.views import verify as view
    from okstra_git.porcelain.verified import verified as ask

    workspace = Session.of(context).workspace
    verdict = ask(workspace, ref, name=name, command=tuple(command or ()), with_claims=claimed)
    return Answer(
        view.verified_json(verdict),
        lambda: view.verified_page(verdict, workspace.now()),
        0 if verdict.verified else 1,
    )
